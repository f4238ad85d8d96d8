//! The one write path. A commit is one conditional write of the hot item; where people must hear of it or change
//! something, one transaction with the items that say so. What is bulky is written before, and found by the commit's id.

use app::Notice;
use app::ports::{Commit, Wake};
use domain::{Fact, Instant, Liveness, RunNo, Scheduler, SchedulerKey};

use super::hot::{Hot, Standing, hot_key, wake_sort};
use super::{HOT_MAX, profile, wakes};
use crate::Store;
use crate::fault::{Fault, Faulty};
use crate::gateway::{Item, Value, Write, to_json};
use crate::history::entry::{Carried, Entry};
use crate::history::items::Life;
use crate::packing::pack;
use crate::schema::Table;
use crate::tenants;
use crate::words::Marks;

/// How often a commit is put together anew because a heartbeat came between.
const ROUNDS_MAX: usize = 12;
/// An entry that is longer is written before, by itself.
const ENTRY_MAX: usize = 8 * 1024;

/// Writes a commit, or refuses it.
pub(super) async fn commit(store: &Store, commit: &Commit) -> Faulty<()> {
    let key = &commit.after.key;
    for _ in 0..ROUNDS_MAX {
        let standing = store.standing(key).await?;
        check(store, &standing, commit).await?;
        let hot = standing.clone().alive();
        let draft = Draft::of(store, commit, &standing).await?;
        if matches!(standing, Standing::Unborn { .. }) {
            tenants::note(store, &key.project).await?;
        }
        store.gateway.batch(draft.before).await?;
        let mut writes = draft.together;
        writes.insert(0, draft.hot);
        let written = if writes.len() == 1 {
            let alone = writes.remove(0);
            store.gateway.write(alone).await
        } else {
            store.gateway.transact(writes).await
        };
        match written {
            Err(Fault::Conflict) if may_be_a_heartbeat(commit, hot.as_ref()) => {}
            other => return other,
        }
        if !is_unchanged(&store.standing(key).await?, commit) {
            return Err(Fault::Conflict);
        }
    }
    Err(Fault::Conflict)
}

/// A heartbeat is merged with what stands there, and so counts on it; where one came between, that is no conflict.
fn may_be_a_heartbeat(commit: &Commit, hot: Option<&Hot>) -> bool {
    hot.is_some() && commit.beat.is_some() && commit.liveness.is_none()
}

fn is_unchanged(standing: &Standing, commit: &Commit) -> bool {
    match standing {
        Standing::Alive(hot) => {
            hot.version == commit.expected_version && hot.incarnation == commit.after.incarnation
        }
        Standing::Unborn { .. } => false,
    }
}

/// Refuses what cannot be written any more, before anything is.
async fn check(store: &Store, standing: &Standing, commit: &Commit) -> Faulty<()> {
    let fits = match standing {
        Standing::Unborn { past } => {
            let was_silent = commit.liveness.as_ref().is_none_or(|known| *known == Liveness::default());
            commit.expected_version == 0 && commit.after.incarnation == past + 1 && was_silent
        }
        Standing::Alive(hot) => {
            let still_silent = commit.liveness.as_ref().is_none_or(|known| *known == hot.liveness);
            let still_indexed = match commit.wake {
                Wake::Stays(seen) => hot.wake == seen,
                Wake::Leave | Wake::Set(_) => true,
            };
            is_unchanged(standing, commit) && still_silent && still_indexed
        }
    };
    if !fits {
        return Err(Fault::Conflict);
    }
    match (standing, &commit.report_id) {
        (Standing::Alive(hot), Some((id, _))) if hot.knows_report(store, id).await? => Err(Fault::Conflict),
        _ => Ok(()),
    }
}

/// The writes of a commit.
struct Draft {
    /// Those that may be there without it.
    before: Vec<Write>,
    /// The hot item.
    hot: Write,
    /// What is written with it.
    together: Vec<Write>,
}

