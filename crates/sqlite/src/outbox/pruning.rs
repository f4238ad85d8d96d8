//! Forgetting what was finished long ago. Who was told of an incident is remembered for as long as it is open.

use domain::{Duration, Instant};
use rusqlite::{Connection, params};

use crate::fault::Faulty;
use crate::rows::{bound, run};
use crate::sql::statements;

/// How much longer who was told is remembered: the word that an incident is over may be long under way itself.
const TOLD_LONGER: Duration = Duration::DAY.times(30);

statements! {
    DELIVERIES = "delete from deliveries where seq in (select seq from deliveries
        where finished_at < ?1 order by finished_at limit ?2)";
    NOTICES = "delete from notices where seq in (select seq from notices
        where routed = 1 and at < ?1
        and not exists (select 1 from held h where h.notice = notices.id) order by at limit ?2)";
    TOLD = "delete from told where seq in (select t.seq from told t where t.at < ?1 and not exists
        (select 1 from schedulers s where s.project = t.project and s.name = t.name
            and json_extract(s.state, '$.incident.id') = t.thread) order by t.at limit ?2)";
}

/// Forgets deliveries that were finished before an instant.
pub(super) fn deliveries(conn: &Connection, before: Instant, limit: usize) -> Faulty<usize> {
    run(conn, DELIVERIES, params![before.as_millis(), bound(limit)])
}

/// Forgets notices that were routed, and who was told of incidents that are over.
pub(super) fn traces(conn: &Connection, before: Instant, limit: usize) -> Faulty<usize> {
    let notices = run(conn, NOTICES, params![before.as_millis(), bound(limit)])?;
    let told = run(conn, TOLD, params![(before - TOLD_LONGER).as_millis(), bound(limit)])?;
    Ok(notices.max(told))
}
