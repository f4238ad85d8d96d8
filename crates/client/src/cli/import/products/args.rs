//! What the imports from other products are asked with.

use std::path::PathBuf;

use clap::Args;

use super::super::elsewhere::FromArgs;
use crate::cli::connect::ServerArgs;

/// What is done with what another product watches.
#[derive(Args, Clone, Debug)]
pub(in crate::cli::import) struct TakenArgs {
    #[command(flatten)]
    pub(super) server: ServerArgs,
    /// Register what the plan shows; without it nothing is changed
    #[arg(long)]
    pub(super) apply: bool,
    /// Service the jobs belong to [default: what the other product groups them by, else its name]
    #[arg(long, value_name = "NAME")]
    pub(super) service: Option<String>,
}

/// Lists that were saved.
#[derive(Args, Clone, Debug)]
pub(in crate::cli::import) struct SavedArgs {
    /// Read a saved list, or - for standard input, and ask nobody; may be given several times
    #[arg(short = 'f', long = "file", value_name = "FILE|-", conflicts_with_all = ["from", "from_key", "from_key_file"])]
    pub(super) files: Vec<PathBuf>,
}

/// Arguments of `punctual import healthchecks`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  HEALTHCHECKS_API_KEY=... punctual import healthchecks
  punctual import healthchecks --from https://hc.example.org --from-key-file hc-key --apply
  punctual import healthchecks -f checks.json -f channels.json")]
pub struct HealthchecksArgs {
    #[command(flatten)]
    pub(super) taken: TakenArgs,
    #[command(flatten)]
    pub(super) saved: SavedArgs,
    #[command(flatten)]
    pub(super) from: FromArgs,
}

/// Arguments of `punctual import cronitor`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  CRONITOR_API_KEY=... punctual import cronitor
  punctual import cronitor --from-key-file cronitor-key --apply
  punctual import cronitor -f cronitor.yaml")]
pub struct CronitorArgs {
    #[command(flatten)]
    pub(super) taken: TakenArgs,
    #[command(flatten)]
    pub(super) saved: SavedArgs,
    #[command(flatten)]
    pub(super) from: FromArgs,
}

/// Arguments of `punctual import uptime-kuma`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  punctual import uptime-kuma -f Uptime_Kuma_Backup.json
  punctual import uptime-kuma -f Uptime_Kuma_Backup.json --service home --apply")]
pub struct UptimeKumaArgs {
    #[command(flatten)]
    pub(super) taken: TakenArgs,
    /// The backup, or - for standard input
    #[arg(short = 'f', long = "file", value_name = "FILE|-", required = true)]
    pub(super) files: Vec<PathBuf>,
}

/// Arguments of `punctual import dead-mans-snitch`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  DEADMANSSNITCH_API_KEY=... punctual import dead-mans-snitch
  punctual import dead-mans-snitch --from-key-file dms-key --apply
  punctual import dead-mans-snitch -f snitches.json")]
pub struct DeadMansSnitchArgs {
    #[command(flatten)]
    pub(super) taken: TakenArgs,
    #[command(flatten)]
    pub(super) saved: SavedArgs,
    #[command(flatten)]
    pub(super) from: FromArgs,
}

/// Arguments of `punctual import better-stack`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  BETTERSTACK_API_TOKEN=... punctual import better-stack
  punctual import better-stack --from-key-file better-stack-token --apply
  punctual import better-stack -f heartbeats.json")]
pub struct BetterStackArgs {
    #[command(flatten)]
    pub(super) taken: TakenArgs,
    #[command(flatten)]
    pub(super) saved: SavedArgs,
    #[command(flatten)]
    pub(super) from: FromArgs,
}

/// Arguments of `punctual import sentry`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  SENTRY_AUTH_TOKEN=... punctual import sentry --organization acme
  punctual import sentry --organization acme --from https://sentry.example.org --from-key-file sentry-token --apply
  punctual import sentry -f monitors.json")]
pub struct SentryArgs {
    #[command(flatten)]
    pub(super) taken: TakenArgs,
    #[command(flatten)]
    pub(super) saved: SavedArgs,
    #[command(flatten)]
    pub(super) from: FromArgs,
    /// The organization whose monitors they are
    #[arg(long, value_name = "SLUG", required_unless_present = "files", help_heading = "Other product")]
    pub(super) organization: Option<String>,
}
