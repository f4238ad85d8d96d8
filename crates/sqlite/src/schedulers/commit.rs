//! The one write path: checked first, then written. A commit that is refused has written nothing.

use app::ports::{Seen, Wake};
use domain::SchedulerKey;
use rusqlite::{Connection, params};

use super::draft::Draft;
use super::{birth, heartbeat, load, log, wakes};
use crate::access;
use crate::fault::{Fault, Faulty};
use crate::incidents;
use crate::outbox::posting;
use crate::rows::{cell, first, run};
use crate::snapshot;
use crate::sql::statements;
use crate::words::Marks;

statements! {
    STANDING = "select id, incarnation, version, status, severity, late_from from schedulers
        where project = ?1 and name = ?2";
    MOVE = "update schedulers set version = ?2, status = ?3, state = ?4 where id = ?1";
    MOVE_LATE = "update schedulers set version = ?2, status = ?3, state = ?4, late_from = ?5 where id = ?1";
    RANK = "update schedulers set severity = ?2 where id = ?1";
    COUNT = "insert into totals (project, status, severity, schedulers) values (?1, ?2, ?3, ?4)
        on conflict do update set schedulers = schedulers + excluded.schedulers";
}

/// What a write has to know of a scheduler before it may happen.
pub(super) struct Standing {
    pub(super) id: i64,
    pub(super) incarnation: u32,
    pub(super) version: u64,
    status: String,
    severity: i64,
    late_from: Option<i64>,
}

pub(super) fn standing(conn: &Connection, key: &SchedulerKey) -> Faulty<Option<Standing>> {
    first(conn, STANDING, params![key.project.as_str(), key.id.as_str()], |row| {
        Ok(Standing {
            id: cell(row, 0, "schedulers.id")?,
            incarnation: cell(row, 1, "schedulers.incarnation")?,
            version: cell(row, 2, "schedulers.version")?,
            status: cell(row, 3, "schedulers.status")?,
            severity: cell(row, 4, "schedulers.severity")?,
            late_from: cell(row, 5, "schedulers.late_from")?,
        })
    })
}

impl Standing {
    /// Whether it still is what was seen.
    pub(super) fn is(&self, seen: Seen) -> bool {
        self.incarnation == seen.incarnation && self.version == seen.version
    }
}

/// The scheduler, where it still is what was seen.
pub(super) fn standing_at(conn: &Connection, key: &SchedulerKey, seen: Seen) -> Faulty<Standing> {
    standing(conn, key)?.filter(|it| it.is(seen)).ok_or(Fault::Conflict)
}

/// Writes a commit, or refuses it.
pub(super) fn commit(conn: &Connection, draft: &Draft) -> Faulty<()> {
    let id = match standing(conn, &draft.key)? {
        None => born(conn, draft)?,
        Some(known) => {
            check(conn, &known, draft)?;
            moved(conn, &known, draft)?;
            known.id
        }
    };
    log::append(conn, id, draft)?;
    if let Some((at, beating)) = &draft.beat {
        heartbeat::write(conn, id, *at, beating, &draft.open)?;
    }
    if let Wake::Set(wake) = draft.wake {
        wakes::set(conn, id, &draft.key, wake)?;
    }
    draft.notices.iter().try_for_each(|notice| posting::put_in(conn, notice))?;
    draft.incidents.iter().try_for_each(|incident| incidents::put(conn, incident))?;
    draft.audit.iter().try_for_each(|entry| access::write_audit(conn, entry))
}

fn born(conn: &Connection, draft: &Draft) -> Faulty<i64> {
    let was_silent = draft.liveness.as_ref().is_none_or(|liveness| *liveness == domain::Liveness::default());
    let Some(profile) = draft.profile.as_ref().filter(|_| draft.expected_version == 0 && was_silent) else {
        return Err(Fault::Conflict);
    };
    birth::check_addresses(conn, None, profile)?;
    let id = birth::insert(conn, draft)?;
    birth::put_profile(conn, id, &draft.key, profile)?;
    count(conn, &draft.key, draft.marks.status, draft.marks.severity, 1)?;
    Ok(id)
}

fn check(conn: &Connection, known: &Standing, draft: &Draft) -> Faulty<()> {
    let same = known.version == draft.expected_version && known.incarnation == draft.incarnation;
    let still_silent = match &draft.liveness {
        Some(liveness) if same => snapshot::liveness(conn, known.id)? == *liveness,
        _ => true,
    };
    let news = match &draft.report_id {
        Some((report_id, _)) if same => !load::is_known(conn, known.id, report_id)?,
        _ => true,
    };
    if !(same && still_silent && news && is_indexed_as_seen(conn, known.id, draft)?) {
        return Err(Fault::Conflict);
    }
    draft.profile.iter().try_for_each(|profile| birth::check_addresses(conn, Some(known.id), profile))
}

/// What was remembered of an era that is still is what stands there: it need not be looked at.
fn is_indexed_as_seen(conn: &Connection, id: i64, draft: &Draft) -> Faulty<bool> {
    match draft.wake {
        Wake::Stays(seen) if draft.era.is_none() => Ok(wakes::indexed(conn, id)? == seen),
        _ => Ok(true),
    }
}

/// Writes the scheduler's row, and of its indexes only those whose columns have changed.
fn moved(conn: &Connection, known: &Standing, draft: &Draft) -> Faulty<()> {
    let Marks { status, severity, late_from } = draft.marks;
    if late_from == known.late_from {
        run(conn, MOVE, params![known.id, draft.version, status, draft.state])?;
    } else {
        run(conn, MOVE_LATE, params![known.id, draft.version, status, draft.state, late_from])?;
    }
    if severity != known.severity {
        run(conn, RANK, params![known.id, severity])?;
    }
    if (status, severity) != (known.status.as_str(), known.severity) {
        uncount(conn, &draft.key, known)?;
        count(conn, &draft.key, status, severity, 1)?;
    }
    draft.profile.iter().try_for_each(|profile| birth::put_profile(conn, known.id, &draft.key, profile))
}

/// Counts a scheduler out of the totals.
pub(super) fn uncount(conn: &Connection, key: &SchedulerKey, known: &Standing) -> Faulty<()> {
    count(conn, key, &known.status, known.severity, -1)
}

fn count(conn: &Connection, key: &SchedulerKey, status: &str, severity: i64, by: i64) -> Faulty<()> {
    run(conn, COUNT, params![key.project.as_str(), status, severity, by]).map(drop)
}
