//! The store itself: opened on tables that are there, cloned as often as needed.

use std::sync::Arc;

use app::ports::StoreError;
use aws_sdk_dynamodb::Client;

use crate::fault::Told;
use crate::gateway::{Capacity, Gateway};
use crate::schema::Names;
use crate::sequence::Sequence;
use crate::tables;

/// Where the tables are, and how they are used.
#[derive(Clone, Debug)]
pub struct Options {
    /// What the tables are called.
    pub names: Names,
    /// Where the service is.
    pub aws: aws::Settings,
    /// In how many shards schedulers are spread over indexes, 1..=64. All instances on the same tables say the same.
    pub shards: u8,
    /// What this process draws its chance from: no other process on the same tables may have the same.
    pub seed: u64,
    /// How long history items stay before they expire by themselves, if nobody prunes them before.
    pub history_kept: domain::Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            names: Names::prefixed("punctual-"),
            aws: aws::Settings::default(),
            shards: 16,
            seed: 0,
            history_kept: domain::Duration::DAY.times(400),
        }
    }
}

/// The store. Clones are the same store.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) gateway: Gateway,
    pub(crate) sequence: Arc<Sequence>,
    /// Projects that this process has noted.
    pub(crate) noted: Arc<crate::tenants::Noted>,
    pub(crate) shards: u8,
    pub(crate) peeked: Arc<crate::schedulers::wakes::Peeked>,
    pub(crate) history_kept: domain::Duration,
}

impl Store {
    /// The store on its tables, which are looked at. Fails where they are not there, or of another layout.
    pub async fn open(options: &Options) -> Result<Self, StoreError> {
        let store = Self::unchecked(options).await;
        store.check().await?;
        Ok(store)
    }

    /// The store as it is configured, whether or not its tables can be reached: each call says so by itself.
    pub async fn unchecked(options: &Options) -> Self {
        let config = aws::load(&options.aws).await;
        Self {
            gateway: Gateway::new(Client::new(&config), options.names.clone(), options.seed),
            sequence: Arc::new(Sequence::new(options.seed as u32)),
            noted: Arc::default(),
            peeked: Arc::default(),
            shards: options.shards.clamp(1, 64),
            history_kept: options.history_kept,
        }
    }

    /// Whether the tables are there, of this program's layout.
    pub async fn check(&self) -> Result<(), StoreError> {
        tables::check(&self.gateway, self.shards).await.told("looking at the tables")
    }

    /// Makes the tables that are missing and brings the others up to this program's layout; answers what was done.
    pub async fn migrate(options: &Options) -> Result<Vec<String>, StoreError> {
        let store = Self::unchecked(options).await;
        tables::migrate(&store.gateway, store.shards).await.told("making the tables")
    }

    /// The capacity used since this was opened.
    pub fn used(&self) -> Capacity {
        self.gateway.used()
    }

    /// In which of the shards of the indexes something is that has this name.
    pub(crate) fn shard(&self, name: &str) -> u8 {
        shard_of(name.as_bytes(), self.shards)
    }
}

/// FNV-1a with a last mix, so that names that differ in their last digit only are spread as well.
fn shard_of(name: &[u8], shards: u8) -> u8 {
    let hash = name.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed >> 32) % u64::from(shards.max(1))) as u8
}
