//! The thing watched, as the fold of its events: configuration that people gave and a small hot state.
//!
//! Liveness is deliberately not here: heartbeats are telemetry and live in [`crate::facts::Liveness`].

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::id::{IncidentId, RunId, RunNo, SchedulerKey};
use crate::incident::{Cause, CauseSet};
use crate::report::Status;
use crate::time::{Duration, Instant};

/// One scheduled job of one service: a snapshot of the fold of its events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduler {
    /// Its full name.
    pub key: SchedulerKey,
    /// Which life under that name this is, from 1: a deleted name may come back.
    pub incarnation: u32,
    /// How many events it has had.
    pub version: u64,
    /// What people gave. Shared: it rarely changes, and every decision works on a copy of the scheduler.
    pub config: Arc<Config>,
    /// What events made.
    pub state: State,
}

/// Most runs that may be open at once; past it the oldest is abandoned.
pub const OPEN_RUNS_MAX: usize = 20;

/// What events made of a scheduler. Small: at most [`OPEN_RUNS_MAX`] runs, ids, instants and causes; as JSON under
/// 4 KiB with a dozen runs open, 7 KiB with all of them under ids of 128 letters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// When it was registered.
    pub created_at: Instant,
    /// When its last event happened.
    pub updated_at: Instant,
    /// How often its configuration was set: what an `ETag` names.
    pub config_version: u64,
    /// The status that stands when no run is open.
    pub settled: Status,
    /// When the report that settled it happened; an older one never moves the status back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Instant>,
    /// The last report that was taken to heart, as shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_report: Option<LastReport>,
    /// Runs that are open, oldest number first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<OpenRun>,
    /// How many runs there have been.
    pub runs_seen: u64,
    /// The start of the newest run, from which the next slot is found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newest_start: Option<Instant>,
    /// The run that `newest_start` is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newest_run: Option<RunNo>,
    /// The first slot that is not met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<Instant>,
    /// The last of: registered, schedule set, resumed. Nothing is expected before it.
    pub expect_after: Instant,
    /// The last slot that was judged; none is judged twice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judged: Option<Instant>,
    /// Slots missed in a row, until a start or an outcome comes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed: Option<Missed>,
    /// Failed runs in a row.
    pub failures: u32,
    /// Completed runs since the last failed one; `None` where none ever failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completions: Option<u32>,
    /// Whether a run ever reported its start.
    pub starts_seen: bool,
    /// Whether a heartbeat was ever seen.
    pub heartbeats_seen: bool,
    /// The earliest run that had a heartbeat: it arms the default heartbeat timeout for itself and for later ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub armed_from: Option<RunNo>,
    /// How many messages there have been: reports, and what was only written down.
    #[serde(skip_serializing_if = "is_none_yet")]
    pub messages: u64,
    /// When it was last resumed, as long as no run has ended since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resumed_at: Option<Instant>,
    /// Set while it is paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused: Option<Pause>,
    /// Set while an incident is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<Incident>,
}

/// The last report, as a scheduler shows it. Its payload is kept beside, under the version of its event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastReport {
    /// The job's own time as sent, at most when it came in.
    pub timestamp: Instant,
    /// When it came in.
    pub received_at: Instant,
    /// How long the run took by the job's own measure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_time: Option<Duration>,
    /// The event it became.
    pub version: u64,
}

/// A run that has started and has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenRun {
    /// Its number.
    pub no: RunNo,
    /// What the job calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
    /// When it started.
    pub started_at: Instant,
    /// When its last event came in; heartbeats since then are liveness.
    pub heard_at: Instant,
    /// Not overrun before this: a start that came late is probably followed by its outcome.
    pub judged_from: Instant,
    /// When judgement was resumed after a pause in which it was open: its clocks count from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumed_at: Option<Instant>,
    /// A heartbeat of this run was seen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beats: bool,
    /// When it was found silent for too long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale_at: Option<Instant>,
    /// Since when it has been open for too long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overran_at: Option<Instant>,
}

/// Slots missed in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// The first of them.
    pub first: Instant,
    /// The last of them.
    pub last: Instant,
    /// How many.
    pub count: u32,
    /// When the last was recorded.
    pub recorded_at: Instant,
}

/// A pause in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Since when.
    pub since: Instant,
    /// Until when; until someone resumes it, where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
}

