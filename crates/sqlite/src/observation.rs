//! Our own attention: stamps, gaps and notes.

use app::ports::{Observation, StoreResult};
use async_trait::async_trait;
use domain::{Gap, Instant, ProjectId};
use rusqlite::params;

use crate::Store;
use crate::reader::Lane;
use crate::rows::{all, cell, first, instant, run};
use crate::sql::statements;

statements! {
    STAMP = "insert into stamps (id, at) values (1, ?1) on conflict (id) do update set at = excluded.at";
    LAST_STAMP = "select at from stamps where id = 1";
    RECORD_GAP = "insert into gaps (\"from\", until) values (?1, ?2)
        on conflict do update set until = max(until, excluded.until)";
    GAPS = "select \"from\", until from (select \"from\", until from gaps indexed by gaps_by_end where until > ?1
        order by \"from\" desc limit 1000) order by \"from\"";
    UNOBSERVED = "select s.project, sum(json_extract(e.fact, '$.count')) from events e
        join schedulers s on s.id = e.scheduler where e.entry = 'unobserved' and e.at >= ?1
        group by s.project order by s.project";
    NOTE = "select value from notes where name = ?1";
    SET_NOTE = "insert into notes (name, value) values (?1, ?2) on conflict do update set value = excluded.value";
}

#[async_trait]
impl Observation for Store {
    async fn stamp(&self, at: Instant) -> StoreResult<()> {
        self.write("writing a stamp", move |conn| run(conn, STAMP, [at.as_millis()]).map(drop)).await
    }

    async fn last_stamp(&self) -> StoreResult<Option<Instant>> {
        let read = |conn: &_| first(conn, LAST_STAMP, [], |row| instant(row, 0, "stamps.at"));
        self.read(Lane::Point, "reading the last stamp", read).await
    }

    async fn record_gap(&self, gap: Gap) -> StoreResult<()> {
        let ends = [gap.from.as_millis(), gap.until.as_millis()];
        self.write("recording a gap", move |conn| run(conn, RECORD_GAP, ends).map(drop)).await
    }

    async fn gaps(&self, since: Instant) -> StoreResult<Vec<Gap>> {
        let read = move |conn: &_| {
            all(conn, GAPS, [since.as_millis()], |row| {
                Ok(Gap { from: instant(row, 0, "gaps.from")?, until: instant(row, 1, "gaps.until")? })
            })
        };
        self.read(Lane::Point, "reading gaps", read).await
    }

    async fn unobserved_slots(&self, since: Instant) -> StoreResult<Vec<(ProjectId, u64)>> {
        let read = move |conn: &_| {
            all(conn, UNOBSERVED, [since.as_millis()], |row| {
                let project = ProjectId::trusted(cell::<String>(row, 0, "schedulers.project")?);
                Ok((project, cell(row, 1, "events.fact")?))
            })
        };
        self.read(Lane::List, "counting unobserved slots", read).await
    }

    async fn note(&self, name: &str) -> StoreResult<Option<String>> {
        let name = name.to_owned();
        let read = move |conn: &_| first(conn, NOTE, [name], |row| cell(row, 0, "notes.value"));
        self.read(Lane::Point, "reading a note", read).await
    }

    async fn set_note(&self, name: &str, value: &str) -> StoreResult<()> {
        let note = [name.to_owned(), value.to_owned()];
        self.write("writing a note", move |conn| run(conn, SET_NOTE, params![note[0], note[1]]).map(drop))
            .await
    }
}
