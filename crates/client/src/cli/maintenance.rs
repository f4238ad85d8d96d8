//! `punctual maintenance`: a time in which nobody is told; begun, listed and ended.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use comfy_table::Table;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::connect::{ServerArgs, connect};
use super::output::{Failure, cell, conclude, parse, print, print_json, relative, say, table};
use crate::api::{Limits, Report, plain};
use crate::clock;

/// What can be done with maintenance.
#[derive(Clone, Debug, Subcommand)]
pub enum MaintenanceCommand {
    /// Start maintenance now
    Start(StartArgs),
    /// List maintenance windows
    List(WindowsArgs),
    /// End maintenance: what it held back is told
    End(EndArgs),
}

/// Arguments of `punctual maintenance start`.
///
/// Start maintenance now.
///
/// Of every scheduler of the project, unless services, tags or schedulers are given: then of those that match all that
/// is given.
#[derive(Args, Clone, Debug)]
pub struct StartArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// How long it lasts, such as 2h
    #[arg(long = "for", value_name = "DURATION")]
    lasting: String,
    /// What to call it [default: maintenance of the present instant]
    #[arg(long)]
    name: Option<String>,
    /// Of this service; may be given several times
    #[arg(long = "service", value_name = "NAME")]
    services: Vec<String>,
    /// With this tag; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Of this scheduler; may be given several times
    #[arg(long = "scheduler", value_name = "ID")]
    schedulers: Vec<String>,
    /// Print the server's answer as JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `punctual maintenance list`.
#[derive(Args, Clone, Debug)]
pub struct WindowsArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// Only those that hold now
    #[arg(long)]
    active: bool,
    /// Print the server's answer as JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `punctual maintenance end`.
///
/// End maintenance: what it held back is told.
///
/// The window is deleted.
#[derive(Args, Clone, Debug)]
pub struct EndArgs {
    /// Its name or id
    name: String,
    #[command(flatten)]
    server: ServerArgs,
    /// Delete it also where it recurs: it does not come again
    #[arg(long)]
    for_good: bool,
}

pub(super) fn run(command: &MaintenanceCommand) -> ExitCode {
    match command {
        MaintenanceCommand::Start(args) => conclude(start(args)),
        MaintenanceCommand::List(args) => conclude(list(args)),
        MaintenanceCommand::End(args) => conclude(end(args)),
    }
}

async fn start(args: &StartArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::QUESTION)?;
    let answer = api.post(&["maintenance"], &draft(args, clock::now())).await?;
    let window: Value = parse(&answer.body)?;
    if args.json {
        return print_json(&window);
    }
    print(&format!("{} of {} until {}", cell(&window, "name"), about(&window), cell(&window, "until")))
}

fn draft(args: &StartArgs, now: Timestamp) -> Report {
    let name = args.name.clone().unwrap_or_else(|| format!("maintenance of {}", clock::text(now)));
    let selector = [("services", &args.services), ("tags", &args.tags), ("schedulers", &args.schedulers)];
    let given = selector.into_iter().filter(|(_, names)| !names.is_empty());
    let selector: Report = given.map(|(field, names)| (field.to_owned(), json!(names))).collect();
    let fields =
        [("name", json!(name)), ("selector", Value::Object(selector)), ("duration", json!(args.lasting))];
    fields.into_iter().map(|(field, value)| (field.to_owned(), value)).collect()
}

async fn list(args: &WindowsArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::QUESTION)?;
    let answer = api.get(&["maintenance"], args.active.then_some("active=true")).await?;
    let windows: Vec<Value> = parse(&answer.body)?;
    if args.json {
        print_json(&Value::Array(windows))
    } else if windows.is_empty() {
        say("no maintenance");
        Ok(())
    } else {
        print(&rows(&windows, clock::now()).trim_fmt())
    }
}

fn rows(windows: &[Value], now: Timestamp) -> Table {
    let mut table = table(&["NAME", "OF", "ACTIVE", "ENDS", "NEXT", "SCHEDULE"]);
    for window in windows {
        let schedule = &window["schedule"];
        let slots = [cell(schedule, "cron"), cell(schedule, "on_calendar"), cell(schedule, "timezone")];
        table.add_row([
            cell(window, "name"),
            about(window),
            if window["active"] == true { "yes" } else { "no" }.to_owned(),
            relative(&window["current"], "until", now),
            relative(&window["next"], "from", now),
            slots.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "),
        ]);
    }
    table
}

/// Of which schedulers, in words.
fn about(window: &Value) -> String {
    let selector = &window["selector"];
    let parts = [("service", "services"), ("tag", "tags"), ("scheduler", "schedulers")];
    let said = parts.map(|(word, field)| (word, cell(selector, field)));
    let said: Vec<String> = said
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(word, names)| format!("{word} {names}"))
        .collect();
    if said.is_empty() { "every scheduler".to_owned() } else { said.join(" and ") }
}

async fn end(args: &EndArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::QUESTION)?;
    let windows: Vec<Value> = parse(&api.get(&["maintenance"], None).await?.body)?;
    let named = |field: &str| windows.iter().find(|window| window[field] == args.name.as_str());
    let shown = plain(&args.name);
    let Some(window) = named("name").or_else(|| named("id")) else {
        return Err(Failure::Unfit(format!(
            "there is no maintenance called {shown}: see punctual maintenance list"
        )));
    };
    if !window["schedule"].is_null() && !args.for_good {
        let advice = "recurs: --for-good deletes it, and it does not come again";
        return Err(Failure::Unfit(format!("maintenance {shown} {advice}")));
    }
    api.delete(&["maintenance", window["id"].as_str().unwrap_or_default()]).await?;
    print(&format!("{shown} is over"))
}
