//! The ports of one store as one thing, and the data they are opened on.

use std::fmt;
use std::sync::Arc;

use app::ports::{
    Access, Boards, Definitions, Incidents, Members, Observation, Outbox, Queries, Retention, Schedulers,
};
use async_trait::async_trait;

/// Everything that a store answers to. Cloning is cheap, and a clone is the same store.
#[derive(Clone)]
pub struct Stores {
    /// The one write path.
    pub schedulers: Arc<dyn Schedulers>,
    /// Reading what was written.
    pub queries: Arc<dyn Queries>,
    /// Incidents, open and over.
    pub incidents: Arc<dyn Incidents>,
    /// Notices on their way.
    pub outbox: Arc<dyn Outbox>,
    /// Our own attention.
    pub observation: Arc<dyn Observation>,
    /// Keys, projects and the audit log.
    pub access: Arc<dyn Access>,
    /// Forgetting in measure.
    pub retention: Arc<dyn Retention>,
    /// What people set up.
    pub definitions: Arc<dyn Definitions>,
    /// The posts of boards.
    pub boards: Arc<dyn Boards>,
    /// Who shares the work.
    pub members: Arc<dyn Members>,
}

impl Stores {
    /// All ports of a store that implements every one of them.
    pub fn of<S>(store: Arc<S>) -> Self
    where
        S: Schedulers
            + Queries
            + Incidents
            + Outbox
            + Observation
            + Access
            + Retention
            + Definitions
            + Boards
            + Members
            + 'static,
    {
        Self {
            schedulers: store.clone(),
            queries: store.clone(),
            incidents: store.clone(),
            outbox: store.clone(),
            observation: store.clone(),
            access: store.clone(),
            retention: store.clone(),
            definitions: store.clone(),
            boards: store.clone(),
            members: store,
        }
    }
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stores").finish_non_exhaustive()
    }
}

/// Data of its own, empty at first, on which a store can be opened more than once: one after the other, as a restart
/// does, and side by side, as two processes do. The data goes when this goes.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Opens a store on the data. Every opening sees what any other was told is written.
    async fn open(&self) -> Stores;

    /// Whether report ids expire by themselves there, so that they are never forgotten on demand.
    fn lets_report_ids_expire(&self) -> bool {
        false
    }
}
