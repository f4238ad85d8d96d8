//! Our own attention: stamps, gaps and notes.

use app::ports::{IngestProblem, Observation, PROBLEMS_MAX, StoreResult};
use async_trait::async_trait;
use domain::{Gap, Instant, ProjectId};
use rusqlite::{Connection, Row, params};

use crate::Store;
use crate::fault::Faulty;
use crate::reader::Lane;
use crate::rows::{all, bound, cell, first, instant, int, run};
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
    COUNT_PROBLEM = "insert into ingest_problems
        (project, dialect, problem, subject, count, first_at, last_at, sample) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        on conflict do update set count = count + excluded.count, last_at = excluded.last_at,
        sample = excluded.sample";
    CROWDED = "delete from ingest_problems where (project, dialect, problem, subject) in
        (select project, dialect, problem, subject from ingest_problems where project = ?1
        order by last_at desc limit -1 offset ?2)";
    PROBLEMS = "select project, dialect, problem, subject, count, first_at, last_at, sample from ingest_problems
        where project = ?1 order by last_at desc limit ?2";
    FORGET_PROBLEMS = "delete from ingest_problems where last_at < ?1";
    SET_NOTE = "insert into notes (name, value) values (?1, ?2) on conflict do update set value = excluded.value";
}

/// By what two problems are the same one, how often it came, when, and the last of it.
fn count_problem(conn: &Connection, problem: &IngestProblem) -> Faulty<()> {
    let IngestProblem { project, dialect, problem, subject, count, first_at, last_at, sample } = problem;
    let (first_at, last_at) = (first_at.as_millis(), last_at.as_millis());
    let name = params![project.as_str(), dialect, problem, subject, int(*count), first_at, last_at, sample];
    run(conn, COUNT_PROBLEM, name)?;
    run(conn, CROWDED, params![project.as_str(), bound(PROBLEMS_MAX)]).map(drop)
}

fn problem(row: &Row<'_>) -> Faulty<IngestProblem> {
    Ok(IngestProblem {
        project: ProjectId::trusted(cell::<String>(row, 0, "ingest_problems.project")?),
        dialect: cell(row, 1, "ingest_problems.dialect")?,
        problem: cell(row, 2, "ingest_problems.problem")?,
        subject: cell(row, 3, "ingest_problems.subject")?,
        count: cell(row, 4, "ingest_problems.count")?,
        first_at: instant(row, 5, "ingest_problems.first_at")?,
        last_at: instant(row, 6, "ingest_problems.last_at")?,
        sample: cell(row, 7, "ingest_problems.sample")?,
    })
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

    async fn count_problems(&self, problems: Vec<IngestProblem>) -> StoreResult<()> {
        let write = move |conn: &_| problems.iter().try_for_each(|problem| count_problem(conn, problem));
        self.write("counting what came in vain", write).await
    }

    async fn problems(&self, project: &ProjectId) -> StoreResult<Vec<IngestProblem>> {
        let project = project.clone();
        let read =
            move |conn: &_| all(conn, PROBLEMS, params![project.as_str(), bound(PROBLEMS_MAX)], problem);
        self.read(Lane::List, "listing what came in vain", read).await
    }

    async fn forget_problems(&self, before: Instant) -> StoreResult<usize> {
        let write = move |conn: &_| run(conn, FORGET_PROBLEMS, [before.as_millis()]);
        self.write("forgetting what came in vain", write).await
    }
}
