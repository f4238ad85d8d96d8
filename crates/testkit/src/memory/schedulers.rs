//! The one write path, in memory.

use app::ports::{
    Beat, Commit, Deletion, Due, Era, Loaded, Lookup, Reindex, Schedulers, Seen, StoreError, StoreResult,
    Wake,
};
use app::{Notice, Shards};
use async_trait::async_trait;
use domain::id::CommitId;
use domain::{Instant, RunNo, Scheduler, SchedulerKey};

use super::log::{Life, Line};
use super::{Data, MemoryStore};

impl Data {
    fn unborn(&self, key: &SchedulerKey) -> Scheduler {
        let past = self.past_lives.get(key).copied().unwrap_or_default();
        Scheduler::unborn(key.clone(), past + 1)
    }

    /// The life of that version, or the news that it has another.
    fn life_at(&mut self, key: &SchedulerKey, seen: Seen) -> StoreResult<&mut Life> {
        self.lives.get_mut(key).filter(|life| Seen::of(&life.scheduler) == seen).ok_or(StoreError::Conflict)
    }

    /// The only way in which an indexed instant changes.
    fn index(&mut self, key: &SchedulerKey, to: Option<Instant>) {
        let Some(life) = self.lives.get_mut(key) else { return };
        if let Some(from) = std::mem::replace(&mut life.wake, to) {
            self.wakes.remove(&(from, key.clone()));
        }
        if let Some(to) = to {
            self.wakes.insert((to, key.clone()));
        }
    }

    fn check(&self, commit: &Commit) -> StoreResult<()> {
        let key = &commit.after.key;
        let unborn;
        let life = if let Some(life) = self.lives.get(key) {
            life
        } else {
            unborn = Life::new(self.unborn(key));
            &unborn
        };
        let same_version = life.scheduler.version == commit.expected_version;
        let same_life = life.scheduler.incarnation == commit.after.incarnation;
        let still_silent = commit.liveness.as_ref().is_none_or(|liveness| *liveness == life.liveness);
        let new_report = commit.report_id.as_ref().is_none_or(|(id, _)| !life.report_ids.contains_key(id));
        let still_indexed = match commit.wake {
            Wake::Stays(seen) => life.wake == seen,
            Wake::Leave | Wake::Set(_) => true,
        };
        let own_address = commit.after.config.tokens().all(|token| self.is_free(token, key));
        if same_version && same_life && still_silent && new_report && still_indexed && own_address {
            Ok(())
        } else {
            Err(StoreError::Conflict)
        }
    }

    /// Whether a token is nobody else's.
    fn is_free(&self, token: &str, key: &SchedulerKey) -> bool {
        self.tokens.get(token).is_none_or(|owner| owner == key)
    }

    fn write(&mut self, commit: Commit) {
        let key = commit.after.key.clone();
        let unborn = self.unborn(&key);
        let life = self.lives.entry(key.clone()).or_insert_with(|| Life::new(unborn));
        let open: Vec<RunNo> = commit.after.state.runs.iter().map(|run| run.no).collect();
        let before = std::mem::replace(&mut life.scheduler, commit.after);
        let config = life.scheduler.config.clone();
        if before.config != config {
            let (old, new) = (before.config.tokens(), config.tokens());
            old.for_each(|token| drop(self.tokens.remove(token)));
            self.tokens.extend(new.map(|token| (token.to_owned(), key.clone())));
        }
        let logged = |event| Line { event, commit: commit.id.clone() };
        life.log.extend(commit.events.into_iter().map(|event| (event.version, logged(event))));
        life.payloads.extend(commit.payload);
        life.outputs.extend(commit.output);
        life.runs.extend(commit.runs.into_iter().map(|run| (run.no, run)));
        life.report_ids.extend(commit.report_id);
        if let Some((at, beating)) = commit.beat {
            life.liveness = life.liveness.after_beat(at, &beating, &open);
        }
        if let Wake::Set(wake) = commit.wake {
            self.index(&key, wake);
        }
        for incident in commit.incidents {
            self.put_incident(incident);
        }
        for alert in commit.alerts {
            self.post.put_in(Notice::Alert(Box::new(alert)));
        }
        if let Some(audit) = commit.audit {
            self.write_audit(audit);
        }
    }
}

