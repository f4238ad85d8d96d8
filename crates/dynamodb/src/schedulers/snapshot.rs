//! A scheduler as it is stored, put together of its items.

use std::collections::HashMap;
use std::sync::Arc;

use app::ports::SchedulerRow;
use domain::config::Config;
use domain::{Liveness, Payload, Scheduler, SchedulerKey};

use super::hot::{Hot, Standing, config_key, hot_key, named, partition};
use crate::Store;
use crate::fault::{Fault, Faulty};
use crate::history::entry::Carried;
use crate::history::items::{self, Life};
use crate::schema::Table;

/// A scheduler as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pub(crate) scheduler: Scheduler,
    pub(crate) liveness: Liveness,
    hot: Hot,
}

impl Snapshot {
    fn of(hot: Hot, config: Option<Arc<Config>>) -> Faulty<Self> {
        let config = config.ok_or_else(|| {
            Fault::corrupt(format_args!("config of {}", partition(&hot.key)), "it is missing")
        })?;
        let scheduler = hot.scheduler(config)?;
        Ok(Self { scheduler, liveness: hot.liveness.clone(), hot })
    }

    /// As a list shows it. Reads once more only where the last report's payload is bulky.
    pub(crate) async fn row(self, store: &Store) -> Faulty<SchedulerRow> {
        let payload = self.payload(store).await?;
        Ok(SchedulerRow { scheduler: self.scheduler, liveness: self.liveness, payload })
    }

    /// About how long it is as text, without a bulky payload.
    pub(crate) fn bytes(&self) -> usize {
        self.hot.state.len()
            + self.hot.packed.iter().map(Vec::len).sum::<usize>() * 3
            + serde_json::to_string(&self.scheduler.config).map_or(0, |text| text.len())
    }

    async fn payload(&self, store: &Store) -> Faulty<Payload> {
        let Some(last) = self.scheduler.state.last_report.as_ref().map(|report| report.version) else {
            return Ok(Payload::default());
        };
        let life = Life::of(&self.hot.key, self.hot.incarnation, store.history_kept);
        match self.hot.carried(last)? {
            None => Ok(Payload::default()),
            Some((Carried::Here(payload), _)) => Ok(*payload),
            Some((Carried::Beside, commit)) => {
                let found = store.gateway.get(Table::History, &life.payload_key(last, &commit)).await?;
                found.as_ref().map_or_else(|| Ok(Payload::default()), items::payload)
            }
        }
    }
}

impl Hot {
    /// The payload of the last report, which is of that version, and the commit that brought it.
    pub(crate) fn carried(&self, last: u64) -> Faulty<Option<(Carried, String)>> {
        for entry in &self.tail {
            if let Some((_, carried)) = entry.payload.as_ref().filter(|(version, _)| *version == last) {
                return Ok(Some((carried.clone(), entry.commit.clone())));
            }
        }
        let Some(shown) = &self.shown else { return Ok(None) };
        let (version, carried, commit): (u64, Carried, String) = serde_json::from_str(shown)
            .map_err(|error| Fault::corrupt(format_args!("lp of {}", partition(&self.key)), error))?;
        Ok((version == last).then_some((carried, commit)))
    }
}

/// One scheduler.
pub(crate) async fn snapshot(store: &Store, key: &SchedulerKey) -> Faulty<Option<Snapshot>> {
    let (standing, config) = store.whole(key).await?;
    standing.alive().map(|hot| Snapshot::of(hot, config)).transpose()
}

/// Many, in any order; those that are not there are left out.
pub(crate) async fn snapshots(store: &Store, keys: &[SchedulerKey]) -> Faulty<Vec<Snapshot>> {
    let wanted: Vec<_> = keys.iter().flat_map(|key| [hot_key(key), config_key(key)]).collect();
    let mut hot = Vec::new();
    let mut configs = HashMap::new();
    for item in store.gateway.get_many(Table::Schedulers, &wanted).await? {
        match item.text("sk")? {
            "config" => {
                let key = named(item.text("pk")?)?;
                configs.insert(key, Arc::new(item.json::<Config>("cfg")?));
            }
            _ => hot.extend(store.completed(Standing::of(Some(&item))?).await?.alive()),
        }
    }
    let mut found = Vec::with_capacity(hot.len());
    for hot in hot {
        match configs.remove(&hot.key) {
            Some(config) => found.push(Snapshot::of(hot, Some(config))?),
            // Born or deleted while the items were read one after the other.
            None => found.extend(Box::pin(snapshot(store, &hot.key)).await?),
        }
    }
    Ok(found)
}
