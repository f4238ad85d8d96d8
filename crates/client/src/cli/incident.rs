//! `punctual incident`: what is wrong, what happened, and saying that someone looks after it.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use comfy_table::Table;
use jiff::Timestamp;
use serde_json::Value;

use super::connect::{ServerArgs, connect};
use super::list::pages;
use super::output::{
    Failure, cell, channel, conclude, instant, parse, print, print_json, query, relative, say, table,
};
use crate::api::{Limits, plain};
use crate::clock;

/// What can be done with incidents.
#[derive(Clone, Debug, Subcommand)]
pub enum IncidentCommand {
    /// List incidents, newest first
    List(IncidentListArgs),
    /// Show what happened in one, and who was told
    Show(IncidentArgs),
    /// Say that you look after one, or no longer do
    Ack(AckArgs),
}

/// Arguments of `punctual incident list`.
#[derive(Args, Clone, Debug)]
pub struct IncidentListArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// Only those that stand so
    #[arg(long, default_value = "open", value_parser = ["open", "unacknowledged", "acknowledged", "resolved", "any"])]
    state: String,
    /// Only those of a scheduler
    #[arg(long, value_name = "ID")]
    scheduler: Option<String>,
    /// Only those of a service
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// How many on a page
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: Option<u32>,
    /// All pages
    #[arg(long)]
    all: bool,
    /// Print the server's answer as JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `punctual incident show`.
#[derive(Args, Clone, Debug)]
pub struct IncidentArgs {
    /// Which one
    incident: String,
    #[command(flatten)]
    server: ServerArgs,
    /// Print the server's answer as JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `punctual incident ack`.
#[derive(Args, Clone, Debug)]
pub struct AckArgs {
    #[command(flatten)]
    of: IncidentArgs,
    /// Take it back: nobody looks after it
    #[arg(long)]
    withdraw: bool,
}

pub(super) fn run(command: &IncidentCommand) -> ExitCode {
    match command {
        IncidentCommand::List(args) => conclude(list(args)),
        IncidentCommand::Show(args) => conclude(show(args)),
        IncidentCommand::Ack(args) => conclude(acknowledge(args)),
    }
}

async fn list(args: &IncidentListArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::QUESTION)?;
    let first = query([
        ("state", Some(args.state.clone()).filter(|state| state != "any")),
        ("scheduler", args.scheduler.clone()),
        ("service", args.service.clone()),
        ("limit", args.limit.map(|limit| limit.to_string())),
    ]);
    let (incidents, more) = pages(&api, &["incidents"], first, args.all).await?;
    if args.json {
        print_json(&Value::Array(incidents))?;
    } else if incidents.is_empty() {
        say("no incidents");
    } else {
        print(&rows(&incidents, clock::now()).trim_fmt())?;
    }
    if more {
        say("there are more: --all shows them");
    }
    Ok(())
}

fn rows(incidents: &[Value], now: Timestamp) -> Table {
    let mut table = table(&["INCIDENT", "STATE", "SCHEDULER", "CAUSES", "SEVERITY", "SINCE", "BY"]);
    for incident in incidents {
        table.add_row([
            cell(incident, "id"),
            cell(incident, "state"),
            cell(incident, "scheduler_id"),
            cell(incident, "causes"),
            cell(incident, "severity"),
            relative(incident, "opened_at", now),
            cell(&incident["acknowledged"], "by"),
        ]);
    }
    table
}

async fn show(args: &IncidentArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::QUESTION)?;
    let answer = api.get(&["incidents", &args.incident], None).await?;
    let incident: Value = parse(&answer.body)?;
    if args.json {
        return print_json(&incident);
    }
    let parts = [&head(&incident), &timeline(&incident), &deliveries(&incident)];
    let shown: Vec<String> = parts.into_iter().filter(|it| it.row_count() > 0).map(Table::trim_fmt).collect();
    print(&shown.join("\n\n"))?;
    if incident["timeline_is_whole"] == false {
        say("older entries of the timeline are not kept or not shown");
    }
    Ok(())
}

fn head(incident: &Value) -> Table {
    let mut table = table(&["FIELD", "VALUE"]);
    for name in ["id", "state", "scheduler_id", "service_name", "job_name", "severity", "causes", "opened_at"]
    {
        table.add_row([name.to_owned(), cell(incident, name)]);
    }
    for (name, part, field) in [("acknowledged_by", "acknowledged", "by"), ("ended", "ended", "why")] {
        if !incident[part].is_null() {
            let value = format!("{} at {}", cell(&incident[part], field), cell(&incident[part], "at"));
            table.add_row([name.to_owned(), value]);
        }
    }
    table
}

fn timeline(incident: &Value) -> Table {
    let mut table = table(&["WHEN", "WHAT", "DETAIL"]);
    for entry in incident["timeline"].as_array().into_iter().flatten() {
        table.add_row([instant(entry, "at"), cell(entry, "what"), detail(entry)]);
    }
    table
}

/// The rest of an entry, field by field.
fn detail(entry: &Value) -> String {
    let fields = entry.as_object().into_iter().flat_map(|fields| fields.keys());
    let rest = fields.filter(|name| !["at", "what", "version"].contains(&name.as_str()));
    let shown = rest.map(|name| format!("{}={}", plain(name), cell(entry, name)));
    shown.collect::<Vec<_>>().join(" ")
}

fn deliveries(incident: &Value) -> Table {
    let mut table = table(&["TOLD", "CHANNEL", "KIND", "STATE", "ANSWER"]);
    for delivery in incident["deliveries"].as_array().into_iter().flatten() {
        table.add_row([
            instant(delivery, "created_at"),
            channel(delivery),
            cell(delivery, "kind"),
            cell(delivery, "state"),
            cell(delivery, "last_answer"),
        ]);
    }
    table
}

async fn acknowledge(args: &AckArgs) -> Result<(), Failure> {
    let api = connect(&args.of.server, Limits::QUESTION)?;
    let segments = ["incidents", args.of.incident.as_str(), "acknowledgement"];
    let answer = if args.withdraw { api.delete(&segments).await? } else { api.put(&segments).await? };
    let incident: Value = parse(&answer.body)?;
    if args.of.json {
        return print_json(&incident);
    }
    print(&format!(
        "{} of {} is {}",
        cell(&incident, "id"),
        cell(&incident, "scheduler_id"),
        cell(&incident, "state")
    ))
}
