//! Runs the roles: a timer and a signal poke each one; failures back off; the first word of shutdown lets each finish
//! what it is doing. The only place that spawns.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration as StdDuration;

use async_trait::async_trait;
use domain::Instant;
use futures_util::FutureExt;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::error::AppResult;

/// When a role wants to be poked next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// At once: there is more to do.
    Again,
    /// At that instant, or when signalled, or when the role's own rhythm says so.
    Until(Instant),
    /// When signalled, or when the role's own rhythm says so.
    Idle,
}

/// Something that runs without being asked.
#[async_trait]
pub trait Role: Send + Sync + 'static {
    /// Its name in logs and metrics.
    fn name(&self) -> &'static str;

    /// The longest it sleeps.
    fn rhythm(&self) -> StdDuration;

    /// What wakes it early.
    fn signal(&self) -> Option<&Notify> {
        None
    }

    /// The word of the role that this is part of, where it is enough that one instance does it: the first of those that
    /// run that role does it for all, and on the others it rests until that changes.
    fn alone_as(&self) -> Option<&'static str> {
        None
    }

    /// Does a bounded piece of what there is to do. Done twice, or by two processes, it is done once.
    async fn run_once(&self) -> AppResult<Pace>;
}

/// The running roles.
#[derive(Clone, Debug, Default)]
pub struct Crew {
    tracker: TaskTracker,
    stop: CancellationToken,
}

/// The shortest nap until an instant: one that has passed already is no reason to run in a circle.
const NAP_MIN: StdDuration = StdDuration::from_millis(10);
const BACKOFF_FIRST: StdDuration = StdDuration::from_millis(250);
const BACKOFF_MAX: StdDuration = StdDuration::from_secs(10);

impl Crew {
    /// Nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a role to work.
    pub fn hire(&self, app: &App, role: impl Role) {
        let (app, stop) = (app.clone(), self.stop.clone());
        app.fitness.hired(role.name(), app.ports.clock.monotonic());
        self.spawn(async move { work(&app, &role, &stop).await });
    }

    /// Runs something beside the roles until it ends.
    #[expect(clippy::disallowed_methods, reason = "the one place that spawns")]
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tracker.spawn(task);
    }

    /// What tells everyone to stop.
    pub fn stop_token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Lets everyone finish what they are doing, and waits for them.
    pub async fn dismiss(&self) {
        self.stop.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}

async fn work(app: &App, role: &dyn Role, stop: &CancellationToken) {
    let mut failures = 0_u32;
    let mut changes = app.membership.changes();
    while !stop.is_cancelled() {
        changes.mark_unchanged();
        let done = match role.alone_as() {
            Some(word) if !app.is_first(word) => Ok(Pace::Idle),
            _ => caught(role).await,
        };
        let nap = match done {
            Ok(pace) => {
                failures = 0;
                app.fitness.succeeded(role.name(), app.ports.clock.monotonic());
                nap(pace, app.now(), role.rhythm())
            }
            Err(error) => {
                failures = failures.saturating_add(1);
                app.telemetry.role_failed(role.name());
                tracing::error!(role = role.name(), failures, %error, "a role failed and tries again");
                backoff(failures, app.ports.chance.bits())
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(nap) => {}
            () = signalled(role), if failures == 0 => {}
            Ok(()) = changes.changed(), if failures == 0 => {}
        }
    }
}

/// A panic is a failure like any other: the role goes on.
async fn caught(role: &dyn Role) -> Result<Pace, String> {
    match AssertUnwindSafe(role.run_once()).catch_unwind().await {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(_) => Err("it panicked".to_owned()),
    }
}

async fn signalled(role: &dyn Role) {
    match role.signal() {
        Some(signal) => signal.notified().await,
        None => std::future::pending().await,
    }
}

fn nap(pace: Pace, now: Instant, rhythm: StdDuration) -> StdDuration {
    match pace {
        Pace::Again => StdDuration::ZERO,
        Pace::Until(at) => at.since(now).to_std().max(NAP_MIN).min(rhythm),
        Pace::Idle => rhythm,
    }
}

/// Doubles from a quarter of a second to ten, with up to a fifth of jitter, so that processes do not come in step.
fn backoff(failures: u32, chance: u128) -> StdDuration {
    let base = BACKOFF_FIRST.saturating_mul(1 << failures.saturating_sub(1).min(10)).min(BACKOFF_MAX);
    base + base.mul_f64((chance % 1000) as f64 / 5000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_naps_until_its_instant_but_never_past_its_rhythm() {
        let (now, rhythm) = (Instant::from_seconds(100), StdDuration::from_secs(5));
        assert_eq!(nap(Pace::Again, now, rhythm), StdDuration::ZERO);
        assert_eq!(nap(Pace::Until(Instant::from_seconds(102)), now, rhythm), StdDuration::from_secs(2));
        assert_eq!(nap(Pace::Until(Instant::from_seconds(999)), now, rhythm), rhythm);
        assert_eq!(nap(Pace::Until(Instant::from_seconds(1)), now, rhythm), NAP_MIN);
        assert_eq!(nap(Pace::Idle, now, rhythm), rhythm);
    }

    #[test]
    fn failures_back_off_to_a_bound() {
        assert_eq!(backoff(1, 0), BACKOFF_FIRST);
        assert_eq!(backoff(3, 0), BACKOFF_FIRST * 4);
        assert!(backoff(u32::MAX, u128::MAX) <= BACKOFF_MAX.mul_f64(1.2));
    }
}
