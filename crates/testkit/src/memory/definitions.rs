//! What people set up, in memory.

use std::collections::BTreeMap;

use app::ports::{AuditEntry, Definition, DefinitionKind, Definitions, StoreError, StoreResult};
use async_trait::async_trait;
use domain::ProjectId;

use super::MemoryStore;

/// Most definitions that are answered at once.
const LISTED_MAX: usize = 1000;

/// Project, kind and id.
type Name = (ProjectId, DefinitionKind, String);

#[derive(Debug, Default)]
pub(super) struct Defined {
    all: BTreeMap<Name, Definition>,
    mark: u64,
}

impl Defined {
    fn version(&self, name: &Name) -> u64 {
        self.all.get(name).map_or(0, |definition| definition.version)
    }

    fn is_taken(&self, by: &Definition) -> bool {
        self.all.values().any(|other| {
            (&other.project, other.kind, &other.name) == (&by.project, by.kind, &by.name) && other.id != by.id
        })
    }
}

#[async_trait]
impl Definitions for MemoryStore {
    async fn definitions(&self, project: &ProjectId, kind: DefinitionKind) -> StoreResult<Vec<Definition>> {
        let data = self.data();
        let of_kind = |it: &&Definition| it.project == *project && it.kind == kind;
        let mut found: Vec<Definition> = data.defined.all.values().filter(of_kind).cloned().collect();
        found.sort_by(|one, other| one.name.cmp(&other.name));
        found.truncate(LISTED_MAX);
        Ok(found)
    }

    async fn definition(
        &self,
        project: &ProjectId,
        kind: DefinitionKind,
        id: &str,
    ) -> StoreResult<Option<Definition>> {
        Ok(self.data().defined.all.get(&(project.clone(), kind, id.to_owned())).cloned())
    }

    async fn put_definition(
        &self,
        definition: Definition,
        expected: u64,
        audit: AuditEntry,
    ) -> StoreResult<()> {
        let mut data = self.data();
        let name = (definition.project.clone(), definition.kind, definition.id.clone());
        if data.defined.version(&name) != expected || data.defined.is_taken(&definition) {
            return Err(StoreError::Conflict);
        }
        data.defined.all.insert(name, definition);
        data.defined.mark += 1;
        data.write_audit(audit);
        Ok(())
    }

    async fn delete_definition(
        &self,
        project: &ProjectId,
        kind: DefinitionKind,
        id: &str,
        expected: u64,
        audit: AuditEntry,
    ) -> StoreResult<()> {
        let mut data = self.data();
        let name = (project.clone(), kind, id.to_owned());
        if expected == 0 || data.defined.version(&name) != expected {
            return Err(StoreError::Conflict);
        }
        data.defined.all.remove(&name);
        data.defined.mark += 1;
        data.write_audit(audit);
        Ok(())
    }

    async fn definitions_mark(&self) -> StoreResult<u64> {
        Ok(self.data().defined.mark)
    }
}
