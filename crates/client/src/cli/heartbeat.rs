//! `punctual heartbeat`: "still running", nothing else.

use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::connect::{ServerArgs, connect};
use super::output::{Failure, cell, conclude, parse, print, print_json};
use crate::api::Limits;

/// Arguments of `punctual heartbeat`.
///
/// Say that a job is still running. Fails with exit code 1 when the run is closed or abandoned: the job should stop.
#[derive(Args, Clone, Debug)]
pub struct HeartbeatArgs {
    /// The scheduler whose job is running
    scheduler_id: String,
    #[command(flatten)]
    server: ServerArgs,
    /// The run that is alive
    #[arg(long, value_name = "ID")]
    run_id: Option<String>,
    /// Print the server's answer as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &HeartbeatArgs) -> ExitCode {
    conclude(beat(args))
}

async fn beat(args: &HeartbeatArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::REPORT)?;
    let answer = api.heartbeat(&args.scheduler_id, args.run_id.as_deref()).await?;
    let answer: Value = parse(&answer.body)?;
    if args.json { print_json(&answer) } else { print(&cell(&answer, "message")) }
}
