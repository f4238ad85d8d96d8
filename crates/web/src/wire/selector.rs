//! Which schedulers a rule or a window is about.

use domain::selector::SELECTOR_NAMES_MAX;
use domain::{SchedulerId, Selector};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::value::lines;
use super::{Fields, Flaws, Nulls};

/// Reads a selector. Names of what is not there select nothing, and may come to be later.
pub(super) fn selector(value: Value) -> Result<Selector, Flaws> {
    let mut fields = Fields::of("a selector", Nulls::Absent, value)?;
    let mut names = |name: &str, chars: usize| {
        fields.optional(name, |value| lines(value, SELECTOR_NAMES_MAX, chars)).unwrap_or_default()
    };
    let (services, tags) = (names("services", 255), names("tags", 64));
    let schedulers = names("schedulers", 255).into_iter().map(SchedulerId::trusted).collect();
    fields.finish().map(|()| Selector { services, tags, schedulers })
}

/// Which schedulers: what is given must all hold; every one of the project where nothing is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SelectorShown)]
pub struct SelectorBody {
    /// Of one of these services.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// With at least one of these tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// One of these, by id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schedulers: Vec<String>,
}

impl From<Selector> for SelectorBody {
    fn from(selector: Selector) -> Self {
        let schedulers = selector.schedulers.iter().map(ToString::to_string).collect();
        Self { services: selector.services, tags: selector.tags, schedulers }
    }
}
