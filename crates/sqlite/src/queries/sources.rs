//! Where the rows of a list come from: each source walks one index in the order of ids, and can begin after any of them.

use std::ops::ControlFlow;

use app::ports::Filter;
use domain::{Instant, ProjectId};
use rusqlite::{Connection, Params, Row, params};

use crate::fault::Faulty;
use crate::rows::{cell, first};
use crate::sql::statements;
use crate::words::{LATE, severity};

macro_rules! candidates {
    ($from:literal) => {
        concat!(
            "select s.id, s.name, s.status, s.severity, s.late_from, p.service, p.name_folded, ",
            "p.service_folded, p.job_folded from ",
            $from
        )
    };
}

statements! {
    BY_NAME = candidates!("schedulers s cross join profiles p on p.scheduler = s.id
        where s.project = ?1 and s.name > ?2 order by s.name");
    BY_SEVERITY = candidates!("schedulers s indexed by schedulers_by_severity
        cross join profiles p on p.scheduler = s.id
        where s.project = ?1 and s.name > ?2 and s.severity = ?3 order by s.name");
    BY_LATE = candidates!("schedulers s indexed by schedulers_late cross join profiles p on p.scheduler = s.id
        where s.project = ?1 and s.name > ?2 and s.late_from <= ?3 order by s.name");
    BY_SERVICE = candidates!("profiles p indexed by profiles_by_service
        cross join schedulers s on s.id = p.scheduler
        where p.project = ?1 and p.name > ?2 and p.service = ?3 order by p.name");
    BY_TAG = candidates!("tags t cross join schedulers s on s.id = t.scheduler
        cross join profiles p on p.scheduler = s.id
        where t.project = ?1 and t.name > ?2 and t.tag = ?3 order by t.name");
    BY_ID = candidates!("schedulers s cross join profiles p on p.scheduler = s.id where s.id = ?1");
    NAMES_FROM = "select scheduler, name_folded from profiles indexed by profiles_by_name_folded
        where project = ?1 and name_folded >= ?2 order by name_folded";
    SERVICES_FROM = "select scheduler, service_folded from profiles indexed by profiles_by_service_folded
        where project = ?1 and service_folded >= ?2 order by service_folded";
    JOBS_FROM = "select scheduler, job_folded from profiles indexed by profiles_by_job_folded
        where project = ?1 and job_folded >= ?2 order by job_folded";
    HAS_TAG = "select 1 from tags where project = ?1 and tag = ?2 and name = ?3";
}

/// One walk.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source<'a> {
    All,
    Severity(i64),
    Late(Instant),
    Service(&'a str),
    Tag(&'a str),
}

/// What a list has to know of a scheduler before it is worth loading.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) id: i64,
    pub(super) name: String,
    status: String,
    severity: i64,
    late_from: Option<i64>,
    service: String,
    folded: [String; 3],
}

impl Source<'_> {
    /// Offers candidates whose ids come after one, in order, until there are no more or `take` has enough.
    pub(super) fn walk(
        self,
        conn: &Connection,
        project: &ProjectId,
        after: &str,
        take: impl FnMut(Candidate) -> Faulty<ControlFlow<()>>,
    ) -> Faulty<()> {
        let project = project.as_str();
        match self {
            Self::All => each(conn, BY_NAME, params![project, after], take),
            Self::Severity(rank) => each(conn, BY_SEVERITY, params![project, after, rank], take),
            Self::Late(now) => each(conn, BY_LATE, params![project, after, now.as_millis()], take),
            Self::Service(service) => each(conn, BY_SERVICE, params![project, after, service], take),
            Self::Tag(tag) => each(conn, BY_TAG, params![project, after, tag], take),
        }
    }
}

impl Candidate {
    /// How bad at an instant.
    pub(super) fn severity_at(&self, now: Instant) -> i64 {
        let late = self.late_from.is_some_and(|from| from <= now.as_millis());
        if late { self.severity.max(LATE) } else { self.severity }
    }

    /// Whether it is asked for.
    pub(super) fn matches(
        &self,
        conn: &Connection,
        project: &ProjectId,
        filter: &Filter,
        now: Instant,
    ) -> Faulty<bool> {
        let named = filter.status.is_none_or(|status| self.status == status.as_str())
            && filter.health.is_none_or(|health| self.severity_at(now) == severity(health))
            && filter.service.as_ref().is_none_or(|service| self.service == *service)
            && filter.services.as_ref().is_none_or(|services| services.contains(&self.service))
            && filter.prefix.as_ref().is_none_or(|prefix| self.begins_with(&prefix.to_lowercase()));
        match &filter.tag {
            Some(tag) if named => {
                Ok(first(conn, HAS_TAG, params![project.as_str(), tag, self.name], |_| Ok(()))?.is_some())
            }
            _ => Ok(named),
        }
    }

    fn begins_with(&self, folded: &str) -> bool {
        self.folded.iter().any(|name| name.starts_with(folded))
    }
}

/// The scheduler of that row.
pub(super) fn by_id(conn: &Connection, id: i64) -> Faulty<Option<Candidate>> {
    first(conn, BY_ID, [id], candidate)
}

/// Rows of schedulers of which a name begins with a prefix; `None` where they are more than `most`.
pub(super) fn with_prefix(
    conn: &Connection,
    project: &ProjectId,
    prefix: &str,
    most: usize,
) -> Faulty<Option<Vec<i64>>> {
    let folded = prefix.to_lowercase();
    let mut found = Vec::new();
    for names in [NAMES_FROM, SERVICES_FROM, JOBS_FROM] {
        let mut statement = conn.prepare_cached(names)?;
        let mut rows = statement.query(params![project.as_str(), folded])?;
        while let Some(row) = rows.next()? {
            let name: String = cell(row, 1, "profiles.name_folded")?;
            if !name.starts_with(&folded) {
                break;
            }
            found.push(cell::<i64>(row, 0, "profiles.scheduler")?);
            // The same scheduler may be found by each of its names.
            if found.len() > 3 * most {
                return Ok(None);
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok((found.len() <= most).then_some(found))
}

fn each(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    mut take: impl FnMut(Candidate) -> Faulty<ControlFlow<()>>,
) -> Faulty<()> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    while let Some(row) = rows.next()? {
        if take(candidate(row)?)?.is_break() {
            break;
        }
    }
    Ok(())
}

fn candidate(row: &Row<'_>) -> Faulty<Candidate> {
    Ok(Candidate {
        id: cell(row, 0, "schedulers.id")?,
        name: cell(row, 1, "schedulers.name")?,
        status: cell(row, 2, "schedulers.status")?,
        severity: cell(row, 3, "schedulers.severity")?,
        late_from: cell(row, 4, "schedulers.late_from")?,
        service: cell(row, 5, "profiles.service")?,
        folded: [
            cell(row, 6, "profiles.name_folded")?,
            cell(row, 7, "profiles.service_folded")?,
            cell(row, 8, "profiles.job_folded")?,
        ],
    })
}
