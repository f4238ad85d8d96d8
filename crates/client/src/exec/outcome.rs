//! What a run's end means: the report of it, and our own exit code.

use std::process::ExitCode;
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::json;

use super::args::TAIL_CHARS_MAX;
use super::child::{End, NotStarted};
use crate::api::Report;
use crate::clock;

/// The server keeps 32 KiB of metadata as JSON; this leaves room for the rest of the object.
const METADATA_BYTES_MAX: usize = 31 * 1024;
const SIGNAL_BASE: i32 = 128;

pub(super) struct Outcome {
    pub report: Report,
    pub exit_code: ExitCode,
}

impl Outcome {
    pub(super) fn of(end: &End, output: Option<String>, ran: Duration) -> Self {
        let code = exit_code(end);
        let mut report = base(if code == 0 { "completed" } else { "failed" }, code, ran);
        let output = output.filter(|output| !output.is_empty());
        if code != 0 {
            report.insert("error_message".to_owned(), message(&describe(end), output.as_deref()).into());
        } else if let Some(output) = output {
            report.insert("metadata".to_owned(), json!({ "output": fitting(&output) }));
        }
        Self { report, exit_code: ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX)) }
    }

    pub(super) fn not_started(problem: &NotStarted, ran: Duration) -> Self {
        let mut report = base("failed", problem.exit_code.into(), ran);
        report.insert("error_message".to_owned(), problem.to_string().into());
        Self { report, exit_code: ExitCode::from(problem.exit_code) }
    }
}

/// The facts every report of an outcome has.
fn base(status: &str, code: i32, ran: Duration) -> Report {
    let millis = u64::try_from(ran.as_millis()).unwrap_or(u64::MAX);
    Report::from_iter([
        ("status".to_owned(), status.into()),
        ("timestamp".to_owned(), clock::text(clock::now()).into()),
        ("exit_code".to_owned(), code.into()),
        ("execution_time_ms".to_owned(), millis.into()),
    ])
}

/// As shells have it.
fn exit_code(end: &End) -> i32 {
    match end {
        End::Code(code) => *code,
        End::Signal { number, .. } => SIGNAL_BASE + number,
        End::Unknown(_) => 1,
    }
}

fn describe(end: &End) -> String {
    match end {
        End::Code(code) => format!("exit status {code}"),
        End::Signal { number, dumped_core } => {
            let name =
                Signal::try_from(*number).map_or_else(|_| "a real-time signal".to_owned(), |s| s.to_string());
            let core = if *dumped_core { ", core dumped" } else { "" };
            format!("killed by signal {number} ({name}{core})")
        }
        End::Unknown(why) => format!("its end could not be learnt: {why}"),
    }
}

/// How it ended, then the last of its output, together no longer than the server keeps.
fn message(how: &str, output: Option<&str>) -> String {
    let Some(output) = output else { return how.to_owned() };
    let room = TAIL_CHARS_MAX.saturating_sub(how.chars().count() + 1);
    format!("{how}\n{}", last_chars(output, room))
}

fn last_chars(text: &str, count: usize) -> &str {
    let excess = text.chars().count().saturating_sub(count);
    text.char_indices().nth(excess).map_or("", |(at, _)| &text[at..])
}

/// The last of the text that fits the metadata once it is written as JSON, where one character may take six bytes.
fn fitting(text: &str) -> &str {
    let mut room = METADATA_BYTES_MAX;
    let start = text.char_indices().rev().take_while(|(_, c)| {
        let size = json_bytes(*c);
        let fits = size <= room;
        room = room.saturating_sub(size);
        fits
    });
    start.last().map_or("", |(at, _)| &text[at..])
}

fn json_bytes(c: char) -> usize {
    match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        c if c < ' ' => 6,
        c => c.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(end: &End, output: &str) -> Report {
        Outcome::of(end, Some(output.to_owned()), Duration::from_millis(1500)).report
    }

    #[test]
    fn success_carries_the_output_as_metadata_and_no_error() {
        let report = report(&End::Code(0), "done\n");
        assert_eq!(report["status"], "completed");
        assert_eq!(report["metadata"], json!({ "output": "done\n" }));
        assert_eq!(report["execution_time_ms"], 1500);
        assert!(!report.contains_key("error_message"));
    }

    #[test]
    fn success_without_output_has_no_metadata() {
        assert!(!report(&End::Code(0), "").contains_key("metadata"));
    }

    #[test]
    fn failure_says_how_it_ended_before_the_output() {
        let code = report(&End::Code(3), "no space\n");
        assert_eq!(
            (&code["error_message"], &code["exit_code"]),
            (&json!("exit status 3\nno space\n"), &json!(3))
        );
        let signal = report(&End::Signal { number: 9, dumped_core: false }, "");
        assert_eq!(signal["error_message"], "killed by signal 9 (SIGKILL)");
        assert_eq!(signal["exit_code"], 137);
        let dumped = report(&End::Signal { number: 11, dumped_core: true }, "");
        assert_eq!(dumped["error_message"], "killed by signal 11 (SIGSEGV, core dumped)");
    }

    #[test]
    fn a_long_error_is_no_longer_than_the_server_keeps_and_ends_with_the_end() {
        let report = report(&End::Code(1), &format!("{}last", "é".repeat(TAIL_CHARS_MAX)));
        let message = report["error_message"].as_str().unwrap();
        assert_eq!(message.chars().count(), TAIL_CHARS_MAX);
        assert!(message.starts_with("exit status 1\né") && message.ends_with("élast"));
    }

    #[test]
    fn metadata_fits_whatever_the_output_is() {
        for unit in ["\u{1}", "\u{fffd}", "\"", "a", "😀"] {
            let report = report(&End::Code(0), &unit.repeat(TAIL_CHARS_MAX));
            assert!(report["metadata"].to_string().len() <= 32 * 1024, "{unit:?}");
        }
    }
}