impl Draft {
    async fn of(store: &Store, commit: &Commit, standing: &Standing) -> Faulty<Self> {
        let key = &commit.after.key;
        let life = Life::of(key, commit.after.incarnation, store.history_kept);
        let (entry, bulky) = Entry::of(commit)?;
        let mut before = life.beside(commit, bulky);
        let mut together = extras(store, commit)?;
        let mut text = to_json(&entry)?;
        if text.len() > ENTRY_MAX {
            before.push(life.entry(&entry)?);
            text = to_json(&entry.named_only())?;
        }
        let packed = pack(&text);
        let mut tail = match standing {
            Standing::Alive(hot) => hot.packed.clone(),
            Standing::Unborn { .. } => Vec::new(),
        };
        let state = pack(&to_json(&commit.after.state)?);
        let kept: usize = tail.iter().map(Vec::len).sum();
        let names = 3 * commit.after.key.id.as_str().len() + 3 * commit.after.key.project.as_str().len();
        let is_moved = FRAME + names + state.len() + kept + packed.len() > HOT_MAX;
        if is_moved {
            if let Standing::Alive(hot) = standing {
                before.extend(life.moved(&hot.tail)?);
            }
            tail.clear();
        }
        tail.push(packed);
        let shown = shown(standing, commit, &entry, is_moved)?;
        let hot = Face { store, commit, state, tail, shown };
        let hot = match standing {
            Standing::Alive(known) => hot.moved(known)?,
            Standing::Unborn { past } => {
                together.extend(profile::born(store, &commit.after)?);
                hot.born(*past)?
            }
        };
        if let Standing::Alive(_) = standing
            && commit.events.iter().any(|event| changes_config(&event.fact))
        {
            together.extend(profile::changed(store, &commit.after).await?);
        }
        Ok(Self { before, hot, together })
    }
}

/// About how many bytes of a hot item are neither state nor tail.
const FRAME: usize = 260;

/// What is written with a commit besides the scheduler itself.
fn extras(store: &Store, commit: &Commit) -> Faulty<Vec<Write>> {
    let mut writes = Vec::new();
    for alert in &commit.alerts {
        writes.push(crate::outbox::posting::put_in(store, &Notice::Alert(Box::new(alert.clone())))?);
    }
    for incident in &commit.incidents {
        writes.push(crate::incidents::put(store, incident)?);
    }
    if let Some(entry) = &commit.audit {
        writes.push(crate::audit::entry(store, entry)?);
    }
    for event in &commit.events {
        if let Fact::SlotsUnobserved(slots) = &event.fact {
            writes.push(crate::observation::unobserved(store, &commit.after.key, event.at, slots.count));
        }
    }
    Ok(writes)
}

/// The payload of the last report is shown beside the scheduler: where its entry leaves the tail, it stays by itself.
fn shown(standing: &Standing, commit: &Commit, entry: &Entry, is_moved: bool) -> Faulty<Option<String>> {
    let Some(last) = commit.after.state.last_report.as_ref().map(|report| report.version) else {
        return Ok(None);
    };
    let own = entry.payload.as_ref().filter(|(version, _)| *version == last);
    let carried: Option<(Carried, String)> = match standing {
        Standing::Alive(hot) if own.is_none() && is_moved => hot.carried(last)?,
        Standing::Alive(hot) if own.is_none() => return Ok(hot.shown.clone()),
        _ => None,
    };
    carried.map(|(carried, commit)| to_json(&(last, carried, commit))).transpose()
}

/// The hot item as it shall be.
struct Face<'a> {
    store: &'a Store,
    commit: &'a Commit,
    state: Vec<u8>,
    tail: Vec<Vec<u8>>,
    shown: Option<String>,
}

