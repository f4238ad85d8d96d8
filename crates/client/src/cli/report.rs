//! `punctual report`: one report by hand, for jobs that tell their own story.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Map, Value};

use super::connect::{ServerArgs, connect};
use super::output::{Failure, cell, conclude, parse, print, print_json, say};
use crate::api::{Api, CallError, Limits, Report, plain};
use crate::spool::{Entry, Lane, Spool, locate};
use crate::{chance, clock};

/// Arguments of `punctual report`.
///
/// Report that a job is pending, running, completed or failed.
#[derive(Args, Clone, Debug)]
pub struct ReportArgs {
    /// The scheduler the report is about
    scheduler_id: String,
    /// What the job is doing, or how it ended
    #[arg(value_parser = ["pending", "running", "completed", "failed"])]
    status: String,
    #[command(flatten)]
    server: ServerArgs,
    /// The run it belongs to
    #[arg(long, value_name = "ID")]
    run_id: Option<String>,
    /// What went wrong
    #[arg(long, value_name = "TEXT")]
    error: Option<String>,
    /// Exit code of the job
    #[arg(long, value_name = "CODE", allow_negative_numbers = true)]
    exit_code: Option<i64>,
    /// How long it took, such as 90s or 2h30m, or milliseconds as 1500ms
    #[arg(long, value_name = "DURATION", value_parser = millis)]
    duration: Option<u64>,
    /// Facts to keep with it: a JSON object
    #[arg(long, value_name = "JSON", value_parser = object)]
    metadata: Option<Value>,
    /// Name of this report: the same one twice is one report [default: a fresh one]
    #[arg(long, value_name = "ID")]
    report_id: Option<String>,
    /// When it happened [default: now]
    #[arg(long, value_name = "INSTANT")]
    timestamp: Option<String>,
    /// When it cannot be delivered, keep it in the spool for later
    #[arg(long)]
    spool: bool,
    /// Print the server's answer as JSON
    #[arg(long)]
    json: bool,
}

fn millis(text: &str) -> Result<u64, String> {
    if let Some(millis) = text.strip_suffix("ms").and_then(|digits| digits.trim().parse().ok()) {
        return Ok(millis);
    }
    let length = crate::exec::parse_duration(text).ok_or("give a duration such as 90s, 2h30m or 1500ms")?;
    Ok(u64::try_from(length.as_millis()).unwrap_or(u64::MAX))
}

fn object(text: &str) -> Result<Value, String> {
    let object: Map<String, Value> = serde_json::from_str(text)
        .map_err(|why| format!("give a JSON object such as {{\"rows\": 5}}: {why}"))?;
    Ok(Value::Object(object))
}

pub(super) fn run(args: &ReportArgs) -> ExitCode {
    conclude(send(args))
}

async fn send(args: &ReportArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::REPORT)?;
    let report = report(args);
    match api.report(&args.scheduler_id, &report).await {
        Ok(answer) => tell(args, &parse(&answer.body)?),
        Err(problem) if args.spool && (problem.is_transient() || problem.is_about_the_key()) => {
            spool(args, &api, report, &problem)
        }
        Err(problem) => Err(problem.into()),
    }
}

fn tell(args: &ReportArgs, answer: &Value) -> Result<(), Failure> {
    if args.json {
        return print_json(answer);
    }
    let queued = if answer["queued"] == true { " (queued)" } else { "" };
    let (status, health) = (cell(answer, "status"), cell(answer, "health"));
    print(&format!("{} is {status}, {health}{queued}", plain(&args.scheduler_id)))
}

fn spool(args: &ReportArgs, api: &Api, report: Report, problem: &CallError) -> Result<(), Failure> {
    let lane = Lane::new(api.server(), api.key());
    let entry = Entry::new(api.server(), &args.scheduler_id, report);
    let spooled =
        Spool::open(&locate(|name| std::env::var_os(name))).and_then(|spool| spool.append(&lane, &entry));
    spooled.map_err(|why| Failure::Spool(format!("{problem}; {why}")))?;
    say(&format!("{problem}; the report is kept for later"));
    Ok(())
}

fn report(args: &ReportArgs) -> Report {
    let fields = [
        ("status", Some(args.status.clone().into())),
        ("timestamp", Some(args.timestamp.clone().unwrap_or_else(|| clock::text(clock::now())).into())),
        ("run_id", args.run_id.clone().map(Value::from)),
        ("error_message", args.error.clone().map(Value::from)),
        ("exit_code", args.exit_code.map(Value::from)),
        ("execution_time_ms", args.duration.map(Value::from)),
        ("metadata", args.metadata.clone()),
        ("report_id", Some(args.report_id.clone().unwrap_or_else(chance::fresh_id).into())),
    ];
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
