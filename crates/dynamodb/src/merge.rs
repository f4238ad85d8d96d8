//! Several partitions of an index read as one, the newest first.

use std::collections::VecDeque;

use crate::Store;
use crate::fault::Faulty;
use crate::gateway::{Item, Query};
use crate::schema::{Index, Table};

/// How many entries of a partition are read at once.
const AT_ONCE: usize = 100;

#[derive(Debug)]
struct Stream {
    query: Option<Query>,
    read: VecDeque<(String, Item)>,
}

/// Entries of several partitions in falling order of their sort keys.
#[derive(Debug)]
pub(crate) struct Merged<'a> {
    store: &'a Store,
    index: Index,
    streams: Vec<Stream>,
}

impl<'a> Merged<'a> {
    /// Below a sort key, where one is given.
    pub(crate) fn new(
        store: &'a Store,
        (table, index): (Table, Index),
        partitions: impl IntoIterator<Item = String>,
        below: Option<&str>,
    ) -> Self {
        let stream = |partition| {
            let query = Query::along(table, index, partition).descending().limit(AT_ONCE);
            let query = match below {
                Some(below) => query.below(below),
                None => query,
            };
            Stream { query: Some(query), read: VecDeque::new() }
        };
        Self { store, index, streams: partitions.into_iter().map(stream).collect() }
    }

    /// The next entry, and its sort key.
    pub(crate) async fn next(&mut self) -> Faulty<Option<(String, Item)>> {
        let (store, sort) = (self.store, self.index.sort());
        let dry = |stream: &&mut Stream| stream.read.is_empty() && stream.query.is_some();
        let fills = self.streams.iter_mut().filter(dry).map(|stream| fill(store, stream, sort));
        futures_util::future::try_join_all(fills).await?;
        let head = |stream: &Stream| stream.read.front().map(|(sort, _)| sort.clone());
        let heads =
            self.streams.iter().enumerate().filter_map(|(place, stream)| Some((head(stream)?, place)));
        let newest = heads.max();
        Ok(newest.and_then(|(_, place)| self.streams[place].read.pop_front()))
    }
}

async fn fill(store: &Store, stream: &mut Stream, sort: &str) -> Faulty<()> {
    while let Some(query) = stream.query.take() {
        let page = store.gateway.query(&query).await?;
        for item in page.items {
            stream.read.push_back((item.text(sort)?.to_owned(), item));
        }
        stream.query = page.next.map(|next| query.after(next));
        if !stream.read.is_empty() {
            break;
        }
    }
    Ok(())
}
