//! Reading: lists, one scheduler, its history, runs and events, limited to what the caller may see.

use domain::{Event, Instant, Output, Rejection, RunRecord, Schedule, SchedulerId};

use crate::app::App;
use crate::caller::Caller;
use crate::error::{AppError, AppResult};
use crate::ports::{
    EventsPage, Filter, HistoryEntry, HistoryQuery, ListQuery, Page, RunsQuery, SchedulerRow, Totals,
};
use crate::view::SchedulerView;

/// Most instants a preview shows.
pub const PREVIEW_MAX: usize = 100;

impl App {
    /// One scheduler.
    pub async fn scheduler(&self, caller: &Caller, id: SchedulerId) -> AppResult<SchedulerView> {
        let row = self.visible(caller, id).await?;
        Ok(self.view(row, self.now()))
    }

    /// A page of the project's schedulers.
    pub async fn schedulers(&self, caller: &Caller, mut query: ListQuery) -> AppResult<Page<SchedulerView>> {
        query.filter.services = caller.visible_services();
        let now = query.now;
        let page = self.ports.queries.list(&caller.project, &query).await?;
        Ok(page.map(|row| self.view(row, now)))
    }

    /// How many match, where that is cheap to know.
    pub async fn count(&self, caller: &Caller, filter: &Filter, now: Instant) -> AppResult<Option<u64>> {
        if !caller.services.is_empty() {
            return Ok(None);
        }
        Ok(self.ports.queries.count(&caller.project, filter, now).await?)
    }

    /// How many there are in all projects, for metrics.
    pub async fn totals(&self) -> AppResult<Totals> {
        Ok(self.ports.queries.totals(None, self.now()).await?)
    }

    /// How many there are in the caller's project; `None` where it sees only some services, and counting would cost a
    /// scan.
    pub async fn project_totals(&self, caller: &Caller) -> AppResult<Option<Totals>> {
        if !caller.services.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.ports.queries.totals(Some(&caller.project), self.now()).await?))
    }

    /// A page of a scheduler's history.
    pub async fn history(
        &self,
        caller: &Caller,
        id: SchedulerId,
        query: &HistoryQuery,
    ) -> AppResult<Page<HistoryEntry>> {
        let row = self.visible(caller, id).await?;
        Ok(self.ports.queries.history(&row.scheduler.key, query).await?)
    }

    /// What a job printed of which an entry of its history tells, byte for byte.
    pub async fn output(&self, caller: &Caller, id: SchedulerId, version: u64) -> AppResult<Output> {
        let row = self.visible(caller, id).await?;
        let output = self.ports.queries.output(&row.scheduler.key, version).await?;
        output.ok_or_else(|| AppError::NotFound { what: "output", id: version.to_string() })
    }

    /// A page of a scheduler's runs.
    pub async fn runs(
        &self,
        caller: &Caller,
        id: SchedulerId,
        query: &RunsQuery,
    ) -> AppResult<Page<RunRecord>> {
        let row = self.visible(caller, id).await?;
        Ok(self.ports.queries.runs(&row.scheduler.key, query).await?)
    }

    /// Raw events after a version, oldest first.
    pub async fn events(
        &self,
        caller: &Caller,
        id: SchedulerId,
        after: u64,
        limit: usize,
    ) -> AppResult<Vec<Event>> {
        let row = self.visible(caller, id).await?;
        match self.ports.queries.events(&row.scheduler.key, after, limit).await? {
            EventsPage::Events(events) => Ok(events),
            EventsPage::Pruned { first } => Err(AppError::Pruned { first }),
        }
    }

    pub(crate) async fn visible(&self, caller: &Caller, id: SchedulerId) -> AppResult<SchedulerRow> {
        let key = caller.key(id);
        let row = self.ports.queries.get(&key).await?;
        let row = row.ok_or(AppError::Rejected(Rejection::NotFound(key.id)))?;
        caller.must_reach(&row.scheduler.config.service_name)?;
        Ok(row)
    }
}

/// The next instants of a schedule, at most [`PREVIEW_MAX`]: of a period, counted from `after`.
pub fn preview(schedule: &Schedule, after: Instant, count: usize) -> Vec<Instant> {
    let next = |slot: &Instant| schedule.recurrence.slot_after(*slot);
    std::iter::successors(schedule.recurrence.slot_after(after), next).take(count.min(PREVIEW_MAX)).collect()
}
