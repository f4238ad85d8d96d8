//! Which schedulers something is about: a maintenance window, a routing rule, a board.

use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::id::SchedulerId;

/// Most names in each list of a selector.
pub const SELECTOR_NAMES_MAX: usize = 100;

/// Schedulers, by what is said of them. What is left empty says nothing; what is given must all hold. One that is
/// empty altogether means every scheduler of the project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Selector {
    /// Of one of these services.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// With at least one of these tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// One of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schedulers: Vec<SchedulerId>,
}

impl Selector {
    /// Whether a scheduler is meant.
    pub fn selects(&self, id: &SchedulerId, config: &Config) -> bool {
        self.selects_named(id, &config.service_name, &config.tags)
    }

    /// Whether a scheduler of that service, with those tags, is meant.
    pub fn selects_named(&self, id: &SchedulerId, service: &str, tags: &[String]) -> bool {
        let silent_or = |silent: bool, holds: bool| silent || holds;
        silent_or(self.services.is_empty(), self.services.iter().any(|one| one == service))
            && silent_or(self.tags.is_empty(), self.tags.iter().any(|tag| tags.contains(tag)))
            && silent_or(self.schedulers.is_empty(), self.schedulers.contains(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_must_all_hold_and_what_is_not_says_nothing() {
        let id = SchedulerId::trusted("nightly");
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let tags = owned(&["etl", "eu"]);
        let of = |services: &[&str], tags: &[&str], schedulers: &[&str]| Selector {
            services: owned(services),
            tags: owned(tags),
            schedulers: schedulers.iter().map(|id| SchedulerId::trusted(*id)).collect(),
        };
        for (selector, selects) in [
            (of(&[], &[], &[]), true),
            (of(&["billing"], &[], &[]), true),
            (of(&["shop", "billing"], &["us", "eu"], &["nightly"]), true),
            (of(&["shop"], &["eu"], &[]), false),
            (of(&["billing"], &["us"], &[]), false),
            (of(&[], &[], &["hourly"]), false),
        ] {
            assert_eq!(selector.selects_named(&id, "billing", &tags), selects, "{selector:?}");
        }
    }
}
