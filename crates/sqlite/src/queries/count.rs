//! Counts of schedulers. Kept counts answer all but two questions: `late` passes with time and is counted from its
//! index, a service from its own; both read no more than what they count.

use std::collections::BTreeMap;

use app::ports::{Filter, Totals};
use domain::{Health, Instant, ProjectId, Status};
use rusqlite::{Connection, params};

use crate::fault::{Fault, Faulty};
use crate::rows::{all, cell, first, word};
use crate::sql::statements;
use crate::words::{LATE, severity};

statements! {
    PROJECTS = "select distinct project from totals";
    KEPT = "select status, severity, schedulers from totals where project = ?1 and schedulers <> 0";
    LATE_NOW = "select severity, count(*) from schedulers where project = ?1 and late_from <= ?2 group by severity";
    OF_SERVICE = "select count(*) from profiles where project = ?1 and service = ?2";
}

/// Counts by status and by health.
#[derive(Default)]
struct Tally {
    by_status: BTreeMap<&'static str, u64>,
    by_severity: BTreeMap<i64, u64>,
}

pub(super) fn totals(conn: &Connection, project: Option<&ProjectId>, now: Instant) -> Faulty<Totals> {
    let mut tally = Tally::default();
    match project {
        Some(project) => tally.add(conn, project.as_str(), now)?,
        None => {
            for project in all(conn, PROJECTS, [], |row| cell::<String>(row, 0, "totals.project"))? {
                tally.add(conn, &project, now)?;
            }
        }
    }
    Ok(tally.shown())
}

/// How many match, where that is kept or indexed: nothing, a health, or services are asked for.
pub(super) fn matching(
    conn: &Connection,
    project: &ProjectId,
    filter: &Filter,
    now: Instant,
) -> Faulty<Option<u64>> {
    let Filter { status: None, health, service, tag: None, prefix: None, services } = filter else {
        return Ok(None);
    };
    match (health, service, services) {
        (None, None, None) => totals(conn, Some(project), now).map(|totals| Some(totals.all)),
        (Some(health), None, None) => {
            let totals = totals(conn, Some(project), now)?;
            Ok(totals.by_health.iter().find(|(of, _)| of == health).map(|(_, count)| *count))
        }
        (None, Some(service), None) => of_service(conn, project, service).map(Some),
        (None, None, Some(services)) => of_services(conn, project, services).map(Some),
        _ => Ok(None),
    }
}

impl Tally {
    fn add(&mut self, conn: &Connection, project: &str, now: Instant) -> Faulty<()> {
        let kept = all(conn, KEPT, [project], |row| {
            let status = word(row, 0, "totals.status", Status::parse)?;
            Ok((status, cell::<i64>(row, 1, "totals.severity")?, cell::<u64>(row, 2, "totals.schedulers")?))
        })?;
        for (status, severity, count) in kept {
            *self.by_status.entry(status.as_str()).or_default() += count;
            *self.by_severity.entry(severity).or_default() += count;
        }
        let late = all(conn, LATE_NOW, params![project, now.as_millis()], |row| {
            Ok((cell::<i64>(row, 0, "schedulers.severity")?, cell::<u64>(row, 1, "schedulers.id")?))
        })?;
        late.into_iter().try_for_each(|(severity, count)| self.make_late(severity, count))
    }

    fn make_late(&mut self, severity: i64, count: u64) -> Faulty<()> {
        let settled = self.by_severity.entry(severity).or_default();
        *settled = settled
            .checked_sub(count)
            .ok_or_else(|| Fault::corrupt("totals.schedulers", "more are late than there are"))?;
        *self.by_severity.entry(LATE).or_default() += count;
        Ok(())
    }

    fn shown(&self) -> Totals {
        let status = |it: Status| (it, self.by_status.get(it.as_str()).copied().unwrap_or(0));
        let health = |it: Health| (it, self.by_severity.get(&severity(it)).copied().unwrap_or(0));
        Totals {
            all: self.by_status.values().sum(),
            by_status: Status::ALL.map(status).to_vec(),
            by_health: Health::ALL.map(health).to_vec(),
        }
    }
}

fn of_service(conn: &Connection, project: &ProjectId, service: &str) -> Faulty<u64> {
    let count = first(conn, OF_SERVICE, params![project.as_str(), service], |row| {
        cell::<u64>(row, 0, "profiles.scheduler")
    })?;
    Ok(count.unwrap_or(0))
}

fn of_services(conn: &Connection, project: &ProjectId, services: &[String]) -> Faulty<u64> {
    let distinct: std::collections::BTreeSet<&String> = services.iter().collect();
    distinct.into_iter().try_fold(0, |sum, service| Ok(sum + of_service(conn, project, service)?))
}
