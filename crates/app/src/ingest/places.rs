//! Where a message is heard that bears no key: looked up once, and remembered. What is remembered is only believed where
//! the scheduler, once it is loaded for the write, says so itself.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use domain::config::Config;
use domain::{ConfigChange, Patch, ProjectId, RunId, Scheduler, SchedulerKey};

use crate::access::invalid;
use crate::app::App;
use crate::error::AppResult;

/// Most places that are remembered.
const PLACES_MAX: usize = 100_000;

/// An address as a message names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// A ping address in its one form ([`domain::PingId`]), or another product's token.
    Token(String),
    /// A slug of a project.
    Slug(ProjectId, String),
    /// A scheduler by its own name.
    Id(SchedulerKey),
}

/// What an address leads to.
#[derive(Clone, Debug)]
pub enum Found {
    /// One scheduler.
    One(Place),
    /// None.
    None,
    /// More than one has that slug.
    Several,
}

/// A scheduler, and by what it was found.
#[derive(Clone, Debug)]
pub struct Place {
    /// The scheduler.
    pub key: SchedulerKey,
    /// What its people had set when this was looked up.
    pub config: Arc<Config>,
    pub(super) address: Address,
}

impl Place {
    /// Whether a scheduler is still the one that the address means, and judges messages as it did.
    pub(super) fn holds(&self, scheduler: &Scheduler) -> bool {
        let (then, now) = (&self.config, &scheduler.config);
        let is_meant = match &self.address {
            Address::Token(token) => now.answers_to(token),
            Address::Slug(_, slug) => now.slug(&scheduler.key.id) == slug,
            Address::Id(key) => scheduler.key == *key,
        };
        scheduler.is_born() && is_meant && then.post_only == now.post_only && then.filters == now.filters
    }
}

/// Places looked up lately.
#[derive(Debug, Default)]
pub(crate) struct Places(RwLock<HashMap<Address, Place>>);

impl Places {
    fn get(&self, address: &Address) -> Option<Place> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(address).cloned()
    }

    fn put(&self, place: &Place) {
        let mut places = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if places.len() >= PLACES_MAX {
            places.clear();
        }
        places.insert(place.address.clone(), place.clone());
    }

    pub(super) fn forget(&self, address: &Address) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(address);
    }
}

impl App {
    /// Refuses a change that takes an address which is another scheduler's.
    pub(crate) async fn tokens_are_free(&self, key: &SchedulerKey, change: &ConfigChange) -> AppResult<()> {
        let ping_id = change.ping_id.iter().map(|id| ("ping_id", id.as_str()));
        let aliases = match &change.aliases {
            Patch::Set(aliases) => aliases.as_slice(),
            Patch::Keep | Patch::Clear => &[],
        };
        for (field, token) in ping_id.chain(aliases.iter().map(|alias| ("aliases", alias.as_str()))) {
            if self.ports.queries.addressed(token).await?.is_some_and(|owner| owner != *key) {
                let problem = format!("names '{}', which is another scheduler's", super::Vain::token(token));
                return Err(invalid(field, problem));
            }
        }
        Ok(())
    }

    /// The scheduler that an address means.
    pub async fn place(&self, address: Address) -> AppResult<Found> {
        if let Some(place) = self.places.get(&address) {
            return Ok(Found::One(place));
        }
        let mut keys = match &address {
            Address::Token(token) => Vec::from_iter(self.ports.queries.addressed(token).await?),
            Address::Slug(project, slug) => self.ports.queries.slugged(project, slug).await?,
            Address::Id(key) => vec![key.clone()],
        };
        let (Some(key), true) = (keys.pop(), keys.is_empty()) else {
            return Ok(if keys.is_empty() { Found::None } else { Found::Several });
        };
        let Some(row) = self.ports.queries.get(&key).await? else { return Ok(Found::None) };
        let place = Place { key, config: row.scheduler.config, address };
        // A slug that one scheduler has now may be another's as well tomorrow, and must be looked at again then.
        if !matches!(place.address, Address::Slug(..)) {
            self.places.put(&place);
        }
        Ok(Found::One(place))
    }

    /// Looks an address up anew the next time: what was known of it is over.
    pub fn forget_place(&self, address: &Address) {
        self.places.forget(address);
    }

    /// The open run that started last, by the name that its job gave it. `None` where that run has no name, or none is
    /// open.
    pub async fn newest_open_run(&self, key: &SchedulerKey) -> AppResult<Option<RunId>> {
        let row = self.ports.queries.get(key).await?;
        let runs = row.map(|row| row.scheduler.state.runs).unwrap_or_default();
        let newest = runs.into_iter().max_by_key(|run| (run.started_at, run.no));
        Ok(newest.and_then(|run| run.run_id))
    }
}
