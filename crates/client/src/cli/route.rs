//! `punctual route explain`: who would hear of a scheduler, and why.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use comfy_table::Table;
use serde_json::Value;

use super::connect::{ServerArgs, connect};
use super::output::{Failure, cell, conclude, parse, print, print_json, table};
use crate::api::Limits;

/// What can be asked of routing.
#[derive(Clone, Debug, Subcommand)]
pub enum RouteCommand {
    /// Explain who would hear of a scheduler now, and why
    Explain(ExplainArgs),
}

/// Arguments of `punctual route explain`.
///
/// Explain who would hear of a scheduler now, and why.
#[derive(Args, Clone, Debug)]
pub struct ExplainArgs {
    /// Which scheduler
    scheduler_id: String,
    #[command(flatten)]
    server: ServerArgs,
    /// Only of this cause
    #[arg(long, value_parser = ["failing", "missed", "stale", "overrun"])]
    cause: Option<String>,
    /// Print the server's answer as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &RouteCommand) -> ExitCode {
    let RouteCommand::Explain(args) = command;
    conclude(explain(args))
}

async fn explain(args: &ExplainArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::QUESTION)?;
    let answer = api.get(&["schedulers", &args.scheduler_id, "route"], None).await?;
    let mut route: Value = parse(&answer.body)?;
    if let (Some(cause), Some(causes)) = (&args.cause, route["causes"].as_array_mut()) {
        causes.retain(|known| known["cause"] == cause.as_str());
    }
    if args.json {
        return print_json(&route);
    }
    let (notes, table) = (notes(&route).join("\n"), rows(&route).trim_fmt());
    print(&if notes.is_empty() { table } else { format!("{notes}\n\n{table}") })
}

/// What holds for all causes.
fn notes(route: &Value) -> Vec<String> {
    let mut notes = Vec::new();
    let mut note = |field: &str, text: &dyn Fn(&Value) -> String| {
        if !route[field].is_null() {
            notes.push(text(&route[field]));
        }
    };
    note("paused_since", &|_| format!("Paused since {}: nobody hears.", cell(route, "paused_since")));
    note("maintenance", &|it| {
        let (windows, until) = (cell(it, "windows"), cell(it, "until"));
        format!("Under maintenance ({windows}) until {until}: what is wrong still is told then.")
    });
    note("upstream", &|it| {
        let (scheduler, incident) = (cell(it, "scheduler_id"), cell(it, "incident"));
        format!("Told as part of the open incident of {scheduler} ({incident}), on which it depends.")
    });
    note("remind_every", &|_| {
        format!("Told again every {} until someone acknowledges.", cell(route, "remind_every"))
    });
    notes
}

fn rows(route: &Value) -> Table {
    let mut table = table(&["CAUSE", "SEVERITY", "WHEN", "CHANNEL", "WHY", "NOTE"]);
    for cause in route["causes"].as_array().into_iter().flatten() {
        for step in cause["steps"].as_array().into_iter().flatten() {
            for hearer in hearers(step) {
                let name = if hearer.is_null() { "nobody".to_owned() } else { cell(&hearer, "name") };
                let (cause, severity) = (cell(cause, "cause"), cell(cause, "severity"));
                table.add_row([
                    cause,
                    severity,
                    when(step),
                    name,
                    why(step, &hearer),
                    remarks(step, &hearer),
                ]);
            }
        }
    }
    table
}

/// Those who hear at a step; where nobody does, that is a line too.
fn hearers(step: &Value) -> Vec<Value> {
    let hearers = step["hearers"].as_array().cloned().unwrap_or_default();
    if hearers.is_empty() { vec![Value::Null] } else { hearers }
}

fn when(step: &Value) -> String {
    let after = cell(step, "after");
    if after.is_empty() { "at once".to_owned() } else { format!("after {after}") }
}

fn why(step: &Value, hearer: &Value) -> String {
    let by = match step["by"].as_str() {
        Some("own") => "the scheduler names it".to_owned(),
        Some("rules") => format!("rules: {}", cell(step, "rules")),
        Some("escalation") => "escalation".to_owned(),
        _ => "default channel".to_owned(),
    };
    if hearer["stands_in"] == true { format!("default channel, for {by}") } else { by }
}

fn remarks(step: &Value, hearer: &Value) -> String {
    let (quiet, off, unknown) =
        (cell(hearer, "quiet_until"), cell(hearer, "disabled"), cell(step, "unknown"));
    let said = [
        (!quiet.is_empty()).then(|| format!("quiet until {quiet}")),
        (!off.is_empty()).then(|| format!("switched off: {off}")),
        (!unknown.is_empty()).then(|| format!("no channel is called {unknown}")),
    ];
    said.into_iter().flatten().collect::<Vec<_>>().join("; ")
}
