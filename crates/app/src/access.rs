//! Keys: made, shown once, recognised by their hash, rotated, revoked.

mod cache;
mod secret;

use std::sync::Arc;

use arc_swap::ArcSwap;
use domain::command::Problem;
use domain::id::KeyId;
use domain::{Duration, Instant, ProjectId, Rejection};
use subtle::ConstantTimeEq;

use crate::app::App;
use crate::caller::Caller;
use crate::error::{AppError, AppResult};
use crate::ports::{AuditEntry, KeyRecord, Role};
use crate::schedulers::home;
use secret::{PREFIX_SHOWN, digest, hex, is_well_formed, secret};

pub(crate) use cache::KeyCache;

/// Most keys a project may have.
pub const KEYS_MAX: usize = 1000;
/// Most services a key may be limited to.
pub const KEY_SERVICES_MAX: usize = 100;
/// How long a rotated key goes on working unless something else is said.
pub const ROTATION_OVERLAP: Duration = Duration::DAY;

/// Keys that were given by configuration: full access to the `default` project. They stay in memory.
#[derive(Clone, Default)]
pub struct ConfiguredKeys(Arc<ArcSwap<Vec<[u8; 32]>>>);

impl std::fmt::Debug for ConfiguredKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ConfiguredKeys({})", self.0.load().len())
    }
}

impl ConfiguredKeys {
    /// Keeps the hashes of these keys.
    pub fn new<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(keys.into_iter().map(digest).collect())))
    }

    /// From now on these, for all clones of it.
    pub fn replace<'a>(&self, keys: impl IntoIterator<Item = &'a str>) {
        self.0.store(Arc::new(keys.into_iter().map(digest).collect()));
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.load().is_empty()
    }

    /// The number, from 1, of the key with that hash. Takes the same time whichever it is.
    fn number(&self, presented: &[u8; 32]) -> Option<usize> {
        self.0.load().iter().enumerate().fold(None, |found, (place, known)| {
            if bool::from(known.ct_eq(presented)) { Some(place + 1) } else { found }
        })
    }
}

/// What a new key shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKey {
    /// What people call it, 1..64 characters.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The services it is limited to.
    pub services: Vec<String>,
    /// From when on it no longer works.
    pub expires_at: Option<Instant>,
    /// The project, where it is not the caller's own.
    pub project: Option<ProjectId>,
}

/// A key that was just made: the only moment at which it can be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    /// What is stored of it.
    pub record: KeyRecord,
    /// The key itself.
    pub secret: String,
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issued").field("record", &self.record).finish_non_exhaustive()
    }
}

impl App {
    /// Who bears a key; `None` where it is unknown, expired or revoked.
    pub async fn authenticate(&self, presented: &str) -> AppResult<Option<Caller>> {
        let hash = digest(presented);
        if let Some(number) = self.settings.keys.number(&hash) {
            return Ok(Some(Caller {
                project: home(),
                role: Role::Admin,
                services: Vec::new(),
                actor: format!("configured key {number}"),
            }));
        }
        if !is_well_formed(presented) {
            return Ok(None);
        }
        let key = self.known_key(hash).await?;
        Ok(key.filter(|key| is_usable(key, self.now())).map(|key| Caller::bearing(&key)))
    }

    async fn known_key(&self, hash: [u8; 32]) -> AppResult<Option<KeyRecord>> {
        let now = self.ports.clock.monotonic();
        if let Some(key) = self.keys.get(&hash, now) {
            return Ok(Some(key));
        }
        let changes = self.keys.changes();
        let key = self.ports.access.key_by_hash(&hex(&hash)).await?;
        if let Some(key) = &key {
            self.keys.put(hash, key.clone(), now, changes);
        }
        Ok(key)
    }

    /// Makes a key.
    pub async fn create_key(&self, caller: &Caller, new: NewKey) -> AppResult<Issued> {
        let project = self.administered(caller, new.project.clone()).await?;
        let now = self.now();
        check(&new, now)?;
        let _turn = self.keys_turn.lock().await;
        has_room(&self.ports.access.keys(&project).await?)?;
        let issued = self.issue(project, new, now);
        let audit = AuditEntry {
            project: issued.record.project.clone(),
            ..caller.audit(now, "key.create", issued.record.id.as_str(), issued.record.role.as_str())
        };
        self.ports.access.put_keys(vec![issued.record.clone()], audit).await?;
        Ok(issued)
    }

    /// The keys of the caller's project, newest first.
    pub async fn list_keys(&self, caller: &Caller) -> AppResult<Vec<KeyRecord>> {
        caller.must_be(Role::Admin)?;
        Ok(self.ports.access.keys(&caller.project).await?)
    }

    /// Makes a key that takes another's place; the old one goes on working for the overlap.
    pub async fn rotate_key(&self, caller: &Caller, id: &KeyId, overlap: Duration) -> AppResult<Issued> {
        caller.must_be(Role::Admin)?;
        let _turn = self.keys_turn.lock().await;
        let keys = self.ports.access.keys(&caller.project).await?;
        has_room(&keys)?;
        let mut old = named(keys, id)?;
        let now = self.now();
        if !is_usable(&old, now) {
            return Err(invalid("id", "names a key that is revoked or expired: create a new one".to_owned()));
        }
        let new = NewKey {
            name: old.name.clone(),
            role: old.role,
            services: old.services.clone(),
            expires_at: old.expires_at,
            project: None,
        };
        let issued = self.issue(old.project.clone(), new, now);
        let ends = now + overlap;
        old.expires_at = Some(old.expires_at.map_or(ends, |at| at.min(ends)));
        let detail = format!("replaced by {}", issued.record.id);
        let audit = caller.audit(now, "key.rotate", id.as_str(), detail);
        self.ports.access.put_keys(vec![old, issued.record.clone()], audit).await?;
        self.keys.clear();
        Ok(issued)
    }

