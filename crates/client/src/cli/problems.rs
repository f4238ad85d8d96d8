//! `punctual problems`: what jobs sent in vain, the latest first.

use std::process::ExitCode;

use clap::Args;
use comfy_table::Table;
use serde_json::Value;

use super::connect::{ServerArgs, connect};
use super::output::{Failure, cell, conclude, instant, parse, print, print_json, say, table};
use crate::api::Limits;

const SAMPLE_CHARS: usize = 200;

/// Arguments of `punctual problems`.
///
/// Show what jobs sent in vain, the latest first: pings to no address, messages that could not be read. Needs a key of
/// the role service-owner at least.
#[derive(Args, Clone, Debug)]
pub struct ProblemsArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// Print the server's answer as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &ProblemsArgs) -> ExitCode {
    conclude(problems(args))
}

async fn problems(args: &ProblemsArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::QUESTION)?;
    let answer = api.get(&["ingest-problems"], None).await?;
    let problems: Vec<Value> = parse(&answer.body)?;
    if args.json {
        print_json(&Value::Array(problems))
    } else if problems.is_empty() {
        say("nothing came in vain");
        Ok(())
    } else {
        print(&rows(&problems).trim_fmt())
    }
}

fn rows(problems: &[Value]) -> Table {
    let mut table = table(&["LAST", "TIMES", "DIALECT", "PROBLEM", "SUBJECT", "WHAT TO DO"]);
    for problem in problems {
        table.add_row([
            instant(problem, "last_at"),
            cell(problem, "count"),
            cell(problem, "dialect"),
            cell(problem, "problem"),
            cell(problem, "subject"),
            cell(problem, "sample").chars().take(SAMPLE_CHARS).collect(),
        ]);
    }
    table
}
