//! Failed attempts to authenticate, limited by address. A key that has worked lately goes on working from an address
//! that is held back: one job with a wrong key must not silence its neighbours behind the same proxy.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::ApiError;

const WINDOW: Duration = Duration::from_mins(1);
const ADDRESSES_MAX: usize = 100_000;
const KEYS_MAX: usize = 10_000;

/// Who has failed lately, and which keys have worked.
#[derive(Debug)]
pub(crate) struct Attempts {
    per_window: u32,
    failures: Mutex<HashMap<IpAddr, Failures>>,
    /// Keyed hashes of keys that worked; never the keys.
    proven: Mutex<HashSet<u64>>,
    hasher: RandomState,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    until: Duration,
}

impl Attempts {
    pub(crate) fn new(per_minute: u32) -> Self {
        let hasher = RandomState::new();
        Self { per_window: per_minute, failures: Mutex::default(), proven: Mutex::default(), hasher }
    }

    /// Refuses an address that has failed too often, unless it bears a key that has worked.
    pub(crate) fn admit(&self, address: IpAddr, key: &str, now: Duration) -> Result<(), ApiError> {
        let failures = locked(&self.failures).get(&network(address)).copied();
        let held = failures.filter(|failures| now < failures.until && failures.count >= self.per_window);
        let Some(held) = held else { return Ok(()) };
        if locked(&self.proven).contains(&self.hasher.hash_one(key)) {
            return Ok(());
        }
        let wait = held.until.saturating_sub(now).as_millis().div_ceil(1000) as u64;
        Err(ApiError::too_many("too many failed attempts to authenticate from this address", wait))
    }

    /// Notes that a key worked.
    pub(crate) fn succeeded(&self, key: &str) {
        let hash = self.hasher.hash_one(key);
        let mut proven = locked(&self.proven);
        if proven.len() >= KEYS_MAX && !proven.contains(&hash) {
            proven.clear();
        }
        proven.insert(hash);
    }

    /// Notes that an address presented a key that does not work.
    pub(crate) fn failed(&self, address: IpAddr, now: Duration) {
        let mut failures = locked(&self.failures);
        if failures.len() >= ADDRESSES_MAX {
            failures.retain(|_, entry| now < entry.until);
        }
        if failures.len() >= ADDRESSES_MAX {
            failures.clear();
        }
        let fresh = Failures { count: 0, until: now + WINDOW };
        let entry = failures.entry(network(address)).or_insert(fresh);
        if now >= entry.until {
            *entry = fresh;
        }
        entry.count = entry.count.saturating_add(1);
    }

    /// Forgets windows that are over.
    pub(crate) fn sweep(&self, now: Duration) {
        locked(&self.failures).retain(|_, entry| now < entry.until);
    }
}

/// Whoever has one address of IPv6 has 2⁶⁴ of them.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
