//! A store on which writes go wrong as a simulation says, and in the middle of whose writes a process can die. Around
//! every port alike: what may fail is a write, whichever it is.

mod ports;
mod schedulers;

use std::collections::VecDeque;
use std::future::{Future, pending};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::ports::{StoreError, StoreResult};
use domain::SchedulerKey;
use tokio::sync::{Notify, watch};

use super::act::Fault;
use crate::{Scribe, Stores};

/// What another process does between our load and our commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Other {
    Beats,
    Deletes,
}

/// What is to go wrong, and what has. Outlives processes.
#[derive(Debug, Default)]
pub(crate) struct Troubles {
    plan: Mutex<Plan>,
    died: Notify,
    /// Whether the process does not get on: what it asks of the store waits.
    halted: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Plan {
    faults: VecDeque<Fault>,
    /// How many writes are left until the process dies, and whether the last takes effect.
    death: Option<(u32, bool)>,
    others: Vec<(SchedulerKey, Other)>,
    /// What happened since it was last asked.
    happened: Happened,
}

/// What went wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Happened {
    /// Writes that went wrong, and how.
    pub(crate) faults: Vec<(Fault, &'static str)>,
    /// The write that the process died at.
    pub(crate) death: Option<&'static str>,
    /// What other processes did.
    pub(crate) others: Vec<(SchedulerKey, Other)>,
}

impl Troubles {
    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next writes go wrong.
    pub(crate) fn add(&self, fault: Fault, times: u32) {
        self.plan().faults.extend((0..times).map(|_| fault));
    }

    /// The process dies at its so-many-th write from now.
    pub(crate) fn die_at(&self, write: u32, after: bool) {
        self.plan().death = Some((write.max(1), after));
    }

    /// Another process is faster the next time that this scheduler is loaded for a change.
    pub(crate) fn meanwhile(&self, key: SchedulerKey, other: Other) {
        if other == Other::Deletes {
            self.beats_no_more(&key);
        }
        let mut plan = self.plan();
        let goes = plan.others.iter().any(|(whose, other)| *whose == key && *other == Other::Deletes);
        if !goes {
            plan.others.push((key, other));
        }
    }

    /// No other process takes a heartbeat of it any more: what follows from one just before a deletion is deleted too,
    /// and could not be looked at.
    pub(crate) fn beats_no_more(&self, key: &SchedulerKey) {
        self.plan().others.retain(|(whose, other)| whose != key || *other == Other::Deletes);
    }

    /// Nothing more goes wrong.
    pub(crate) fn heal(&self) {
        *self.plan() = Plan::default();
    }

    /// The process stands still from now on, as one that is stopped or dead does, or gets on again.
    pub(crate) fn halt(&self, halted: bool) {
        self.halted.send_replace(halted);
    }

    /// Waits while the process stands still.
    async fn get_on(&self) {
        if *self.halted.borrow() {
            // The sender is ours: there is no end but the word.
            let _ = self.halted.subscribe().wait_for(|halted| !*halted).await;
        }
    }

    /// A new process is not doomed by what was meant for the old one.
    pub(crate) fn forget_death(&self) {
        self.plan().death = None;
    }

    /// Whether writes are still to go wrong.
    pub(crate) fn is_calm(&self) -> bool {
        let plan = self.plan();
        plan.faults.is_empty() && plan.death.is_none() && plan.others.is_empty()
    }

    /// What happened since this was last asked.
    pub(crate) fn take_happened(&self) -> Happened {
        std::mem::take(&mut self.plan().happened)
    }

    /// The process dies here: nothing of it goes on.
    pub(crate) async fn die<T>(&self, doing: &'static str) -> T {
        self.plan().happened.death = Some(doing);
        self.died.notify_one();
        pending().await
    }

    /// What a process does, or `None` where it dies over it.
    pub(crate) async fn survived<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.died.notified() => None,
            done = work => Some(done),
        }
    }

    fn next(&self, doing: &'static str) -> (Option<Fault>, Option<bool>) {
        let mut plan = self.plan();
        let dies = match &mut plan.death {
            Some((1, after)) => Some(*after),
            Some((left, _)) => {
                *left -= 1;
                None
            }
            None => None,
        };
        if dies.is_some() {
            plan.death = None;
            return (None, dies);
        }
        let fault = plan.faults.pop_front();
        if let Some(fault) = fault {
            plan.happened.faults.push((fault, doing));
        }
        (fault, None)
    }

    fn next_other(&self, key: &SchedulerKey) -> Option<Other> {
        let mut plan = self.plan();
        let place = plan.others.iter().position(|(whose, _)| whose == key)?;
        let other = plan.others.remove(place);
        plan.happened.others.push(other.clone());
        Some(other.1)
    }
}

/// A store whose writes go wrong on request.
pub(crate) struct Frail {
    inner: Stores,
    troubles: Arc<Troubles>,
    elsewhere: Scribe,
    clock: Arc<crate::FixedClock>,
    threaded: bool,
}

impl Frail {
    pub(crate) fn new(
        inner: Stores,
        troubles: Arc<Troubles>,
        elsewhere: Scribe,
        clock: Arc<crate::FixedClock>,
        threaded: bool,
    ) -> Self {
        Self { inner, troubles, elsewhere, clock, threaded }
    }

    async fn read<T>(
        &self,
        _doing: &'static str,
        answer: impl Future<Output = StoreResult<T>>,
    ) -> StoreResult<T> {
        self.troubles.get_on().await;
        let answer = awaited(self.threaded, answer).await;
        self.troubles.get_on().await;
        answer
    }

    async fn write<T>(
        &self,
        doing: &'static str,
        answer: impl Future<Output = StoreResult<T>>,
    ) -> StoreResult<T> {
        self.troubles.get_on().await;
        let answer = self.written(doing, answer).await;
        self.troubles.get_on().await;
        answer
    }

    async fn written<T>(
        &self,
        doing: &'static str,
        answer: impl Future<Output = StoreResult<T>>,
    ) -> StoreResult<T> {
        match self.troubles.next(doing) {
            (_, Some(false)) => self.troubles.die(doing).await,
            (_, Some(true)) => {
                // Whatever the store answers, nobody hears it.
                let _ = awaited(self.threaded, answer).await;
                self.troubles.die(doing).await
            }
            (None, None) => awaited(self.threaded, answer).await,
            (Some(Fault::Lost), None) => Err(StoreError::Ambiguous { doing }),
            (Some(Fault::AnswerLost), None) => {
                awaited(self.threaded, answer).await?;
                Err(StoreError::Ambiguous { doing })
            }
            (Some(Fault::Conflict), None) if ["commit", "beat", "delete"].contains(&doing) => {
                Err(StoreError::Conflict)
            }
            (Some(Fault::Away | Fault::Conflict), None) => Err(away(doing)),
        }
    }
}

fn away(doing: &'static str) -> StoreError {
    StoreError::Unavailable { doing, cause: "gone fishing".to_owned() }
}

/// An answer that comes from another thread. Paused time runs on by itself whenever nothing is left to do, unless a
/// blocking task is under way.
pub(crate) async fn awaited<T>(threaded: bool, answer: impl Future<Output = T>) -> T {
    if !threaded {
        return answer.await;
    }
    let (done, waiting) = std::sync::mpsc::channel::<()>();
    let standing_still = tokio::task::spawn_blocking(move || waiting.recv());
    let answer = answer.await;
    drop(done);
    // The channel is closed, never used: the error is the end.
    let _ = standing_still.await;
    answer
}
