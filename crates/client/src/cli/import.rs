//! `punctual import`: what other programs run becomes schedulers. One engine plans and registers (`engine.rs`); each
//! source reads its own texts and proposes.
//!
//! Nothing is changed without `--apply`, and applied again nothing changes.

mod crontab;
mod engine;
mod host;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::connect::ServerArgs;
use super::output::{Failure, conclude, say};
use crate::api::plain;
use crate::import::Note;
pub use crontab::CrontabArgs;

/// `punctual import`: the sources.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Watch the jobs of a crontab
    Crontab(CrontabArgs),
}

/// What every source is asked with.
#[derive(Args, Clone, Debug)]
struct WantedArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// Register what the plan shows; without it nothing is changed
    #[arg(long)]
    apply: bool,
    /// How late a job may be [default: 15m, and for a scheduler that is there what it has]
    #[arg(long, value_name = "DURATION")]
    grace: Option<String>,
}

pub(super) fn run(command: &ImportCommand) -> ExitCode {
    match command {
        ImportCommand::Crontab(args) => conclude(crontab::import(args)),
    }
}

/// Says what a person should know of each place.
fn tell(notes: &[Note]) {
    for note in notes {
        say(&format!("note: {}: {}", plain(&note.place), plain(&note.text)));
    }
}

fn cannot(what: &str, path: &std::path::Path, why: &dyn std::fmt::Display) -> Failure {
    Failure::Unfit(format!("cannot {what} {}: {why}", path.display()))
}
