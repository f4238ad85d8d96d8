//! What people set up: channels, routing rules, maintenance windows, boards.

use app::ports::{AuditEntry, Definition, DefinitionKind, Definitions, StoreResult};
use async_trait::async_trait;
use domain::ProjectId;
use rusqlite::{Connection, Row, params};

use crate::Store;
use crate::access::write_audit;
use crate::fault::{Fault, Faulty};
use crate::reader::Lane;
use crate::rows::{all, cell, first, instant, int, json, run, to_json, word};
use crate::sql::statements;

statements! {
    DEFINITIONS = "select project, kind, id, name, version, created_at, updated_at, body from definitions
        where project = ?1 and kind = ?2 order by name limit 1000";
    DEFINITION = "select project, kind, id, name, version, created_at, updated_at, body from definitions
        where project = ?1 and kind = ?2 and id = ?3";
    VERSION = "select version from definitions where project = ?1 and kind = ?2 and id = ?3";
    TAKEN = "select 1 from definitions where project = ?1 and kind = ?2 and name = ?3 and id <> ?4";
    PUT_DEFINITION = "insert into definitions (project, kind, id, name, version, created_at, updated_at, body)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        on conflict (project, kind, id) do update set name = excluded.name, version = excluded.version,
        created_at = excluded.created_at, updated_at = excluded.updated_at, body = excluded.body";
    DELETE_DEFINITION = "delete from definitions where project = ?1 and kind = ?2 and id = ?3";
    MARK = "select mark from definitions_mark where id = 1";
    MOVE_MARK = "update definitions_mark set mark = mark + 1 where id = 1";
}

#[async_trait]
impl Definitions for Store {
    async fn definitions(&self, project: &ProjectId, kind: DefinitionKind) -> StoreResult<Vec<Definition>> {
        let project = project.clone();
        let read = move |conn: &_| all(conn, DEFINITIONS, [project.as_str(), kind.as_str()], definition);
        self.read(Lane::List, "listing definitions", read).await
    }

    async fn definition(
        &self,
        project: &ProjectId,
        kind: DefinitionKind,
        id: &str,
    ) -> StoreResult<Option<Definition>> {
        let (project, id) = (project.clone(), id.to_owned());
        let read = move |conn: &_| {
            first(conn, DEFINITION, [project.as_str(), kind.as_str(), id.as_str()], definition)
        };
        self.read(Lane::Point, "reading a definition", read).await
    }

    async fn put_definition(
        &self,
        definition: Definition,
        expected: u64,
        audit: AuditEntry,
    ) -> StoreResult<()> {
        let write = move |conn: &_| {
            put(conn, &definition, expected)?;
            changed(conn, &audit)
        };
        self.write("writing a definition", write).await
    }

    async fn delete_definition(
        &self,
        project: &ProjectId,
        kind: DefinitionKind,
        id: &str,
        expected: u64,
        audit: AuditEntry,
    ) -> StoreResult<()> {
        let (project, id) = (project.clone(), id.to_owned());
        let write = move |conn: &_| {
            let name = [project.as_str(), kind.as_str(), id.as_str()];
            if expected == 0 || version(conn, name)? != expected {
                return Err(Fault::Conflict);
            }
            run(conn, DELETE_DEFINITION, name)?;
            changed(conn, &audit)
        };
        self.write("deleting a definition", write).await
    }

    async fn definitions_mark(&self) -> StoreResult<u64> {
        let read = |conn: &_| first(conn, MARK, [], |row| cell::<u64>(row, 0, "definitions_mark.mark"));
        Ok(self.read(Lane::Point, "looking for changed definitions", read).await?.unwrap_or(0))
    }
}

fn put(conn: &Connection, definition: &Definition, expected: u64) -> Faulty<()> {
    let Definition { project, kind, id, name, version: new, created_at, updated_at, body } = definition;
    let (project, kind) = (project.as_str(), kind.as_str());
    let taken = first(conn, TAKEN, [project, kind, name, id], |_| Ok(()))?;
    if taken.is_some() || version(conn, [project, kind, id])? != expected {
        return Err(Fault::Conflict);
    }
    let (created_at, updated_at) = (created_at.as_millis(), updated_at.as_millis());
    let body = to_json(body, "definitions.body")?;
    let row = params![project, kind, id, name, int(*new), created_at, updated_at, body];
    run(conn, PUT_DEFINITION, row).map(drop)
}

/// 0 where there is none.
fn version(conn: &Connection, name: [&str; 3]) -> Faulty<u64> {
    Ok(first(conn, VERSION, name, |row| cell(row, 0, "definitions.version"))?.unwrap_or(0))
}

fn changed(conn: &Connection, audit: &AuditEntry) -> Faulty<()> {
    run(conn, MOVE_MARK, [])?;
    write_audit(conn, audit)
}

fn definition(row: &Row<'_>) -> Faulty<Definition> {
    Ok(Definition {
        project: ProjectId::trusted(cell::<String>(row, 0, "definitions.project")?),
        kind: word(row, 1, "definitions.kind", DefinitionKind::parse)?,
        id: cell(row, 2, "definitions.id")?,
        name: cell(row, 3, "definitions.name")?,
        version: cell(row, 4, "definitions.version")?,
        created_at: instant(row, 5, "definitions.created_at")?,
        updated_at: instant(row, 6, "definitions.updated_at")?,
        body: json(&cell::<String>(row, 7, "definitions.body")?, "definitions.body")?,
    })
}
