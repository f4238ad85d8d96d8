//! `punctual show`: everything about one scheduler.

use std::process::ExitCode;

use clap::Args;
use comfy_table::Table;
use serde_json::Value;

use super::connect::{ServerArgs, connect};
use super::output::{Failure, cell, conclude, parse, print, print_json, table};
use crate::api::Limits;

/// What people ask first; the rest follows by name.
const FIRST: [&str; 10] = [
    "scheduler_id",
    "health",
    "status",
    "service_name",
    "job_name",
    "timestamp",
    "expected_at",
    "deadline_at",
    "error_message",
    "ping_url",
];

/// Arguments of `punctual show`.
///
/// Show one scheduler.
#[derive(Args, Clone, Debug)]
pub struct ShowArgs {
    /// Which one
    scheduler_id: String,
    #[command(flatten)]
    server: ServerArgs,
    /// Print the server's answer as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &ShowArgs) -> ExitCode {
    conclude(show(args))
}

async fn show(args: &ShowArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::QUESTION)?;
    let answer = api.get(&["schedulers", &args.scheduler_id], None).await?;
    let scheduler: Value = parse(&answer.body)?;
    if args.json { print_json(&scheduler) } else { print(&fields(&scheduler).trim_fmt()) }
}

fn fields(scheduler: &Value) -> Table {
    let others = scheduler.as_object().into_iter().flat_map(|fields| fields.keys().map(String::as_str));
    let others = others.filter(|name| !FIRST.contains(name));
    let mut table = table(&["FIELD", "VALUE"]);
    for name in FIRST.into_iter().chain(others) {
        let value = cell(scheduler, name);
        if !value.is_empty() {
            table.add_row([name.to_owned(), value]);
        }
    }
    table
}
