//! What is looked up before deciding: liveness, a closed run, a report seen before, gaps in our own observation.
//! All of it is data, so that deciding stays synchronous and pure.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::Defaults;
use crate::id::RunNo;
use crate::maintenance::{self, Window};
use crate::run::RunRecord;
use crate::scheduler::OpenRun;
use crate::time::{Duration, Instant};

/// When a scheduler was last heard by heartbeat. Kept in a row of its own and overwritten.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Liveness {
    /// The last heartbeat of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Instant>,
    /// The last heartbeat of each open run, at most as many as runs may be open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<(RunNo, Instant)>,
}

impl Liveness {
    /// When a run was last heard: by heartbeat, or by its last event.
    pub fn heard(&self, run: &OpenRun) -> Instant {
        let beat = self.runs.iter().find(|(no, _)| *no == run.no).map(|(_, at)| *at);
        beat.map_or(run.heard_at, |at| at.max(run.heard_at))
    }

    /// This, after a heartbeat of those runs; what is said of runs that are no longer open is dropped.
    #[must_use]
    pub fn after_beat(&self, at: Instant, beating: &[RunNo], open: &[RunNo]) -> Self {
        let runs = open.iter().filter_map(|run| {
            let before = self.runs.iter().find(|(no, _)| no == run).map(|(_, at)| *at);
            let beat = beating.contains(run).then_some(at);
            before.max(beat).map(|at| (*run, at))
        });
        Self { last: self.last.max(Some(at)), runs: runs.collect() }
    }
}

/// A stretch in which we could not take reports, or could not trust our clock. Both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// From the last moment in which we surely could.
    pub from: Instant,
    /// Until jobs have had the time to be heard again.
    pub until: Instant,
}

/// Everything a decision may rest on besides the scheduler itself.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Its heartbeats.
    pub liveness: Liveness,
    /// The run that the command names, if it is no longer open.
    pub closed_run: Option<RunRecord>,
    /// Whether the command's report id was seen before.
    pub report_seen: bool,
    /// Gaps in our own observation, in order of their beginning.
    pub gaps: Vec<Gap>,
    /// The maintenance windows that are about this scheduler.
    pub windows: Arc<[Arc<Window>]>,
    /// What the server says where a scheduler is silent.
    pub defaults: Defaults,
    /// 128 bits of time and chance, from which an incident's id is minted.
    pub chance: u128,
    /// 128 bits of nothing but chance, from which a new scheduler's address is minted: it is a secret.
    pub entropy: u128,
}

impl Facts {
    /// The end of the gap that holds an instant, where one does; of a chain of gaps, the last one's.
    pub fn unobserved_until(&self, at: Instant) -> Option<Instant> {
        self.gaps.iter().fold(None, |end, gap| {
            let probe = end.unwrap_or(at);
            if gap.from <= probe && probe <= gap.until { Some(gap.until) } else { end }
        })
    }

    /// Whether maintenance holds or touches the time between two instants, both included.
    pub fn is_maintained(&self, from: Instant, until: Instant) -> bool {
        maintenance::touches(self.windows.iter().map(|window| &**window), from, until)
    }

    /// When so much time that we could observe has passed since an instant.
    pub fn observed_after(&self, since: Instant, length: Duration) -> Instant {
        let mut deadline = since + length;
        let mut counted_from = since;
        for gap in &self.gaps {
            let from = gap.from.max(counted_from);
            if gap.until > from && from <= deadline {
                deadline = deadline + gap.until.since(from);
                counted_from = gap.until;
            }
        }
        deadline
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_seconds(seconds)
    }

    fn facts(gaps: &[(i64, i64)]) -> Facts {
        let gaps = gaps.iter().map(|(from, until)| Gap { from: at(*from), until: at(*until) });
        Facts { gaps: gaps.collect(), ..Facts::default() }
    }

    #[test]
    fn silence_is_not_counted_through_a_gap() {
        let length = Duration::from_seconds(100);
        for (gaps, expected) in [
            (vec![], 100),
            (vec![(10, 20)], 110),
            (vec![(-50, 20)], 120),
            (vec![(-50, -20)], 100),
            (vec![(100, 130)], 130),
            (vec![(101, 130)], 100),
            (vec![(50, 90), (130, 150)], 160),
            (vec![(10, 20), (15, 40), (18, 30)], 130),
        ] {
            assert_eq!(facts(&gaps).observed_after(at(0), length), at(expected), "{gaps:?}");
        }
    }

    #[test]
    fn a_chain_of_gaps_is_one() {
        let facts = facts(&[(10, 20), (15, 40), (60, 70)]);
        assert_eq!(facts.unobserved_until(at(12)), Some(at(40)));
        assert_eq!(facts.unobserved_until(at(10)), Some(at(40)));
        assert_eq!(facts.unobserved_until(at(50)), None);
    }
}
