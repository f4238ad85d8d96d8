//! `punctual board`: the status tables, and what one of them shows, on the terminal.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use comfy_table::Table;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::connect::{ServerArgs, connect};
use super::output::{Failure, cell, conclude, duration, parse, print, print_json, say, table};
use crate::api::{Api, Limits};

/// The board that is meant where nobody names one and there are several.
const DEFAULT: &str = "default";
/// How the schedulers of a board can stand, worst first.
const STANDINGS: [&str; 8] =
    ["failed", "stale", "overrun", "missed", "running", "pending", "completed", "paused"];

/// What to do with boards.
///
/// Show status tables on the terminal.
#[derive(Clone, Debug, Subcommand)]
pub enum BoardCommand {
    /// List the boards
    List(BoardListArgs),
    /// Show what a board shows
    Show(BoardShowArgs),
}

/// Arguments of `punctual board list`.
#[derive(Args, Clone, Debug)]
pub struct BoardListArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// Print the server's answer as JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `punctual board show`.
#[derive(Args, Clone, Debug)]
pub struct BoardShowArgs {
    /// Which one, by name or id [default: the only one, or `default`]
    name: Option<String>,
    #[command(flatten)]
    server: ServerArgs,
    /// Print the server's answer as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &BoardCommand) -> ExitCode {
    match command {
        BoardCommand::List(args) => conclude(list(args)),
        BoardCommand::Show(args) => conclude(show(args)),
    }
}

async fn list(args: &BoardListArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::QUESTION)?;
    let boards = boards(&api).await?;
    if args.json {
        return print_json(&Value::Array(boards));
    }
    if boards.is_empty() {
        say("no boards");
        return Ok(());
    }
    let mut table = table(&["NAME", "TITLE", "CHANNEL", "HOURS", "DAYS", "EVERY"]);
    for board in &boards {
        let hours = format!("{}-{} {}", cell(board, "start"), cell(board, "end"), cell(board, "time_zone"));
        let [name, title, channel, days, cadence] =
            ["name", "title", "channel", "days", "cadence"].map(|field| cell(board, field));
        table.add_row([name, title, channel, hours, days, cadence]);
    }
    print(&table.trim_fmt())
}

async fn boards(api: &Api) -> Result<Vec<Value>, Failure> {
    parse(&api.get(&["boards"], None).await?.body)
}

async fn show(args: &BoardShowArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::QUESTION)?;
    let name = match &args.name {
        Some(name) => name.clone(),
        None => the_one(&boards(&api).await?)?,
    };
    let page: Value = parse(&api.get(&["boards", &name, "page"], None).await?.body)?;
    if args.json {
        return print_json(&page);
    }
    print(&headline(&page))?;
    let rows = page["rows"].as_array().map_or(&[][..], Vec::as_slice);
    if !rows.is_empty() {
        print(&format!("\n{}", table_of(rows, &zone(&page)).trim_fmt()))?;
    }
    match page["left_out"].as_u64() {
        None | Some(0) => {}
        Some(count) => say(&format!("{count} more are counted and not shown: `punctual list` lists them")),
    }
    if page["unread"] == true {
        say("there are more schedulers than a board reads");
    }
    Ok(())
}

/// The board that is meant where nobody names one.
fn the_one(boards: &[Value]) -> Result<String, Failure> {
    let default = boards.iter().find(|board| board["name"] == DEFAULT);
    let found = default.or(if boards.len() == 1 { boards.first() } else { None });
    if let Some(board) = found {
        return Ok(board["id"].as_str().unwrap_or_default().to_owned());
    }
    let names: Vec<_> = boards.iter().map(|board| cell(board, "name")).collect();
    Err(Failure::Unclear(if names.is_empty() {
        "there is no board; set one up with POST /api/v1/boards or in the configuration".to_owned()
    } else {
        format!("which board? There are {}", names.join(", "))
    }))
}

/// Title, window, counts and time, a line each.
fn headline(page: &Value) -> String {
    let zone = zone(page);
    let window = &page["window"];
    let (start, end) =
        (clock(window, "start", &zone, "%a %Y-%m-%d %H:%M"), clock(window, "end", &zone, "%H:%M"));
    let state = match (page["closing"] == true, page["all_clear"] == true) {
        (true, true) => ", closed: all clear",
        (true, false) => ", closed: not everything completed",
        (false, _) => "",
    };
    let counts = STANDINGS.iter().filter_map(|standing| {
        let count = page["counts"][standing].as_u64().filter(|count| *count > 0)?;
        Some(format!("{count} {standing}"))
    });
    let counts: Vec<_> = counts.collect();
    let counts = if counts.is_empty() { "no scheduler".to_owned() } else { counts.join(", ") };
    format!(
        "{}: {start} to {end} {}{state}\n{counts}; total execution time {}; as of {}",
        cell(page, "title"),
        cell(page, "time_zone"),
        duration(page, "total_execution_time_ms"),
        clock(page, "updated_at", &zone, "%H:%M")
    )
}

fn table_of(rows: &[Value], zone: &TimeZone) -> Table {
    let mut table = table(&["STANDING", "SCHEDULER", "SERVICE", "AT", "TOOK", "ERROR"]);
    for row in rows {
        table.add_row([
            cell(row, "standing"),
            cell(row, "scheduler_id"),
            cell(row, "service_name"),
            clock(row, "at", zone, "%H:%M"),
            duration(row, "execution_time_ms"),
            cell(row, "error_message"),
        ]);
    }
    table
}

/// The board's zone; UTC where this program's database does not know it.
fn zone(page: &Value) -> TimeZone {
    let known = page["time_zone"].as_str().and_then(|name| TimeZone::get(name).ok());
    known.unwrap_or(TimeZone::UTC)
}

/// An instant on the clocks of a zone; empty where there is none.
fn clock(row: &Value, field: &str, zone: &TimeZone, format: &str) -> String {
    match row[field].as_str().and_then(|text| text.parse::<Timestamp>().ok()) {
        Some(instant) => instant.to_zoned_datetime(zone.clone()).strftime(format).to_string(),
        None => cell(row, field),
    }
}
