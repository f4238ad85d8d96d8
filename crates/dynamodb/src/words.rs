//! The words and numbers under which items keep what is one of a few. They are for ever: items outlive programs.

use domain::{Fact, Health, Instant, Outcome, Scheduler};

/// How bad, from 0: the order of a list by severity.
pub(crate) const fn severity(health: Health) -> i64 {
    match health {
        Health::Healthy => 0,
        Health::New => 1,
        Health::Late => LATE,
        Health::Paused => 3,
        Health::Missed => 4,
        Health::Overrun => 5,
        Health::Stale => 6,
        Health::Failing => WORST,
    }
}

/// The severity that comes with time alone and is therefore never stored.
pub(crate) const LATE: i64 = 2;
/// The greatest severity.
pub(crate) const WORST: i64 = 7;

/// What a scheduler's place in lists and counts is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marks {
    /// The reported status.
    pub(crate) status: &'static str,
    /// The settled health.
    pub(crate) severity: i64,
    /// From when on it is late, where nothing worse is so already.
    pub(crate) late_from: Option<Instant>,
}

impl Marks {
    pub(crate) fn of(scheduler: &Scheduler) -> Self {
        let severity = severity(scheduler.settled_health());
        let late_from = scheduler.late_from().filter(|_| severity < LATE);
        Self { status: scheduler.status().as_str(), severity, late_from }
    }
}

/// What happens every time when all is well.
pub(crate) const fn is_routine(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::RunStarted { .. }
            | Fact::RunRefreshed { .. }
            | Fact::Noted { .. }
            | Fact::RunFinished { outcome: Outcome::Completed, .. }
    )
}
