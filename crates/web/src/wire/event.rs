//! Raw events as they are answered: what the store holds, with instants and lengths of time in the words of the API.

use domain::{Duration, Event, Instant};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// One fact about a scheduler, as it is stored. Which fields it has besides depends on its `type`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event, example = json!({
    "version": 2, "at": "2024-01-15T01:28:29.500Z", "type": "run_started", "run": 1,
    "report": { "timestamp": "2024-01-15T01:28:29.500Z", "received_at": "2024-01-15T01:28:29.500Z",
        "happened_at": "2024-01-15T01:28:29.500Z" },
    "judged_from": "2024-01-15T01:29:29.500Z", "standing": "current", "meets": true
}))]
pub struct EventBody {
    /// Its place in the scheduler's log, from 1.
    pub version: u64,
    /// When it was concluded.
    #[schema(format = DateTime)]
    pub at: String,
    /// What happened: `registered`, `run_started`, `incident_opened` …
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The rest of it.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub rest: Map<String, Value>,
}

impl From<&Event> for EventBody {
    fn from(event: &Event) -> Self {
        let mut rest = match serde_json::to_value(&event.fact).map(spoken) {
            Ok(Value::Object(rest)) => rest,
            _ => Map::new(),
        };
        rest.remove("type");
        Self { version: event.version, at: event.at.to_string(), kind: event.fact.kind(), rest }
    }
}

/// Fields that hold an instant, besides those whose name ends in `_at`.
const INSTANTS: [&str; 13] = [
    "at",
    "due",
    "expect_after",
    "expected",
    "first",
    "judged",
    "judged_from",
    "last",
    "newest_start",
    "next",
    "since",
    "timestamp",
    "until",
];
/// Fields that say where a job without a key is heard: told by the scheduler, to those who may report.
const SECRETS: [&str; 2] = ["ping_id", "aliases"];
/// Fields that hold a length of time that people gave.
const SPANS: [&str; 4] = ["after", "early", "grace", "period"];
/// Fields that hold a length of time that was measured.
const MEASURES: [&str; 2] = ["duration", "execution_time"];

fn spoken(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let told = fields.into_iter().filter(|(name, _)| !SECRETS.contains(&name.as_str()));
            let mut fields: Map<_, _> = told.map(|(name, value)| field(name, value)).collect();
            recurrence(&mut fields);
            limit(fields)
        }
        Value::Array(items) => Value::Array(items.into_iter().map(spoken).collect()),
        other => other,
    }
}

fn field(name: String, value: Value) -> (String, Value) {
    let Some(number) = value.as_i64() else { return (name, spoken(value)) };
    if name.ends_with("_at") || INSTANTS.contains(&name.as_str()) {
        return (name, Instant::from_millis(number).to_string().into());
    }
    if SPANS.contains(&name.as_str()) {
        return (name, Duration::from_millis(number).to_string().into());
    }
    let name = if MEASURES.contains(&name.as_str()) { name + "_ms" } else { name };
    (name, value)
}

/// A schedule says how it recurs as a registration does: `{ "every": "15m", "from": "start" }`.
fn recurrence(schedule: &mut Map<String, Value>) {
    let Some(Value::Object(ways)) = schedule.remove("recurrence") else { return };
    for (way, value) in ways {
        let Value::Object(mut parts) = value else { continue };
        if let Some(slot) = parts.remove("expression").or_else(|| parts.remove("period")) {
            schedule.insert(way, slot);
        }
        schedule.append(&mut parts);
    }
}

/// A limit is the text of its length, as in a registration.
fn limit(mut fields: Map<String, Value>) -> Value {
    match fields.remove("after") {
        Some(length) if fields.is_empty() => length,
        Some(length) => {
            fields.insert("after".to_owned(), length);
            Value::Object(fields)
        }
        None => Value::Object(fields),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every number that is large enough to be an instant of this century is one, and is shown as text.
    fn assert_spoken(value: &Value, of: &str) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| assert_spoken(item, of)),
            Value::Object(fields) => fields.values().for_each(|field| assert_spoken(field, of)),
            Value::Number(number) => assert!(number.as_f64().is_none_or(|n| n < 1e11), "{of} holds {number}"),
            _ => {}
        }
    }

    #[test]
    fn no_stored_sample_shows_an_instant_as_a_number() {
        let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/tests/formats");
        let mut seen = 0;
        for sample in std::fs::read_dir(samples).expect("samples") {
            let path = sample.expect("a sample").path();
            let text = std::fs::read_to_string(&path).expect("text");
            let event: Event = serde_json::from_str(&text).expect("an event");
            let body = serde_json::to_value(EventBody::from(&event)).expect("JSON");
            assert_spoken(&body, &path.display().to_string());
            assert_eq!(body["type"], event.fact.kind());
            seen += 1;
        }
        assert!(seen >= 26, "only {seen} samples");
    }
}
