//! `punctual output`: what a job printed. Programs get it byte for byte; on a terminal it cannot play tricks.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::connect::{ServerArgs, connect};
use super::list::pages;
use super::output::{Failure, cell, conclude, print, query};
use crate::api::{Api, Limits, plain};

/// How many entries are looked through for the newest output.
const LOOKED_THROUGH: usize = 1000;

/// Arguments of `punctual output`.
///
/// Show what a job printed.
#[derive(Args, Clone, Debug)]
pub struct OutputArgs {
    /// Which scheduler
    scheduler_id: String,
    /// Which entry of its history, as `punctual history` shows it under OUTPUT [default: the newest that has any]
    version: Option<u64>,
    #[command(flatten)]
    server: ServerArgs,
}

pub(super) fn run(args: &OutputArgs) -> ExitCode {
    conclude(output(args))
}

async fn output(args: &OutputArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::QUESTION)?;
    let version = match args.version {
        Some(version) => version.to_string(),
        None => newest(&api, &args.scheduler_id).await?,
    };
    let answer = api.get(&["schedulers", &args.scheduler_id, "output", &version], None).await?;
    if io::stdout().is_terminal() {
        return print(&harmless(&String::from_utf8_lossy(&answer.body)));
    }
    let mut output = io::stdout().lock();
    output.write_all(&answer.body)?;
    output.flush()?;
    Ok(())
}

/// The newest entry of whose report anything printed is kept.
async fn newest(api: &Api, id: &str) -> Result<String, Failure> {
    let first = query([("include", Some("system".to_owned())), ("limit", Some(LOOKED_THROUGH.to_string()))]);
    let (entries, _) = pages(api, &["schedulers", id, "history"], first, false).await?;
    let entry = entries.iter().find(|entry| has_output(entry));
    entry.map(|entry| cell(entry, "id")).ok_or_else(|| {
        let id = plain(id);
        Failure::Unfit(format!("nothing that {id} printed is kept among its newest {LOOKED_THROUGH} entries"))
    })
}

/// Whether anything is kept of what the job printed.
pub(super) fn has_output(entry: &Value) -> bool {
    entry["output_bytes"].as_u64().is_some_and(|bytes| bytes > 0)
}

/// Lines as they are, without what would move a terminal's cursor, change its colours, or worse.
fn harmless(text: &str) -> String {
    let keeps = |c: char| c == '\n' || c == '\t' || !c.is_control();
    text.replace("\r\n", "\n").chars().map(|c| if keeps(c) { c } else { ' ' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_lines_and_nothing_else_that_is_no_character_gets_through() {
        assert_eq!(harmless("a\tb\r\nc\n\u{1b}[31mred\u{7}\u{9b}"), "a\tb\nc\n [31mred  ");
    }
}
