//! Who may do what: projects, keys, and the record of who changed what.

use async_trait::async_trait;
use domain::id::KeyId;
use domain::{Instant, ProjectId};
use serde::{Deserialize, Serialize};

use super::{Page, StoreResult};

/// What a key may do. Each may do what the ones before it may, within its services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Read, without ping addresses.
    Viewer,
    /// Register, report, send heartbeats, and read its services.
    Reporter,
    /// Everything about the schedulers of its services.
    ServiceOwner,
    /// Everything.
    Admin,
}

impl Role {
    /// All of them, least first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Reporter, Self::ServiceOwner, Self::Admin];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Reporter => "reporter",
            Self::ServiceOwner => "service-owner",
            Self::Admin => "admin",
        }
    }

    /// The role of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// What is stored of an API key. Never the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// Its public name.
    pub id: KeyId,
    /// The project it belongs to; it sees no other.
    pub project: ProjectId,
    /// What people call it, 1..64 characters.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The services it is limited to; all where empty.
    pub services: Vec<String>,
    /// The first characters of the key, for recognising it.
    pub prefix: String,
    /// SHA-256 of the key, in hexadecimal.
    pub hash: String,
    /// When it was made.
    pub created_at: Instant,
    /// From when on it no longer works.
    pub expires_at: Option<Instant>,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
}

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Its name on the wire.
    pub id: ProjectId,
    /// What people call it, 1..100 characters.
    pub name: String,
    /// When it was made.
    pub created_at: Instant,
    /// By which its schedulers are heard under their slugs: a secret that may do nothing else. Empty only before the
    /// first start after there were any.
    pub ping_key: String,
    /// What it is called where other products have a number, from 1.
    pub number: u32,
}

/// Who changed what. Holds ids, never keys, tokens or payloads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// The project.
    pub project: ProjectId,
    /// When.
    pub at: Instant,
    /// Who: a key's id, `configured key N`, `cli`.
    pub actor: String,
    /// What: `scheduler.register`, `key.revoke` …
    pub action: String,
    /// To what.
    pub subject: String,
    /// Which fields, or what else is worth saying; at most 500 characters.
    pub detail: String,
}

/// A page of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditQuery {
    /// Only what was done to this.
    pub subject: Option<String>,
    /// How many, 1..=1000.
    pub limit: usize,
    /// Where to go on.
    pub cursor: Option<String>,
}

/// Keys, projects and the audit log.
#[async_trait]
pub trait Access: Send + Sync {
    /// The key with that hash, whatever its state.
    async fn key_by_hash(&self, hash: &str) -> StoreResult<Option<KeyRecord>>;

    /// The keys of a project, newest first, at most 1000.
    async fn keys(&self, project: &ProjectId) -> StoreResult<Vec<KeyRecord>>;

    /// Whether there is any key that works at `now`.
    async fn has_usable_key(&self, now: Instant) -> StoreResult<bool>;

    /// Writes keys, new or changed, and why, all or nothing.
    async fn put_keys(&self, keys: Vec<KeyRecord>, audit: AuditEntry) -> StoreResult<()>;

    /// All projects, by id, at most 1000; `default` is always there.
    async fn projects(&self) -> StoreResult<Vec<Project>>;

    /// Makes a project or renames one.
    async fn put_project(&self, project: Project, audit: AuditEntry) -> StoreResult<()>;

    /// The audit log of a project, newest first.
    async fn audit(&self, project: &ProjectId, query: &AuditQuery) -> StoreResult<Page<AuditEntry>>;
}
