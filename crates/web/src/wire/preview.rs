//! A schedule tried out before anything is registered.

use domain::{Instant, Problem, Schedule};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::registration::named;
use super::value::{integer_within, moment};
use super::{Fields, Flaws, Nulls, Wire, schedule};

const COUNT_DEFAULT: usize = 5;

/// What to preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PreviewSent {
    pub(crate) schedule: Schedule,
    pub(crate) after: Option<Instant>,
    pub(crate) count: usize,
}

impl Wire for PreviewSent {
    fn read(value: Value) -> Result<Self, Flaws> {
        let mut fields = Fields::of("a preview", Nulls::Absent, value).map_err(named)?;
        let wanted = fields.nested("schedule", |value| schedule(value).map(Box::new));
        let after = fields.optional("after", moment);
        let most = app::read::PREVIEW_MAX as i64;
        let count =
            fields.optional("count", |value| integer_within(value, 1, most).map(|count| count as usize));
        fields.finish()?;
        let domain::Patch::Set(schedule) = wanted else {
            return Err(vec![Problem::new("schedule", "is required, was absent")]);
        };
        Ok(Self { schedule: *schedule, after, count: count.unwrap_or(COUNT_DEFAULT) })
    }
}

/// When a schedule would be due.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PreviewResult, example = json!({ "next": ["2024-01-15T19:00:00.000Z", "2024-01-16T19:00:00.000Z"] }))]
pub struct PreviewBody {
    /// The next instants; fewer than asked for where the schedule ends. Of a period: counted from `after`.
    pub next: Vec<String>,
}
