//! What a simulated server stands on: a store that outlives it.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{Backend, MemoryStore, Stores};

/// A store that outlives the processes that open it, and whose disk can be full.
#[async_trait]
pub trait Ground: Send + Sync {
    /// The store as a process that starts now opens it.
    async fn open(&self) -> Stores;

    /// The process that has it open is gone, without a word: what it had opened is of no use any more.
    async fn die(&self);

    /// The disk takes no more from now on, or has room again. Answers whether that can be had here.
    async fn fill(&self, full: bool) -> bool;

    /// Whether answers come from threads of its own, so that simulated time must stand still while one is waited for.
    fn is_threaded(&self) -> bool;
}

/// The memory store: what was written is there, whoever dies.
#[derive(Clone, Debug, Default)]
pub struct MemoryGround(MemoryStore);

#[async_trait]
impl Ground for MemoryGround {
    async fn open(&self) -> Stores {
        Backend::open(&self.0).await
    }

    async fn die(&self) {}

    async fn fill(&self, _full: bool) -> bool {
        false
    }

    fn is_threaded(&self) -> bool {
        false
    }
}

/// Makes a ground for one simulation.
pub type Grounds = dyn Fn() -> Arc<dyn Ground> + Send + Sync;
