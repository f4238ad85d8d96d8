//! The words and numbers under which the file keeps what is one of a few. They are for ever: files outlive programs.

use domain::history::{Entry, entry};
use domain::{Fact, Health, Scheduler};

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

/// The word under which the history shows an event; `None` where it does not.
pub(crate) const fn entry_word(fact: &Fact) -> Option<&'static str> {
    match entry(fact) {
        Some(Entry::Report(status)) => Some(status.as_str()),
        Some(Entry::System(word)) => Some(word),
        None => None,
    }
}

/// What the columns beside a snapshot say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marks {
    /// The reported status.
    pub(crate) status: &'static str,
    /// The settled health.
    pub(crate) severity: i64,
    /// From when on it is late, where nothing worse is so already.
    pub(crate) late_from: Option<i64>,
}

impl Marks {
    /// What they say of a scheduler.
    pub(crate) fn of(scheduler: &Scheduler) -> Self {
        let severity = severity(scheduler.settled_health());
        let late_from = scheduler.late_from().filter(|_| severity < LATE);
        Self {
            status: scheduler.status().as_str(),
            severity,
            late_from: late_from.map(domain::Instant::as_millis),
        }
    }
}