impl Face<'_> {
    fn key(&self) -> &SchedulerKey {
        &self.commit.after.key
    }

    /// The first hot item of a life.
    fn born(&self, past: u32) -> Faulty<Write> {
        let (key, after) = (self.key(), &self.commit.after);
        let marks = Marks::of(after);
        let shard = self.store.shard(key.id.as_str());
        let liveness = self.beaten(&Liveness::default()).map(|it| to_json(&it)).transpose()?;
        let at = self.commit.events.first().map_or_else(Instant::default, |event| event.at);
        let first = self.commit.events.first().map_or(1, |event| event.version);
        let tail = self.tail.iter().map(|entry| entry.clone().into()).collect();
        let mut item = Item::of(&hot_key(key))
            .with("inc", after.incarnation)
            .with("ver", after.version)
            .with("st", self.state.clone())
            .with("tail", Value::List(tail))
            .with("fat", at)
            .with("o_pk", overview(key, shard))
            .with("o_sk", key.id.as_str())
            .with("status", marks.status)
            .with("severity", marks.severity)
            .with_some("late_from", marks.late_from)
            .with_some("lv", liveness)
            .with_some("lp", self.shown.as_deref());
        if first > 1 {
            item = item.with("fst", first);
        }
        if let Wake::Set(Some(at)) = self.commit.wake {
            item = item.with("w_pk", wakes::partition(self.store, key)).with("w_sk", wake_sort(at, key));
        }
        let write = Write::put(Table::Schedulers, item);
        Ok(if past == 0 {
            write.when_absent()
        } else {
            write.when("gone = :one and inc = :past").binding("one", 1_i64).binding("past", past)
        })
    }

    /// The next hot item of a life. Heartbeats and the wake instant are only touched where the commit says so.
    fn moved(&self, known: &Hot) -> Faulty<Write> {
        let (commit, after) = (self.commit, &self.commit.after);
        let marks = Marks::of(after);
        let mut set = ["ver = :ver", "st = :st", "tail = :tail", "#status = :status", "severity = :severity"]
            .map(str::to_owned)
            .to_vec();
        let mut remove = Vec::new();
        let tail = self.tail.iter().map(|entry| entry.clone().into()).collect();
        let mut bound: Vec<(&str, Value)> = vec![
            ("ver", after.version.into()),
            ("st", self.state.clone().into()),
            ("tail", Value::List(tail)),
            ("status", marks.status.into()),
            ("severity", marks.severity.into()),
        ];
        let mut put = |name: &'static str, value: Option<Value>| match value {
            Some(value) => {
                set.push(format!("{name} = :{name}"));
                bound.push((name, value));
            }
            None => remove.push(name),
        };
        put("late_from", marks.late_from.map(Into::into));
        put("lp", self.shown.as_deref().map(Into::into));
        if let Some(liveness) = self.beaten(&known.liveness) {
            put("lv", Some(to_json(&liveness)?.into()));
        }
        if let Wake::Set(wake) = commit.wake {
            put("w_pk", wake.map(|_| wakes::partition(self.store, self.key()).into()));
            put("w_sk", wake.map(|at| wake_sort(at, self.key()).into()));
        }
        let removed =
            if remove.is_empty() { String::new() } else { format!(" remove {}", remove.join(", ")) };
        let write =
            Write::update(Table::Schedulers, hot_key(self.key()), format!("set {}{removed}", set.join(", ")));
        let write = write.naming("status").when("ver = :seen and inc = :inc");
        let write = write.binding("seen", commit.expected_version).binding("inc", after.incarnation);
        let write = bound.into_iter().fold(write, |write, (name, value)| write.binding(name, value));
        let write = self.resting_on_liveness(write, known);
        Ok(match commit.wake {
            Wake::Stays(seen) => resting_on_wake(write, seen, self.key()),
            Wake::Leave | Wake::Set(_) => write,
        })
    }

    /// The heartbeats after the one that comes along.
    fn beaten(&self, before: &Liveness) -> Option<Liveness> {
        let open: Vec<RunNo> = open(&self.commit.after);
        self.commit.beat.as_ref().map(|(at, beating)| before.after_beat(*at, beating, &open))
    }

    fn resting_on_liveness(&self, write: Write, known: &Hot) -> Write {
        if self.commit.liveness.is_none() && self.commit.beat.is_none() {
            return write;
        }
        resting_on_text(write, "lv", known.liveness_text.as_deref())
    }
}

/// Only if an attribute is this text, or absent.
pub(super) fn resting_on_text(write: Write, name: &str, text: Option<&str>) -> Write {
    match text {
        Some(text) => write.when(format!("{name} = :known_{name}")).binding(&format!("known_{name}"), text),
        None => write.when(format!("attribute_not_exists({name})")),
    }
}

/// Only if the scheduler is indexed at this instant, or not at all.
pub(super) fn resting_on_wake(write: Write, seen: Option<Instant>, key: &SchedulerKey) -> Write {
    resting_on_text(write, "w_sk", seen.map(|at| wake_sort(at, key)).as_deref())
}

/// The runs that are open.
fn open(scheduler: &Scheduler) -> Vec<RunNo> {
    scheduler.state.runs.iter().map(|run| run.no).collect()
}

/// The partition of the overview that a scheduler is in.
pub(crate) fn overview(key: &SchedulerKey, shard: u8) -> String {
    format!("{}#{shard:02}", key.project)
}

/// A checkpoint counts: replaying from it must find what it says.
const fn changes_config(fact: &Fact) -> bool {
    matches!(fact, Fact::Registered { .. } | Fact::Configured { .. } | Fact::Checkpoint { .. })
}
