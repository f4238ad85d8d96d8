//! The language and the rules of Punctual: pure, synchronous, without I/O, clock or chance.
//!
//! Reading order: [`scheduler`] (the thing watched), [`event`] (what can happen to it), [`decide()`] (the rules),
//! [`evolve()`] (what an event does), [`alert`] (who must hear), [`deadline`] (when doing nothing means something).
//!
//! | word | meaning |
//! |---|---|
//! | scheduler | the thing watched: one scheduled job of one service |
//! | schedule | when it is expected; a *slot* is one such instant |
//! | report | one message from a job; a heartbeat is the smallest: "still running" |
//! | run | one execution, opened by `running`, closed by `completed` or `failed` |
//! | status | what was last reported |
//! | health | what we conclude |
//! | incident | a stretch of bad health, opened once, resolved once |
//! | alert | the decision that someone must hear |
#![warn(missing_docs)]

pub mod alert;
pub mod board;
pub mod command;
pub mod config;
pub mod deadline;
mod decide;
pub mod event;
mod evolve;
mod expectation;
pub mod facts;
pub mod history;
pub mod id;
pub mod incident;
mod incident_record;
pub mod maintenance;
pub mod output;
pub mod ping;
pub mod report;
pub mod routing;
pub mod run;
pub mod schedule;
pub mod scheduler;
pub mod selector;
pub mod severity;
pub mod signal;
pub mod time;

pub use alert::{Alert, AlertKind, Escalated, Story, react, react_to_deletion};
pub use board::{Board, BoardFilter, BoardPage};
pub use command::{Command, Noted, OnConflict, Problem, Rejection};
pub use config::{Config, ConfigChange, Defaults, Limit, Patch};
pub use deadline::{hints, shown_deadline, wake_at};
pub use decide::{Decision, beating, checkpoint, decide};
pub use event::{Event, Fact};
pub use evolve::{evolve, replay};
pub use facts::{Facts, Gap, Liveness};
pub use id::{ProjectId, ReportId, RunId, RunNo, SchedulerId, SchedulerKey};
pub use incident::{Cause, CauseSet};
pub use incident_record::{Ended, IncidentRecord, Over, is_about_one, orphaned_incident, touched_incidents};
pub use maintenance::Window;
pub use output::{Origin, Output};
pub use ping::{PingId, WhilePaused};
pub use report::{Outcome, Payload, Report, Status};
pub use routing::{QuietHours, Rule};
pub use run::{RunRecord, RunState, touched_runs};
pub use schedule::Schedule;
pub use scheduler::{Health, Scheduler};
pub use selector::Selector;
pub use severity::Severity;
pub use signal::{Carried, Signal};
pub use time::{Duration, Instant};
