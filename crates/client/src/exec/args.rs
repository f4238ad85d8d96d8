//! What `punctual exec` is told.
//!
//! The flags are in groups, each with the file of its meaning: [`output`], [`running`], [`registering`]. Nothing is
//! judged here that the server judges: names and schedules go to it as they are.

mod duration;
mod output;
mod registering;
mod running;

use std::ffi::OsString;
use std::time::Duration;

use clap::{Args, FromArgMatches as _};

use super::help::FURTHER_HELP;
use crate::ServerArgs;

pub(crate) use duration::parse_duration;
pub(super) use output::{OutputArgs, Reported, TAIL_CHARS_MAX};
pub(super) use registering::RegisteringArgs;
pub(super) use running::{LockArgs, RunningArgs};

/// Arguments of `punctual exec`.
///
/// Run a command and report how it goes.
///
/// Reporting never makes it fail and never holds it up for more than 2 seconds: what cannot be delivered is spooled
/// and sent later, with its original time. Its exit codes, its environment and examples are in its long help.
#[derive(Args, Clone, Debug)]
#[command(after_long_help = FURTHER_HELP)]
pub struct ExecArgs {
    /// The scheduler this is a run of
    pub(super) scheduler_id: String,
    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    pub(super) command: Vec<OsString>,
    #[command(flatten)]
    pub(super) server: ServerArgs,
    /// Address for pings of this scheduler, for the command to find in its environment
    #[arg(
        long,
        env = "PUNCTUAL_PING_URL",
        hide_env_values = true,
        value_name = "URL",
        help_heading = "Server"
    )]
    pub(super) ping_url: Option<OsString>,
    /// Name of this run [default: a fresh one]
    #[arg(long, value_name = "ID")]
    pub(super) run_id: Option<String>,
    /// How often to say that it still runs, such as 30s or 2m; "off" for never
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = parse_pause)]
    pub(super) heartbeat_every: Pause,
    /// Start no background process for reports that could not be delivered: the next `exec` or `flush` sends them
    #[arg(long)]
    pub(super) no_background_flush: bool,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    pub(super) running: RunningArgs,
    #[command(flatten)]
    pub(super) registering: RegisteringArgs,
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

#[cfg(test)]
mod tests {
    use super::*;

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
