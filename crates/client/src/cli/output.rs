//! How results and failures reach people and programs: one way for every subcommand.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use comfy_table::{ContentArrangement, Table, presets};
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::connect::{BadServer, runtime};
use crate::api::{CallError, plain};

const REFUSED: u8 = 1;
const AWAY: u8 = 3;
const WIDTH_MIN: u16 = 20;

/// Why a subcommand did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Server(#[from] BadServer),
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("{0}")]
    Spool(String),
    #[error("{0}")]
    Unclear(String),
    #[error("not everything could be sent")]
    Incomplete,
    #[error("{0}")]
    Unfit(String),
    #[error("cannot write the result: {0}")]
    Output(#[from] io::Error),
}

impl Failure {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Call(problem) if problem.is_away() => ExitCode::from(AWAY),
            Self::Unclear(_) | Self::Server(BadServer::Address(_) | BadServer::Key(_)) => ExitCode::from(2),
            _ => ExitCode::from(REFUSED),
        }
    }

    fn in_full(&self) -> String {
        match self {
            Self::Call(problem) => problem.in_full(),
            other => plain(&other.to_string()),
        }
    }
}

/// Runs a subcommand to its end and says on standard error what went wrong, if anything did.
pub(crate) fn conclude(work: impl Future<Output = Result<(), Failure>>) -> ExitCode {
    let outcome = match runtime() {
        Ok(runtime) => {
            let outcome = runtime.block_on(work);
            // A look-up of a name that hangs must not keep us.
            runtime.shutdown_background();
            outcome
        }
        Err(why) => Err(Failure::Output(why)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read us has heard enough: `punctual list | head` is no failure.
        Err(Failure::Output(why)) if why.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            say(&format!("error: {}", failure.in_full()));
            failure.exit_code()
        }
    }
}

/// To standard error; when that is gone there is nobody left to tell.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    writeln!(output, "{}", text.trim_end_matches('\n'))?;
    output.flush()?;
    Ok(())
}

pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(body).map_err(|why| CallError::Malformed(why.to_string()).into())
}

pub(crate) fn print_json(value: &Value) -> Result<(), Failure> {
    print(&format!("{value:#}"))
}

/// A table as wide as the terminal; where there is none, as wide as its content, one row a line, for `grep`.
pub(crate) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header.to_vec());
    match terminal_width() {
        Some(width) => {
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width.max(WIDTH_MIN))
        }
        None => table.set_content_arrangement(ContentArrangement::Disabled),
    };
    table
}

/// The width to fit into, where there is one.
pub(crate) fn terminal_width() -> Option<u16> {
    let told = std::env::var_os("COLUMNS").and_then(|columns| columns.to_str()?.parse().ok());
    let asked = || terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0);
    if io::stdout().is_terminal() { asked().or(told).or(Some(80)) } else { told }
}

/// The channel of a delivery, as people call it; its id where it is gone.
pub(crate) fn channel(delivery: &Value) -> String {
    match cell(delivery, "channel_name") {
        name if name.is_empty() => cell(delivery, "channel"),
        name => name,
    }
}

/// A field as text for a table: empty where it is absent.
pub(crate) fn cell(row: &Value, field: &str) -> String {
    match &row[field] {
        Value::Null => String::new(),
        Value::String(text) => plain(text),
        Value::Array(items) => items
            .iter()
            .map(|item| plain(item.as_str().unwrap_or(&item.to_string())))
            .collect::<Vec<_>>()
            .join(", "),
        other => plain(&other.to_string()),
    }
}

/// An instant as people read it: how long ago, or how long until then.
pub(crate) fn relative(row: &Value, field: &str, now: Timestamp) -> String {
    let Some(instant) = row[field].as_str().and_then(|text| text.parse::<Timestamp>().ok()) else {
        return cell(row, field);
    };
    let seconds = now.duration_since(instant).as_secs();
    let length = length(seconds.unsigned_abs());
    if seconds < 0 { format!("in {length}") } else { format!("{length} ago") }
}

/// An instant to the second in UTC.
pub(crate) fn instant(row: &Value, field: &str) -> String {
    let parsed = row[field].as_str().and_then(|text| text.parse::<Timestamp>().ok());
    let rounded = parsed.and_then(|instant| {
        instant.round(TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Trunc)).ok()
    });
    rounded.map_or_else(|| cell(row, field), |instant| instant.to_string().replace('T', " "))
}

/// Milliseconds as a length of time.
pub(crate) fn duration(row: &Value, field: &str) -> String {
    match row[field].as_f64() {
        Some(millis) if millis < 1000.0 => format!("{millis:.0}ms"),
        Some(millis) if millis < 60_000.0 => format!("{:.1}s", millis / 1000.0),
        Some(millis) => length((millis / 1000.0) as u64),
        None => String::new(),
    }
}

/// The two largest units: `2h 5m`.
pub(crate) fn length(seconds: u64) -> String {
    let units = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")];
    let first = units.iter().position(|(size, _)| seconds >= *size).unwrap_or(3);
    let part = |index: usize| units.get(index).map(|(size, unit)| (seconds / size, seconds % size, unit));
    let Some((whole, rest, unit)) = part(first) else { return String::new() };
    match units.get(first + 1).map(|(size, smaller)| (rest / size, smaller)) {
        Some((count, smaller)) if count > 0 => format!("{whole}{unit} {count}{smaller}"),
        _ => format!("{whole}{unit}"),
    }
}

/// A query out of what was given; absent parts are left out.
pub(crate) fn query<'a>(parts: impl IntoIterator<Item = (&'a str, Option<String>)>) -> String {
    let encode = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let given = parts.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", encode(&value?))));
    given.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lengths_show_their_two_largest_units() {
        let cases = [(0, "0s"), (59, "59s"), (60, "1m"), (125, "2m 5s"), (7500, "2h 5m"), (90_000, "1d 1h")];
        for (seconds, shown) in cases {
            assert_eq!(length(seconds), shown);
        }
    }

    #[test]
    fn instants_are_told_from_now() {
        let row =
            json!({ "past": "2024-01-15T01:00:00.000Z", "future": "2024-01-15T03:00:00Z", "odd": "soon" });
        let now: Timestamp = "2024-01-15T02:00:00Z".parse().unwrap();
        assert_eq!(relative(&row, "past", now), "1h ago");
        assert_eq!(relative(&row, "future", now), "in 1h");
        assert_eq!(relative(&row, "odd", now), "soon");
        assert_eq!(instant(&row, "past"), "2024-01-15 01:00:00Z");
    }

    #[test]
    fn a_query_holds_what_was_given_encoded() {
        let parts = [("q", Some("a&b c".to_owned())), ("tag", None), ("limit", Some("5".to_owned()))];
        assert_eq!(query(parts), "q=a%26b%20c&limit=5");
    }
}
