//! One page of a list. What names few is gathered and sorted; everything else walks an index. A page looks at a bounded
//! number of schedulers: where few of them match, it ends early and says where to go on.

use app::ports::{Filter, ListQuery, Page, SchedulerRow, Sort};
use domain::{Health, ProjectId, Scheduler};

use super::place::Place;
use super::walk::{Candidate, Walk, key};
use crate::Store;
use crate::fault::Faulty;
use crate::gateway::{Query, to_json};
use crate::schedulers::profile::service_partition;
use crate::schedulers::{Snapshot, snapshots};
use crate::schema::{Index, Table};
use crate::words::{WORST, severity};

/// Up to so many schedulers are gathered and sorted.
const FEW: usize = 20_000;
/// How many entries of an index a page looks at.
const LOOKED_AT_MAX: usize = 20_000;
/// How many schedulers are read together, and how many a page reads at most beyond what it shows.
const AT_ONCE: usize = 100;
const LOADED_MAX: usize = 2000;
/// About how many bytes one page may have.
const PAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

pub(crate) async fn list(
    store: &Store,
    project: &ProjectId,
    query: &ListQuery,
) -> Faulty<Page<SchedulerRow>> {
    let after = query.cursor.as_deref().map(|cursor| Place::named(query.sort, cursor)).transpose()?;
    let mut shelf = Shelf::new(store, project, query);
    match query.sort {
        Sort::Id => by_id(&mut shelf, after.as_ref()).await?,
        Sort::Severity => by_severity(&mut shelf, after.as_ref()).await?,
    }
    let next = shelf.next.map(|place| place.cursor(query.sort));
    Ok(Page { items: shelf.items, next })
}

/// Schedulers that may match, in order of their ids.
enum Source<'a> {
    /// Those of some services: strongly consistent.
    Listed(std::vec::IntoIter<String>),
    /// Along an index.
    Walked(Walk<'a>, &'a ListQuery),
}

impl<'a> Source<'a> {
    async fn new(
        store: &'a Store,
        project: &ProjectId,
        query: &'a ListQuery,
        after: Option<&str>,
    ) -> Faulty<Self> {
        let filter = &query.filter;
        if let Some(services) = services(filter).filter(|_| prefix(filter).is_none() && filter.tag.is_none())
        {
            return Ok(Self::Listed(of_services(store, project, &services, after).await?.into_iter()));
        }
        let by_name = prefix(filter).is_some() || filter.tag.is_some();
        let (index, wanted) =
            if by_name { (Index::Names, LOOKED_AT_MAX / 4) } else { (Index::Overview, query.limit) };
        Ok(Self::Walked(Walk::new(store, index, project, after, wanted), query))
    }

    /// The next one; `Err` of its id where it surely does not match.
    async fn next(&mut self) -> Faulty<Option<Result<String, String>>> {
        match self {
            Self::Listed(ids) => Ok(ids.next().map(Ok)),
            Self::Walked(walk, query) => {
                let Some(found) = walk.next().await? else { return Ok(None) };
                let may_match = may_match(&found, query)?;
                Ok(Some(if may_match { Ok(found.id) } else { Err(found.id) }))
            }
        }
    }
}

fn prefix(filter: &Filter) -> Option<String> {
    filter.prefix.as_ref().filter(|prefix| !prefix.is_empty()).map(|prefix| prefix.to_lowercase())
}

/// The services that a filter names.
fn services(filter: &Filter) -> Option<Vec<String>> {
    match (&filter.service, &filter.services) {
        (Some(service), None) => Some(vec![service.clone()]),
        (Some(service), Some(seen)) => Some(seen.iter().filter(|it| *it == service).cloned().collect()),
        (None, Some(seen)) => Some(seen.clone()),
        (None, None) => None,
    }
}

/// What the index alone can tell.
fn may_match(found: &Candidate, query: &ListQuery) -> Faulty<bool> {
    let filter = &query.filter;
    let prefix = prefix(filter);
    if prefix.is_some() || filter.tag.is_some() {
        let begins = prefix.is_none_or(|prefix| found.begins(&prefix).unwrap_or(true));
        let tagged = filter.tag.as_ref().is_none_or(|tag| found.has_tag(tag).unwrap_or(true));
        let served = services(filter).is_none_or(|services| found.is_of(&services).unwrap_or(true));
        return Ok(begins && tagged && served);
    }
    let healthy = match filter.health {
        Some(health) => found.severity_at(query.now)? == severity(health),
        None => true,
    };
    let status = match filter.status {
        Some(status) => found.status()? == status.as_str(),
        None => true,
    };
    Ok(healthy && status)
}