/// An open incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Its id: the receivers' key.
    pub id: IncidentId,
    /// Since when.
    pub opened_at: Instant,
    /// The event that opened it.
    #[serde(default)]
    pub opened_version: u64,
    /// When someone was last told.
    pub alerted_at: Instant,
    /// Everything that was wrong since.
    #[serde(default)]
    pub causes: CauseSet,
    /// Who has acknowledged it, and for which causes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledged>,
    /// How many steps of its escalation were taken.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub escalated: u32,
}

impl Incident {
    /// Whether someone looks after all of these.
    pub fn is_heeded(&self, causes: CauseSet) -> bool {
        self.acknowledged.as_ref().is_some_and(|it| causes.without(it.causes).is_empty())
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_none_yet(number: &u64) -> bool {
    *number == 0
}

/// An acknowledgement in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// By whom.
    pub by: String,
    /// When.
    pub at: Instant,
    /// The causes it covers: those that were present.
    pub causes: CauseSet,
}

/// What we conclude about a scheduler. Ordered: a worse one is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// All is well.
    Healthy,
    /// It has never reported.
    New,
    /// A slot has come and no run yet; its grace is running.
    Late,
    /// Nothing is judged until it is resumed.
    Paused,
    /// Slots passed without a run.
    Missed,
    /// A run has been open for too long.
    Overrun,
    /// A run has been silent for too long.
    Stale,
    /// Runs failed in a row.
    Failing,
}

impl Health {
    /// All of them, best first.
    pub const ALL: [Self; 8] = [
        Self::Healthy,
        Self::New,
        Self::Late,
        Self::Paused,
        Self::Missed,
        Self::Overrun,
        Self::Stale,
        Self::Failing,
    ];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::New => "new",
            Self::Late => "late",
            Self::Paused => "paused",
            Self::Missed => "missed",
            Self::Overrun => "overrun",
            Self::Stale => "stale",
            Self::Failing => "failing",
        }
    }

    /// The health of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|health| health.as_str() == word)
    }
}

impl Scheduler {
    /// A name without a life yet: what the first `Registered` event is applied to.
    pub fn unborn(key: SchedulerKey, incarnation: u32) -> Self {
        Self { key, incarnation, version: 0, config: Arc::default(), state: State::default() }
    }

    /// Whether it was ever registered.
    pub const fn is_born(&self) -> bool {
        self.version > 0
    }

    /// The last reported status; `running` while any run is open.
    pub fn status(&self) -> Status {
        if self.state.runs.is_empty() { self.state.settled } else { Status::Running }
    }

    /// What is wrong with it now.
    pub fn causes(&self) -> CauseSet {
        let state = &self.state;
        let missed = state.missed.as_ref().map_or(0, |missed| missed.count);
        let mut causes = CauseSet::default();
        causes.put(Cause::Failing, state.failures >= self.config.failure_threshold());
        causes.put(Cause::Missed, missed >= self.config.missed_threshold());
        causes.put(Cause::Stale, state.runs.iter().any(|run| run.stale_at.is_some()));
        causes.put(Cause::Overrun, state.runs.iter().any(|run| run.overran_at.is_some()));
        causes
    }

    /// What we conclude, but for `late`, which passes with time; see [`Scheduler::late_from`].
    pub fn settled_health(&self) -> Health {
        match self.causes().worst() {
            Some(cause) => cause.health(),
            None if self.state.paused.is_some() => Health::Paused,
            None if self.state.last_report.is_none() => Health::New,
            None => Health::Healthy,
        }
    }

    /// From when on it is `late`, unless an event comes first or something worse is so already.
    pub fn late_from(&self) -> Option<Instant> {
        if self.state.paused.is_some() || !self.state.runs.is_empty() {
            return None;
        }
        self.state.missed.as_ref().map(|missed| missed.first).or(self.state.expected)
    }

    /// What we conclude at an instant.
    pub fn health(&self, now: Instant) -> Health {
        let settled = self.settled_health();
        let late = self.late_from().is_some_and(|from| now >= from);
        if late { settled.max(Health::Late) } else { settled }
    }

    /// The open run of that name.
    pub fn run_named(&self, run_id: &RunId) -> Option<&OpenRun> {
        self.state.runs.iter().find(|run| run.run_id.as_ref() == Some(run_id))
    }

    /// The open run of that number.
    pub fn run(&self, no: RunNo) -> Option<&OpenRun> {
        self.state.runs.iter().find(|run| run.no == no)
    }

    /// The run that a message without a run id speaks of: the open one without id, else the only one open.
    pub fn run_unnamed(&self) -> Option<&OpenRun> {
        let runs = &self.state.runs;
        runs.iter().find(|run| run.run_id.is_none()).or(if runs.len() == 1 { runs.first() } else { None })
    }
}
