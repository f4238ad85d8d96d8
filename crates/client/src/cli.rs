//! The client subcommands of the program: arguments in, one call, an exit code out.
//!
//! Data goes to standard output, everything else to standard error. Exit codes: 0 done, 1 the server refused,
//! 2 wrong usage, 3 the server could not be reached. `exec` alone answers with the exit code of its command.

mod apply;
mod board;
mod channel;
mod connect;
mod delivery;
mod flush;
mod heartbeat;
mod history;
mod import;
mod incident;
mod list;
mod maintenance;
mod output;
mod printed;
mod problems;
mod register;
mod registration;
mod report;
mod route;
mod show;

use std::process::ExitCode;

use clap::Subcommand;

pub use apply::ApplyArgs;
pub use board::{BoardCommand, BoardListArgs, BoardShowArgs};
pub use channel::{ChannelArgs, ChannelCommand, ChannelListArgs};
pub use connect::ServerArgs;
pub(crate) use connect::{connect, runtime};
pub use delivery::{DeliveryCommand, DeliveryListArgs, DeliveryRetryArgs};
pub use flush::FlushArgs;
pub use heartbeat::HeartbeatArgs;
pub use history::HistoryArgs;
pub use import::{
    BetterStackArgs, CronitorArgs, CrontabArgs, DeadMansSnitchArgs, HealthchecksArgs, ImportCommand,
    KubernetesArgs, SentryArgs, SystemdArgs, UptimeKumaArgs,
};
pub use incident::{AckArgs, IncidentArgs, IncidentCommand, IncidentListArgs};
pub use list::ListArgs;
pub use maintenance::{EndArgs, MaintenanceCommand, StartArgs, WindowsArgs};
pub(crate) use output::{length, say};
pub use printed::OutputArgs;
pub use problems::ProblemsArgs;
pub use register::RegisterArgs;
pub(crate) use registration::{AboutArgs, given, registration};
pub use report::ReportArgs;
pub use route::{ExplainArgs, RouteCommand};
pub use show::ShowArgs;

use crate::exec::{ExecArgs, RelayArgs};

/// Every subcommand that speaks to a server as a client.
#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Run a command and report how it goes
    Exec(ExecArgs),
    /// Send the reports that could not be delivered earlier
    Flush(FlushArgs),
    /// Register a scheduler, or change what is given of one
    Register(RegisterArgs),
    /// Report that a job is pending, running, completed or failed
    Report(ReportArgs),
    /// Say that a job is still running
    Heartbeat(HeartbeatArgs),
    /// List schedulers, the worst first
    List(ListArgs),
    /// Show one scheduler
    Show(ShowArgs),
    /// Show what a scheduler reported, newest first
    History(HistoryArgs),
    /// Show what a job printed
    Output(OutputArgs),
    /// Show what jobs sent in vain, the latest first
    Problems(ProblemsArgs),
    /// Make channels, rules, maintenance, boards and schedulers what a file says
    Apply(ApplyArgs),
    /// Watch what cron, systemd or Kubernetes runs, or what another product watches
    #[command(subcommand)]
    Import(ImportCommand),
    /// List channels, try them out, switch them on
    #[command(subcommand)]
    Channel(ChannelCommand),
    /// Show status tables
    #[command(subcommand)]
    Board(BoardCommand),
    /// List, show and acknowledge incidents
    #[command(subcommand)]
    Incident(IncidentCommand),
    /// Start, list and end maintenance, in which nobody is told
    #[command(subcommand)]
    Maintenance(MaintenanceCommand),
    /// Explain who hears of a scheduler
    #[command(subcommand)]
    Route(RouteCommand),
    /// What was sent to channels, and what came of it
    #[command(subcommand)]
    Delivery(DeliveryCommand),
    /// Copy what outlived its command (started by `exec` itself)
    #[command(hide = true)]
    Relay(RelayArgs),
}

impl ClientCommand {
    /// Does it. Call it first thing in `main`: before threads are started, so that `exec` can take signals over, and
    /// before files are opened, since a background `flush` closes what it inherited.
    pub fn run(self) -> ExitCode {
        match self {
            Self::Exec(args) => crate::exec::run(&args),
            Self::Flush(args) => flush::run(&args),
            Self::Register(args) => register::run(&args),
            Self::Report(args) => report::run(&args),
            Self::Heartbeat(args) => heartbeat::run(&args),
            Self::List(args) => list::run(&args),
            Self::Show(args) => show::run(&args),
            Self::History(args) => history::run(&args),
            Self::Output(args) => printed::run(&args),
            Self::Problems(args) => problems::run(&args),
            Self::Apply(args) => apply::run(&args),
            Self::Import(command) => import::run(&command),
            Self::Channel(command) => channel::run(&command),
            Self::Board(command) => board::run(&command),
            Self::Incident(command) => incident::run(&command),
            Self::Maintenance(command) => maintenance::run(&command),
            Self::Route(command) => route::run(&command),
            Self::Delivery(command) => delivery::run(&command),
            Self::Relay(args) => crate::exec::relay(args),
        }
    }
}
