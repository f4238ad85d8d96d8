//! A heartbeat: nothing at all, or which run it speaks for.

use domain::RunId;
use serde_json::{Map, Value};

use super::registration::named;
use super::report::run_id;
use super::{Fields, Flaws, Nulls, Wire};

/// A heartbeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeartbeatSent {
    /// The scheduler as the body names it; where a path names one too, that one wins.
    pub(crate) scheduler_id: Option<Value>,
    pub(crate) run_id: Option<RunId>,
}

impl Wire for HeartbeatSent {
    fn read(value: Value) -> Result<Self, Flaws> {
        let value = if value.is_null() { Value::Object(Map::new()) } else { value };
        let mut fields = Fields::of("a heartbeat", Nulls::Absent, value).map_err(named)?;
        let read =
            Self { scheduler_id: fields.raw("scheduler_id"), run_id: fields.optional("run_id", run_id) };
        fields.finish().map(|()| read)
    }
}
