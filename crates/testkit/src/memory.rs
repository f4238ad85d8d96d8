//! Every store port in memory, behind one lock: what the ports mean, said in the plainest code. Nothing here is fast by
//! design but what a simulation of many schedulers needs, the index of wake instants.

mod access;
mod boards;
mod cursor;
mod definitions;
mod incidents;
mod log;
mod members;
mod observation;
mod outbox;
mod queries;
mod retention;
mod schedulers;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::ports::{AuditEntry, Era, IngestProblem, KeyRecord, Member, Project};
use async_trait::async_trait;
use domain::id::{KeyId, MemberId};
use domain::{Gap, IncidentRecord, Instant, ProjectId, SchedulerKey};

use crate::{Backend, Stores};
use boards::Posts;
use definitions::Defined;
use log::Life;
use outbox::Post;

/// A store that forgets everything with its last clone. Clones are the same store.
#[derive(Clone, Debug)]
pub struct MemoryStore {
    data: Arc<Mutex<Data>>,
    /// How many of the writes to schedulers were this handle's.
    own: Arc<AtomicU64>,
}

#[derive(Debug, Default)]
struct Data {
    lives: BTreeMap<SchedulerKey, Life>,
    /// How many lives each name has had that are over.
    past_lives: BTreeMap<SchedulerKey, u32>,
    wakes: BTreeSet<(Instant, SchedulerKey)>,
    /// Whose each ping address and other token is.
    tokens: BTreeMap<String, SchedulerKey>,
    /// How many writes to schedulers there were.
    writes: u64,
    post: Post,
    /// In the order in which they opened.
    incidents: Vec<IncidentRecord>,
    stamp: Option<Instant>,
    gaps: BTreeMap<Instant, Gap>,
    notes: BTreeMap<String, String>,
    problems: Vec<IngestProblem>,
    keys: BTreeMap<KeyId, KeyRecord>,
    projects: BTreeMap<ProjectId, Project>,
    defined: Defined,
    posts: Posts,
    members: BTreeMap<MemberId, Member>,
    /// In the order in which they were written.
    audit: BTreeMap<u64, AuditEntry>,
}

impl MemoryStore {
    /// An empty store, with the default project.
    pub fn new() -> Self {
        Self { data: Arc::new(Mutex::new(Data::new())), own: Arc::default() }
    }

    /// Another handle on the same data, as another process has one, or the same after a restart.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self { data: self.data.clone(), own: Arc::default() }
    }

    /// Forgets everything, as if it were new: for those to whom the server around it is dear.
    pub fn forget(&self) {
        let mut data = self.writing();
        *data = Data { writes: data.writes, ..Data::new() };
    }

    /// The ports of this store.
    pub fn stores(&self) -> Stores {
        Stores::of(Arc::new(self.clone()))
    }

    /// The data, about to be written: for all but this handle another era begins.
    fn writing(&self) -> MutexGuard<'_, Data> {
        let mut data = self.data();
        data.writes += 1;
        self.own.fetch_add(1, Ordering::Relaxed);
        data
    }

    /// What others have written.
    fn era_of(&self, data: &Data) -> Era {
        Era(data.writes - self.own.load(Ordering::Relaxed))
    }

    fn data(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Data {
    fn new() -> Self {
        let id = ProjectId::default_project();
        let project = Project {
            id: id.clone(),
            name: "Default".to_owned(),
            created_at: Instant::default(),
            ping_key: String::new(),
            number: 0,
        };
        Self { projects: BTreeMap::from_iter([(id, project)]), ..Self::default() }
    }

    fn write_audit(&mut self, entry: AuditEntry) {
        let number = self.audit.last_key_value().map_or(1, |(number, _)| number + 1);
        self.audit.insert(number, entry);
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

/// Opening it again is the same store: memory is as durable as the test.
#[async_trait]
impl Backend for MemoryStore {
    async fn open(&self) -> Stores {
        self.beside().stores()
    }
}
