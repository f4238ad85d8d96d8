//! The crew: roles that fail, panic, sleep and stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use app::roles::{Crew, Pace, Role};
use app::{AppError, AppResult};
use async_trait::async_trait;
use domain::Instant;
use tokio::sync::{Notify, Semaphore};

use crate::world::World;

/// A role that does as it is told and counts how often it was asked.
struct Puppet {
    rounds: Arc<AtomicUsize>,
    signal: Arc<Notify>,
    act: fn(usize) -> AppResult<Pace>,
}

impl Puppet {
    fn new(act: fn(usize) -> AppResult<Pace>) -> (Self, Arc<AtomicUsize>, Arc<Notify>) {
        let (rounds, signal) = (Arc::<AtomicUsize>::default(), Arc::<Notify>::default());
        (Self { rounds: rounds.clone(), signal: signal.clone(), act }, rounds, signal)
    }
}

#[async_trait]
impl Role for Puppet {
    fn name(&self) -> &'static str {
        "puppet"
    }

    fn rhythm(&self) -> Duration {
        Duration::from_secs(10)
    }

    fn signal(&self) -> Option<&Notify> {
        Some(&self.signal)
    }

    async fn run_once(&self) -> AppResult<Pace> {
        (self.act)(self.rounds.fetch_add(1, Ordering::SeqCst))
    }
}

async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn a_role_keeps_its_rhythm_and_a_signal_that_came_while_it_worked_is_not_lost() {
    let (role, rounds, signal) = Puppet::new(|_| Ok(Pace::Idle));
    let (world, crew) = (World::new(), Crew::new());
    signal.notify_one();
    crew.hire(&world.app, role);
    pass(1).await;
    assert_eq!(rounds.load(Ordering::SeqCst), 2);
    pass(10).await;
    assert_eq!(rounds.load(Ordering::SeqCst), 3);
    signal.notify_one();
    pass(1).await;
    assert_eq!(rounds.load(Ordering::SeqCst), 4);
    crew.dismiss().await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_failure_like_any_other() {
    let (role, rounds, _) = Puppet::new(|round| {
        assert!(round > 0, "a panic that the test wants");
        Ok(Pace::Idle)
    });
    let (world, crew) = (World::new(), Crew::new());
    crew.hire(&world.app, role);
    pass(2).await;
    assert_eq!(rounds.load(Ordering::SeqCst), 2);
    assert_eq!(world.app.telemetry().role_failures.lock().expect("failures").get("puppet"), Some(&1));
    crew.dismiss().await;
}

#[tokio::test(start_paused = true)]
async fn failures_back_off_and_a_signal_does_not_hurry_them() {
    let (role, rounds, signal) = Puppet::new(|_| Err(AppError::Busy));
    let (world, crew) = (World::new(), Crew::new());
    crew.hire(&world.app, role);
    for _ in 0..60 {
        signal.notify_one();
        pass(1).await;
    }
    let rounds = rounds.load(Ordering::SeqCst);
    assert!((8..=14).contains(&rounds), "{rounds}");
    crew.dismiss().await;
}

#[tokio::test(start_paused = true)]
async fn an_instant_that_has_passed_is_no_reason_to_run_in_a_circle() {
    let (role, rounds, _) = Puppet::new(|_| Ok(Pace::Until(Instant::MIN)));
    let (world, crew) = (World::new(), Crew::new());
    crew.hire(&world.app, role);
    pass(1).await;
    assert!(rounds.load(Ordering::SeqCst) <= 101);
    crew.dismiss().await;
}

#[tokio::test(start_paused = true)]
async fn dismissing_waits_for_what_is_being_done() {
    let (gate, crew) = (Arc::new(Semaphore::new(0)), Crew::new());
    let inside = gate.clone();
    crew.spawn(async move { drop(inside.acquire().await) });
    assert!(tokio::time::timeout(Duration::from_mins(1), crew.dismiss()).await.is_err());
    gate.add_permits(1);
    tokio::time::timeout(Duration::from_secs(1), crew.dismiss()).await.expect("all are done");
    assert!(crew.stop_token().is_cancelled());
}
