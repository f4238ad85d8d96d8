//! Counts of schedulers. Everything but a service is counted from the overview, about 100 bytes for each scheduler: with
//! 10 000 of them some 125 read units, with 1 000 000 some 12 500. Whoever asks often keeps the answer for a while.

use std::collections::BTreeMap;

use app::ports::{Filter, Totals};
use domain::{Health, Instant, ProjectId, Status};

use super::walk::{Walk, key};
use crate::Store;
use crate::fault::{Fault, Faulty};
use crate::gateway::Query;
use crate::schedulers::overview;
use crate::schedulers::profile::service_partition;
use crate::schema::{Index, Table};
use crate::tenants;
use crate::words::severity;

/// How many schedulers are read at once.
const AT_ONCE: usize = 16_000;

#[derive(Default)]
struct Tally {
    all: u64,
    by_status: BTreeMap<String, u64>,
    by_severity: BTreeMap<i64, u64>,
}

/// In all, by status and by health.
pub(crate) async fn totals(store: &Store, project: Option<&ProjectId>, now: Instant) -> Faulty<Totals> {
    let projects = match project {
        Some(project) => vec![project.clone()],
        None => tenants::all(store).await?,
    };
    let mut tally = Tally::default();
    for project in projects {
        tally.add(store, &project, now).await?;
    }
    tally.shown()
}

impl Tally {
    async fn add(&mut self, store: &Store, project: &ProjectId, now: Instant) -> Faulty<()> {
        let mut walk = Walk::new(store, Index::Overview, project, None, AT_ONCE);
        while let Some(found) = walk.next().await? {
            self.all += 1;
            *self.by_status.entry(found.status()?.to_owned()).or_default() += 1;
            *self.by_severity.entry(found.severity_at(now)?).or_default() += 1;
        }
        Ok(())
    }

    fn shown(&self) -> Faulty<Totals> {
        if let Some(odd) = self.by_status.keys().find(|word| Status::parse(word).is_none()) {
            return Err(Fault::corrupt("status of a scheduler", odd));
        }
        let status = |it: Status| (it, self.by_status.get(it.as_str()).copied().unwrap_or(0));
        let health = |it: Health| (it, self.by_severity.get(&severity(it)).copied().unwrap_or(0));
        Ok(Totals {
            all: self.all,
            by_status: Status::ALL.map(status).to_vec(),
            by_health: Health::ALL.map(health).to_vec(),
        })
    }
}

/// How many match a filter of health or service alone.
pub(crate) async fn count(
    store: &Store,
    project: &ProjectId,
    filter: &Filter,
    now: Instant,
) -> Faulty<Option<u64>> {
    let Filter { status, health, service, tag, prefix, services } = filter;
    if status.is_some() || tag.is_some() || prefix.as_ref().is_some_and(|prefix| !prefix.is_empty()) {
        return Ok(None);
    }
    match (health, service, services) {
        (None, None, None) => everything(store, project).await.map(Some),
        (Some(health), None, None) => {
            let totals = totals(store, Some(project), now).await?;
            Ok(totals.by_health.iter().find(|(of, _)| of == health).map(|(_, count)| *count))
        }
        (None, Some(service), None) => of_service(store, project, service).await.map(Some),
        (None, None, Some(services)) => {
            let distinct: std::collections::BTreeSet<&String> = services.iter().collect();
            let counts = distinct.into_iter().map(|service| of_service(store, project, service));
            Ok(Some(futures_util::future::try_join_all(counts).await?.into_iter().sum()))
        }
        _ => Ok(None),
    }
}

async fn everything(store: &Store, project: &ProjectId) -> Faulty<u64> {
    let count = |shard| {
        let partition = overview(&key(project, ""), shard);
        store.gateway.count(Query::along(Table::Schedulers, Index::Overview, partition))
    };
    Ok(futures_util::future::try_join_all((0..store.shards).map(count)).await?.into_iter().sum())
}

async fn of_service(store: &Store, project: &ProjectId, service: &str) -> Faulty<u64> {
    store.gateway.count(Query::of(Table::Registry, service_partition(project, service))).await
}
