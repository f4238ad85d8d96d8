//! `punctual list`: the schedulers, the worst first.

use std::process::ExitCode;

use clap::Args;
use comfy_table::{ColumnConstraint, Table};
use jiff::Timestamp;
use serde_json::Value;

use super::connect::{ServerArgs, connect};
use super::output::{
    Failure, cell, conclude, duration, parse, print, print_json, query, relative, say, table, terminal_width,
};
use crate::api::{Api, Limits};
use crate::clock;

/// More than ten million schedulers are not for a terminal.
const PAGES_MAX: usize = 1000;

/// Arguments of `punctual list`.
///
/// List schedulers, the worst first.
#[derive(Args, Clone, Debug)]
pub struct ListArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// Only those whose last report said so
    #[arg(long, value_parser = ["pending", "running", "completed", "failed"])]
    status: Option<String>,
    /// Only those in this health
    #[arg(long, value_parser = ["new", "healthy", "late", "missed", "stale", "overrun", "failing", "paused"])]
    health: Option<String>,
    /// Only those of a service
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Only those with a tag
    #[arg(long)]
    tag: Option<String>,
    /// Only those whose id, service or job begins so
    #[arg(long, short, value_name = "TEXT")]
    q: Option<String>,
    /// Order: by id, or the worst first
    #[arg(long, default_value = "-severity", value_parser = ["scheduler_id", "-severity"], allow_hyphen_values = true)]
    sort: String,
    /// How many on a page
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: Option<u32>,
    /// All pages
    #[arg(long)]
    all: bool,
    /// Print the server's answer as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &ListArgs) -> ExitCode {
    conclude(list(args))
}

async fn list(args: &ListArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::QUESTION)?;
    let (schedulers, more) = pages(&api, &["schedulers"], first_page(args), args.all).await?;
    if args.json {
        print_json(&Value::Array(schedulers))?;
    } else if schedulers.is_empty() {
        say("no schedulers");
    } else {
        print(&rows(&schedulers, clock::now()).trim_fmt())?;
    }
    if more {
        say("there are more: --all shows them");
    }
    Ok(())
}

fn first_page(args: &ListArgs) -> String {
    query([
        ("status", args.status.clone()),
        ("health", args.health.clone()),
        ("service", args.service.clone()),
        ("tag", args.tag.clone()),
        ("q", args.q.clone()),
        ("sort", Some(args.sort.clone())),
        ("limit", args.limit.map(|limit| limit.to_string())),
    ])
}

/// One page or all of them, and whether there are more.
pub(super) async fn pages(
    api: &Api,
    segments: &[&str],
    first: String,
    all: bool,
) -> Result<(Vec<Value>, bool), Failure> {
    let mut rows = Vec::new();
    let mut next = Some(first);
    for _ in 0..PAGES_MAX {
        let Some(page) = next else { break };
        let answer = api.get(segments, Some(&page)).await?;
        rows.append(&mut parse(&answer.body)?);
        next = answer.next;
        if !all {
            break;
        }
    }
    Ok((rows, next.is_some()))
}

/// The columns and the width from which each is shown: what matters least goes first on a narrow terminal.
const COLUMNS: [(&str, u16); 7] = [
    ("HEALTH", 0),
    ("STATUS", 44),
    ("SCHEDULER", 0),
    ("SERVICE", 72),
    ("REPORTED", 56),
    ("TOOK", 84),
    ("EXPECTED", 64),
];

fn rows(schedulers: &[Value], now: Timestamp) -> Table {
    let width = terminal_width().unwrap_or(u16::MAX);
    let shown = |column: &usize| COLUMNS.get(*column).is_some_and(|(_, from)| *from <= width);
    let columns: Vec<usize> = (0..COLUMNS.len()).filter(shown).collect();
    let mut table = table(&columns.iter().map(|column| COLUMNS[*column].0).collect::<Vec<_>>());
    for scheduler in schedulers {
        let cells = row(scheduler, now);
        table.add_row(columns.iter().map(|column| cells[*column].clone()));
    }
    // A word of health or status is never broken.
    for column in table.column_iter_mut().take(if columns.len() > 2 { 2 } else { 1 }) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    table
}

fn row(scheduler: &Value, now: Timestamp) -> [String; COLUMNS.len()] {
    [
        cell(scheduler, "health"),
        cell(scheduler, "status"),
        cell(scheduler, "scheduler_id"),
        cell(scheduler, "service_name"),
        relative(scheduler, "timestamp", now),
        duration(scheduler, "execution_time_ms"),
        relative(scheduler, "expected_at", now),
    ]
}
