//! Forgetting in measure. Most of the history expires by itself; this lets go of what is too much before that.

use std::collections::{BTreeMap, BTreeSet};

use app::ports::{Cut, LogExtent};
use domain::{Event, Instant, RunNo, RunRecord, RunState, SchedulerKey};

use super::entry::{Carried, Entry};
use super::items::{self, Life, log_sort, run_sort};
use crate::Store;
use crate::fault::{Fault, Faulty};
use crate::gateway::{Key, Query, Value, Write, to_json};
use crate::schedulers::hot::{Hot, hot_key};
use crate::schema::Table;
use crate::words::is_routine;

/// Most rows that one call removes.
const PRUNED_MAX: usize = 10_000;

/// How long a log is.
pub(crate) async fn extent(store: &Store, key: &SchedulerKey) -> Faulty<Option<LogExtent>> {
    let hot = store.standing(key).await?.alive();
    Ok(hot.map(|hot| LogExtent { first: hot.first, first_at: hot.first_at, last: hot.version }))
}

/// Removes old events and runs as the cut says.
pub(crate) async fn prune(store: &Store, key: &SchedulerKey, cut: &Cut) -> Faulty<usize> {
    let Some(hot) = store.standing(key).await?.alive() else { return Ok(0) };
    if hot.version < cut.checkpoint || !settled(store, &hot, cut).await? {
        return Ok(0);
    }
    let life = hot.life(store);
    let events = prune_events(store, key, &life, cut).await?;
    let runs = prune_runs(store, &life, cut, PRUNED_MAX.saturating_sub(events)).await?;
    Ok(events + runs)
}

/// Moves the tail to the history where the cut reaches into it, and lets the log begin at the checkpoint. `false` where
/// somebody wrote meanwhile: the next time will do.
async fn settled(store: &Store, hot: &Hot, cut: &Cut) -> Faulty<bool> {
    let reaches =
        hot.tail.iter().flat_map(|entry| &entry.events).any(|event| event.version <= cut.checkpoint);
    if hot.first >= cut.checkpoint && !reaches {
        return Ok(true);
    }
    store.gateway.batch(hot.life(store).moved(&hot.tail)?).await?;
    let Some(at) = happened(store, hot, cut.checkpoint).await? else { return Ok(false) };
    let shown = hot.shown_by_itself()?;
    let set = if shown.is_some() { ", lp = :lp" } else { "" };
    let expression = format!("set tail = :none, fst = :fst, fat = :fat{set}");
    let write = Write::update(Table::Schedulers, hot_key(&hot.key), expression)
        .when("ver = :ver and inc = :inc")
        .binding("ver", hot.version)
        .binding("inc", hot.incarnation)
        .binding("none", Value::List(Vec::new()))
        .binding("fst", hot.first.max(cut.checkpoint))
        .binding("fat", if hot.first >= cut.checkpoint { hot.first_at } else { at });
    let write = match shown {
        Some(shown) => write.binding("lp", shown),
        None => write,
    };
    match store.gateway.write(write).await {
        Ok(()) => Ok(true),
        Err(Fault::Conflict | Fault::Lost) => Ok(false),
        Err(fault) => Err(fault),
    }
}

/// When the event of a version happened.
async fn happened(store: &Store, hot: &Hot, version: u64) -> Faulty<Option<Instant>> {
    let chunks = store.gateway.gather(super::log::from(&hot.life(store), version).limit(1)).await?;
    let mut entries = Vec::new();
    for chunk in &chunks {
        entries.extend(items::entries(chunk)?);
    }
    let found = entries.iter().flat_map(|entry| &entry.events).find(|event| event.version == version);
    Ok(found.map(|event| event.at))
}

impl Hot {
    /// The last report's payload, where it stands in the tail.
    fn shown_by_itself(&self) -> Faulty<Option<String>> {
        let state: domain::scheduler::State =
            serde_json::from_str(&self.state).map_err(|error| Fault::corrupt("st of a scheduler", error))?;
        let Some(last) = state.last_report.as_ref().map(|report| report.version) else { return Ok(None) };
        let carried = self.carried(last)?;
        carried.map(|(carried, commit)| to_json(&(last, carried, commit))).transpose()
    }

    /// Whether a payload beside the log is shown with the scheduler.
    fn shows(&self, version: u64) -> bool {
        self.shown.as_ref().is_some_and(|shown| shown.starts_with(&format!("[{version},")))
    }
}

