//! `punctual register`: makes a scheduler known, or changes what is given of one.
//!
//! Judges nothing: names, schedules and durations go to the server as they are, and it answers with every problem.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Map, Value};

use super::connect::{ServerArgs, connect};
use super::output::{Failure, cell, conclude, parse, print, print_json, say};
use super::registration::{AboutArgs, given, registration};
use crate::api::{Limits, Report, plain};

/// Arguments of `punctual register`.
///
/// Register a scheduler, or change what is given of one.
///
/// What is not given stays as it is; status and history stay in any case.
#[derive(Args, Clone, Debug)]
pub struct RegisterArgs {
    /// The scheduler's id, unique in the project
    scheduler_id: String,
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    about: AboutArgs,
    #[command(flatten)]
    schedule: ScheduleArgs,
    #[command(flatten)]
    limits: LimitArgs,
    /// Slack user to mention
    #[arg(long, value_name = "USER")]
    alert_user_id: Option<String>,
    /// What the job is for
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Print the server's answer as JSON
    #[arg(long)]
    json: bool,
}

/// When it is expected.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Schedule")]
struct ScheduleArgs {
    /// Expected at the times of a cron expression, such as "0 2 * * *"
    #[arg(long, value_name = "EXPRESSION", group = "when")]
    cron: Option<String>,
    /// Expected once every so long, such as 15m
    #[arg(long, value_name = "DURATION", group = "when")]
    every: Option<String>,
    /// Expected at the times of a calendar event, such as "Mon..Fri 02:00"
    #[arg(long, value_name = "EVENT", group = "when")]
    on_calendar: Option<String>,
    /// What --every counts from
    #[arg(long, value_name = "POINT", value_parser = ["start", "end"], requires = "every")]
    every_from: Option<String>,
    /// Time zone of --cron or --on-calendar, such as Asia/Jakarta
    #[arg(long, value_name = "ZONE", requires = "when")]
    timezone: Option<String>,
    /// How late it may be
    #[arg(long, value_name = "DURATION", requires = "when")]
    grace: Option<String>,
    /// How early it may be
    #[arg(long, value_name = "DURATION", requires = "when")]
    early: Option<String>,
    /// Since when it is expected: its registration or its first report
    #[arg(long, value_name = "POINT", requires = "when", value_parser = ["registration", "first_report"])]
    expect_from: Option<String>,
}

/// What is too long, too silent or too often.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Limits")]
struct LimitArgs {
    /// How long a run may take; "off" for ever
    #[arg(long, value_name = "DURATION")]
    max_runtime: Option<String>,
    /// How long a run may be silent; "off" for ever
    #[arg(long, value_name = "DURATION")]
    heartbeat_timeout: Option<String>,
    /// Failed runs in a row before an alert
    #[arg(long, value_name = "COUNT")]
    failure_threshold: Option<u32>,
    /// Completed runs before all is well again
    #[arg(long, value_name = "COUNT")]
    recovery_threshold: Option<u32>,
    /// Missed slots before an alert
    #[arg(long, value_name = "COUNT")]
    missed_threshold: Option<u32>,
    /// Least time between two alerts; or "off"
    #[arg(long, value_name = "DURATION")]
    realert_after: Option<String>,
    /// Time between two reminders; or "off"
    #[arg(long, value_name = "DURATION")]
    remind_every: Option<String>,
}

pub(super) fn run(args: &RegisterArgs) -> ExitCode {
    conclude(register(args))
}

async fn register(args: &RegisterArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::QUESTION)?;
    let answer = api.register(&registration_of(args)).await?;
    let scheduler: Value = parse(&answer.body)?;
    for hint in scheduler["hints"].as_array().into_iter().flatten() {
        say(&format!("hint: {}", plain(hint.as_str().unwrap_or(&hint.to_string()))));
    }
    if args.json {
        return print_json(&scheduler);
    }
    let done = if answer.status == 201 { "registered" } else { "updated" };
    print(&format!("{} {done}{}", plain(&args.scheduler_id), expectation(&scheduler)))
}

fn expectation(scheduler: &Value) -> String {
    let expected = cell(scheduler, "expected_at");
    if expected.is_empty() { String::new() } else { format!(", expected at {expected}") }
}

fn registration_of(args: &RegisterArgs) -> Report {
    let further = given([
        ("alert_user_id", args.alert_user_id.clone().map(Value::from)),
        ("description", args.description.clone().map(Value::from)),
    ]);
    let mut body = registration(&args.scheduler_id, &args.about, schedule(&args.schedule), further);
    body.extend(limits(&args.limits));
    body
}

fn schedule(args: &ScheduleArgs) -> Option<Value> {
    let schedule = given([
        ("cron", args.cron.clone().map(Value::from)),
        ("every", args.every.clone().map(Value::from)),
        ("on_calendar", args.on_calendar.clone().map(Value::from)),
        ("from", args.every_from.clone().map(Value::from)),
        ("timezone", args.timezone.clone().map(Value::from)),
        ("grace", args.grace.clone().map(Value::from)),
        ("early", args.early.clone().map(Value::from)),
        ("expect_from", args.expect_from.clone().map(Value::from)),
    ]);
    (!schedule.is_empty()).then_some(Value::Object(schedule))
}

fn limits(args: &LimitArgs) -> Map<String, Value> {
    given([
        ("max_runtime", args.max_runtime.clone().map(Value::from)),
        ("heartbeat_timeout", args.heartbeat_timeout.clone().map(Value::from)),
        ("failure_threshold", args.failure_threshold.map(Value::from)),
        ("recovery_threshold", args.recovery_threshold.map(Value::from)),
        ("missed_threshold", args.missed_threshold.map(Value::from)),
        ("realert_after", args.realert_after.clone().map(Value::from)),
        ("remind_every", args.remind_every.clone().map(Value::from)),
    ])
}