/// The ids of the schedulers of some services, in order, each once.
async fn of_services(
    store: &Store,
    project: &ProjectId,
    services: &[String],
    after: Option<&str>,
) -> Faulty<Vec<String>> {
    let ask = |service: &String| {
        let query = Query::of(Table::Registry, service_partition(project, service));
        let query = match after.filter(|after| !after.is_empty()) {
            Some(after) => query.above(after),
            None => query,
        };
        store.gateway.gather(query.limit(LOOKED_AT_MAX))
    };
    let found = futures_util::future::try_join_all(services.iter().map(ask)).await?;
    let mut ids = std::collections::BTreeSet::new();
    for item in found.iter().flatten() {
        ids.insert(item.text("sk")?.to_owned());
    }
    Ok(ids.into_iter().collect())
}

async fn by_id(shelf: &mut Shelf<'_>, after: Option<&Place>) -> Faulty<()> {
    let (store, project, query) = (shelf.store, shelf.project, shelf.query);
    let mut source = Source::new(store, project, query, after.map(|place| place.id.as_str())).await?;
    let (mut looked_at, mut loaded, mut last) = (0, 0, None);
    loop {
        let mut batch = Vec::new();
        let mut is_end = false;
        while batch.len() < AT_ONCE.min(query.limit + 1 - shelf.items.len()) && looked_at < LOOKED_AT_MAX {
            looked_at += 1;
            match source.next().await? {
                None => {
                    is_end = true;
                    break;
                }
                Some(Ok(id)) => batch.push((0, id)),
                Some(Err(id)) => last = Some(id),
            }
        }
        loaded += batch.len();
        last = batch.last().map(|(_, id)| id.clone()).max(last);
        if shelf.offer(&batch).await? || is_end {
            return Ok(());
        }
        if looked_at >= LOOKED_AT_MAX || loaded >= LOADED_MAX + query.limit {
            shelf.next = last.map(|id| Place::new(Sort::Id, 0, &id));
            return Ok(());
        }
    }
}

/// Gathers what may match and sorts it, where it is not too much; else goes through the severities one by one.
async fn by_severity(shelf: &mut Shelf<'_>, after: Option<&Place>) -> Faulty<()> {
    let (store, project, query) = (shelf.store, shelf.project, shelf.query);
    let by_overview =
        prefix(&query.filter).is_none() && query.filter.tag.is_none() && services(&query.filter).is_none();
    let gathered = if by_overview { gathered(store, project, query).await? } else { None };
    match gathered {
        Some(mut all) => {
            all.retain(|place| after.is_none_or(|after| place > after));
            all.sort();
            in_order(shelf, all).await
        }
        None => severity_by_severity(shelf, after).await,
    }
}

/// All that may match by what the overview tells; `None` where that is too much.
async fn gathered(store: &Store, project: &ProjectId, query: &ListQuery) -> Faulty<Option<Vec<Place>>> {
    let mut walk = Walk::new(store, Index::Overview, project, None, FEW);
    let mut found = Vec::new();
    let mut looked_at = 0;
    while let Some(candidate) = walk.next().await? {
        looked_at += 1;
        if looked_at > FEW {
            return Ok(None);
        }
        if may_match(&candidate, query)? {
            let severity = candidate.severity_at(query.now)?;
            found.push(Place::new(Sort::Severity, severity, &candidate.id));
        }
    }
    Ok(Some(found))
}

async fn in_order(shelf: &mut Shelf<'_>, all: Vec<Place>) -> Faulty<()> {
    for batch in all.chunks(AT_ONCE.min(shelf.query.limit + 1)) {
        let batch: Vec<_> = batch.iter().map(|place| (place.severity.0, place.id.clone())).collect();
        if shelf.offer(&batch).await? {
            break;
        }
    }
    Ok(())
}

