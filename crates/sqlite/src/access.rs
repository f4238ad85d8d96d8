//! Who may do what: projects, keys, and the record of who changed what.

use app::ports::{Access, AuditEntry, AuditQuery, KeyRecord, Page, Project, Role, StoreResult};
use async_trait::async_trait;
use domain::{Instant, ProjectId};
use rusqlite::{Connection, Row, params};

use crate::Store;
use crate::fault::Faulty;
use crate::queries::page::{self, number};
use crate::reader::Lane;
use crate::rows::{all, bound, cell, first, instant, json, key_id, maybe_instant, run, to_json, word};
use crate::sql::statements;

statements! {
    BY_HASH = "select id, project, name, role, services, prefix, hash, created_at, expires_at, revoked_at
        from keys where hash = ?1";
    KEYS = "select id, project, name, role, services, prefix, hash, created_at, expires_at, revoked_at
        from keys where project = ?1 order by created_at desc, id desc limit 1000";
    USABLE = "select 1 from keys where revoked_at is null and (expires_at is null or expires_at > ?1) limit 1";
    PUT_KEY = "insert into keys
        (id, project, name, role, services, prefix, hash, created_at, expires_at, revoked_at)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        on conflict (id) do update set project = excluded.project, name = excluded.name, role = excluded.role,
        services = excluded.services, prefix = excluded.prefix, hash = excluded.hash,
        created_at = excluded.created_at, expires_at = excluded.expires_at, revoked_at = excluded.revoked_at";
    PROJECTS = "select id, name, created_at, ping_key, number from projects order by id limit 1000";
    PUT_PROJECT = "insert into projects (id, name, created_at, ping_key, number) values (?1, ?2, ?3, ?4, ?5)
        on conflict (id) do update set name = excluded.name, created_at = excluded.created_at,
        ping_key = excluded.ping_key, number = excluded.number";
    WRITE_AUDIT = "insert into audit (project, at, actor, action, subject, detail)
        values (?1, ?2, ?3, ?4, ?5, ?6)";
    AUDIT = "select seq, project, at, actor, action, subject, detail from audit
        where project = ?1 and seq < ?2 order by seq desc limit ?3";
    AUDIT_OF = "select seq, project, at, actor, action, subject, detail from audit
        where project = ?1 and seq < ?2 and subject = ?4 order by seq desc limit ?3";
}

#[async_trait]
impl Access for Store {
    async fn key_by_hash(&self, hash: &str) -> StoreResult<Option<KeyRecord>> {
        let hash = hash.to_owned();
        let read = move |conn: &_| first(conn, BY_HASH, [hash], key);
        self.read(Lane::Point, "looking for a key", read).await
    }

    async fn keys(&self, project: &ProjectId) -> StoreResult<Vec<KeyRecord>> {
        let project = project.clone();
        let read = move |conn: &_| all(conn, KEYS, [project.as_str()], key);
        self.read(Lane::List, "listing keys", read).await
    }

    async fn has_usable_key(&self, now: Instant) -> StoreResult<bool> {
        let read = move |conn: &_| Ok(first(conn, USABLE, [now.as_millis()], |_| Ok(()))?.is_some());
        self.read(Lane::Point, "looking for a usable key", read).await
    }

    async fn put_keys(&self, keys: Vec<KeyRecord>, audit: AuditEntry) -> StoreResult<()> {
        let write = move |conn: &_| {
            keys.iter().try_for_each(|key| put_key(conn, key))?;
            write_audit(conn, &audit)
        };
        self.write("writing keys", write).await
    }

    async fn projects(&self) -> StoreResult<Vec<Project>> {
        let read = |conn: &_| {
            all(conn, PROJECTS, [], |row| {
                Ok(Project {
                    id: ProjectId::trusted(cell::<String>(row, 0, "projects.id")?),
                    name: cell(row, 1, "projects.name")?,
                    created_at: instant(row, 2, "projects.created_at")?,
                    ping_key: cell(row, 3, "projects.ping_key")?,
                    number: cell(row, 4, "projects.number")?,
                })
            })
        };
        self.read(Lane::List, "listing projects", read).await
    }

    async fn put_project(&self, project: Project, audit: AuditEntry) -> StoreResult<()> {
        let write = move |conn: &_| {
            let Project { id, name, created_at, ping_key, number } = &project;
            let params = params![id.as_str(), name, created_at.as_millis(), ping_key, number];
            run(conn, PUT_PROJECT, params)?;
            write_audit(conn, &audit)
        };
        self.write("writing a project", write).await
    }

    async fn audit(&self, project: &ProjectId, query: &AuditQuery) -> StoreResult<Page<AuditEntry>> {
        let (project, query) = (project.clone(), query.clone());
        self.read(Lane::List, "listing the audit log", move |conn| audit(conn, &project, &query)).await
    }
}

/// Writes down who changed what.
pub(crate) fn write_audit(conn: &Connection, entry: &AuditEntry) -> Faulty<()> {
    let AuditEntry { project, at, actor, action, subject, detail } = entry;
    run(conn, WRITE_AUDIT, params![project.as_str(), at.as_millis(), actor, action, subject, detail])
        .map(drop)
}

fn audit(conn: &Connection, project: &ProjectId, query: &AuditQuery) -> Faulty<Page<AuditEntry>> {
    let before = number(query.cursor.as_deref())?;
    let (project, most) = (project.as_str(), bound(query.limit.max(1) + 1));
    let found = match &query.subject {
        None => all(conn, AUDIT, params![project, before, most], audit_entry),
        Some(subject) => all(conn, AUDIT_OF, params![project, before, most, subject], audit_entry),
    };
    Ok(page::cut(found?, query.limit))
}

fn put_key(conn: &Connection, key: &KeyRecord) -> Faulty<()> {
    run(
        conn,
        PUT_KEY,
        params![
            key.id.as_str(),
            key.project.as_str(),
            key.name,
            key.role.as_str(),
            to_json(&key.services, "keys.services")?,
            key.prefix,
            key.hash,
            key.created_at.as_millis(),
            key.expires_at.map(Instant::as_millis),
            key.revoked_at.map(Instant::as_millis)
        ],
    )
    .map(drop)
}

fn key(row: &Row<'_>) -> Faulty<KeyRecord> {
    Ok(KeyRecord {
        id: key_id(row, 0)?,
        project: ProjectId::trusted(cell::<String>(row, 1, "keys.project")?),
        name: cell(row, 2, "keys.name")?,
        role: word(row, 3, "keys.role", Role::parse)?,
        services: json(&cell::<String>(row, 4, "keys.services")?, "keys.services")?,
        prefix: cell(row, 5, "keys.prefix")?,
        hash: cell(row, 6, "keys.hash")?,
        created_at: instant(row, 7, "keys.created_at")?,
        expires_at: maybe_instant(row, 8, "keys.expires_at")?,
        revoked_at: maybe_instant(row, 9, "keys.revoked_at")?,
    })
}

fn audit_entry(row: &Row<'_>) -> Faulty<(i64, AuditEntry)> {
    let entry = AuditEntry {
        project: ProjectId::trusted(cell::<String>(row, 1, "audit.project")?),
        at: instant(row, 2, "audit.at")?,
        actor: cell(row, 3, "audit.actor")?,
        action: cell(row, 4, "audit.action")?,
        subject: cell(row, 5, "audit.subject")?,
        detail: cell(row, 6, "audit.detail")?,
    };
    Ok((cell(row, 0, "audit.seq")?, entry))
}
