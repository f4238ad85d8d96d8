//! What jobs printed: an item of its own, found by the commit that brought it.

use domain::{Output, SchedulerKey};

use super::entry::Entry;
use super::items;
use super::log::from;
use crate::Store;
use crate::fault::Faulty;
use crate::schema::Table;

/// What the job printed of whom an event tells.
pub(crate) async fn output(store: &Store, key: &SchedulerKey, version: u64) -> Faulty<Option<Output>> {
    let Some(hot) = store.standing(key).await?.alive() else { return Ok(None) };
    let life = hot.life(store);
    let mut commit = told_by(&hot.tail, version);
    if commit.is_none() {
        for chunk in store.gateway.gather(from(&life, version).limit(1)).await? {
            commit = told_by(&items::entries(&chunk)?, version);
        }
    }
    let Some(commit) = commit else { return Ok(None) };
    let found = store.gateway.get(Table::History, &life.output_key(version, &commit)).await?;
    found.map(|item| item.bytes("body").map(|bytes| Output(bytes.to_vec()))).transpose()
}

/// The commit that brought the output of a version.
fn told_by(entries: &[Entry], version: u64) -> Option<String> {
    let found = entries.iter().find(|entry| entry.output == Some(version));
    found.map(|entry| entry.commit.clone())
}
