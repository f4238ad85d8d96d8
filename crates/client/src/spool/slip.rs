//! The name of a spooled report: `1705282200000-000003-1f2e3d4c-9a8b-5c6d7e8f.json`.
//!
//! Milliseconds and sequence sort it; server and key say whose it is (its lane); the last part makes it unique among
//! processes that write in the same millisecond.

use std::cmp::Ordering;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use crate::key::{Key, short_hash};
use crate::server::Server;
use crate::{chance, clock};

const NO_KEY: &str = "none";

/// The reports that go to one server with one key: what a sender who has that key may send, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lane {
    server: String,
    key: String,
}

impl Lane {
    pub(crate) fn new(server: &Server, key: Option<&Key>) -> Self {
        let server = short_hash("punctual server ", &server.identity(), 4);
        Self { server, key: key.map_or_else(|| NO_KEY.to_owned(), Key::hint) }
    }

    pub(crate) fn has_server_of(&self, other: &Self) -> bool {
        self.server == other.server
    }

    /// Named by the server alone: two keys do not make it bear more at once.
    pub(crate) fn sending_lock(&self) -> String {
        format!("sending-{}", self.server)
    }

    pub(crate) fn flusher_lock(&self) -> String {
        format!("flusher-{}-{}", self.server, self.key)
    }
}

/// A place in the queue of the spool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slip {
    millis: i64,
    sequence: u64,
    lane: Lane,
    unique: String,
}

impl Slip {
    /// The next one of this process; never before an earlier one, even when the clock is set back.
    pub(crate) fn next(lane: &Lane) -> Self {
        static LAST_MILLIS: AtomicI64 = AtomicI64::new(0);
        static SEQUENCE: AtomicU64 = AtomicU64::new(0);
        let now = clock::now().as_millisecond().max(0);
        let millis = LAST_MILLIS.fetch_max(now, Relaxed).max(now);
        let sequence = SEQUENCE.fetch_add(1, Relaxed) % 1_000_000;
        let unique = chance::digits();
        Self { millis, sequence, lane: lane.clone(), unique }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        let parts: Vec<&str> = name.strip_suffix(".json")?.split('-').collect();
        let [millis, sequence, server, key, unique] = parts.try_into().ok()?;
        let lane = Lane { server: server.to_owned(), key: key.to_owned() };
        let (millis, sequence) = (millis.parse().ok()?, sequence.parse().ok()?);
        let slip = Self { millis, sequence, lane, unique: unique.to_owned() };
        // Only names we would write ourselves are ours: no path, no other number of digits.
        (slip.file_name() == name && !name.contains('/')).then_some(slip)
    }

    pub(crate) fn file_name(&self) -> String {
        let Self { millis, sequence, lane: Lane { server, key }, unique } = self;
        format!("{millis:013}-{sequence:06}-{server}-{key}-{unique}.json")
    }

    pub(crate) fn lane(&self) -> &Lane {
        &self.lane
    }

    pub(crate) fn millis(&self) -> i64 {
        self.millis
    }
}

impl Ord for Slip {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |slip: &Self| (slip.millis, slip.sequence);
        key(self).cmp(&key(other)).then_with(|| self.unique.cmp(&other.unique))
    }
}

impl PartialOrd for Slip {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
