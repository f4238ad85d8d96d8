//! Reading, in memory: every answer is worked out from the rows themselves.

use std::cmp::Reverse;

use app::ports::{
    EventsPage, Filter, HistoryEntry, HistoryQuery, ListQuery, Page, Queries, RunsQuery, SchedulerRow, Sort,
    StoreResult, Totals,
};
use async_trait::async_trait;
use domain::history::{Entry, entry};
use domain::{
    Event, Health, Instant, Output, ProjectId, RunRecord, Scheduler, SchedulerId, SchedulerKey, Status,
};

use super::cursor::{page, read, unreadable};
use super::log::Life;
use super::{Data, MemoryStore};

/// About how many bytes one page of schedulers may have.
const PAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A place in the order of a list: the worst health first, where that is asked for, then by id.
type Place = (Reverse<usize>, SchedulerId);

#[async_trait]
impl Queries for MemoryStore {
    async fn list(&self, project: &ProjectId, query: &ListQuery) -> StoreResult<Page<SchedulerRow>> {
        let data = self.data();
        let mut found: Vec<(Place, &Life)> = data
            .of_project(project)
            .filter(|life| matches(&life.scheduler, &query.filter, query.now))
            .map(|life| (place(&life.scheduler, query), life))
            .collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        if let Some(cursor) = &query.cursor {
            let ended = place_named(cursor)?;
            found.retain(|(place, _)| *place > ended);
        }
        let limit = fitting(&found, query.limit);
        let found = page(found, limit, |(place, _)| format!("{}{}", place.0.0, place.1));
        Ok(found.map(|(_, life)| life.row()))
    }

    async fn get(&self, key: &SchedulerKey) -> StoreResult<Option<SchedulerRow>> {
        Ok(self.data().lives.get(key).map(Life::row))
    }

    async fn totals(&self, project: Option<&ProjectId>, now: Instant) -> StoreResult<Totals> {
        let data = self.data();
        let counted = |life: &&Life| project.is_none_or(|project| life.scheduler.key.project == *project);
        let all: Vec<&Scheduler> = data.lives.values().filter(counted).map(|life| &life.scheduler).collect();
        let with = |wanted: &dyn Fn(&Scheduler) -> bool| all.iter().filter(|it| wanted(it)).count() as u64;
        Ok(Totals {
            all: all.len() as u64,
            by_status: Status::ALL.map(|status| (status, with(&|it| it.status() == status))).to_vec(),
            by_health: Health::ALL.map(|health| (health, with(&|it| it.health(now) == health))).to_vec(),
        })
    }

    async fn count(&self, project: &ProjectId, filter: &Filter, now: Instant) -> StoreResult<Option<u64>> {
        let data = self.data();
        let found = data.of_project(project).filter(|life| matches(&life.scheduler, filter, now));
        Ok(Some(found.count() as u64))
    }

    async fn history(&self, key: &SchedulerKey, query: &HistoryQuery) -> StoreResult<Page<HistoryEntry>> {
        let data = self.data();
        let Some(life) = data.lives.get(key) else { return Ok(nothing()) };
        let before = read::<u64>(query.cursor.as_deref())?.unwrap_or(u64::MAX);
        let lines = life.log.range(..before).rev().map(|(_, line)| &line.event);
        let found = lines.filter(|event| belongs(event, query)).map(|event| life.entry(event));
        Ok(page(found, query.limit, |entry| entry.event.version.to_string()))
    }

    async fn output(&self, key: &SchedulerKey, version: u64) -> StoreResult<Option<Output>> {
        Ok(self.data().lives.get(key).and_then(|life| life.outputs.get(&version)).cloned())
    }

    async fn addressed(&self, token: &str) -> StoreResult<Option<SchedulerKey>> {
        Ok(self.data().tokens.get(token).cloned())
    }

    async fn slugged(&self, project: &ProjectId, slug: &str) -> StoreResult<Vec<SchedulerKey>> {
        let data = self.data();
        let named = data.of_project(project).filter(|life| {
            let scheduler = &life.scheduler;
            scheduler.config.slug(&scheduler.key.id) == slug
        });
        Ok(named.map(|life| life.scheduler.key.clone()).take(2).collect())
    }

