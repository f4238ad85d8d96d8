//! The first commit of a name, and what people gave, which later commits may change.

use domain::SchedulerKey;
use rusqlite::{Connection, params};

use super::draft::{Draft, Profile};
use crate::fault::{Fault, Faulty};
use crate::rows::{all, cell, first, run};
use crate::sql::statements;

statements! {
    LAST_LIFE = "select incarnation from graves where project = ?1 and name = ?2";
    INSERT = "insert into schedulers
        (project, name, incarnation, version, log_first, status, severity, late_from, state)
        values (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8)";
    PUT_PROFILE = "insert into profiles
        (scheduler, project, name, service, name_folded, service_folded, job_folded, config, slug)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        on conflict (scheduler) do update set service = excluded.service, name_folded = excluded.name_folded,
        service_folded = excluded.service_folded, job_folded = excluded.job_folded, config = excluded.config,
        slug = excluded.slug";
    SAME_PROFILE = "select 1 from profiles where scheduler = ?1 and config = ?2";
    OLD_TAGS = "select json_each.value from profiles, json_each(profiles.config, '$.tags') where scheduler = ?1";
    DROP_TAG = "delete from tags where project = ?1 and tag = ?2 and name = ?3";
    TAKEN = "select 1 from addresses where token = ?1 and scheduler is not ?2";
    PUT_ADDRESS = "insert into addresses (token, scheduler) values (?1, ?2) on conflict do nothing";
    DROP_ADDRESSES = "delete from addresses where scheduler = ?1";
    PUT_TAG = "insert into tags (project, tag, name, scheduler) values (?1, ?2, ?3, ?4)";
}

/// The incarnation that an unregistered name would have.
pub(super) fn incarnation(conn: &Connection, key: &SchedulerKey) -> Faulty<u32> {
    let last = first(conn, LAST_LIFE, params![key.project.as_str(), key.id.as_str()], |row| {
        cell::<u32>(row, 0, "graves.incarnation")
    })?;
    Ok(last.unwrap_or(0).saturating_add(1))
}

/// Writes a new scheduler; answers its row.
pub(super) fn insert(conn: &Connection, draft: &Draft) -> Faulty<i64> {
    if incarnation(conn, &draft.key)? != draft.incarnation {
        return Err(Fault::Conflict);
    }
    let (key, marks) = (&draft.key, &draft.marks);
    run(
        conn,
        INSERT,
        params![
            key.project.as_str(),
            key.id.as_str(),
            draft.incarnation,
            draft.version,
            marks.status,
            marks.severity,
            marks.late_from,
            draft.state
        ],
    )?;
    Ok(conn.last_insert_rowid())
}

/// Writes what people gave, unless that is what stands there.
pub(super) fn put_profile(conn: &Connection, id: i64, key: &SchedulerKey, profile: &Profile) -> Faulty<()> {
    if first(conn, SAME_PROFILE, params![id, profile.config], |_| Ok(()))?.is_some() {
        return Ok(());
    }
    drop_tags(conn, id, key)?;
    put_addresses(conn, id, &profile.tokens)?;
    run(
        conn,
        PUT_PROFILE,
        params![
            id,
            key.project.as_str(),
            key.id.as_str(),
            profile.service,
            profile.name_folded,
            profile.service_folded,
            profile.job_folded,
            profile.config,
            profile.slug
        ],
    )?;
    for tag in &profile.tags {
        run(conn, PUT_TAG, params![key.project.as_str(), tag, key.id.as_str(), id])?;
    }
    Ok(())
}

/// Refuses addresses that are another scheduler's: two commits wanted one at once. The scheduler is `None` at its birth.
pub(super) fn check_addresses(conn: &Connection, id: Option<i64>, profile: &Profile) -> Faulty<()> {
    for token in &profile.tokens {
        if first(conn, TAKEN, params![token, id], |_| Ok(()))?.is_some() {
            return Err(Fault::Conflict);
        }
    }
    Ok(())
}

/// Writes at which addresses a scheduler is heard, which have been checked.
fn put_addresses(conn: &Connection, id: i64, tokens: &[String]) -> Faulty<()> {
    drop_addresses(conn, id)?;
    tokens.iter().try_for_each(|token| run(conn, PUT_ADDRESS, params![token, id]).map(drop))
}

/// Forgets at which addresses a scheduler is heard.
pub(super) fn drop_addresses(conn: &Connection, id: i64) -> Faulty<()> {
    run(conn, DROP_ADDRESSES, [id]).map(drop)
}

/// Takes a scheduler out of the index of tags.
pub(super) fn drop_tags(conn: &Connection, id: i64, key: &SchedulerKey) -> Faulty<()> {
    for tag in all(conn, OLD_TAGS, [id], |row| cell::<String>(row, 0, "profiles.config"))? {
        run(conn, DROP_TAG, params![key.project.as_str(), tag, key.id.as_str()])?;
    }
    Ok(())
}
