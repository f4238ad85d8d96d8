//! `punctual import`: what other programs run, and what other products watch, becomes schedulers. One engine plans and
//! registers (`engine.rs`); each source reads its own texts and proposes.
//!
//! Nothing is changed without `--apply`, and applied again nothing changes.

mod crontab;
mod elsewhere;
mod engine;
mod host;
mod kubernetes;
mod products;
mod sources;
mod systemd;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::connect::{BadServer, ServerArgs, connect, server_of};
use super::output::{Failure, conclude, print, say};
use crate::api::{Api, Limits, plain};
use crate::import::{Note, Proposal};
pub use crontab::CrontabArgs;
pub use kubernetes::KubernetesArgs;
pub use products::{
    BetterStackArgs, CronitorArgs, DeadMansSnitchArgs, HealthchecksArgs, SentryArgs, UptimeKumaArgs,
};
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
    /// Take over the checks of Healthchecks, hosted or one's own
    ///
    /// Shows what would be registered, and changes nothing; --apply registers it. The UUID of a check becomes the ping id of
    /// its scheduler: once it is registered, change the host of its ping address, and nothing else. The key must be one that
    /// may write, since a read-only one is not shown the addresses; it is read from --from-key-file, --from-key or
    /// `HEALTHCHECKS_API_KEY`. A saved list is what GET /api/v3/checks/ answers.
    Healthchecks(HealthchecksArgs),
    /// Take over the jobs and heartbeats of Cronitor
    ///
    /// Shows what would be registered, and changes nothing; --apply registers it. The key of a monitor becomes the id of its
    /// scheduler; checks and sites, which do not report themselves, are left out. The key is read from --from-key-file,
    /// --from-key or `CRONITOR_API_KEY`. A saved list is a file of Cronitor's, YAML or JSON, or what GET /api/monitors answers.
    Cronitor(CronitorArgs),
    /// Take over the push monitors of Uptime Kuma, from a backup
    ///
    /// Shows what would be registered, and changes nothing; --apply registers it. The token of a push monitor stays its own,
    /// so that of its address only the host changes; other monitors are left out. A backup is saved in Settings, Backup
    /// (up to version 1.23); a list of monitors as later versions hand it to programs is read as well.
    UptimeKuma(UptimeKumaArgs),
    /// Take over the snitches of Dead Man's Snitch
    ///
    /// Shows what would be registered, and changes nothing; --apply registers it. The token of a snitch stays its own, so that
    /// of its address only the host changes. The key is read from --from-key-file, --from-key or `DEADMANSSNITCH_API_KEY`. A saved
    /// list is what GET /v1/snitches answers.
    DeadMansSnitch(DeadMansSnitchArgs),
    /// Take over the heartbeats of Better Stack
    ///
    /// Shows what would be registered, and changes nothing; --apply registers it. The token of a heartbeat stays its own, so
    /// that of its address only the host changes. The key is an API token, read from --from-key-file, --from-key or
    /// `BETTERSTACK_API_TOKEN`. A saved list is what GET /api/v2/heartbeats answers.
    BetterStack(BetterStackArgs),
    /// Take over the cron monitors of Sentry
    ///
    /// Shows what would be registered, and changes nothing; --apply registers it. The slug of a monitor becomes the id of its
    /// scheduler, with @ENVIRONMENT after it outside production. The key is a token that may read the organization, read from
    /// --from-key-file, --from-key or `SENTRY_AUTH_TOKEN`. A saved list is what GET /api/0/organizations/ORG/monitors/ answers.
    Sentry(SentryArgs),
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
        ImportCommand::Healthchecks(args) => conclude(products::healthchecks(args)),
        ImportCommand::Cronitor(args) => conclude(products::cronitor(args)),
        ImportCommand::UptimeKuma(args) => conclude(products::uptime_kuma(args)),
        ImportCommand::DeadMansSnitch(args) => conclude(products::dead_mans_snitch(args)),
        ImportCommand::BetterStack(args) => conclude(products::better_stack(args)),
        ImportCommand::Sentry(args) => conclude(products::sentry(args)),
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
    plan_and_register_by(&api, None, args.apply, proposals).await
}

/// The same, by a connection that is there, and with the schedulers that are there where somebody has asked for them.
async fn plan_and_register_by(
    api: &Api,
    known: engine::Known<'_>,
    apply: bool,
    proposals: &[Proposal],
) -> Result<Vec<String>, Failure> {
    let judged = engine::judge(api, known, proposals).await?;
    tell(&judged.refused);
    print(&judged.to_string())?;
    if apply {
        say(&format!("{} registered", judged.register(api).await?));
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
