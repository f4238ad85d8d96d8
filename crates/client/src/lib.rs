//! The job's side: reporting, the spool, and running a command under watch.
//!
//! What a host with jobs on it needs of Punctual, as subcommands for the program to take in whole
//! ([`ClientCommand`]). Depends on no other crate of ours: what it knows of the server is the HTTP contract.
//!
//! Reading order: [`exec`](ClientCommand::Exec) (`exec.rs`), what it leaves behind (`spool.rs`), how that is sent
//! (`drain.rs`, `flusher.rs`), the calls (`api.rs`), what other programs run (`import.rs`), and the subcommands for people
//! (`cli.rs`).

mod api;
mod chance;
mod cli;
mod clock;
mod drain;
mod exec;
mod flusher;
mod import;
mod key;
mod server;
mod spool;
mod toml_flaw;

pub use cli::{
    AckArgs, ApplyArgs, BetterStackArgs, BoardCommand, BoardListArgs, BoardShowArgs, ChannelArgs,
    ChannelCommand, ChannelListArgs, ClientCommand, CronitorArgs, CrontabArgs, DeadMansSnitchArgs,
    DeliveryCommand, DeliveryListArgs, DeliveryRetryArgs, EndArgs, ExplainArgs, FlushArgs, HealthchecksArgs,
    HeartbeatArgs, HistoryArgs, ImportCommand, IncidentArgs, IncidentCommand, IncidentListArgs,
    KubernetesArgs, ListArgs, MaintenanceCommand, OutputArgs, ProblemsArgs, RegisterArgs, ReportArgs,
    RouteCommand, SentryArgs, ServerArgs, ShowArgs, StartArgs, SystemdArgs, UptimeKumaArgs, WindowsArgs,
};
pub use exec::{ExecArgs, RelayArgs};
pub use import::{Crontab, Format, Job, Kind, Line, Unwrapped, Wrapping, unwrap};
pub use key::SecretText;
pub use toml_flaw::toml_flaw;
