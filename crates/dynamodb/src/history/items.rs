//! The items of the history of one life of a scheduler: one partition, in it the log by version, runs by number and name,
//! report ids, and beside them what is bulky. All of it expires, so that what a commit that failed has left goes too.

use app::ports::Commit;
use domain::{Duration, Instant, Output, Payload, ReportId, RunId, RunNo, RunRecord, SchedulerKey};

use super::entry::Entry;
use crate::fault::{Fault, Faulty};
use crate::gateway::{Item, Key, Write, to_json};
use crate::packing::{pack, unpack};
use crate::schema::{EXPIRES, Table};

/// How long report ids are known; the port wants 15 days.
const REPORT_IDS_KEPT: Duration = Duration::DAY.times(16);

/// One life of a scheduler, as its history is named.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) partition: String,
    kept: Duration,
}

impl Life {
    pub(crate) fn of(key: &SchedulerKey, incarnation: u32, kept: Duration) -> Self {
        Self { partition: format!("H#{}#{incarnation}#{}", key.project, key.id), kept }
    }

    fn key(&self, sort: String) -> Key {
        Key::new(self.partition.clone(), sort)
    }

    fn item(&self, sort: String, at: Instant) -> Item {
        Item::of(&self.key(sort)).with(EXPIRES, (at + self.kept).as_millis().div_euclid(1000))
    }

    /// A chunk of the log, named by the version of its last event. Its content follows from its name: whoever writes it
    /// writes the same.
    pub(crate) fn chunk(&self, entries: &[Entry], last: u64, at: Instant) -> Faulty<Write> {
        let item = self.item(log_sort(last), at).with("log", pack(&to_json(&entries)?));
        Ok(Write::put(Table::History, item))
    }

    /// One chunk, unless that would be long: then one for each entry.
    fn chunks(&self, entries: &[Entry]) -> Faulty<Vec<Write>> {
        let at = |entry: &Entry| entry.events.last().map_or_else(Instant::default, |event| event.at);
        let is_long = to_json(&entries)?.len() > CHUNK_MAX;
        let parts = if is_long { entries.chunks(1) } else { entries.chunks(entries.len().max(1)) };
        let chunk = |part: &[Entry]| part.last().map(|last| self.chunk(part, last.last(), at(last)));
        parts.filter_map(chunk).collect()
    }

    pub(crate) fn chunk_key(&self, last: u64) -> Key {
        self.key(log_sort(last))
    }

    /// A run that is over, by number.
    pub(crate) fn run(&self, run: &RunRecord, at: Instant) -> Faulty<Write> {
        Ok(Write::put(Table::History, self.item(run_sort(run.no), at).with_json("run", run)?))
    }

    pub(crate) fn run_key(&self, no: RunNo) -> Key {
        self.key(run_sort(no))
    }

    /// The newest run of a name that is over.
    pub(crate) fn named_run(&self, name: &RunId, run: &RunRecord, at: Instant) -> Faulty<Write> {
        let item = self.item(name_sort(name), at).with_json("run", run)?;
        Ok(Write::put(Table::History, item))
    }

    pub(crate) fn name_key(&self, name: &RunId) -> Key {
        self.key(name_sort(name))
    }

    pub(crate) fn report_id(&self, id: &ReportId, at: Instant) -> Write {
        let expires = (at + REPORT_IDS_KEPT).as_millis().div_euclid(1000);
        Write::put(Table::History, Item::of(&self.report_id_key(id)).with(EXPIRES, expires))
    }

    pub(crate) fn report_id_key(&self, id: &ReportId) -> Key {
        self.key(format!("I#{}", id.as_str()))
    }

    pub(crate) fn output_key(&self, version: u64, commit: &str) -> Key {
        self.key(format!("O#{version:020}#{commit}"))
    }

    pub(crate) fn payload_key(&self, version: u64, commit: &str) -> Key {
        self.key(format!("P#{version:020}#{commit}"))
    }

    /// Where an entry is that is too long for the hot item.
    pub(crate) fn entry_key(&self, commit: &str) -> Key {
        self.key(format!("X#{commit}"))
    }

    /// An entry that is too long for the hot item; refuses what no item can hold.
    pub(crate) fn entry(&self, entry: &Entry) -> Faulty<Write> {
        let at = entry.events.last().map_or_else(Instant::default, |event| event.at);
        let packed = pack(&to_json(&[entry])?);
        if packed.len() > ENTRY_MAX {
            let cause = format_args!("it has {} bytes, more than an item can hold", packed.len());
            return Err(Fault::corrupt("an entry of a log", cause));
        }
        let item = self.item(self.entry_key(&entry.commit).sk, at).with("log", packed);
        Ok(Write::put(Table::History, item))
    }

    /// What is written before a commit, beside it: found by its id only, so that it is nothing where the commit fails.
    pub(crate) fn beside(&self, commit: &Commit, payload: Option<(u64, String)>) -> Vec<Write> {
        let at = commit.events.last().map_or_else(Instant::default, |event| event.at);
        let item = |key: Key| self.item(key.sk, at);
        let output = commit.output.as_ref().map(|(version, Output(bytes))| {
            item(self.output_key(*version, commit.id.as_str())).with("body", bytes.clone())
        });
        let payload = payload
            .map(|(version, text)| item(self.payload_key(version, commit.id.as_str())).with("body", text));
        output.into_iter().chain(payload).map(|item| Write::put(Table::History, item)).collect()
    }

    /// Entries moved from the hot item: the log, and what is found by name.
    pub(crate) fn moved(&self, entries: &[Entry]) -> Faulty<Vec<Write>> {
        let Some(last) = entries.last() else { return Ok(Vec::new()) };
        let at = last.events.last().map_or_else(Instant::default, |event| event.at);
        let mut writes = self.chunks(entries)?;
        // What is touched twice is as the last entry says.
        let runs: std::collections::BTreeMap<u64, &RunRecord> =
            entries.iter().flat_map(|entry| &entry.runs).map(|run| (run.no.0, run)).collect();
        let mut named = std::collections::BTreeMap::new();
        for run in runs.values() {
            writes.push(self.run(run, at)?);
            if let Some(name) = &run.run_id {
                named.insert(name.as_str().to_owned(), (name, *run));
            }
        }
        for (name, run) in named.values() {
            writes.push(self.named_run(name, run, at)?);
        }
        let ids = entries.iter().filter_map(|entry| entry.report_id.as_ref());
        writes.extend(ids.map(|(id, at)| self.report_id(id, *at)));
        Ok(writes)
    }
}

/// Entries that are longer together stand apart.
const CHUNK_MAX: usize = 16 * 1024;
/// How long the text of one entry may be: an item holds 400 KiB.
const ENTRY_MAX: usize = 350 * 1024;

pub(crate) fn log_sort(last: u64) -> String {
    format!("E#{last:020}")
}

pub(crate) fn run_sort(no: RunNo) -> String {
    format!("R#{:020}", no.0)
}

fn name_sort(name: &RunId) -> String {
    format!("N#{}", name.as_str())
}

/// The entries of a chunk.
pub(crate) fn entries(item: &Item) -> Faulty<Vec<Entry>> {
    let text = unpack(item.bytes("log")?, "log of a history item")?;
    serde_json::from_str(&text).map_err(|error| item.unreadable("log", &error.to_string()))
}

/// A payload that stands by itself.
pub(crate) fn payload(item: &Item) -> Faulty<Payload> {
    item.json("body")
}
