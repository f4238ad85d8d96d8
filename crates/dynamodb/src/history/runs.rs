//! The runs of a scheduler, newest number first: those that are open from its state, those that ended lately from the hot
//! item, the others from the history.

use std::collections::BTreeMap;

use app::ports::{Page, RunsQuery};
use domain::scheduler::State;
use domain::{RunNo, RunRecord, SchedulerKey};

use super::items::run_sort;
use super::log::version_of;
use crate::Store;
use crate::fault::{Fault, Faulty};
use crate::gateway::Query;
use crate::schedulers::hot::Hot;
use crate::schema::Table;

/// Runs that are read at once, and how many reads one page may take.
const RUNS_AT_ONCE: usize = 500;
const READS_MAX: usize = 20;

pub(crate) async fn runs(store: &Store, key: &SchedulerKey, query: &RunsQuery) -> Faulty<Page<RunRecord>> {
    let before = version_of(query.cursor.as_deref())?.unwrap_or(u64::MAX);
    let Some(hot) = store.standing(key).await?.alive() else {
        return Ok(Page { items: Vec::new(), next: None });
    };
    let limit = query.limit.max(1);
    let lately = lately(&hot)?;
    let mut found = lately.clone();
    found.retain(|no, run| *no < before && is_wanted(run, query));
    let partition = hot.life(store).partition;
    let ended = Query::of(Table::History, partition);
    let below = run_sort(RunNo(before.saturating_sub(1)));
    let mut ended = Some(ended.between(run_sort(RunNo(0)), below).descending().limit(RUNS_AT_ONCE));
    // Down to which number everything is known.
    let mut reached = before;
    for _ in 0..READS_MAX {
        let Some(query_now) = ended.take() else { break };
        let page = store.gateway.query(&query_now).await?;
        for item in &page.items {
            let run: RunRecord = item.json("run")?;
            reached = run.no.0;
            if !lately.contains_key(&run.no.0) && is_wanted(&run, query) {
                found.insert(run.no.0, run);
            }
        }
        ended = page.next.map(|next| query_now.after(next));
        if found.range(reached..).count() > limit {
            break;
        }
    }
    if ended.is_none() {
        reached = 0;
    }
    let known: Vec<RunRecord> =
        found.into_iter().rev().take_while(|(no, _)| *no >= reached).map(|it| it.1).collect();
    Ok(page(known, limit, ended.is_some().then_some(reached)))
}

/// At most so many; `reached` is where the look ended before the end of all.
fn page(mut known: Vec<RunRecord>, limit: usize, reached: Option<u64>) -> Page<RunRecord> {
    let is_full = known.len() > limit;
    known.truncate(limit);
    let last = known.last().map(|run| run.no.0).filter(|_| is_full);
    Page { items: known, next: last.or(reached).map(|no| no.to_string()) }
}

/// What the hot item knows of runs: it holds over what the history says.
fn lately(hot: &Hot) -> Faulty<BTreeMap<u64, RunRecord>> {
    let state: State =
        serde_json::from_str(&hot.state).map_err(|error| Fault::corrupt("st of a scheduler", error))?;
    let ended = hot.tail.iter().flat_map(|entry| entry.runs.iter().cloned());
    let open = state.runs.iter().map(RunRecord::of_open);
    Ok(ended.chain(open).map(|run| (run.no.0, run)).collect())
}

fn is_wanted(run: &RunRecord, query: &RunsQuery) -> bool {
    let at = run.started_at.or(run.ended_at);
    query.state.is_none_or(|state| run.state == state)
        && query.from.is_none_or(|from| at.is_some_and(|at| at >= from))
        && query.to.is_none_or(|to| at.is_some_and(|at| at < to))
}
