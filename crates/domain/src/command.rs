//! What can be asked of a scheduler, and how it can refuse.

use serde::{Deserialize, Serialize};

use crate::config::ConfigChange;
use crate::id::{RunId, SchedulerId};
use crate::report::Report;
use crate::time::Instant;

/// What can be asked of a scheduler. Everything in it has been checked for form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Bring it to life, or change its configuration.
    Configure {
        /// What to change.
        change: Box<ConfigChange>,
        /// Only if the configuration still has this version.
        only_if: Option<u64>,
    },
    /// A job reports.
    Report {
        /// The report.
        report: Box<Report>,
        /// What to do with an outcome that contradicts a closed run.
        on_conflict: OnConflict,
    },
    /// A job says something that is no report: it goes into the history and changes nothing else.
    Note {
        /// What it says; its status counts for nothing.
        report: Box<Report>,
        /// What it is.
        noted: Noted,
    },
    /// A job says that it is still running.
    Heartbeat {
        /// The run, where it names one.
        run_id: Option<RunId>,
        /// When it came in.
        received_at: Instant,
    },
    /// Judge nothing until it is resumed.
    Pause {
        /// Until when; until someone resumes it, where absent.
        until: Option<Instant>,
    },
    /// Judge it again, as if registered now.
    Resume,
    /// Someone looks after the open incident.
    Acknowledge {
        /// Who.
        by: String,
    },
    /// Someone no longer does.
    WithdrawAcknowledgement {
        /// Who said so.
        by: String,
    },
    /// Conclude what the passing of time means, up to the instant of the decision.
    Evaluate,
}

/// What to do with an outcome that contradicts a closed run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnConflict {
    /// Refuse it: somebody waits for the answer.
    Refuse,
    /// Record it in the history: it came through a queue.
    File,
}

/// What is only written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Noted {
    /// Something to remember.
    Log,
    /// A message that was not to count.
    Ignored,
}

/// A field and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field's path on the wire, such as `schedule.cron`.
    pub field: String,
    /// A sentence without a full stop that names the limit and what was sent.
    pub problem: String,
}

impl Problem {
    /// A problem with a field.
    pub fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }
}

/// Why a command was refused. Nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no such scheduler: register it.
    #[error("Scheduler {0} not found")]
    NotFound(SchedulerId),
    /// Fields are missing or wrong: correct them.
    #[error("{}", summary(.0))]
    Invalid(Vec<Problem>),
    /// The run is closed with another outcome, or cannot go where the report says.
    #[error("{0}")]
    InvalidStatusTransition(String),
    /// The run that a heartbeat names is over: the job should stop.
    #[error("Run {run_id} of scheduler {scheduler_id} is {state}: it should stop")]
    StaleScheduler {
        /// The scheduler.
        scheduler_id: SchedulerId,
        /// The run.
        run_id: RunId,
        /// How it ended.
        state: &'static str,
    },
    /// The configuration has another version by now: read it again.
    #[error("the configuration has version {current} by now, not {expected}")]
    VersionMismatch {
        /// What the caller saw.
        expected: u64,
        /// What it is.
        current: u64,
    },
    /// There is no open incident to acknowledge.
    #[error("Scheduler {0} has no open incident")]
    NoIncident(SchedulerId),
}

fn summary(problems: &[Problem]) -> String {
    let texts: Vec<_> = problems.iter().map(|p| format!("{} {}", p.field, p.problem)).collect();
    texts.join("; ")
}
