//! Loading what a decision needs.

use std::sync::Arc;

use app::ports::{Loaded, Lookup};
use domain::{Liveness, ReportId, RunId, RunRecord, Scheduler, SchedulerKey};

use super::hot::{Hot, Standing, partition};
use crate::Store;
use crate::fault::{Fault, Faulty};
use crate::history::items::Life;
use crate::schema::Table;

pub(super) async fn load(store: &Store, key: &SchedulerKey, lookup: &Lookup) -> Faulty<Loaded> {
    let (standing, config) = store.whole(key).await?;
    let hot = match standing {
        Standing::Unborn { past } => return Ok(unborn(key, past)),
        Standing::Alive(hot) => hot,
    };
    let config = config
        .ok_or_else(|| Fault::corrupt(format_args!("config of {}", partition(key)), "it is missing"))?;
    let closed_run = match &lookup.run_id {
        Some(run_id) => hot.closed_run(store, run_id).await?,
        None => None,
    };
    let report_seen = match &lookup.report_id {
        Some(id) => hot.knows_report(store, id).await?,
        None => false,
    };
    let scheduler = hot.scheduler(Arc::clone(&config))?;
    Ok(Loaded { scheduler, liveness: hot.liveness, wake: hot.wake, closed_run, report_seen })
}

fn unborn(key: &SchedulerKey, past: u32) -> Loaded {
    Loaded {
        scheduler: Scheduler::unborn(key.clone(), past + 1),
        liveness: Liveness::default(),
        wake: None,
        closed_run: None,
        report_seen: false,
    }
}

impl Hot {
    pub(crate) fn life(&self, store: &Store) -> Life {
        Life::of(&self.key, self.incarnation, store.history_kept)
    }

    /// Whether a report id is known: by the tail, or by the history.
    pub(super) async fn knows_report(&self, store: &Store, id: &ReportId) -> Faulty<bool> {
        let mut newest = self.tail.iter().filter_map(|entry| entry.report_id.as_ref());
        if newest.any(|(known, _)| known == id) {
            return Ok(true);
        }
        let key = self.life(store).report_id_key(id);
        Ok(store.gateway.get(Table::History, &key).await?.is_some())
    }

    /// The newest run of a name that is over.
    async fn closed_run(&self, store: &Store, run_id: &RunId) -> Faulty<Option<RunRecord>> {
        let newest = self.tail.iter().rev().flat_map(|entry| entry.runs.iter());
        let found = newest.filter(|run| run.run_id.as_ref() == Some(run_id)).max_by_key(|run| run.no);
        if let Some(run) = found {
            return self.as_known_last(run.no).map_or_else(|| Ok(Some(run.clone())), |run| Ok(Some(run)));
        }
        let key = self.life(store).name_key(run_id);
        store.gateway.get(Table::History, &key).await?.map(|item| item.json("run")).transpose()
    }

    /// What the newest entry says of a run.
    fn as_known_last(&self, no: domain::RunNo) -> Option<RunRecord> {
        let newest = self.tail.iter().rev().flat_map(|entry| entry.runs.iter());
        newest.into_iter().find(|run| run.no == no).cloned()
    }
}
