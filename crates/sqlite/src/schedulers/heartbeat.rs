//! Heartbeats: two rows read, one written, no index touched.

use app::ports::Beat;
use domain::{Instant, RunNo};
use rusqlite::{Connection, params};

use super::commit::standing_at;
use crate::fault::Faulty;
use crate::rows::{run, to_json};
use crate::snapshot;
use crate::sql::statements;

statements! {
    PUT_LIVENESS = "insert into liveness (scheduler, last, runs) values (?1, ?2, ?3)
        on conflict (scheduler) do update set last = excluded.last, runs = excluded.runs";
}

pub(super) fn beat(conn: &Connection, beat: &Beat) -> Faulty<()> {
    let known = standing_at(conn, &beat.key, beat.seen)?;
    write(conn, known.id, beat.at, &beat.beating, &beat.open)
}

/// Overwrites the liveness row.
pub(super) fn write(
    conn: &Connection,
    id: i64,
    at: Instant,
    beating: &[RunNo],
    open: &[RunNo],
) -> Faulty<()> {
    let after = snapshot::liveness(conn, id)?.after_beat(at, beating, open);
    let runs = (!after.runs.is_empty()).then(|| to_json(&after.runs, "liveness.runs")).transpose()?;
    run(conn, PUT_LIVENESS, params![id, after.last.map(Instant::as_millis), runs])?;
    Ok(())
}
