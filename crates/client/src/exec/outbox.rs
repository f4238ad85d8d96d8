//! The reports of one run on their way: shared by the thread that waits for the command and the one that reports.
//!
//! A report stays here until it is settled (delivered, refused or in the spool), so that one whose sending is cut
//! short by the deadline is not lost.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::watch;

use crate::api::Report;
use crate::clock;

#[derive(Debug)]
pub(super) struct Outbox {
    reports: Mutex<VecDeque<Report>>,
    /// When patience ends; set once, when the outcome is in.
    closed: watch::Sender<Option<Instant>>,
}

impl Outbox {
    pub(super) fn new(first: Option<Report>) -> Self {
        Self { reports: Mutex::new(first.into_iter().collect()), closed: watch::Sender::new(None) }
    }

    /// Adds the last report; from now on there is until `patience_ends`.
    pub(super) fn close(&self, outcome: Report, patience_ends: Instant) {
        self.reports().push_back(outcome);
        self.closed.send_replace(Some(patience_ends));
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.borrow().is_some()
    }

    /// Waits for the closing; answers when patience ends.
    pub(super) async fn closing(&self) -> Instant {
        let mut closed = self.closed.subscribe();
        let deadline = closed.wait_for(Option::is_some).await.ok().and_then(|deadline| *deadline);
        // The sender lives in `self`, so waiting cannot fail.
        deadline.unwrap_or_else(clock::instant)
    }

    pub(super) fn first(&self) -> Option<Report> {
        self.reports().front().cloned()
    }

    pub(super) fn settle_first(&self) {
        self.reports().pop_front();
    }

    fn reports(&self) -> MutexGuard<'_, VecDeque<Report>> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