async fn severity_by_severity(shelf: &mut Shelf<'_>, after: Option<&Place>) -> Faulty<()> {
    let (store, project, query) = (shelf.store, shelf.project, shelf.query);
    let wanted = query.filter.health.map(severity);
    let begun = after.map_or(WORST, |after| after.severity.0);
    let mut left = LOADED_MAX;
    for rank in (0..=begun).rev().filter(|rank| wanted.is_none_or(|wanted| wanted == *rank)) {
        let from = after.filter(|after| after.severity.0 == rank).map(|after| after.id.as_str());
        let mut source = Source::new(store, project, query, from).await?;
        let mut is_end = false;
        while !is_end {
            let mut batch = Vec::new();
            while batch.len() < AT_ONCE {
                match source.next().await? {
                    None => {
                        is_end = true;
                        break;
                    }
                    Some(Ok(id)) => batch.push((rank, id)),
                    Some(Err(_)) => {}
                }
            }
            let last = batch.last().map(|(_, id)| id.clone());
            if shelf.offer(&batch).await? {
                return Ok(());
            }
            left = left.saturating_sub(batch.len());
            if let Some(id) = last.filter(|_| left == 0) {
                shelf.next = Some(Place::new(Sort::Severity, rank, &id));
                return Ok(());
            }
        }
    }
    Ok(())
}

/// A page that is being filled.
struct Shelf<'a> {
    store: &'a Store,
    project: &'a ProjectId,
    query: &'a ListQuery,
    items: Vec<SchedulerRow>,
    bytes: usize,
    /// The place of the last item.
    last: Option<Place>,
    /// Where the next page begins, once this one is full.
    next: Option<Place>,
}

impl<'a> Shelf<'a> {
    fn new(store: &'a Store, project: &'a ProjectId, query: &'a ListQuery) -> Self {
        Self { store, project, query, items: Vec::new(), bytes: 0, last: None, next: None }
    }

    /// Takes those of a batch that match as they are now, in its order; answers whether the page is full.
    async fn offer(&mut self, batch: &[(i64, String)]) -> Faulty<bool> {
        let keys: Vec<_> = batch.iter().map(|(_, id)| key(self.project, id)).collect();
        let found = snapshots(self.store, &keys).await?.into_iter();
        let mut found: std::collections::HashMap<String, Snapshot> =
            found.map(|it| (it.scheduler.key.id.as_str().to_owned(), it)).collect();
        for (rank, id) in batch {
            let Some(snapshot) = found.remove(id).filter(|it| self.wants(&it.scheduler, *rank)) else {
                continue;
            };
            let bytes = snapshot.bytes();
            let row = snapshot.row(self.store).await?;
            if self.is_full(bytes + to_json(&row.payload)?.len()) {
                self.next.clone_from(&self.last);
                return Ok(true);
            }
            self.last = Some(Place::new(self.query.sort, *rank, id));
            self.items.push(row);
        }
        Ok(false)
    }

    fn is_full(&mut self, bytes: usize) -> bool {
        let is_full = self.items.len() >= self.query.limit.max(1)
            || (!self.items.is_empty() && self.bytes + bytes > PAGE_BYTES_MAX);
        self.bytes += bytes;
        is_full
    }

    /// Whether it matches, and stands where it is looked at.
    fn wants(&self, scheduler: &Scheduler, rank: i64) -> bool {
        let health = scheduler.health(self.query.now);
        let belongs = self.query.sort == Sort::Id || severity(health) == rank;
        belongs && matches(scheduler, &self.query.filter, health)
    }
}

fn matches(scheduler: &Scheduler, filter: &Filter, health: Health) -> bool {
    let config = &scheduler.config;
    let begins = |prefix: String| {
        let names = [scheduler.key.id.as_str(), &config.service_name, &config.job_name];
        names.iter().any(|name| name.to_lowercase().starts_with(&prefix))
    };
    filter.status.is_none_or(|status| scheduler.status() == status)
        && filter.health.is_none_or(|wanted| wanted == health)
        && filter.service.as_ref().is_none_or(|service| config.service_name == *service)
        && filter.tag.as_ref().is_none_or(|tag| config.tags.contains(tag))
        && prefix(filter).is_none_or(begins)
        && filter.services.as_ref().is_none_or(|services| services.contains(&config.service_name))
}
