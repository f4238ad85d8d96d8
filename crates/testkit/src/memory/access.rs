//! Keys, projects and the audit log, in memory.

use std::cmp::Reverse;

use app::ports::{Access, AuditEntry, AuditQuery, KeyRecord, Page, Project, StoreResult};
use async_trait::async_trait;
use domain::{Instant, ProjectId};

use super::MemoryStore;
use super::cursor::{page, read};

/// Most keys or projects that are answered at once.
const LISTED_MAX: usize = 1000;

#[async_trait]
impl Access for MemoryStore {
    async fn key_by_hash(&self, hash: &str) -> StoreResult<Option<KeyRecord>> {
        Ok(self.data().keys.values().find(|key| key.hash == hash).cloned())
    }

    async fn keys(&self, project: &ProjectId) -> StoreResult<Vec<KeyRecord>> {
        let data = self.data();
        let mut keys: Vec<KeyRecord> =
            data.keys.values().filter(|key| key.project == *project).cloned().collect();
        keys.sort_by_key(|key| Reverse((key.created_at, key.id.clone())));
        keys.truncate(LISTED_MAX);
        Ok(keys)
    }

    async fn has_usable_key(&self, now: Instant) -> StoreResult<bool> {
        let works = |key: &KeyRecord| key.revoked_at.is_none() && key.expires_at.is_none_or(|at| now < at);
        Ok(self.data().keys.values().any(works))
    }

    async fn put_keys(&self, keys: Vec<KeyRecord>, audit: AuditEntry) -> StoreResult<()> {
        let mut data = self.data();
        data.keys.extend(keys.into_iter().map(|key| (key.id.clone(), key)));
        data.write_audit(audit);
        Ok(())
    }

    async fn projects(&self) -> StoreResult<Vec<Project>> {
        Ok(self.data().projects.values().take(LISTED_MAX).cloned().collect())
    }

    async fn put_project(&self, project: Project, audit: AuditEntry) -> StoreResult<()> {
        let mut data = self.data();
        data.projects.insert(project.id.clone(), project);
        data.write_audit(audit);
        Ok(())
    }

    async fn audit(&self, project: &ProjectId, query: &AuditQuery) -> StoreResult<Page<AuditEntry>> {
        let data = self.data();
        let before = read::<u64>(query.cursor.as_deref())?.unwrap_or(u64::MAX);
        let found = data.audit.range(..before).rev().filter(|(_, entry)| {
            entry.project == *project
                && query.subject.as_ref().is_none_or(|subject| entry.subject == *subject)
        });
        let found = page(found, query.limit, |(number, _)| number.to_string());
        Ok(found.map(|(_, entry)| entry.clone()))
    }
}
