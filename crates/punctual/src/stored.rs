//! The store that is configured, whichever it is: opened, looked at, closed.

use std::sync::Arc;

use anyhow::Result;
use app::ports::{
    Access, Boards, Definitions, Incidents, Members, Observation, Outbox, Queries, Retention, Schedulers,
};

use crate::config::{Config, StoreChoice, Tables};
use crate::wiring::make_data_dir;

/// The store that is configured.
#[derive(Clone, Debug)]
pub(crate) enum Stored {
    /// One file.
    File(sqlite::Store),
    /// Tables of `DynamoDB`.
    #[cfg(feature = "aws")]
    Tables(dynamodb::Store),
}

/// The ports of a store.
pub(crate) struct StorePorts {
    pub(crate) schedulers: Arc<dyn Schedulers>,
    pub(crate) queries: Arc<dyn Queries>,
    pub(crate) incidents: Arc<dyn Incidents>,
    pub(crate) outbox: Arc<dyn Outbox>,
    pub(crate) observation: Arc<dyn Observation>,
    pub(crate) access: Arc<dyn Access>,
    pub(crate) retention: Arc<dyn Retention>,
    pub(crate) definitions: Arc<dyn Definitions>,
    pub(crate) boards: Arc<dyn Boards>,
    pub(crate) members: Arc<dyn Members>,
}

impl StorePorts {
    fn of<S>(store: &S) -> Self
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
            + Clone
            + 'static,
    {
        let store = Arc::new(store.clone());
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

impl Stored {
    /// Opens the store. A file is made where there is none; tables are not looked at yet: see [`Self::check`].
    pub(crate) async fn open(config: &Config) -> Result<Self> {
        match &config.store {
            StoreChoice::Sqlite => {
                make_data_dir(config)?;
                let store = sqlite::Store::open(config.database(), &sqlite::Options::default())?;
                Ok(Self::File(store))
            }
            StoreChoice::Dynamodb(tables) => {
                // Only a key of our own making, or the first key of all, needs a place on this machine.
                let makes_key = config.secret_key.is_none() && config.secret_key_file.is_none();
                if makes_key {
                    tracing::warn!(
                        "this instance makes a secret key of its own: give every instance the same by secret_key"
                    );
                }
                if makes_key || config.api_keys.is_empty() {
                    make_data_dir(config)?;
                }
                open_tables(config, tables).await
            }
        }
    }

    /// Whether it can be used as it is; says what to do where not.
    pub(crate) async fn check(&self) -> Result<()> {
        match self {
            Self::File(_) => Ok(()),
            #[cfg(feature = "aws")]
            Self::Tables(store) => Ok(store.check().await?),
        }
    }

    pub(crate) fn ports(&self) -> StorePorts {
        match self {
            Self::File(store) => StorePorts::of(store),
            #[cfg(feature = "aws")]
            Self::Tables(store) => StorePorts::of(store),
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::File(store) => store.close().await,
            #[cfg(feature = "aws")]
            Self::Tables(_) => {}
        }
    }
}

#[cfg(feature = "aws")]
async fn open_tables(config: &Config, tables: &Tables) -> Result<Stored> {
    Ok(Stored::Tables(dynamodb::Store::unchecked(&options(config, tables)?).await))
}

#[cfg(not(feature = "aws"))]
async fn open_tables(_: &Config, _: &Tables) -> Result<Stored> {
    anyhow::bail!("setting store: this program was built without the feature aws, and knows sqlite only")
}

#[cfg(feature = "aws")]
fn options(config: &Config, tables: &Tables) -> Result<dynamodb::Options> {
    use app::ports::Chance;
    let names = dynamodb::Table::ALL.into_iter().zip(&tables.names);
    let names = names.fold(dynamodb::Names::prefixed(""), |names, (table, name)| names.with(table, name));
    let aws = aws::Settings {
        region: tables.region.clone(),
        endpoint: tables.endpoint.clone(),
        ..aws::Settings::default()
    };
    let seed = crate::chance::SystemChance::new()?.bits() as u64;
    // Longer than anything is kept on purpose: what expires by itself is what nobody pruned.
    let history_kept = config.history_kept.times(2).max(domain::Duration::DAY.times(400));
    Ok(dynamodb::Options { names, aws, seed, history_kept, shards: config.shards })
}

/// Brings the store to this version's format; answers what was done, for people.
pub(crate) fn migrate(config: &Config) -> Result<Vec<String>> {
    match &config.store {
        StoreChoice::Sqlite => {
            make_data_dir(config)?;
            sqlite::Store::migrate_only(config.database())?;
            Ok(vec![format!("{} has this version's format", config.database().display())])
        }
        StoreChoice::Dynamodb(tables) => migrate_tables(config, tables),
    }
}

#[cfg(feature = "aws")]
fn migrate_tables(config: &Config, tables: &Tables) -> Result<Vec<String>> {
    let options = options(config, tables)?;
    let mut done = crate::wiring::local_runtime()?.block_on(dynamodb::Store::migrate(&options))?;
    done.push(format!("the tables {} have this version's layout", tables.names.join(", ")));
    Ok(done)
}

#[cfg(not(feature = "aws"))]
fn migrate_tables(_: &Config, _: &Tables) -> Result<Vec<String>> {
    anyhow::bail!("setting store: this program was built without the feature aws, and knows sqlite only")
}

/// Refuses a command that is about the file of the embedded store.
pub(crate) fn only_for_a_file(config: &Config, command: &str, instead: &str) -> Result<()> {
    anyhow::ensure!(
        config.store == StoreChoice::Sqlite,
        "`punctual {command}` is about the file of the embedded store, and the store is dynamodb: {instead}"
    );
    Ok(())
}