    async fn runs(&self, key: &SchedulerKey, query: &RunsQuery) -> StoreResult<Page<RunRecord>> {
        let data = self.data();
        let Some(life) = data.lives.get(key) else { return Ok(nothing()) };
        let before = domain::RunNo(read::<u64>(query.cursor.as_deref())?.unwrap_or(u64::MAX));
        let runs = life.runs.range(..before).rev().map(|(_, run)| run);
        let found = runs.filter(|run| {
            let at = run.started_at.or(run.ended_at);
            query.state.is_none_or(|state| run.state == state)
                && query.from.is_none_or(|from| at.is_some_and(|at| at >= from))
                && query.to.is_none_or(|to| at.is_some_and(|at| at < to))
        });
        Ok(page(found.cloned(), query.limit, |run| run.no.0.to_string()))
    }

    async fn events(&self, key: &SchedulerKey, after: u64, limit: usize) -> StoreResult<EventsPage> {
        let data = self.data();
        let Some(life) = data.lives.get(key) else { return Ok(EventsPage::Events(Vec::new())) };
        if after + 1 < life.first {
            return Ok(EventsPage::Pruned { first: life.first });
        }
        let events = life.log.range(after + 1..).take(limit).map(|(_, line)| line.event.clone());
        Ok(EventsPage::Events(events.collect()))
    }

    async fn keys_after(&self, after: Option<&SchedulerKey>, limit: usize) -> StoreResult<Vec<SchedulerKey>> {
        let data = self.data();
        let keys = data.lives.keys().filter(|key| after.is_none_or(|after| *key > after));
        Ok(keys.take(limit).cloned().collect())
    }
}

impl Data {
    fn of_project(&self, project: &ProjectId) -> impl Iterator<Item = &Life> {
        self.lives.values().filter(move |life| life.scheduler.key.project == *project)
    }
}

const fn nothing<T>() -> Page<T> {
    Page { items: Vec::new(), next: None }
}

fn matches(scheduler: &Scheduler, filter: &Filter, now: Instant) -> bool {
    let config = &scheduler.config;
    let begins = |prefix: &String| {
        let prefix = prefix.to_lowercase();
        let names = [scheduler.key.id.as_str(), &config.service_name, &config.job_name];
        names.iter().any(|name| name.to_lowercase().starts_with(&prefix))
    };
    filter.status.is_none_or(|status| scheduler.status() == status)
        && filter.health.is_none_or(|health| scheduler.health(now) == health)
        && filter.service.as_ref().is_none_or(|service| config.service_name == *service)
        && filter.tag.as_ref().is_none_or(|tag| config.tags.contains(tag))
        && filter.prefix.as_ref().is_none_or(begins)
        && filter.services.as_ref().is_none_or(|services| services.contains(&config.service_name))
}

fn place(scheduler: &Scheduler, query: &ListQuery) -> Place {
    let rank = match query.sort {
        Sort::Id => 0,
        Sort::Severity => rank(scheduler.health(query.now)),
    };
    (Reverse(rank), scheduler.key.id.clone())
}

fn rank(health: Health) -> usize {
    Health::ALL.into_iter().take_while(|better| *better < health).count()
}

/// A cursor is one digit of severity and the id: short enough for any id there is.
fn place_named(cursor: &str) -> StoreResult<Place> {
    let digit =
        cursor.chars().next().and_then(|digit| digit.to_digit(10)).ok_or_else(|| unreadable(cursor))?;
    Ok((Reverse(digit as usize), SchedulerId::trusted(&cursor[1..])))
}

/// How many rows fit on a page; at least one, so that the list goes on.
fn fitting(found: &[(Place, &Life)], limit: usize) -> usize {
    let mut room = PAGE_BYTES_MAX;
    let fits = found.iter().take(limit).take_while(|(_, life)| {
        let size = size(&life.row());
        let fits = size <= room;
        room = room.saturating_sub(size);
        fits
    });
    fits.count().max(1)
}

fn size(row: &SchedulerRow) -> usize {
    let length = |text: serde_json::Result<String>| text.map_or(0, |text| text.len());
    length(serde_json::to_string(&row.scheduler)) + length(serde_json::to_string(&row.payload))
}

fn belongs(event: &Event, query: &HistoryQuery) -> bool {
    let received_at = event.fact.report().map_or(event.at, |report| report.received_at);
    let wanted = match entry(&event.fact) {
        Some(Entry::Report(status)) => query.status.is_none_or(|wanted| wanted == status),
        Some(Entry::System(_)) => query.system,
        None => false,
    };
    wanted && query.from.is_none_or(|from| received_at >= from) && query.to.is_none_or(|to| received_at < to)
}
