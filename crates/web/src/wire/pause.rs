//! A pause: until when, if that is known.

use domain::Instant;
use serde_json::{Map, Value};

use super::registration::named;
use super::value::moment;
use super::{Fields, Flaws, Nulls, Wire};

/// A pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PauseSent {
    pub(crate) until: Option<Instant>,
}

impl Wire for PauseSent {
    fn read(value: Value) -> Result<Self, Flaws> {
        let value = if value.is_null() { Value::Object(Map::new()) } else { value };
        let mut fields = Fields::of("a pause", Nulls::Absent, value).map_err(named)?;
        let until = fields.optional("until", moment);
        fields.finish().map(|()| Self { until })
    }
}
