//! Deleting: the scheduler and everything by which it is found go at once, its log is cleared away afterwards.

use app::ports::{AuditEntry, Deletion, Seen};
use domain::SchedulerKey;
use rusqlite::{Connection, params};

use super::birth;
use super::commit::{standing_at, uncount};
use crate::fault::Faulty;
use crate::incidents::{self, IncidentRow};
use crate::outbox::posting::{self, NoticeRow};
use crate::rows::run;
use crate::sql::statements;
use crate::{access, purge};

statements! {
    SCHEDULER = "delete from schedulers where id = ?1";
    PROFILE = "delete from profiles where scheduler = ?1";
    LIVENESS = "delete from liveness where scheduler = ?1";
    WAKE = "delete from wakes where scheduler = ?1";
    BURY = "insert into graves (project, name, incarnation) values (?1, ?2, ?3)
        on conflict do update set incarnation = excluded.incarnation";
}

/// A deletion, ready to be written.
pub(super) struct Draft {
    key: SchedulerKey,
    seen: Seen,
    notice: Option<NoticeRow>,
    incident: Option<IncidentRow>,
    audit: AuditEntry,
}

impl Draft {
    pub(super) fn of(deletion: Deletion) -> Faulty<Self> {
        Ok(Self {
            key: deletion.key,
            seen: deletion.seen,
            notice: deletion.alert.map(NoticeRow::of_alert).transpose()?,
            incident: deletion.incident.map(IncidentRow::of).transpose()?,
            audit: deletion.audit,
        })
    }
}

pub(super) fn delete(conn: &Connection, draft: &Draft) -> Faulty<()> {
    let (key, known) = (&draft.key, standing_at(conn, &draft.key, draft.seen)?);
    uncount(conn, key, &known)?;
    birth::drop_tags(conn, known.id, key)?;
    birth::drop_addresses(conn, known.id)?;
    for part in [SCHEDULER, PROFILE, LIVENESS, WAKE, purge::MARK] {
        run(conn, part, [known.id])?;
    }
    run(conn, BURY, params![key.project.as_str(), key.id.as_str(), known.incarnation])?;
    draft.notice.iter().try_for_each(|notice| posting::put_in(conn, notice))?;
    draft.incident.iter().try_for_each(|incident| incidents::put(conn, incident))?;
    access::write_audit(conn, &draft.audit)
}