    /// Makes a key useless at once. Twice is once.
    pub async fn revoke_key(&self, caller: &Caller, id: &KeyId) -> AppResult<()> {
        caller.must_be(Role::Admin)?;
        let _turn = self.keys_turn.lock().await;
        let mut key = named(self.ports.access.keys(&caller.project).await?, id)?;
        if key.revoked_at.is_some() {
            return Ok(());
        }
        let now = self.now();
        key.revoked_at = Some(now);
        let audit = caller.audit(now, "key.revoke", id.as_str(), "");
        self.ports.access.put_keys(vec![key], audit).await?;
        self.keys.clear();
        Ok(())
    }

    /// The first key of a store that has none that works, where none is configured either.
    pub async fn first_key(&self) -> AppResult<Option<Issued>> {
        let now = self.now();
        if !self.settings.keys.is_empty() || self.ports.access.has_usable_key(now).await? {
            return Ok(None);
        }
        let new = NewKey {
            name: "first".to_owned(),
            role: Role::Admin,
            services: Vec::new(),
            expires_at: None,
            project: None,
        };
        self.create_key(&Caller::local(home()), new).await.map(Some)
    }

    /// The project in which a key may be made: the caller's own; any that exists, for an administrator of the first.
    async fn administered(&self, caller: &Caller, wanted: Option<ProjectId>) -> AppResult<ProjectId> {
        caller.must_be(Role::Admin)?;
        let Some(wanted) = wanted.filter(|wanted| *wanted != caller.project) else {
            return Ok(caller.project.clone());
        };
        let exists = self.ports.access.projects().await?.iter().any(|project| project.id == wanted);
        if caller.project != home() || !exists {
            return Err(AppError::NotFound { what: "project", id: wanted.to_string() });
        }
        Ok(wanted)
    }

    fn issue(&self, project: ProjectId, new: NewKey, now: Instant) -> Issued {
        let secret = secret(self.ports.chance.bits(), self.ports.chance.bits());
        let record = KeyRecord {
            id: KeyId::mint(self.id_bits()),
            project,
            name: new.name,
            role: new.role,
            services: new.services,
            prefix: secret[..PREFIX_SHOWN].to_owned(),
            hash: hex(&digest(&secret)),
            created_at: now,
            expires_at: new.expires_at,
            revoked_at: None,
        };
        Issued { record, secret }
    }
}

/// The key of that id.
fn named(keys: Vec<KeyRecord>, id: &KeyId) -> AppResult<KeyRecord> {
    let found = keys.into_iter().find(|key| key.id == *id);
    found.ok_or_else(|| AppError::NotFound { what: "API key", id: id.to_string() })
}

/// More keys than are listed could not be found again to be revoked.
fn has_room(keys: &[KeyRecord]) -> AppResult<()> {
    if keys.len() < KEYS_MAX {
        return Ok(());
    }
    let problem = format!("cannot be added: a project has at most {KEYS_MAX} keys, revoked ones included");
    Err(invalid("name", problem))
}

fn is_usable(key: &KeyRecord, now: Instant) -> bool {
    key.revoked_at.is_none() && key.expires_at.is_none_or(|at| now < at)
}

pub(crate) fn invalid(field: &str, problem: String) -> AppError {
    AppError::Rejected(Rejection::Invalid(vec![Problem::new(field, problem)]))
}

fn check(new: &NewKey, now: Instant) -> AppResult<()> {
    let mut problems = Vec::new();
    let mut refuse = |field: &str, problem: String| problems.push(Problem::new(field, problem));
    if let Err(bad) = domain::id::check_text(&new.name, 64) {
        refuse("name", bad.to_string());
    }
    if new.services.len() > KEY_SERVICES_MAX {
        refuse("services", format!("must be at most {KEY_SERVICES_MAX}, were {}", new.services.len()));
    }
    for service in new.services.iter().take(KEY_SERVICES_MAX) {
        if let Err(bad) = domain::id::check_text(service, 255) {
            refuse("services", bad.to_string());
        }
    }
    if new.role == Role::ServiceOwner && new.services.is_empty() {
        refuse("services", "must name at least one service for a service-owner".to_owned());
    }
    if new.role == Role::Admin && !new.services.is_empty() {
        refuse("services", "must be absent for an admin, who reaches all".to_owned());
    }
    if let Some(at) = new.expires_at.filter(|at| *at <= now) {
        refuse("expires_at", format!("must lie in the future, was {at}"));
    }
    if problems.is_empty() { Ok(()) } else { Err(Rejection::Invalid(problems).into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configured_keys_are_known_by_number_and_never_shown() {
        let keys = ConfiguredKeys::new(["alpha", "beta"]);
        assert_eq!(keys.number(&digest("beta")), Some(2));
        assert_eq!(keys.number(&digest("gamma")), None);
        assert_eq!(format!("{keys:?}"), "ConfiguredKeys(2)");
    }
}
