//! The shapes the file has had. A migration is a file that is never edited once it was released.

use app::shards::part_of;
use domain::{ProjectId, SchedulerId, SchedulerKey};
use rusqlite::{Connection, Transaction, params};
use rusqlite_migration::{HookError, M, Migrations};

/// The version of the newest shape: how many steps there are.
pub(crate) const NEWEST: i64 = 4;

/// What brings a file to the newest shape: every migration, in order; the file's `user_version` says how many it has had.
pub(crate) fn all() -> Migrations<'static> {
    Migrations::new(vec![
        M::up(include_str!("../migrations/0001-first/up.sql")),
        M::up(include_str!("../migrations/0002-definitions/up.sql")),
        M::up(include_str!("../migrations/0003-pings/up.sql")),
        M::up_with_hook(include_str!("../migrations/0004-members/up.sql"), |conn: &Transaction<'_>| {
            part_wakes(conn).map_err(|error| HookError::Hook(error.to_string()))
        }),
    ])
}

/// Says of every wake instant in which part its scheduler is.
fn part_wakes(conn: &Connection) -> rusqlite::Result<()> {
    let mut wakes = conn.prepare(
        "select w.scheduler, s.project, s.name from wakes w join schedulers s on s.id = w.scheduler",
    )?;
    let mut set = conn.prepare("update wakes set part = ?2 where scheduler = ?1")?;
    let mut rows = wakes.query([])?;
    while let Some(row) = rows.next()? {
        let (project, id) = (row.get::<_, String>(1)?, row.get::<_, String>(2)?);
        let key = SchedulerKey { project: ProjectId::trusted(project), id: SchedulerId::trusted(id) };
        set.execute(params![row.get::<_, i64>(0)?, part_of(&key)])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wake_instants_of_an_older_file_get_the_part_of_their_scheduler() {
        let mut conn = Connection::open_in_memory().expect("memory");
        all().to_version(&mut conn, 3).expect("an older shape");
        for id in 1..=300 {
            let row = params![id, format!("job-{id}")];
            conn.execute(
                "insert into schedulers (id, project, name, incarnation, version, log_first, status, severity, state)
                values (?1, 'default', ?2, 1, 1, 1, 'pending', 0, '{}')",
                row,
            )
            .expect("a scheduler");
            conn.execute("insert into wakes (scheduler, at) values (?1, ?1 * 10)", [id])
                .expect("its wake instant");
        }
        all().to_latest(&mut conn).expect("the newest shape");
        for id in 1..=300 {
            let found = conn.query_row("select at, part from wakes where scheduler = ?1", [id], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, u8>(1)?))
            });
            let id_text = SchedulerId::trusted(format!("job-{id}"));
            let key = SchedulerKey { project: ProjectId::default_project(), id: id_text };
            assert_eq!(found, Ok((id * 10, part_of(&key))));
        }
    }

    #[test]
    fn the_newest_shape_is_the_last_step() {
        let mut conn = Connection::open_in_memory().expect("memory");
        all().to_latest(&mut conn).expect("the newest shape");
        let version = conn.query_row("pragma user_version", [], |row| row.get::<_, i64>(0));
        assert_eq!(version, Ok(NEWEST));
    }
}
