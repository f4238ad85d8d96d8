//! What a board shows, without any layout: counts of all schedulers, and the rows of the worst of them.
//!
//! Gathered one scheduler at a time, in bounded memory, however many there are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::hours::Window;
use super::standing::{Standing, moment, standing, took};
use crate::facts::Liveness;
use crate::id::ProjectId;
use crate::report::Payload;
use crate::scheduler::Scheduler;
use crate::time::{Duration, Instant, shorten};

/// Most rows of a page; the others are counted.
pub const ROWS_MAX: usize = 200;
/// Most characters of an error that a row shows.
pub const ERROR_CHARS_MAX: usize = 200;

/// How many schedulers stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each field counts the standing of its name")]
pub struct Counts {
    pub failed: u64,
    pub stale: u64,
    pub overrun: u64,
    pub missed: u64,
    pub running: u64,
    pub pending: u64,
    pub completed: u64,
    pub paused: u64,
}

impl Counts {
    /// How many stand so.
    pub const fn of(&self, standing: Standing) -> u64 {
        match standing {
            Standing::Failed => self.failed,
            Standing::Stale => self.stale,
            Standing::Overrun => self.overrun,
            Standing::Missed => self.missed,
            Standing::Running => self.running,
            Standing::Pending => self.pending,
            Standing::Completed => self.completed,
            Standing::Paused => self.paused,
        }
    }

    /// One more of them.
    pub const fn add(&mut self, standing: Standing) {
        *self.slot(standing) += 1;
    }

    const fn slot(&mut self, standing: Standing) -> &mut u64 {
        match standing {
            Standing::Failed => &mut self.failed,
            Standing::Stale => &mut self.stale,
            Standing::Overrun => &mut self.overrun,
            Standing::Missed => &mut self.missed,
            Standing::Running => &mut self.running,
            Standing::Pending => &mut self.pending,
            Standing::Completed => &mut self.completed,
            Standing::Paused => &mut self.paused,
        }
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        Standing::ALL.iter().map(|standing| self.of(*standing)).sum()
    }

    /// What is left of these when so many rows of them are shown.
    #[must_use]
    pub fn besides(&self, shown: &[BoardRow]) -> Self {
        let (mut rest, mut seen) = (Self::default(), Self::default());
        for row in shown {
            seen.add(row.standing);
        }
        for standing in Standing::ALL {
            *rest.slot(standing) = self.of(standing).saturating_sub(seen.of(standing));
        }
        rest
    }
}

/// One scheduler of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardRow {
    /// Its id.
    pub id: String,
    /// Its service.
    pub service: String,
    /// Its job.
    pub job: String,
    /// How it stands.
    pub standing: Standing,
    /// Since when; of a pending one, when it is expected.
    pub at: Option<Instant>,
    /// How long its last run took, of one that is over.
    pub took: Option<Duration>,
    /// Why it failed, shortened to [`ERROR_CHARS_MAX`].
    pub error: Option<String>,
}

impl BoardRow {
    /// The row of a scheduler in a window.
    pub fn of(scheduler: &Scheduler, liveness: &Liveness, payload: &Payload, window: &Window) -> Self {
        let standing = standing(scheduler, liveness, window);
        let error = payload.error_message.as_deref().filter(|_| standing == Standing::Failed);
        Self {
            id: scheduler.key.id.as_str().to_owned(),
            service: scheduler.config.service_name.clone(),
            job: scheduler.config.job_name.clone(),
            standing,
            at: moment(scheduler, standing),
            took: took(scheduler, standing),
            error: error.map(|text| shorten(text, ERROR_CHARS_MAX)),
        }
    }
}

/// What a board shows at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardPage {
    /// The project.
    pub project: ProjectId,
    /// The board's id.
    pub board: String,
    /// Its headline.
    pub title: String,
    /// The zone that people read its times in, by its IANA name.
    pub time_zone: String,
    /// The window it speaks of.
    pub window: Window,
    /// As of when.
    pub updated_at: Instant,
    /// How many schedulers stand how: all that were read.
    pub counts: Counts,
    /// The worst of them, worst first, then by id; at most [`ROWS_MAX`].
    pub rows: Vec<BoardRow>,
    /// How many of those that were counted have no row.
    pub left_out: u64,
    /// Whether there are more schedulers than were read.
    pub unread: bool,
    /// The sum of what the last completed run of each scheduler took, where that is known.
    pub total_execution_time: Duration,
    /// Whether this is the summary that ends the window.
    pub closing: bool,
    /// Whether every scheduler that is not paused has completed, and there is one.
    pub all_clear: bool,
}

/// A page in the making.
#[derive(Clone, Debug, Default)]
pub struct Gathering {
    counts: Counts,
    worst: BTreeMap<(Standing, String), BoardRow>,
    total_execution_time: Duration,
}

impl Gathering {
    /// Takes in one scheduler.
    pub fn add(&mut self, row: BoardRow) {
        self.counts.add(row.standing);
        if row.standing == Standing::Completed {
            self.total_execution_time = self.total_execution_time + row.took.unwrap_or_default();
        }
        self.worst.insert((row.standing, row.id.clone()), row);
        if self.worst.len() > ROWS_MAX {
            self.worst.pop_last();
        }
    }

    /// How many were taken in.
    pub fn count(&self) -> u64 {
        self.counts.total()
    }

    /// Fills in counts and rows. `unread`: there are more schedulers than were taken in.
    #[must_use]
    pub fn into_page(self, blank: BoardPage, unread: bool) -> BoardPage {
        let Self { counts, worst, total_execution_time } = self;
        let rows: Vec<_> = worst.into_values().collect();
        let expected = counts.total() - counts.paused;
        BoardPage {
            left_out: counts.total() - rows.len() as u64,
            all_clear: expected > 0 && counts.completed == expected && !unread,
            counts,
            rows,
            unread,
            total_execution_time,
            ..blank
        }
    }
}
