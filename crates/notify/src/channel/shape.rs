//! What is wrong with the shape of a configuration, in words that quote none of its values: the library's would, and a
//! value in the wrong place or of the wrong type may be a secret.

use serde::Deserialize as _;
use serde_json::Value;

use super::{ChannelConfig, ConfigError, KINDS};

/// Most fields that are looked at: no kind has more, and the first that is unknown is told before those behind it.
const FIELDS_MAX: usize = 32;

/// Reads a configuration.
pub(super) fn read(value: &Value) -> Result<ChannelConfig, ConfigError> {
    attempt(value).map_err(|problem| ConfigError::Shape(in_words(value, &problem)))
}

fn attempt(value: &Value) -> Result<ChannelConfig, String> {
    ChannelConfig::deserialize(value).map_err(|problem| problem.to_string())
}

fn in_words(value: &Value, problem: &str) -> String {
    let quotes = ["invalid ", "unknown variant "].iter().any(|words| problem.starts_with(words));
    let Some((_, expected)) = problem.rsplit_once(", expected ").filter(|_| quotes) else {
        return problem.to_owned();
    };
    match (culprit(value, problem), &value["kind"]) {
        (Some(field), _) => format!("{field} must be {expected}"),
        // Two fields that are wrong in the same way hide each other.
        (None, Value::String(kind)) if KINDS.contains(&kind.as_str()) => {
            format!("a field must be {expected}")
        }
        (None, Value::String(_)) => problem.to_owned(),
        (None, _) => format!("kind must be one of {}", KINDS.join(", ")),
    }
}

/// The field, other than `kind`, without which the problem is another one.
fn culprit<'a>(value: &'a Value, problem: &str) -> Option<&'a str> {
    let fields = value.as_object()?.keys().map(String::as_str).filter(|field| *field != "kind");
    let is_it = |field: &&str| {
        let mut without = value.clone();
        without.as_object_mut().map(|fields| fields.remove(*field));
        attempt(&without).err().as_deref() != Some(problem)
    };
    fields.take(FIELDS_MAX).find(is_it)
}
