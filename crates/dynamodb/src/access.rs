//! Keys and projects: few, each an item of its own; a key once more under its hash, by which it is looked for.

use app::ports::{Access, AuditEntry, AuditQuery, KeyRecord, Page, Project, StoreResult};
use async_trait::async_trait;
use domain::{Instant, ProjectId};

use crate::Store;
use crate::audit;
use crate::fault::{Faulty, Told};
use crate::gateway::{Item, Key, Query, Write};
use crate::schema::Table;

/// Most keys of a project, and most projects, that are answered.
const LISTED_MAX: usize = 1000;
const KEYS: &str = "K";
const PROJECTS: &str = "PR";

#[async_trait]
impl Access for Store {
    async fn key_by_hash(&self, hash: &str) -> StoreResult<Option<KeyRecord>> {
        by_hash(self, hash).await.told("looking for a key")
    }

    async fn keys(&self, project: &ProjectId) -> StoreResult<Vec<KeyRecord>> {
        keys(self, &format!("{project}#")).await.told("listing keys")
    }

    async fn has_usable_key(&self, now: Instant) -> StoreResult<bool> {
        let is_usable = |key: &KeyRecord| {
            key.revoked_at.is_none_or(|at| at > now) && key.expires_at.is_none_or(|at| at > now)
        };
        Ok(keys(self, "").await.told("looking for a usable key")?.iter().any(is_usable))
    }

    async fn put_keys(&self, keys: Vec<KeyRecord>, audit: AuditEntry) -> StoreResult<()> {
        put_keys(self, &keys, &audit).await.told("writing keys")
    }

    async fn projects(&self) -> StoreResult<Vec<Project>> {
        projects(self).await.told("listing projects")
    }

    async fn put_project(&self, project: Project, audit: AuditEntry) -> StoreResult<()> {
        put_project(self, &project, &audit).await.told("writing a project")
    }

    async fn audit(&self, project: &ProjectId, query: &AuditQuery) -> StoreResult<Page<AuditEntry>> {
        audit::list(self, project, query).await.told("listing the audit log")
    }
}

fn hash_key(hash: &str) -> Key {
    Key::new(format!("KH#{hash}"), "-")
}

async fn by_hash(store: &Store, hash: &str) -> Faulty<Option<KeyRecord>> {
    let found = store.gateway.get(Table::Registry, &hash_key(hash)).await?;
    found.map(|item| item.json("body")).transpose()
}

/// Newest first.
async fn keys(store: &Store, prefix: &str) -> Faulty<Vec<KeyRecord>> {
    let query = Query::of(Table::Registry, KEYS);
    let query = if prefix.is_empty() { query } else { query.beginning(prefix) };
    let items = store.gateway.gather(query).await?;
    let mut keys = items.iter().map(|item| item.json("body")).collect::<Faulty<Vec<KeyRecord>>>()?;
    keys.sort_by(|a, b| (b.created_at, &b.id).cmp(&(a.created_at, &a.id)));
    keys.truncate(LISTED_MAX);
    Ok(keys)
}

async fn put_keys(store: &Store, keys: &[KeyRecord], why: &AuditEntry) -> Faulty<()> {
    let mut writes = vec![audit::entry(store, why)?];
    for key in keys {
        let named = Key::new(KEYS, format!("{}#{}", key.project, key.id));
        for place in [named, hash_key(&key.hash)] {
            writes.push(Write::put(Table::Registry, Item::of(&place).with_json("body", key)?));
        }
    }
    store.gateway.transact(writes).await
}

/// All projects, by id; `default` even where nobody wrote it.
async fn projects(store: &Store) -> Faulty<Vec<Project>> {
    let items = store.gateway.gather(Query::of(Table::Registry, PROJECTS).limit(LISTED_MAX)).await?;
    let mut projects = items.iter().map(|item| item.json("body")).collect::<Faulty<Vec<Project>>>()?;
    let default = ProjectId::default_project();
    if !projects.iter().any(|project| project.id == default) {
        projects.push(first_project(default));
        projects.sort_by(|a, b| a.id.cmp(&b.id));
    }
    Ok(projects)
}

fn first_project(id: ProjectId) -> Project {
    Project {
        id,
        name: "Default".to_owned(),
        created_at: Instant::default(),
        ping_key: String::new(),
        number: 0,
    }
}

async fn put_project(store: &Store, project: &Project, why: &AuditEntry) -> Faulty<()> {
    let item = Item::of(&Key::new(PROJECTS, project.id.as_str())).with_json("body", project)?;
    store.gateway.transact(vec![audit::entry(store, why)?, Write::put(Table::Registry, item)]).await
}

/// The ids of all projects, and of those that have schedulers.
pub(crate) async fn known_projects(store: &Store) -> Faulty<std::collections::BTreeSet<ProjectId>> {
    let listed = projects(store).await?.into_iter().map(|project| project.id);
    Ok(listed.chain(crate::tenants::all(store).await?).collect())
}