#[async_trait]
impl Schedulers for MemoryStore {
    async fn load(&self, key: &SchedulerKey, lookup: &Lookup) -> StoreResult<Loaded> {
        let data = self.data();
        let unborn;
        let life = if let Some(life) = data.lives.get(key) {
            life
        } else {
            unborn = Life::new(data.unborn(key));
            &unborn
        };
        Ok(Loaded {
            closed_run: lookup.run_id.as_ref().and_then(|run_id| life.closed_run(run_id)).cloned(),
            report_seen: lookup.report_id.as_ref().is_some_and(|id| life.report_ids.contains_key(id)),
            scheduler: life.scheduler.clone(),
            liveness: life.liveness.clone(),
            wake: life.wake,
        })
    }

    async fn commit(&self, commit: Commit) -> StoreResult<()> {
        let mut data = self.writing();
        self.check_era(&data, commit.era)?;
        data.check(&commit)?;
        data.write(commit);
        Ok(())
    }

    async fn was_committed(&self, key: &SchedulerKey, commit: &CommitId, after: u64) -> StoreResult<bool> {
        let data = self.data();
        let life = data.lives.get(key);
        Ok(life.is_some_and(|life| life.log.range(after + 1..).any(|(_, line)| line.commit == *commit)))
    }

    async fn beat(&self, beat: Beat) -> StoreResult<()> {
        let mut data = self.writing();
        self.check_era(&data, beat.era)?;
        let life = data.life_at(&beat.key, beat.seen)?;
        life.liveness = life.liveness.after_beat(beat.at, &beat.beating, &beat.open);
        Ok(())
    }

    async fn delete(&self, deletion: Deletion) -> StoreResult<()> {
        let mut data = self.writing();
        let incarnation = data.life_at(&deletion.key, deletion.seen)?.scheduler.incarnation;
        data.index(&deletion.key, None);
        if let Some(life) = data.lives.remove(&deletion.key) {
            life.scheduler.config.tokens().for_each(|token| drop(data.tokens.remove(token)));
        }
        data.past_lives.insert(deletion.key, incarnation);
        if let Some(incident) = deletion.incident {
            data.put_incident(incident);
        }
        if let Some(alert) = deletion.alert {
            data.post.put_in(Notice::Alert(Box::new(alert)));
        }
        data.write_audit(deletion.audit);
        Ok(())
    }

    async fn due(&self, until: Instant, limit: usize, shards: &Shards) -> StoreResult<Vec<Due>> {
        let data = self.data();
        let due = data.wakes.iter().take_while(|(wake, _)| *wake <= until);
        let due = due.filter(|(_, key)| shards.hold(key)).take(limit);
        Ok(due.map(|(wake, key)| Due { key: key.clone(), wake: *wake }).collect())
    }

    async fn next_wake(&self, shards: &Shards) -> StoreResult<Option<Instant>> {
        let data = self.data();
        Ok(data.wakes.iter().find(|(_, key)| shards.hold(key)).map(|(wake, _)| *wake))
    }

    async fn reindex(&self, reindex: Reindex) -> StoreResult<()> {
        let mut data = self.writing();
        let unchanged = data
            .lives
            .get(&reindex.key)
            .is_some_and(|life| Seen::of(&life.scheduler) == reindex.seen && life.wake == reindex.from);
        if unchanged {
            data.index(&reindex.key, reindex.to);
        }
        Ok(())
    }

    async fn wake_running(&self, at: Instant) -> StoreResult<()> {
        let mut data = self.writing();
        let later = |life: &Life| life.wake.is_none_or(|wake| wake > at);
        let running =
            data.lives.iter().filter(|(_, life)| !life.scheduler.state.runs.is_empty() && later(life));
        let keys: Vec<SchedulerKey> = running.map(|(key, _)| key.clone()).collect();
        for key in keys {
            data.index(&key, Some(at));
        }
        Ok(())
    }

    fn era(&self) -> Option<Era> {
        Some(self.era_of(&self.data()))
    }
}

impl MemoryStore {
    fn check_era(&self, data: &Data, era: Option<Era>) -> StoreResult<()> {
        let is_over = era.is_some_and(|era| era != self.era_of(data));
        if is_over { Err(StoreError::Conflict) } else { Ok(()) }
    }
}
