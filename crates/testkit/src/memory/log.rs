//! One life of a scheduler: its state, and what is kept beside it.

use std::collections::BTreeMap;

use app::ports::{HistoryEntry, SchedulerRow};
use domain::id::CommitId;
use domain::{
    Event, Instant, Liveness, Output, Payload, ReportId, RunId, RunNo, RunRecord, RunState, Scheduler,
};

#[derive(Clone, Debug)]
pub(super) struct Life {
    pub(super) scheduler: Scheduler,
    pub(super) liveness: Liveness,
    pub(super) wake: Option<Instant>,
    /// The first version of the log that is kept without a break.
    pub(super) first: u64,
    pub(super) log: BTreeMap<u64, Line>,
    pub(super) payloads: BTreeMap<u64, Payload>,
    pub(super) outputs: BTreeMap<u64, Output>,
    pub(super) runs: BTreeMap<RunNo, RunRecord>,
    pub(super) report_ids: BTreeMap<ReportId, Instant>,
}

#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) event: Event,
    pub(super) commit: CommitId,
}

impl Life {
    pub(super) const fn new(unborn: Scheduler) -> Self {
        Self {
            scheduler: unborn,
            liveness: Liveness { last: None, runs: Vec::new() },
            wake: None,
            first: 1,
            log: BTreeMap::new(),
            payloads: BTreeMap::new(),
            outputs: BTreeMap::new(),
            runs: BTreeMap::new(),
            report_ids: BTreeMap::new(),
        }
    }

    /// The newest run of that name that is not open.
    pub(super) fn closed_run(&self, run_id: &RunId) -> Option<&RunRecord> {
        let named = self.runs.values().rev().filter(|run| run.run_id.as_ref() == Some(run_id));
        named.into_iter().find(|run| run.state != RunState::Running)
    }

    pub(super) fn row(&self) -> SchedulerRow {
        let last = self.scheduler.state.last_report.as_ref().map(|report| report.version);
        SchedulerRow {
            scheduler: self.scheduler.clone(),
            liveness: self.liveness.clone(),
            payload: last.map(|version| self.payload(version)).unwrap_or_default(),
        }
    }

    pub(super) fn entry(&self, event: &Event) -> HistoryEntry {
        HistoryEntry { event: event.clone(), payload: self.payload(event.version) }
    }

    fn payload(&self, version: u64) -> Payload {
        self.payloads.get(&version).cloned().unwrap_or_default()
    }
}
