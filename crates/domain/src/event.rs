//! Facts about a scheduler that never change. The log of events is the truth; everything else is derived.
//!
//! Due instants are written into events, so that replaying needs no time-zone database. The stored format is
//! versioned: see [`FORMAT`] and the samples in `tests/formats`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::command::Noted;
use crate::config::Config;
use crate::id::{IncidentId, RunId, RunNo};
use crate::incident::CauseSet;
use crate::report::{Outcome, ReportFacts, Status};
use crate::scheduler::Scheduler;
use crate::time::{Duration, Instant};

/// The version of the stored format that is written today. A reader takes every version up to it.
pub const FORMAT: u16 = 1;

/// One fact, and when it was concluded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its place in the scheduler's log, from 1.
    pub version: u64,
    /// When it was concluded, by our clock.
    pub at: Instant,
    /// What it says.
    #[serde(flatten)]
    pub fact: Fact,
}

/// Whether a report is news or only history: what is older than what is known never moves the status back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It moves status, counters and expectation.
    Current,
    /// It goes into the history.
    Old,
}

/// Which limits a change of configuration touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// The schedule or its leeways.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub schedule: bool,
    /// `max_runtime`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub max_runtime: bool,
    /// `heartbeat_timeout`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub heartbeat_timeout: bool,
}

/// A stretch of consecutive slots with one verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slots {
    /// The first.
    pub first: Instant,
    /// The last.
    pub last: Instant,
    /// How many; at least so many where counting stopped at its bound.
    pub count: u32,
    /// The slot that is expected next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Instant>,
}

/// Why a run was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Abandoned {
    /// Another run without id started.
    Replaced,
    /// The job reset itself to `pending`.
    Reset,
    /// It was dead, and a run that started later completed.
    Superseded,
    /// It was dead for 24 h.
    Dead,
    /// Too many runs were open.
    Crowded,
}

/// Why an incident ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// Nothing is wrong any more.
    Recovered,
    /// The scheduler was paused.
    Paused,
}

/// Why a report went into the history and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filed {
    /// It is older than the newest known run.
    Old,
    /// It contradicts a run that is closed, and came through a queue where nobody could be told.
    Conflict,
}

/// What happened. The name of each variant is its name in the store and on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Fact {
    /// It came to life.
    Registered {
        /// As given.
        config: Arc<Config>,
        /// The first slot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected: Option<Instant>,
    },
    /// Its configuration changed.
    Configured {
        /// As it is now.
        config: Arc<Config>,
        /// What is judged anew.
        #[serde(default)]
        touched: Touched,
        /// The slot that is expected now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected: Option<Instant>,
    },
    /// Nothing is judged until it is resumed.
    Paused {
        /// Until when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Instant>,
    },
    /// It is judged again, as if registered now.
    Resumed {
        /// The first slot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected: Option<Instant>,
    },
    /// The job waits for its next cycle.
    PendingReported {
        /// The report.
        report: ReportFacts,
    },
    /// A run began.
    RunStarted {
        /// Its number.
        run: RunNo,
        /// The report.
        report: ReportFacts,
        /// Not overrun before this.
        judged_from: Instant,
        /// Whether it moves the expectation.
        standing: Standing,
        /// Whether it meets the slots that were missed.
        meets: bool,
        /// The slot that is expected now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected: Option<Instant>,
    },
    /// An open run said something more.
    RunRefreshed {
        /// Its number.
        run: RunNo,
        /// The report.
        report: ReportFacts,
    },
    /// A run ended by its own word.
    RunFinished {
        /// Its number; a new one where its start was never reported.
        run: RunNo,
        /// The report.
        report: ReportFacts,
        /// How.
        outcome: Outcome,
        /// Its name, where the report did not say it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        run_id: Option<RunId>,
        /// When it began, where that was reported or can be reckoned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        started_at: Option<Instant>,
        /// How long it took, where known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration: Option<Duration>,
        /// Whether it moves status and counters.
        standing: Standing,
        /// Whether it meets the slots that were missed.
        meets: bool,
        /// The slot that is expected now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected: Option<Instant>,
    },
    /// The start of a run became known after its end.
    StartFilled {
        /// Its number.
        run: RunNo,
        /// The report.
        report: ReportFacts,
        /// When it began.
        started_at: Instant,
        /// How long it took.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration: Option<Duration>,
        /// The slot that is expected now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected: Option<Instant>,
    },
    /// A report went into the history and nowhere else.
    ReportFiled {
        /// What it said.
        status: Status,
        /// The report.
        report: ReportFacts,
        /// Why.
        filed: Filed,
    },
    /// A message went into the history and changed nothing.
    Noted {
        /// What it said.
        report: ReportFacts,
        /// What it is.
        noted: Noted,
    },
    /// The first heartbeat of a run: from now on its silence means something.
    HeartbeatsBegan {
        /// Its number.
        run: RunNo,
    },
    /// A run was silent for too long.
    RunWentStale {
        /// Its number.
        run: RunNo,
        /// When it was last heard.
        heard_at: Instant,
    },
    /// A silent run was heard again.
    RunRevived {
        /// Its number.
        run: RunNo,
    },
    /// A run was open for too long.
    RunOverran {
        /// Its number.
        run: RunNo,
        /// When its time was up.
        due: Instant,
    },
    /// A run was given up; no outcome.
    RunAbandoned {
        /// Its number.
        run: RunNo,
        /// Why.
        reason: Abandoned,
        /// The slot that is expected now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected: Option<Instant>,
    },
    /// Slots passed without a run.
    SlotsMissed(Slots),
    /// Slots that nobody had to meet: an earlier run was open, it was paused, or there was maintenance.
    SlotsSkipped(Slots),
    /// Slots that we could not watch.
    SlotsUnobserved(Slots),
    /// Something went wrong where all was well.
    IncidentOpened {
        /// Its id.
        incident: IncidentId,
        /// What is wrong.
        causes: CauseSet,
    },
    /// Something else went wrong as well.
    IncidentWidened {
        /// What came in.
        entered: CauseSet,
        /// What is wrong.
        causes: CauseSet,
    },
    /// The same thing went wrong again, long enough after the last alert.
    IncidentRepeated {
        /// What is wrong.
        causes: CauseSet,
    },
    /// Nothing new, but people asked to be reminded.
    IncidentReminded {
        /// What is wrong.
        causes: CauseSet,
    },
    /// Nobody has said that they look after it: others are told as well.
    IncidentEscalated {
        /// Which step, from 1.
        step: u32,
        /// How long after the opening it was due.
        after: Duration,
        /// Who is told.
        channels: Vec<String>,
        /// What is wrong.
        causes: CauseSet,
    },
    /// Someone looks after it.
    IncidentAcknowledged {
        /// Who.
        by: String,
        /// What was wrong.
        causes: CauseSet,
    },
    /// Someone no longer looks after it.
    AcknowledgementWithdrawn {
        /// Who said so.
        by: String,
    },
    /// It is over.
    IncidentResolved {
        /// Its id.
        incident: IncidentId,
        /// Why.
        resolution: Resolution,
    },
    /// The state in full, behind which events may be pruned.
    Checkpoint {
        /// As of the event before this one.
        scheduler: Box<Scheduler>,
    },
}

