//! Rate limits, after authentication: by key and by scheduler. The clock comes in by the door, as everywhere.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use app::Caller;
use domain::SchedulerKey;
use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{NotUntil, Quota, RateLimiter};

use crate::error::ApiError;
use crate::settings::{RateLimits, Window};

/// What kind of request a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Reports and heartbeats: many, from machines.
    Ingest,
    /// Everything else.
    Management,
}

/// The monotonic hand of the application's clock.
#[derive(Clone)]
struct Monotonic(Arc<dyn app::ports::Clock>);

impl governor::clock::Clock for Monotonic {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.monotonic()
    }
}

type Keyed<K> = RateLimiter<K, DefaultKeyedStateStore<K>, Monotonic, NoOpMiddleware<Duration>>;
/// A key by its project and public name.
type KeyName = (domain::ProjectId, String);

/// The limits in force.
pub(crate) struct Limits(Option<Counters>);

struct Counters {
    clock: Monotonic,
    ingest: Keyed<KeyName>,
    /// `None` where one window counts everything.
    management: Option<Keyed<KeyName>>,
    schedulers: Keyed<SchedulerKey>,
    told: Told,
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Limits(enabled: {})", self.0.is_some())
    }
}

impl Limits {
    pub(crate) fn new(limits: &RateLimits, clock: Arc<dyn app::ports::Clock>) -> Self {
        let clock = Monotonic(clock);
        let keyed = |quota| RateLimiter::new(quota, DefaultKeyedStateStore::default(), clock.clone());
        let per_key = |per_second, burst| keyed(Quota::per_second(per_second).allow_burst(burst));
        let (ingest, management) = match limits.window {
            Some(window) => (keyed(quota_of(window)), None),
            None => (
                per_key(limits.reports_per_second, limits.reports_burst),
                Some(per_key(limits.management_per_second, limits.management_per_second)),
            ),
        };
        let schedulers = Quota::per_second(limits.scheduler_per_second).allow_burst(limits.scheduler_burst);
        let schedulers = RateLimiter::new(schedulers, DefaultKeyedStateStore::default(), clock.clone());
        let told = Told::of(limits);
        Self(limits.enabled.then_some(Counters { clock, ingest, management, schedulers, told }))
    }

    /// Counts so many requests of a key.
    pub(crate) fn admit(&self, caller: &Caller, class: Class, requests: NonZeroU32) -> Result<(), ApiError> {
        let Some(counters) = &self.0 else { return Ok(()) };
        let management = counters.management.as_ref().filter(|_| class == Class::Management);
        let key = (caller.project.clone(), caller.actor.clone());
        let told = if management.is_some() { &counters.told.management } else { &counters.told.ingest };
        match management.unwrap_or(&counters.ingest).check_key_n(&key, requests) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(wait)) => Err(counters.refusal(told, &wait)),
            Err(capacity) => {
                Err(ApiError::too_many(format!("this key may send at most {} at once", capacity.0), 1))
            }
        }
    }

    /// Counts a report or heartbeat of a scheduler.
    pub(crate) fn admit_scheduler(&self, key: &SchedulerKey) -> Result<(), ApiError> {
        let Some(counters) = &self.0 else { return Ok(()) };
        let checked = counters.schedulers.check_key(key);
        checked.map_err(|wait| counters.refusal(&counters.told.scheduler, &wait))
    }

    /// Forgets who has been quiet for long enough: what bounds the memory.
    pub(crate) fn sweep(&self) {
        let Some(counters) = &self.0 else { return };
        counters.ingest.retain_recent();
        counters.schedulers.retain_recent();
        if let Some(management) = &counters.management {
            management.retain_recent();
        }
    }
}

/// What each limit is, as a refusal says it.
#[derive(Debug)]
struct Told {
    ingest: String,
    management: String,
    scheduler: String,
}

impl Told {
    fn of(limits: &RateLimits) -> Self {
        let ingest = match limits.window {
            Some(window) => {
                format!("this key may make {} calls in {} s", window.requests_max, window.length.as_secs())
            }
            None => format!(
                "this key may send {} reports and heartbeats a second, {} at once",
                limits.reports_per_second, limits.reports_burst
            ),
        };
        Self {
            ingest,
            management: format!("this key may make {} calls a second", limits.management_per_second),
            scheduler: format!(
                "this scheduler may report {} times a second, {} at once",
                limits.scheduler_per_second, limits.scheduler_burst
            ),
        }
    }
}

impl Counters {
    fn refusal(&self, message: &str, wait: &NotUntil<Duration>) -> ApiError {
        let wait = wait.wait_time_from(self.clock.now());
        ApiError::too_many(message, wait.as_millis().div_ceil(1000) as u64)
    }
}

/// A bucket that holds the window's requests and fills evenly over its length.
fn quota_of(window: Window) -> Quota {
    let each = window.length.max(Duration::from_millis(1)) / window.requests_max.get();
    let quota = Quota::with_period(each.max(Duration::from_nanos(1)));
    quota.unwrap_or_else(|| Quota::per_second(window.requests_max)).allow_burst(window.requests_max)
}
