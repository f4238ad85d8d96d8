//! What a run's end means: the report of it, and our own exit code.

use std::process::ExitCode;

use serde_json::{Map, Value};

use super::args::{Reported, TAIL_CHARS_MAX};
use super::tries::Ended;
use crate::api::Report;
use crate::clock;

/// The server keeps 32 KiB of metadata as JSON; this leaves room for the rest of the object.
const METADATA_BYTES_MAX: usize = 31 * 1024;
pub(super) struct Outcome {
    pub report: Report,
    pub exit_code: ExitCode,
}

impl Outcome {
    pub(super) fn of(ended: &Ended, reported: Reported) -> Self {
        let code = ended.how.exit_code();
        let mut report = base(ended, code);
        let output = ended.output.as_deref().filter(|output| !output.is_empty());
        let mut metadata = Map::new();
        if code != 0 {
            report.insert("error_message".to_owned(), message(&describe(ended), output).into());
        } else if let Some(output) = output.filter(|_| reported == Reported::Always) {
            metadata.insert("output".to_owned(), fitting(output).into());
        }
        if ended.tries > 1 {
            metadata.insert("tries".to_owned(), ended.tries.into());
        }
        if !metadata.is_empty() {
            report.insert("metadata".to_owned(), Value::Object(metadata));
        }
        Self { report, exit_code: ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX)) }
    }
}

/// The facts every report of an outcome has.
fn base(ended: &Ended, code: i32) -> Report {
    let millis = u64::try_from(ended.ran.as_millis()).unwrap_or(u64::MAX);
    let status = if code == 0 { "completed" } else { "failed" };
    Report::from_iter([
        ("status".to_owned(), status.into()),
        ("timestamp".to_owned(), clock::text(clock::now()).into()),
        ("exit_code".to_owned(), code.into()),
        ("execution_time_ms".to_owned(), millis.into()),
    ])
}

fn describe(ended: &Ended) -> String {
    match &ended.remark {
        Some(remark) => format!("{}, {remark}", ended.how),
        None => ended.how.to_string(),
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

    use std::time::Duration;

    use serde_json::json;

    use super::super::child::End;
    use super::super::ending::How;
    use crate::clock;

    fn ended(end: End, output: &str) -> Ended {
        let (output, ran) = (Some(output.to_owned()), Duration::from_millis(1500));
        Ended { output, ran, tries: 1, ..Ended::without_a_try(How::Ended(end), clock::instant()) }
    }

    fn report(end: End, output: &str) -> Report {
        Outcome::of(&ended(end, output), Reported::Always).report
    }

    #[test]
    fn success_carries_the_output_as_metadata_and_no_error() {
        let report = report(End::Code(0), "done\n");
        assert_eq!(report["status"], "completed");
        assert_eq!(report["metadata"], json!({ "output": "done\n" }));
        assert_eq!(report["execution_time_ms"], 1500);
        assert!(!report.contains_key("error_message"));
    }

    #[test]
    fn success_without_output_has_no_metadata() {
        assert!(!report(End::Code(0), "").contains_key("metadata"));
    }

    #[test]
    fn failure_says_how_it_ended_before_the_output() {
        let code = report(End::Code(3), "no space\n");
        assert_eq!(
            (&code["error_message"], &code["exit_code"]),
            (&json!("exit status 3\nno space\n"), &json!(3))
        );
        let signal = report(End::Signal { number: 9, dumped_core: false }, "");
        assert_eq!(signal["error_message"], "killed by signal 9 (SIGKILL)");
        assert_eq!(signal["exit_code"], 137);
    }

    #[test]
    fn success_tells_its_output_only_where_it_is_to_be_told_always() {
        let report = |code| Outcome::of(&ended(End::Code(code), "done\n"), Reported::Failure).report;
        assert!(!report(0).contains_key("metadata"));
        assert_eq!(report(1)["error_message"], "exit status 1\ndone\n");
    }

    #[test]
    fn a_run_of_several_tries_says_how_many() {
        let several = |code| Ended {
            tries: 2,
            remark: Some("the last of 2 tries".to_owned()),
            ..ended(End::Code(code), "x")
        };
        let failed = Outcome::of(&several(4), Reported::Always).report;
        assert_eq!(failed["error_message"], "exit status 4, the last of 2 tries\nx");
        assert_eq!(failed["metadata"], json!({ "tries": 2 }));
        let completed = Outcome::of(&several(0), Reported::Always).report;
        assert_eq!(completed["metadata"], json!({ "output": "x", "tries": 2 }));
    }

    #[test]
    fn a_long_error_is_no_longer_than_the_server_keeps_and_ends_with_the_end() {
        let report = report(End::Code(1), &format!("{}last", "é".repeat(TAIL_CHARS_MAX)));
        let message = report["error_message"].as_str().unwrap();
        assert_eq!(message.chars().count(), TAIL_CHARS_MAX);
        assert!(message.starts_with("exit status 1\né") && message.ends_with("élast"));
    }

    #[test]
    fn metadata_fits_whatever_the_output_is() {
        for unit in ["\u{1}", "\u{fffd}", "\"", "a", "😀"] {
            let report = report(End::Code(0), &unit.repeat(TAIL_CHARS_MAX));
            assert!(report["metadata"].to_string().len() <= 32 * 1024, "{unit:?}");
        }
    }
}