impl Fact {
    /// The report that caused it, where one did.
    pub const fn report(&self) -> Option<&ReportFacts> {
        match self {
            Self::PendingReported { report }
            | Self::RunStarted { report, .. }
            | Self::RunRefreshed { report, .. }
            | Self::RunFinished { report, .. }
            | Self::StartFilled { report, .. }
            | Self::ReportFiled { report, .. }
            | Self::Noted { report, .. } => Some(report),
            _ => None,
        }
    }

    /// The status that report said.
    pub const fn reported_status(&self) -> Option<Status> {
        match self {
            Self::PendingReported { .. } => Some(Status::Pending),
            Self::RunStarted { .. } | Self::RunRefreshed { .. } | Self::StartFilled { .. } => {
                Some(Status::Running)
            }
            Self::RunFinished { outcome, .. } => Some(outcome.status()),
            Self::ReportFiled { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Its name in the store and on the wire.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Registered { .. } => "registered",
            Self::Configured { .. } => "configured",
            Self::Paused { .. } => "paused",
            Self::Resumed { .. } => "resumed",
            Self::PendingReported { .. } => "pending_reported",
            Self::RunStarted { .. } => "run_started",
            Self::RunRefreshed { .. } => "run_refreshed",
            Self::RunFinished { .. } => "run_finished",
            Self::StartFilled { .. } => "start_filled",
            Self::ReportFiled { .. } => "report_filed",
            Self::Noted { .. } => "noted",
            Self::HeartbeatsBegan { .. } => "heartbeats_began",
            Self::RunWentStale { .. } => "run_went_stale",
            Self::RunRevived { .. } => "run_revived",
            Self::RunOverran { .. } => "run_overran",
            Self::RunAbandoned { .. } => "run_abandoned",
            Self::SlotsMissed(_) => "slots_missed",
            Self::SlotsSkipped(_) => "slots_skipped",
            Self::SlotsUnobserved(_) => "slots_unobserved",
            Self::IncidentOpened { .. } => "incident_opened",
            Self::IncidentWidened { .. } => "incident_widened",
            Self::IncidentRepeated { .. } => "incident_repeated",
            Self::IncidentReminded { .. } => "incident_reminded",
            Self::IncidentEscalated { .. } => "incident_escalated",
            Self::IncidentAcknowledged { .. } => "incident_acknowledged",
            Self::AcknowledgementWithdrawn { .. } => "acknowledgement_withdrawn",
            Self::IncidentResolved { .. } => "incident_resolved",
            Self::Checkpoint { .. } => "checkpoint",
        }
    }
}
