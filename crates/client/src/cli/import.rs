//! `punctual import`: what other programs run becomes schedulers. One engine plans and registers (`engine.rs`); each
//! source reads its own texts and proposes.
//!
//! Nothing is changed without `--apply`, and applied again nothing changes.

mod crontab;
mod engine;
mod host;
mod kubernetes;
mod sources;
mod systemd;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::connect::{BadServer, ServerArgs, connect, server_of};
use super::output::{Failure, conclude, print, say};
use crate::api::{Limits, plain};
use crate::import::{Note, Proposal};
pub use crontab::CrontabArgs;
pub use kubernetes::KubernetesArgs;
pub use systemd::SystemdArgs;

/// `punctual import`: the sources.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Watch the jobs of a crontab
    Crontab(CrontabArgs),
    /// Watch the services that timers of systemd start
    Systemd(SystemdArgs),
    /// Watch the `CronJob`s of Kubernetes manifests
    Kubernetes(KubernetesArgs),
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
        ImportCommand::Systemd(args) => conclude(systemd::import(args)),
        ImportCommand::Kubernetes(args) => conclude(kubernetes::import(args)),
    }
}

impl WantedArgs {
    /// What a job's own `exec` must be told of the server: what runs it has nothing of our environment.
    fn exec_options(&self) -> Result<Vec<String>, Failure> {
        let mut options = Vec::new();
        if self.server.names_a_server() {
            let server = server_of(&self.server).map_err(BadServer::from)?;
            options.extend(["--server".to_owned(), server.identity()]);
        }
        if let Some(file) = self.server.key_file() {
            options.extend(["--key-file".to_owned(), std::path::absolute(file)?.display().to_string()]);
        }
        Ok(options)
    }
}

/// Plans, shows the plan, and registers if that is asked for: all that a source needs which changes nothing else. Answers
/// what the server would not take.
async fn plan_and_register(args: &WantedArgs, proposals: &[Proposal]) -> Result<Vec<String>, Failure> {
    let api = connect(&args.server, Limits::QUESTION)?.patient();
    let judged = engine::judge(&api, proposals).await?;
    tell(&judged.refused);
    print(&judged.to_string())?;
    if args.apply {
        say(&format!("{} registered", judged.register(&api).await?));
    }
    Ok(judged.refused_ids)
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
