//! Forgetting in measure. What may be long is forgotten a little at a time, so that no report waits for it.

use app::ports::{Cut, LogExtent, Retention, StoreResult};
use async_trait::async_trait;
use domain::{Instant, SchedulerKey};
use rusqlite::{Connection, params};

use crate::Store;
use crate::fault::Faulty;
use crate::reader::Lane;
use crate::rows::{bound, cell, first, instant, int, run};
use crate::sql::statements;

/// Most rows that one call of `prune_log` removes.
const PRUNED_MAX: usize = 10_000;
/// Most rows that one write removes.
const AT_ONCE: usize = 500;

statements! {
    EXTENT = "select s.log_first, e.at, s.version from schedulers s
        join events e on e.scheduler = s.id and e.version = s.log_first where s.project = ?1 and s.name = ?2";
    REACHES = "select id from schedulers where project = ?1 and name = ?2 and version >= ?3";
    BEGIN_AT = "update schedulers set log_first = ?2 where id = ?1 and log_first < ?2";
    ROUTINE_FROM = "select coalesce(min(version), ?2) from (select version from events
        where scheduler = ?1 and version < ?2 and routine = 1 order by version desc limit ?3)";
    DROP_EVENTS = "delete from events where scheduler = ?1 and version in (select version from events
        where scheduler = ?1 and version < ?2 and (at < ?3 or (version < ?4 and routine = 1))
        order by version limit ?5)";
    DROP_PAYLOADS = "delete from payloads where scheduler = ?1 and version < ?2 and version is not ?3
        and not exists (select 1 from events e where e.scheduler = ?1 and e.version = payloads.version)";
    LAST_REPORT = "select json_extract(state, '$.last_report.version') from schedulers where id = ?1";
    RUNS_FROM = "select coalesce(min(no), 9223372036854775807) from (select no from runs
        where scheduler = ?1 and state = 'completed' order by no desc limit ?2)";
    DROP_RUNS = "delete from runs where scheduler = ?1 and no in (select no from runs
        where scheduler = ?1 and state <> 'running' and (ended_at < ?2 or (state = 'completed' and no < ?3))
        order by no limit ?4)";
    DROP_REPORT_IDS = "delete from report_ids where (scheduler, report_id) in
        (select scheduler, report_id from report_ids where at < ?1 order by at limit ?2)";
    DROP_AUDIT = "delete from audit where seq in (select seq from audit where at < ?1 order by at limit ?2)";
}

#[async_trait]
impl Retention for Store {
    async fn log_extent(&self, key: &SchedulerKey) -> StoreResult<Option<LogExtent>> {
        let key = key.clone();
        self.read(Lane::List, "measuring a log", move |conn| extent(conn, &key)).await
    }

    async fn prune_log(&self, key: &SchedulerKey, cut: &Cut) -> StoreResult<usize> {
        let (key, cut) = (key.clone(), *cut);
        self.forget("pruning a log", PRUNED_MAX, move |conn, limit| prune(conn, &key, &cut, limit)).await
    }

    async fn forget_report_ids(&self, before: Instant, limit: usize) -> StoreResult<usize> {
        let drop =
            move |conn: &_, limit| run(conn, DROP_REPORT_IDS, params![before.as_millis(), bound(limit)]);
        self.forget("forgetting report ids", limit, drop).await
    }

    async fn forget_audit(&self, before: Instant, limit: usize) -> StoreResult<usize> {
        let drop = move |conn: &_, limit| run(conn, DROP_AUDIT, params![before.as_millis(), bound(limit)]);
        self.forget("forgetting audit entries", limit, drop).await
    }
}

impl Store {
    /// Removes up to `limit` rows in small writes, until one removes fewer than it might have.
    pub(crate) async fn forget(
        &self,
        doing: &'static str,
        limit: usize,
        drop: impl Fn(&Connection, usize) -> Faulty<usize> + Clone + Send + Sync + 'static,
    ) -> StoreResult<usize> {
        let mut gone = 0;
        while gone < limit {
            let (most, drop) = (AT_ONCE.min(limit - gone), drop.clone());
            let now = self.write(doing, move |conn| drop(conn, most)).await?;
            gone += now;
            if now < most {
                break;
            }
        }
        Ok(gone)
    }
}

fn extent(conn: &Connection, key: &SchedulerKey) -> Faulty<Option<LogExtent>> {
    first(conn, EXTENT, params![key.project.as_str(), key.id.as_str()], |row| {
        Ok(LogExtent {
            first: cell(row, 0, "schedulers.log_first")?,
            first_at: instant(row, 1, "events.at")?,
            last: cell(row, 2, "schedulers.version")?,
        })
    })
}

/// Removes events, and once those are gone runs; the payload of the last report stays, since it is shown.
fn prune(conn: &Connection, key: &SchedulerKey, cut: &Cut, limit: usize) -> Faulty<usize> {
    let (checkpoint, before, kept) = (int(cut.checkpoint), cut.before.as_millis(), int(cut.routine_kept));
    let reaches = first(conn, REACHES, params![key.project.as_str(), key.id.as_str(), checkpoint], |row| {
        cell::<i64>(row, 0, "schedulers.id")
    })?;
    let Some(id) = reaches else { return Ok(0) };
    run(conn, BEGIN_AT, params![id, checkpoint])?;
    let number = |sql: &str, params: &[i64]| {
        let params = rusqlite::params_from_iter(params);
        let found = first(conn, sql, params, |row| cell::<Option<i64>>(row, 0, "events.version"))?;
        Faulty::Ok(found.flatten())
    };
    let routine_from = number(ROUTINE_FROM, &[id, checkpoint, kept])?;
    let events = run(conn, DROP_EVENTS, params![id, checkpoint, before, routine_from, bound(limit)])?;
    if events > 0 {
        run(conn, DROP_PAYLOADS, params![id, checkpoint, number(LAST_REPORT, &[id])?])?;
    }
    let runs_from = number(RUNS_FROM, &[id, kept])?;
    let runs = run(conn, DROP_RUNS, params![id, before, runs_from, bound(limit - events)])?;
    Ok(events + runs)
}