async fn prune_events(store: &Store, key: &SchedulerKey, life: &Life, cut: &Cut) -> Faulty<usize> {
    let old = Query::of(Table::History, life.partition.clone()).between(log_sort(0), log_sort(u64::MAX));
    let mut chunks: BTreeMap<u64, Vec<Entry>> = BTreeMap::new();
    for chunk in store.gateway.gather(old).await? {
        let entries = items::entries(&chunk)?;
        let last = last_of(chunk.text("sk")?)?;
        chunks.insert(last, entries);
        if last >= cut.checkpoint {
            break;
        }
    }
    let doomed = doomed_events(chunks.values().flatten().flat_map(|entry| &entry.events), cut);
    let hot = store.standing(key).await?.alive();
    let mut writes = Vec::new();
    for (last, entries) in chunks {
        writes.extend(thinned(life, last, entries, &doomed, hot.as_ref())?);
    }
    store.gateway.batch(writes).await?;
    Ok(doomed.len())
}

fn last_of(sort: &str) -> Faulty<u64> {
    let parsed = sort.strip_prefix("E#").and_then(|digits| digits.parse().ok());
    parsed.ok_or_else(|| Fault::corrupt("sk of a chunk", sort))
}

/// The versions that go, oldest first, as many as may go at once.
fn doomed_events<'a>(events: impl Iterator<Item = &'a Event>, cut: &Cut) -> BTreeSet<u64> {
    let old: BTreeMap<u64, &Event> =
        events.filter(|event| event.version < cut.checkpoint).map(|event| (event.version, event)).collect();
    let routine = old.values().rev().filter(|event| is_routine(&event.fact));
    let kept = usize::try_from(cut.routine_kept).unwrap_or(usize::MAX);
    let spared: BTreeSet<u64> = routine.take(kept).map(|event| event.version).collect();
    let goes = |event: &&&Event| {
        event.at < cut.before || (is_routine(&event.fact) && !spared.contains(&event.version))
    };
    old.values().filter(goes).map(|event| event.version).take(PRUNED_MAX).collect()
}

/// What is written so that a chunk loses its doomed events.
fn thinned(
    life: &Life,
    last: u64,
    mut entries: Vec<Entry>,
    doomed: &BTreeSet<u64>,
    hot: Option<&Hot>,
) -> Faulty<Vec<Write>> {
    let mut writes = Vec::new();
    let before: usize = entries.iter().map(|entry| entry.events.len()).sum();
    for entry in &mut entries {
        for version in entry.events.iter().map(|event| event.version).filter(|it| doomed.contains(it)) {
            writes.extend(
                beside(life, entry, version, hot).into_iter().map(|key| Write::delete(Table::History, key)),
            );
        }
        entry.output = entry.output.filter(|version| !doomed.contains(version));
        if entry.payload.as_ref().is_some_and(|(version, _)| doomed.contains(version)) {
            entry.payload = None;
        }
        entry.events.retain(|event| !doomed.contains(&event.version));
    }
    entries.retain(|entry| !entry.events.is_empty());
    let after: usize = entries.iter().map(|entry| entry.events.len()).sum();
    if after == before {
        return Ok(writes);
    }
    let at = entries.last().and_then(|entry| entry.events.last()).map(|event| event.at);
    writes.push(match at {
        None => Write::delete(Table::History, life.chunk_key(last)),
        Some(at) => life.chunk(&entries, last, at)?,
    });
    Ok(writes)
}

/// What stands beside an event and goes with it.
fn beside(life: &Life, entry: &Entry, version: u64, hot: Option<&Hot>) -> Vec<Key> {
    let mut keys = Vec::new();
    if entry.output == Some(version) {
        keys.push(life.output_key(version, &entry.commit));
    }
    let is_bulky = matches!(&entry.payload, Some((of, Carried::Beside)) if *of == version);
    if is_bulky && !hot.is_some_and(|hot| hot.shows(version)) {
        keys.push(life.payload_key(version, &entry.commit));
    }
    keys
}

async fn prune_runs(store: &Store, life: &Life, cut: &Cut, limit: usize) -> Faulty<usize> {
    let all = Query::of(Table::History, life.partition.clone());
    let all = all.between(run_sort(RunNo(0)), run_sort(RunNo(u64::MAX)));
    let mut runs = Vec::new();
    for item in store.gateway.gather(all).await? {
        runs.push(item.json::<RunRecord>("run")?);
    }
    let kept = usize::try_from(cut.routine_kept).unwrap_or(usize::MAX);
    let routine = runs.iter().rev().filter(|run| run.state == RunState::Completed);
    let spared: BTreeSet<RunNo> = routine.take(kept).map(|run| run.no).collect();
    let goes = |run: &&RunRecord| {
        let crowded = run.state == RunState::Completed && !spared.contains(&run.no);
        run.state != RunState::Running && (crowded || run.ended_at.is_some_and(|at| at < cut.before))
    };
    let doomed: Vec<&RunRecord> = runs.iter().filter(goes).take(limit).collect();
    let writes = doomed.iter().map(|run| Write::delete(Table::History, life.run_key(run.no)));
    store.gateway.batch(writes.collect()).await?;
    Ok(doomed.len())
}
