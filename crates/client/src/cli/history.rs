//! `punctual history`: what a scheduler reported, newest first.

use std::process::ExitCode;

use clap::Args;
use comfy_table::Table;
use serde_json::Value;

use super::connect::{ServerArgs, connect};
use super::list::pages;
use super::output::{Failure, cell, conclude, duration, instant, print, print_json, query, say, table};
use super::printed::has_output;
use crate::api::Limits;

const ERROR_CHARS: usize = 120;

/// Arguments of `punctual history`.
///
/// Show what a scheduler reported, newest first.
#[derive(Args, Clone, Debug)]
pub struct HistoryArgs {
    /// Which scheduler
    scheduler_id: String,
    #[command(flatten)]
    server: ServerArgs,
    /// How many entries
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: Option<u32>,
    /// Only reports that said so
    #[arg(long, value_parser = ["pending", "running", "completed", "failed"])]
    status: Option<String>,
    /// Only since this instant
    #[arg(long, value_name = "INSTANT")]
    from: Option<String>,
    /// Only until this instant
    #[arg(long, value_name = "INSTANT")]
    to: Option<String>,
    /// Also what the server concluded by itself: missed, stale, recovered …
    #[arg(long)]
    include_system: bool,
    /// Print the server's answer as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &HistoryArgs) -> ExitCode {
    conclude(history(args))
}

async fn history(args: &HistoryArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::QUESTION)?;
    let (entries, more) =
        pages(&api, &["schedulers", &args.scheduler_id, "history"], page(args), false).await?;
    if args.json {
        print_json(&Value::Array(entries))?;
    } else if entries.is_empty() {
        say("no reports");
    } else {
        print(&rows(&entries).trim_fmt())?;
    }
    if more {
        say("there are older ones: use --limit, or --to with the oldest instant shown");
    }
    Ok(())
}

fn page(args: &HistoryArgs) -> String {
    query([
        ("limit", args.limit.map(|limit| limit.to_string())),
        ("status", args.status.clone()),
        ("from", args.from.clone()),
        ("to", args.to.clone()),
        ("include", args.include_system.then(|| "system".to_owned())),
    ])
}

fn rows(entries: &[Value]) -> Table {
    let mut header = vec!["WHEN", "WHAT", "TOOK", "EXIT", "RUN", "ERROR"];
    let is_printed = entries.iter().any(has_output);
    header.extend(is_printed.then_some("OUTPUT"));
    let mut table = table(&header);
    for entry in entries {
        let kind = cell(entry, "kind");
        let mut row = vec![
            instant(entry, "timestamp"),
            if kind.is_empty() { cell(entry, "status") } else { kind },
            duration(entry, "execution_time_ms"),
            cell(entry, "exit_code"),
            cell(entry, "run_id"),
            cell(entry, "error_message").chars().take(ERROR_CHARS).collect(),
        ];
        row.extend(has_output(entry).then(|| cell(entry, "id")));
        table.add_row(row);
    }
    table
}
