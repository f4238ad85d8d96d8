//! Our own attention, in memory.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use app::ports::{IngestProblem, Observation, PROBLEMS_MAX, StoreResult};
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

    async fn count_problems(&self, problems: Vec<IngestProblem>) -> StoreResult<()> {
        let mut data = self.data();
        for problem in problems {
            let project = problem.project.clone();
            match data.problems.iter_mut().find(|known| name(known) == name(&problem)) {
                Some(known) => {
                    let (count, first_at) = (known.count + problem.count, known.first_at);
                    *known = IngestProblem { count, first_at, ..problem };
                }
                None => data.problems.push(problem),
            }
            data.problems.sort_by_key(|problem| Reverse(problem.last_at));
            let mut kept = 0;
            data.problems.retain(|known| {
                kept += usize::from(known.project == project);
                known.project != project || kept <= PROBLEMS_MAX
            });
        }
        Ok(())
    }

    async fn problems(&self, project: &ProjectId) -> StoreResult<Vec<IngestProblem>> {
        let data = self.data();
        Ok(data.problems.iter().filter(|problem| problem.project == *project).cloned().collect())
    }

    async fn forget_problems(&self, before: Instant) -> StoreResult<usize> {
        let mut data = self.data();
        let there = data.problems.len();
        data.problems.retain(|problem| problem.last_at >= before);
        Ok(there - data.problems.len())
    }
}

/// By what two problems are the same one.
fn name(problem: &IngestProblem) -> [&str; 4] {
    [problem.project.as_str(), &problem.dialect, &problem.problem, &problem.subject]
}
