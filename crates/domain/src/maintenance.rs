//! Maintenance windows: stretches of time, once or recurring, in which some schedulers need not meet their slots and
//! nobody is told of them.
//!
//! What a window means for a slot is decided with the other rules; what it means for an alert, where alerts are routed.

use serde::{Deserialize, Serialize};

use crate::schedule::Recurrence;
use crate::selector::Selector;
use crate::time::{Duration, Instant};

/// The longest that one occurrence of a recurring window may last.
pub const WINDOW_LENGTH_MAX: Duration = Duration::DAY.times(31);
/// Most occurrences that are looked at for one question: past it the answer is that of those looked at.
const OCCURRENCES_MAX: usize = 1000;
/// Most windows that are followed into one another to find the end.
const CHAIN_MAX: usize = 1000;

/// A maintenance window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Which schedulers.
    #[serde(default)]
    pub selector: Selector,
    /// When.
    pub when: When,
}

/// When a window is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// From one instant to another.
    Once {
        /// The first instant of it.
        from: Instant,
        /// The first instant after it.
        until: Instant,
    },
    /// At each slot, for so long.
    Recurring {
        /// When each begins: a cron expression or a calendar event.
        recurrence: Recurrence,
        /// How long each lasts, 1 min to [`WINDOW_LENGTH_MAX`].
        length: Duration,
    },
}

/// One stretch of time: `until` no longer belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// Its first instant.
    pub from: Instant,
    /// The first instant after it.
    pub until: Instant,
}

impl When {
    /// The occurrence that holds an instant; of several, the one that began last.
    pub fn holding(&self, at: Instant) -> Option<Stretch> {
        self.touching(at, at)
    }

    /// The first occurrence that begins after an instant; `None` where there is none any more.
    pub fn next_after(&self, at: Instant) -> Option<Stretch> {
        match self {
            Self::Once { from, until } => {
                Some(Stretch { from: *from, until: *until }).filter(|one| one.from > at)
            }
            Self::Recurring { recurrence, length } => {
                let from = recurrence.slot_after(at)?;
                Some(Stretch { from, until: from + *length })
            }
        }
    }

    /// The last occurrence that begins at or before an instant and holds or touches the time from `from` on.
    fn touching(&self, from: Instant, until: Instant) -> Option<Stretch> {
        let touches = |one: &Stretch| one.from <= until && from < one.until;
        match self {
            Self::Once { from, until } => Some(Stretch { from: *from, until: *until }).filter(touches),
            Self::Recurring { recurrence, length } => {
                let earliest = Instant::from_millis((from - *length).as_millis());
                let mut last = None;
                let mut slot = recurrence.slot_after(earliest);
                for _ in 0..OCCURRENCES_MAX {
                    let Some(begins) = slot.filter(|begins| *begins <= until) else { break };
                    last = Some(Stretch { from: begins, until: begins + *length }).filter(touches).or(last);
                    slot = recurrence.slot_after(begins);
                }
                last
            }
        }
    }
}

/// Whether any of the windows holds or touches the time between two instants, both included.
pub fn touches<'a>(windows: impl IntoIterator<Item = &'a Window>, from: Instant, until: Instant) -> bool {
    windows.into_iter().any(|window| window.when.touching(from, until).is_some())
}

/// When the maintenance is over that holds an instant; of windows that follow upon one another, the last one's end.
/// `None` where the instant is in none.
pub fn over_at<'a, I>(windows: &I, at: Instant) -> Option<Instant>
where
    I: IntoIterator<Item = &'a Window> + Clone,
{
    let mut end = None;
    for _ in 0..CHAIN_MAX {
        let probe = end.unwrap_or(at);
        let ends = windows.clone().into_iter().filter_map(|window| window.when.touching(probe, probe));
        match ends.map(|stretch| stretch.until).max() {
            Some(next) => end = Some(next),
            None => break,
        }
    }
    end
}
