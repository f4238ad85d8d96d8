//! The hot item of a scheduler: the one that every report writes. It holds the state, the heartbeats, and the newest
//! entries of the log until they are moved to the history, so that one small conditional write is a whole commit.

use std::sync::Arc;

use domain::config::Config;
use domain::scheduler::State;
use domain::{Instant, Liveness, ProjectId, Scheduler, SchedulerId, SchedulerKey};

use crate::Store;
use crate::fault::{Fault, Faulty};
use crate::gateway::{Item, Key, Query};
use crate::history::entry::Entry;
use crate::history::items;
use crate::packing::unpack;
use crate::schema::Table;
use crate::sequence::sortable;

/// The hot item as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Hot {
    pub(crate) key: SchedulerKey,
    pub(crate) incarnation: u32,
    pub(crate) version: u64,
    pub(crate) state: String,
    pub(crate) liveness: Liveness,
    /// The liveness as it stands there, for conditions.
    pub(crate) liveness_text: Option<String>,
    pub(crate) wake: Option<Instant>,
    pub(crate) tail: Vec<Entry>,
    /// The tail as it stands there.
    pub(crate) packed: Vec<Vec<u8>>,
    /// The first version that is kept without a break, and when it happened.
    pub(crate) first: u64,
    pub(crate) first_at: Instant,
    /// Where the payload of the last report is that is no longer in the tail: version and commit, or the payload.
    pub(crate) shown: Option<String>,
}

/// What stands under a name.
#[derive(Clone, Debug)]
pub(crate) enum Standing {
    /// Nothing, or what is left of so many lives.
    Unborn { past: u32 },
    /// A scheduler.
    Alive(Box<Hot>),
}

/// The partition of a scheduler.
pub(crate) fn partition(key: &SchedulerKey) -> String {
    format!("S#{}#{}", key.project, key.id)
}

/// The scheduler that a partition is of.
pub(crate) fn named(partition: &str) -> Faulty<SchedulerKey> {
    let parts = partition.strip_prefix("S#").and_then(|rest| rest.split_once('#'));
    let (project, id) = parts.ok_or_else(|| Fault::corrupt("pk of a scheduler", partition))?;
    Ok(SchedulerKey { project: ProjectId::trusted(project), id: SchedulerId::trusted(id) })
}

pub(crate) fn hot_key(key: &SchedulerKey) -> Key {
    Key::new(partition(key), "state")
}

pub(crate) fn config_key(key: &SchedulerKey) -> Key {
    Key::new(partition(key), "config")
}

/// The sort key under which a scheduler is in the index of wake instants.
pub(crate) fn wake_sort(at: Instant, key: &SchedulerKey) -> String {
    format!("{}#{}#{}", sortable(at), key.project, key.id)
}

/// What such a sort key says.
pub(crate) fn read_wake(sort: &str) -> Faulty<(Instant, SchedulerKey)> {
    let parse = || {
        let mut parts = sort.splitn(3, '#');
        let at = parts.next()?.parse().ok().map(Instant::from_millis)?;
        let project = ProjectId::trusted(parts.next()?);
        Some((at, SchedulerKey { project, id: SchedulerId::trusted(parts.next()?) }))
    };
    parse().ok_or_else(|| Fault::corrupt("w_sk of a scheduler", sort))
}

fn read_entry(packed: &[u8]) -> Faulty<Entry> {
    Entry::read(&unpack(packed, "tail of a scheduler")?)
}

impl Hot {
    fn read(item: &Item) -> Faulty<Self> {
        let liveness_text = item.maybe_text("lv")?.map(str::to_owned);
        let liveness = liveness_text.is_some().then(|| item.json("lv")).transpose()?;
        let packed: Vec<Vec<u8>> = item.byte_strings("tail")?.into_iter().map(<[u8]>::to_vec).collect();
        Ok(Self {
            key: named(item.text("pk")?)?,
            incarnation: item.number("inc")?,
            version: item.number("ver")?,
            state: unpack(item.bytes("st")?, "st of a scheduler")?,
            liveness: liveness.unwrap_or_default(),
            liveness_text,
            wake: item.maybe_text("w_sk")?.map(read_wake).transpose()?.map(|(at, _)| at),
            tail: packed.iter().map(|entry| read_entry(entry)).collect::<Faulty<_>>()?,
            packed,
            first: item.maybe_number("fst")?.unwrap_or(1),
            first_at: item.instant("fat")?,
            shown: item.maybe_text("lp")?.map(str::to_owned),
        })
    }

    /// With what people gave.
    pub(crate) fn scheduler(&self, config: Arc<Config>) -> Faulty<Scheduler> {
        let state: State = serde_json::from_str(&self.state)
            .map_err(|error| Fault::corrupt(format_args!("st of {}", partition(&self.key)), error))?;
        Ok(Scheduler {
            key: self.key.clone(),
            incarnation: self.incarnation,
            version: self.version,
            config,
            state,
        })
    }
}

impl Standing {
    pub(crate) fn of(item: Option<&Item>) -> Faulty<Self> {
        let Some(item) = item else { return Ok(Self::Unborn { past: 0 }) };
        if item.maybe_number::<i64>("gone")?.is_some() {
            return Ok(Self::Unborn { past: item.number("inc")? });
        }
        Hot::read(item).map(|hot| Self::Alive(Box::new(hot)))
    }

    /// The scheduler, where there is one.
    pub(crate) fn alive(self) -> Option<Hot> {
        match self {
            Self::Alive(hot) => Some(*hot),
            Self::Unborn { .. } => None,
        }
    }
}

impl Store {
    /// What stands under a name, without what people gave.
    pub(crate) async fn standing(&self, key: &SchedulerKey) -> Faulty<Standing> {
        let item = self.gateway.get(Table::Schedulers, &hot_key(key)).await?;
        self.completed(Standing::of(item.as_ref())?).await
    }

    /// With the entries that are items of their own.
    pub(crate) async fn completed(&self, standing: Standing) -> Faulty<Standing> {
        let Standing::Alive(mut hot) = standing else { return Ok(standing) };
        let life = hot.life(self);
        for entry in hot.tail.iter_mut().filter(|entry| entry.is_beside) {
            let found = self.gateway.get(Table::History, &life.entry_key(&entry.commit)).await?;
            let whole =
                found.map(|item| items::entries(&item)).transpose()?.and_then(|mut whole| whole.pop());
            let missing = || Fault::corrupt(format_args!("tail of {}", hot.key.id), "an entry is missing");
            *entry = whole.ok_or_else(missing)?;
        }
        Ok(Standing::Alive(hot))
    }

    /// What stands under a name, and what people gave: one read of one partition.
    pub(crate) async fn whole(&self, key: &SchedulerKey) -> Faulty<(Standing, Option<Arc<Config>>)> {
        let items = self.gateway.gather(Query::of(Table::Schedulers, partition(key))).await?;
        let (mut hot, mut config) = (None, None);
        for item in items {
            match item.text("sk")? {
                "state" => hot = Some(item),
                "config" => config = Some(Arc::new(item.json::<Config>("cfg")?)),
                _ => {}
            }
        }
        Ok((self.completed(Standing::of(hot.as_ref())?).await?, config))
    }
}
