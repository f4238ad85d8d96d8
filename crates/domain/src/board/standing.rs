//! How a scheduler stands in one window: a job that has not reported since the window began is pending, whatever it did
//! before.

use serde::{Deserialize, Serialize};

use crate::facts::Liveness;
use crate::incident::Cause;
use crate::report::Status;
use crate::scheduler::{OpenRun, Scheduler};
use crate::time::{Duration, Instant};

use super::hours::Window;

/// How a scheduler stands. Ordered: the worst comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its last run of this window failed.
    Failed,
    /// A run has been silent for too long.
    Stale,
    /// A run has been open for too long.
    Overrun,
    /// It did not come when it was expected.
    Missed,
    /// A run is open and was heard in this window.
    Running,
    /// Nothing was heard of it in this window.
    Pending,
    /// Its last run of this window completed.
    Completed,
    /// Nothing was heard of it in this window, and nothing is expected: people paused it.
    Paused,
}

impl Standing {
    /// All of them, worst first.
    pub const ALL: [Self; 8] = [
        Self::Failed,
        Self::Stale,
        Self::Overrun,
        Self::Missed,
        Self::Running,
        Self::Pending,
        Self::Completed,
        Self::Paused,
    ];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Stale => "stale",
            Self::Overrun => "overrun",
            Self::Missed => "missed",
            Self::Running => "running",
            Self::Pending => "pending",
            Self::Completed => "completed",
            Self::Paused => "paused",
        }
    }
}

/// How a scheduler stands in a window: the worst that is so.
pub fn standing(scheduler: &Scheduler, liveness: &Liveness, window: &Window) -> Standing {
    let causes = scheduler.causes();
    let bad = [
        (Cause::Stale, Standing::Stale),
        (Cause::Overrun, Standing::Overrun),
        (Cause::Missed, Standing::Missed),
    ];
    let bad = bad.into_iter().filter(|(cause, _)| causes.has(*cause)).map(|(_, standing)| standing);
    bad.chain([reported(scheduler, liveness, window)]).min().unwrap_or(Standing::Pending)
}

/// What its reports and heartbeats of this window say.
fn reported(scheduler: &Scheduler, liveness: &Liveness, window: &Window) -> Standing {
    let state = &scheduler.state;
    if state.runs.iter().any(|run| was_heard(run, liveness, window)) {
        return Standing::Running;
    }
    let settled = state.settled_at.filter(|at| *at >= window.start).map(|_| state.settled);
    match settled {
        Some(Status::Completed) => Standing::Completed,
        Some(Status::Failed) => Standing::Failed,
        _ if state.paused.is_some() => Standing::Paused,
        _ => Standing::Pending,
    }
}

/// A pause that ended counts from then on for deadlines, but is no word of the job's.
fn was_heard(run: &OpenRun, liveness: &Liveness, window: &Window) -> bool {
    let heard = liveness.heard(run);
    heard >= window.start && run.resumed_at != Some(heard)
}

/// The instant that goes with a standing: since when, or until when it is expected.
pub fn moment(scheduler: &Scheduler, standing: Standing) -> Option<Instant> {
    let state = &scheduler.state;
    match standing {
        Standing::Failed | Standing::Completed => state.settled_at,
        Standing::Stale => state.runs.iter().filter_map(|run| run.stale_at).min(),
        Standing::Overrun => state.runs.iter().filter_map(|run| run.overran_at).min(),
        Standing::Missed => state.missed.as_ref().map(|missed| missed.first),
        Standing::Running => state.runs.iter().map(|run| run.started_at).max(),
        Standing::Pending => state.expected,
        Standing::Paused => state.paused.map(|pause| pause.since),
    }
}

/// How long the last run took: by the job's own measure, else from its start to its outcome where it reports starts.
pub fn took(scheduler: &Scheduler, standing: Standing) -> Option<Duration> {
    if !matches!(standing, Standing::Completed | Standing::Failed) {
        return None;
    }
    let state = &scheduler.state;
    let measured = state.last_report.as_ref().and_then(|report| report.execution_time);
    let reckoned = || {
        let (start, end) = (state.newest_start?, state.settled_at?);
        (state.starts_seen && start < end).then(|| end.since(start))
    };
    measured.or_else(reckoned)
}
