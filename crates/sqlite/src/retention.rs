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
    ROUTINE_FROM = "select min(version) from (select version from events
        where scheduler = ?1 and version < ?2 and routine = 1 order by version desc limit ?3)";
    DROP_EVENTS = "delete from events where scheduler = ?1 and version in (select version from events
        where scheduler = ?1 and version < ?2 and (at < ?3 or (version < ?4 and routine = 1))
        order by version limit ?5)";
    DROP_OUTPUTS = "delete from outputs where scheduler = ?1 and version in (select version from outputs
        where scheduler = ?1 and version < ?2
        and version not in (select version from events where scheduler = ?1 and version < ?2)
        order by version limit ?3)";
    LAST_REPORT = "select json_extract(state, '$.last_report.version') from schedulers where id = ?1";
    KEEP_SHOWN = "insert or ignore into payloads (scheduler, version, body) select scheduler, version, payload
        from events where scheduler = ?1 and version = ?2 and version < ?3 and payload is not null";
    DROP_ORPHANS = "delete from payloads where scheduler = ?1 and version is not ?2";
    RUNS_FROM = "select min(no) from (select no from runs
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
        let found = self.read(Lane::List, "measuring a log", move |conn| Edges::of(conn, &key, &cut)).await?;
        let Some(edges) = found else { return Ok(0) };
        self.forget("pruning a log", PRUNED_MAX, move |conn, limit| edges.prune(conn, limit)).await
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

/// What a cut means for one log. Worked out by a reader, once, since it takes a walk past all that is kept; what is
/// written meanwhile can only make it spare a little more than it must.
#[derive(Clone, Copy, Debug)]
struct Edges {
    id: i64,
    checkpoint: i64,
    before: i64,
    /// Routine events before this version go.
    routine_from: i64,
    /// Completed runs before this number go.
    runs_from: i64,
}

impl Edges {
    /// `None` where there is no such scheduler, or no such checkpoint yet.
    fn of(conn: &Connection, key: &SchedulerKey, cut: &Cut) -> Faulty<Option<Self>> {
        let (checkpoint, kept) = (int(cut.checkpoint), int(cut.routine_kept));
        let reaches = params![key.project.as_str(), key.id.as_str(), checkpoint];
        let Some(id) = number(conn, REACHES, reaches)? else { return Ok(None) };
        Ok(Some(Self {
            id,
            checkpoint,
            before: cut.before.as_millis(),
            routine_from: number(conn, ROUTINE_FROM, params![id, checkpoint, kept])?.unwrap_or(checkpoint),
            runs_from: number(conn, RUNS_FROM, params![id, kept])?.unwrap_or(i64::MAX),
        }))
    }

    /// Removes events, and once those are gone runs.
    fn prune(&self, conn: &Connection, limit: usize) -> Faulty<usize> {
        let Self { id, checkpoint, before, routine_from, runs_from } = *self;
        run(conn, BEGIN_AT, params![id, checkpoint])?;
        keep_shown(conn, id, checkpoint)?;
        let doomed = params![id, checkpoint, before, routine_from, bound(limit)];
        let gone = run(conn, DROP_EVENTS, doomed)?;
        run(conn, DROP_OUTPUTS, params![id, checkpoint, bound(limit)])?;
        let runs = run(conn, DROP_RUNS, params![id, before, runs_from, bound(limit - gone)])?;
        Ok(gone + runs)
    }
}

/// The payload of the last report stays for as long as it is that, by itself where its event goes: it is shown beside
/// the scheduler.
fn keep_shown(conn: &Connection, id: i64, checkpoint: i64) -> Faulty<()> {
    let shown = number(conn, LAST_REPORT, [id])?;
    run(conn, KEEP_SHOWN, params![id, shown, checkpoint])?;
    run(conn, DROP_ORPHANS, params![id, shown]).map(drop)
}

fn number(conn: &Connection, sql: &str, params: impl rusqlite::Params) -> Faulty<Option<i64>> {
    Ok(first(conn, sql, params, |row| cell::<Option<i64>>(row, 0, "events.version"))?.flatten())
}
