//! Walking past the schedulers of a project in order of their ids: one stream for each shard of an index, merged.

use std::collections::VecDeque;

use domain::{Instant, ProjectId, SchedulerId, SchedulerKey};

use crate::Store;
use crate::fault::Faulty;
use crate::gateway::{Item, Query};
use crate::schedulers::overview;
use crate::schema::{Index, Table};
use crate::words::LATE;

/// A scheduler as an index tells of it.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) id: String,
    item: Item,
}

impl Candidate {
    /// How bad it is by then, as the overview tells.
    pub(super) fn severity_at(&self, now: Instant) -> Faulty<i64> {
        let late = self.item.maybe_instant("late_from")?.is_some_and(|from| from <= now);
        if late { Ok(LATE) } else { self.item.number("severity") }
    }

    /// The reported status, as the overview tells.
    pub(super) fn status(&self) -> Faulty<&str> {
        self.item.text("status")
    }

    /// Whether id, service or job begin so, as the names tell.
    pub(super) fn begins(&self, folded: &str) -> Faulty<bool> {
        Ok(self.item.text("folded")?.split('\n').any(|name| name.starts_with(folded)))
    }

    /// Whether it has a tag, as the names tell.
    pub(super) fn has_tag(&self, tag: &str) -> Faulty<bool> {
        Ok(self.item.texts("tags")?.contains(&tag))
    }

    /// Whether it is of one of these services, as the names tell.
    pub(super) fn is_of(&self, services: &[String]) -> Faulty<bool> {
        let service = self.item.text("service")?;
        Ok(services.iter().any(|known| known == service))
    }
}

/// One shard of an index.
#[derive(Debug)]
struct Stream {
    query: Option<Query>,
    read: VecDeque<Candidate>,
}

/// A walk.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    store: &'a Store,
    index: Index,
    streams: Vec<Stream>,
}

/// The full name of a scheduler.
pub(super) fn key(project: &ProjectId, id: &str) -> SchedulerKey {
    SchedulerKey { project: project.clone(), id: SchedulerId::trusted(id) }
}

impl<'a> Walk<'a> {
    /// Along an index, from the first id after one. About `wanted` schedulers are read at once, over all shards.
    pub(super) fn new(
        store: &'a Store,
        index: Index,
        project: &ProjectId,
        after: Option<&str>,
        wanted: usize,
    ) -> Self {
        let each = wanted.div_ceil(store.shards.into()).clamp(10, 1000) + 1;
        let stream = |shard| {
            let query =
                Query::along(Table::Schedulers, index, overview(&key(project, ""), shard)).limit(each);
            let query = match after.filter(|after| !after.is_empty()) {
                Some(after) => query.above(after),
                None => query,
            };
            Stream { query: Some(query), read: VecDeque::new() }
        };
        Self { store, index, streams: (0..store.shards).map(stream).collect() }
    }

    /// The next scheduler by id.
    pub(super) async fn next(&mut self) -> Faulty<Option<Candidate>> {
        self.fill().await?;
        let head = |stream: &Stream| stream.read.front().map(|head| head.id.clone());
        let first =
            self.streams.iter().enumerate().filter_map(|(place, stream)| Some((head(stream)?, place))).min();
        Ok(first.and_then(|(_, place)| self.streams[place].read.pop_front()))
    }

    /// Reads on where a stream has run dry, all of those side by side.
    async fn fill(&mut self) -> Faulty<()> {
        let (store, sort) = (self.store, self.index.sort());
        let dry = |stream: &&mut Stream| stream.read.is_empty() && stream.query.is_some();
        let fills = self.streams.iter_mut().filter(dry).map(|stream| fill(store, stream, sort));
        futures_util::future::try_join_all(fills).await.map(drop)
    }
}

/// Most pages that are read until a stream has something: an index page may be empty.
const PAGES_MAX: usize = 1000;

async fn fill(store: &Store, stream: &mut Stream, sort: &str) -> Faulty<()> {
    for _ in 0..PAGES_MAX {
        let Some(query) = stream.query.take() else { break };
        let page = store.gateway.query(&query).await?;
        for item in page.items {
            let id = item.text(sort)?.to_owned();
            stream.read.push_back(Candidate { id, item });
        }
        stream.query = page.next.map(|next| query.after(next));
        if !stream.read.is_empty() {
            break;
        }
    }
    Ok(())
}
