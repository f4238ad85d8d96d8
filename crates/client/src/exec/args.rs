//! What `punctual exec` is told.

use std::ffi::OsString;
use std::time::Duration;

use clap::{Args, FromArgMatches as _};

use crate::ServerArgs;

/// Longer error messages are cut by the server, at the end that matters.
pub(super) const TAIL_CHARS_MAX: usize = 10_000;

/// Arguments of `punctual exec`.
///
/// Run a command and report how it goes.
///
/// The command gets standard input, output, signals and environment untouched, and its exit code is ours (128+n when
/// signal n killed it, 127 when it was not found, 126 when it could not be executed). It also finds
/// `PUNCTUAL_SCHEDULER_ID` and `PUNCTUAL_RUN_ID` in its environment.
///
/// Reporting never makes it fail and never holds it up for more than 2 seconds: what cannot be delivered is spooled
/// and sent later, with its original time.
#[derive(Args, Clone, Debug)]
pub struct ExecArgs {
    /// The scheduler this is a run of
    pub(super) scheduler_id: String,
    #[command(flatten)]
    pub(super) server: ServerArgs,
    /// Name of this run [default: a fresh one]
    #[arg(long, value_name = "ID")]
    pub(super) run_id: Option<String>,
    /// How often to say that it still runs, such as 30s or 2m; "off" for never
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = parse_pause)]
    pub(super) heartbeat_every: Pause,
    /// How many of the last characters of the output to report, at most 10000
    #[arg(long = "tail", value_name = "CHARS", default_value_t = TAIL_CHARS_MAX, value_parser = parse_tail)]
    pub(super) tail_chars: usize,
    /// Leave the output alone: report none of it. A stream that is a terminal is always left alone
    #[arg(long)]
    pub(super) no_output: bool,
    /// Say nothing when reporting fails
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Start no background process for reports that could not be delivered: the next `exec` or `flush` sends them
    #[arg(long)]
    pub(super) no_background_flush: bool,
    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    pub(super) command: Vec<OsString>,
}

/// The scheduler that an `exec` with these arguments would be a run of; `None` where they are none of `exec`'s.
pub(crate) fn scheduler_of(arguments: &[String]) -> Option<String> {
    let exec = ExecArgs::augment_args(clap::Command::new("exec").no_binary_name(true));
    let matches = exec.try_get_matches_from(arguments).ok()?;
    ExecArgs::from_arg_matches(&matches).ok().map(|args| args.scheduler_id)
}

/// The time between two heartbeats, or none at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pause(pub(super) Option<Duration>);

fn parse_pause(text: &str) -> Result<Pause, String> {
    if text == "off" {
        return Ok(Pause(None));
    }
    let pause = parse_duration(text).ok_or("give a duration such as 30s, 2m or 1h, or off")?;
    if !(Duration::from_secs(1)..=Duration::from_hours(24)).contains(&pause) {
        return Err("it must be between 1s and 1d".to_owned());
    }
    Ok(Pause(Some(pause)))
}

fn parse_tail(text: &str) -> Result<usize, String> {
    let chars: usize = text.parse().map_err(|_| "give a number of characters")?;
    if chars > TAIL_CHARS_MAX { Err(format!("at most {TAIL_CHARS_MAX}")) } else { Ok(chars) }
}

/// `90`, `90s`, `2h30m`, `1d`: whole units, added up.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let mut total = Duration::ZERO;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let unit_at = rest.find(|c: char| !c.is_ascii_digit())?;
        let (count, tail) = rest.split_at(unit_at);
        let unit_ends = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_ends);
        let seconds = count.parse::<u32>().ok()?.checked_mul(seconds_in(unit)?)?;
        total += Duration::from_secs(u64::from(seconds));
        rest = tail;
    }
    (!text.trim().is_empty()).then_some(total)
}

fn seconds_in(unit: &str) -> Option<u32> {
    Some(match unit.trim() {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        let read = |text| parse_duration(text).map(|length| length.as_secs());
        assert_eq!(read("90"), Some(90));
        assert_eq!(read("2h30m"), Some(9000));
        assert_eq!(read("1d"), Some(86_400));
        for bad in ["", "s", "5x", "1.5h", "-1s", "99999999999d"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_scheduler_is_found_wherever_it_stands_among_the_arguments() {
        let of = |line: &str| scheduler_of(&line.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(of("nightly --quiet -- backup --all").as_deref(), Some("nightly"));
        assert_eq!(of("--key-file k nightly backup").as_deref(), Some("nightly"));
        assert_eq!(of("--odd nightly -- backup"), None);
    }

    #[test]
    fn heartbeats_can_be_off_and_not_too_frequent() {
        assert_eq!(parse_pause("off"), Ok(Pause(None)));
        assert!(parse_pause("0s").is_err());
    }
}
