//! Forgetting in measure, in memory.

use std::collections::BTreeSet;

use app::ports::{Cut, LogExtent, Retention, StoreResult};
use async_trait::async_trait;
use domain::event::Fact;
use domain::{Event, Instant, Outcome, RunNo, RunRecord, RunState, SchedulerKey};

use super::MemoryStore;
use super::log::Life;

/// Most rows that one call removes.
const PRUNED_MAX: usize = 10_000;

#[async_trait]
impl Retention for MemoryStore {
    async fn log_extent(&self, key: &SchedulerKey) -> StoreResult<Option<LogExtent>> {
        let data = self.data();
        let Some(life) = data.lives.get(key) else { return Ok(None) };
        let first = life.log.get(&life.first).map(|line| line.event.at);
        let last = life.scheduler.version;
        Ok(first.map(|first_at| LogExtent { first: life.first, first_at, last }))
    }

    async fn prune_log(&self, key: &SchedulerKey, cut: &Cut) -> StoreResult<usize> {
        let mut data = self.data();
        let Some(life) = data.lives.get_mut(key) else { return Ok(0) };
        life.first = life.first.max(cut.checkpoint);
        let events = doomed_events(life, cut, PRUNED_MAX);
        for version in &events {
            life.log.remove(version);
            life.payloads.remove(version);
            life.outputs.remove(version);
        }
        let runs = doomed_runs(life, cut, PRUNED_MAX - events.len());
        for run in &runs {
            life.runs.remove(run);
        }
        Ok(events.len() + runs.len())
    }

    async fn forget_report_ids(&self, before: Instant, limit: usize) -> StoreResult<usize> {
        let mut data = self.data();
        let mut left = limit;
        for life in data.lives.values_mut() {
            life.report_ids.retain(|_, at| {
                let goes = left > 0 && *at < before;
                left -= usize::from(goes);
                !goes
            });
        }
        Ok(limit - left)
    }

    async fn forget_audit(&self, before: Instant, limit: usize) -> StoreResult<usize> {
        let mut data = self.data();
        let mut left = limit;
        data.audit.retain(|_, entry| {
            let goes = left > 0 && entry.at < before;
            left -= usize::from(goes);
            !goes
        });
        Ok(limit - left)
    }
}

fn doomed_events(life: &Life, cut: &Cut, limit: usize) -> Vec<u64> {
    let old = || life.log.range(..cut.checkpoint).map(|(_, line)| &line.event);
    let routine: Vec<u64> =
        old().rev().filter(|event| is_routine(event)).map(|event| event.version).collect();
    let spared: BTreeSet<u64> = routine.iter().take(cut.routine_kept as usize).copied().collect();
    let goes =
        |event: &&Event| event.at < cut.before || (is_routine(event) && !spared.contains(&event.version));
    old().filter(goes).map(|event| event.version).take(limit).collect()
}

/// What happens every time when all is well.
const fn is_routine(event: &Event) -> bool {
    matches!(
        event.fact,
        Fact::RunStarted { .. }
            | Fact::RunRefreshed { .. }
            | Fact::Noted { .. }
            | Fact::RunFinished { outcome: Outcome::Completed, .. }
    )
}

/// Runs that ended before everything that is kept; of completed ones, the newest are kept as routine events are.
fn doomed_runs(life: &Life, cut: &Cut, limit: usize) -> Vec<RunNo> {
    let routine = life.runs.values().rev().filter(|run| run.state == RunState::Completed);
    let spared: BTreeSet<RunNo> = routine.take(cut.routine_kept as usize).map(|run| run.no).collect();
    let is_open = |run: &RunRecord| run.state == RunState::Running;
    let goes = |run: &&RunRecord| {
        let crowded = run.state == RunState::Completed && !spared.contains(&run.no);
        !is_open(run) && (crowded || run.ended_at.is_some_and(|at| at < cut.before))
    };
    life.runs.values().filter(goes).map(|run| run.no).take(limit).collect()
}
