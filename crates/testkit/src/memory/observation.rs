//! Our own attention, in memory.

use std::collections::BTreeMap;

use app::ports::{Observation, StoreResult};
use async_trait::async_trait;
use domain::event::Fact;
use domain::{Gap, Instant, ProjectId};

use super::MemoryStore;

/// Most gaps that are answered at once.
const GAPS_MAX: usize = 1000;

#[async_trait]
impl Observation for MemoryStore {
    async fn stamp(&self, at: Instant) -> StoreResult<()> {
        self.data().stamp = Some(at);
        Ok(())
    }

    async fn last_stamp(&self) -> StoreResult<Option<Instant>> {
        Ok(self.data().stamp)
    }

    async fn record_gap(&self, gap: Gap) -> StoreResult<()> {
        let mut data = self.data();
        let known = data.gaps.entry(gap.from).or_insert(gap);
        known.until = known.until.max(gap.until);
        Ok(())
    }

    async fn gaps(&self, since: Instant) -> StoreResult<Vec<Gap>> {
        let data = self.data();
        let newest = data.gaps.values().rev().filter(|gap| gap.until > since).take(GAPS_MAX);
        let mut gaps: Vec<Gap> = newest.copied().collect();
        gaps.reverse();
        Ok(gaps)
    }

    async fn unobserved_slots(&self, since: Instant) -> StoreResult<Vec<(ProjectId, u64)>> {
        let data = self.data();
        let mut counts: BTreeMap<ProjectId, u64> = BTreeMap::new();
        for (key, life) in &data.lives {
            for line in life.log.values().filter(|line| line.event.at >= since) {
                if let Fact::SlotsUnobserved(slots) = &line.event.fact {
                    *counts.entry(key.project.clone()).or_default() += u64::from(slots.count);
                }
            }
        }
        Ok(counts.into_iter().collect())
    }

    async fn note(&self, name: &str) -> StoreResult<Option<String>> {
        Ok(self.data().notes.get(name).cloned())
    }

    async fn set_note(&self, name: &str, value: &str) -> StoreResult<()> {
        self.data().notes.insert(name.to_owned(), value.to_owned());
        Ok(())
    }
}
