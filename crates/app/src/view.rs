//! A scheduler as it is shown: the snapshot with what is derived from it at the moment of asking.

use domain::{Defaults, Facts, Health, Instant, Liveness, Payload, Scheduler, hints, shown_deadline};

use crate::app::App;
use crate::ports::SchedulerRow;
use crate::update::relevant;

/// A scheduler as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchedulerView {
    /// The snapshot.
    pub scheduler: Scheduler,
    /// Error text and metadata of the last report.
    pub payload: Payload,
    /// What we conclude.
    pub health: Health,
    /// Its heartbeats, of each open run.
    pub liveness: Liveness,
    /// When it was last heard: by heartbeat or report.
    pub last_heartbeat: Option<Instant>,
    /// When something would next be concluded to be wrong.
    pub deadline_at: Option<Instant>,
    /// Advice where limits do not fit what was seen.
    pub hints: Vec<String>,
}

impl SchedulerView {
    pub(crate) fn of(row: SchedulerRow, gaps: Vec<domain::Gap>, defaults: Defaults, now: Instant) -> Self {
        let facts = Facts { liveness: row.liveness, gaps, defaults, ..Facts::default() };
        let heard = heard(&row.scheduler, &facts.liveness);
        Self {
            health: row.scheduler.health(now),
            last_heartbeat: heard,
            deadline_at: shown_deadline(&row.scheduler, &facts),
            hints: hints(&row.scheduler, longest(&row.scheduler), &facts),
            liveness: facts.liveness,
            scheduler: row.scheduler,
            payload: row.payload,
        }
    }
}

impl App {
    pub(crate) fn view(&self, row: SchedulerRow, now: Instant) -> SchedulerView {
        let gaps = relevant(&self.attention.gaps(), &row.scheduler);
        SchedulerView::of(row, gaps, self.settings.defaults.clone(), now)
    }
}

fn heard(scheduler: &Scheduler, liveness: &Liveness) -> Option<Instant> {
    liveness.last.max(scheduler.state.last_report.as_ref().map(|report| report.received_at))
}

/// The longest run known at hand: the last one's own measure.
fn longest(scheduler: &Scheduler) -> Option<domain::Duration> {
    scheduler.state.last_report.as_ref().and_then(|report| report.execution_time)
}
