//! `punctual delivery`: what was sent to channels and what came of it, and sending dead ones again.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use comfy_table::Table;
use serde_json::Value;

use super::connect::{ServerArgs, connect};
use super::list::pages;
use super::output::{Failure, cell, channel, conclude, instant, print, print_json, query, say, table};
use crate::api::{Limits, plain};

const ANSWER_CHARS: usize = 120;
/// Most that are sent again by one call.
const RETRIES_MAX: usize = 1000;

/// What to do with deliveries.
///
/// Deliveries: what was sent to channels, and what came of it. Needs a key of the role admin.
#[derive(Clone, Debug, Subcommand)]
pub enum DeliveryCommand {
    /// List deliveries, newest first
    List(DeliveryListArgs),
    /// Send deliveries again that were given up
    Retry(DeliveryRetryArgs),
}

/// Arguments of `punctual delivery list`.
#[derive(Args, Clone, Debug)]
pub struct DeliveryListArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// Only those in this state
    #[arg(long, value_parser = ["pending", "delivered", "dead"])]
    state: Option<String>,
    /// Only those to a channel
    #[arg(long, value_name = "ID")]
    channel: Option<String>,
    /// Only those of an incident; the other filters mean nothing then
    #[arg(long, value_name = "ID")]
    incident: Option<String>,
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

/// Arguments of `punctual delivery retry`.
#[derive(Args, Clone, Debug)]
pub struct DeliveryRetryArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// Which ones
    #[arg(value_name = "ID", required_unless_present = "dead", conflicts_with = "dead")]
    ids: Vec<String>,
    /// All that are given up, at most 1000
    #[arg(long)]
    dead: bool,
    /// With --dead: only those to a channel
    #[arg(long, value_name = "ID", requires = "dead")]
    channel: Option<String>,
}

pub(super) fn run(command: &DeliveryCommand) -> ExitCode {
    match command {
        DeliveryCommand::List(args) => conclude(list(args)),
        DeliveryCommand::Retry(args) => conclude(retry(args)),
    }
}

async fn list(args: &DeliveryListArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::QUESTION)?;
    let first = query([
        ("state", args.state.clone()),
        ("channel", args.channel.clone()),
        ("incident", args.incident.clone()),
        ("limit", args.limit.map(|limit| limit.to_string())),
    ]);
    let (deliveries, more) = pages(&api, &["deliveries"], first, args.all).await?;
    if args.json {
        print_json(&Value::Array(deliveries))?;
    } else if deliveries.is_empty() {
        say("no deliveries");
    } else {
        print(&rows(&deliveries).trim_fmt())?;
    }
    if more {
        say("there are older ones: --all shows them");
    }
    Ok(())
}

fn rows(deliveries: &[Value]) -> Table {
    let mut table = table(&["WHEN", "STATE", "CHANNEL", "KIND", "SCHEDULER", "TRIES", "ANSWER", "ID"]);
    for delivery in deliveries {
        table.add_row([
            instant(delivery, "created_at"),
            cell(delivery, "state"),
            channel(delivery),
            cell(delivery, "kind"),
            cell(delivery, "scheduler_id"),
            cell(delivery, "attempts"),
            cell(delivery, "last_answer").chars().take(ANSWER_CHARS).collect(),
            cell(delivery, "id"),
        ]);
    }
    table
}

async fn retry(args: &DeliveryRetryArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::QUESTION)?.patient();
    let (ids, more) = if args.dead {
        let limit = Some(RETRIES_MAX.to_string());
        let first =
            query([("state", Some("dead".to_owned())), ("channel", args.channel.clone()), ("limit", limit)]);
        let (dead, more) = pages(&api, &["deliveries"], first, false).await?;
        (dead.iter().map(|delivery| cell(delivery, "id")).collect(), more)
    } else {
        (args.ids.clone(), false)
    };
    for (sent, id) in ids.iter().enumerate() {
        if let Err(problem) = api.post(&["deliveries", id, "retry"], &serde_json::Map::new()).await {
            say(&format!("{sent} of {} were sent again, and {} was not", ids.len(), plain(id)));
            return Err(problem.into());
        }
    }
    print(&format!("{} sent again", ids.len()))?;
    if more {
        say("there are more: call this again");
    }
    Ok(())
}
