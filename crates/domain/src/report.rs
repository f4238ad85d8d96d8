//! What a job says: one report, its facts and its payload. Payloads are cut to size here, never refused.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::{ReportId, RunId};
use crate::output::{OUTPUT_BYTES_MAX, Origin, Output};
use crate::time::{Duration, Instant, shorten};

/// The last reported status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Waiting for its next cycle.
    #[default]
    Pending,
    /// At least one run is open.
    Running,
    /// The last run completed.
    Completed,
    /// The last run failed.
    Failed,
}

impl Status {
    /// All of them, in the order of a run's life.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Running, Self::Completed, Self::Failed];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    /// The status of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// How a run ended by its own word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It did what it should.
    Completed,
    /// It did not.
    Failed,
}

impl Outcome {
    /// The status this outcome leaves.
    pub const fn status(self) -> Status {
        match self {
            Self::Completed => Status::Completed,
            Self::Failed => Status::Failed,
        }
    }
}

/// One message from a job, its fields already checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What it says.
    pub status: Status,
    /// The run it speaks of.
    pub run_id: Option<RunId>,
    /// What makes it recognisable when it comes twice.
    pub report_id: Option<ReportId>,
    /// When it happened by the job's clock.
    pub timestamp: Option<Instant>,
    /// When it was sent by the job's clock.
    pub sent_at: Option<Instant>,
    /// When it came in by ours.
    pub received_at: Instant,
    /// How long the run took by the job's own measure.
    pub execution_time: Option<Duration>,
    /// The command's exit code.
    pub exit_code: Option<i64>,
    /// Moves the scheduler to this service.
    pub service_name: Option<String>,
    /// Renames the job.
    pub job_name: Option<String>,
    /// Error text and metadata.
    pub payload: Payload,
    /// What it printed.
    pub output: Option<Output>,
}

impl Report {
    /// With what the job printed, of which the first `most` bytes are kept, at most [`OUTPUT_BYTES_MAX`].
    #[must_use]
    pub fn printing(mut self, output: &[u8], most: usize) -> Self {
        let kept = &output[..output.len().min(most).min(OUTPUT_BYTES_MAX)];
        self.payload.mark(kept.len() < output.len(), "output");
        self.payload.output_bytes = kept.len() as u64;
        self.output = (!kept.is_empty()).then(|| Output(kept.to_vec()));
        self
    }

    /// When it happened by our clock: `received_at − (sent_at − timestamp)` where the job gave both, since the
    /// difference of two readings of one clock can be trusted even if the clock cannot; else when it came in.
    pub fn happened_at(&self) -> Instant {
        match (self.sent_at, self.timestamp) {
            (Some(sent_at), Some(timestamp)) => self.received_at - sent_at.since(timestamp),
            _ => self.received_at,
        }
    }

    /// The facts that the event keeps of its scheduler's `no`-th message.
    pub fn facts(&self, no: u64) -> ReportFacts {
        let future = self.timestamp.is_some_and(|at| at > self.received_at);
        ReportFacts {
            timestamp: self.timestamp.unwrap_or(self.received_at),
            received_at: self.received_at,
            happened_at: self.happened_at(),
            run_id: self.run_id.clone(),
            report_id: self.report_id.clone(),
            execution_time: self.execution_time,
            exit_code: self.exit_code,
            error: self.payload.error_message.as_deref().map(|text| shorten(text, EXCERPT_CHARS)),
            no,
            future,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_uncounted(number: &u64) -> bool {
    *number == 0
}

/// How much of an error text an event and an alert carry.
pub const EXCERPT_CHARS: usize = 300;

/// What an event keeps of the report that caused it. Error text in full and metadata are the payload, kept beside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportFacts {
    /// The job's own time as sent, else when it came in. Shown, never trusted.
    pub timestamp: Instant,
    /// When it came in.
    pub received_at: Instant,
    /// When it happened by our clock; see [`Report::happened_at`].
    pub happened_at: Instant,
    /// The run it named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
    /// Its own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_id: Option<ReportId>,
    /// How long the run took by the job's own measure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_time: Option<Duration>,
    /// The command's exit code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i64>,
    /// The beginning of the error text, for messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The how many-th message of its scheduler it is, from 1; 0 in what was written before they were counted.
    #[serde(default, skip_serializing_if = "is_uncounted")]
    pub no: u64,
    /// The job's own time lay in our future: its clock is wrong.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub future: bool,
}

/// Most characters of an error text that are kept.
pub const ERROR_CHARS_MAX: usize = 10_000;
/// Most bytes of metadata, as JSON, that are kept.
pub const METADATA_BYTES_MAX: usize = 32 * 1024;
/// Deepest nesting of metadata that is kept.
pub const METADATA_DEPTH_MAX: usize = 16;

/// The bulky part of a report, kept beside its event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// The error text, at most [`ERROR_CHARS_MAX`] characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// Whatever the job wants to say, at most [`METADATA_BYTES_MAX`] bytes of JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
    /// How many bytes of what the job printed are kept, by themselves.
    #[serde(default, skip_serializing_if = "is_uncounted")]
    pub output_bytes: u64,
    /// How it came in, where it did not come by our own API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Box<Origin>>,
    /// Fields that were cut to size.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cut: Vec<String>,
}

impl Payload {
    /// Takes what a job sent, cutting what is too long and naming in `cut` what was.
    pub fn bounded(error_message: Option<String>, metadata: Option<Map<String, Value>>) -> Self {
        let mut payload = Self::default();
        payload.error_message = error_message.filter(|text| !text.is_empty()).map(|text| {
            let kept = cut_text(&text);
            payload.mark(kept.len() < text.len(), "error_message");
            kept
        });
        payload.metadata = metadata.map(|map| {
            let (kept, whole) = cut_metadata(map);
            payload.mark(!whole, "metadata");
            kept
        });
        payload
    }

    /// Whether there is anything in it.
    pub fn is_empty(&self) -> bool {
        self.error_message.is_none()
            && self.metadata.is_none()
            && self.output_bytes == 0
            && self.origin.is_none()
    }

    fn mark(&mut self, was_cut: bool, field: &str) {
        if was_cut {
            self.cut.push(field.to_owned());
        }
    }
}

/// Cut on a character boundary, the cut being shown by an ellipsis that counts.
fn cut_text(text: &str) -> String {
    if text.chars().nth(ERROR_CHARS_MAX).is_none() {
        text.to_owned()
    } else {
        shorten(text, ERROR_CHARS_MAX - 1)
    }
}

/// Keeps entries in order as long as they fit and flattens what is nested too deep.
fn cut_metadata(map: Map<String, Value>) -> (Map<String, Value>, bool) {
    let mut room = METADATA_BYTES_MAX - 2;
    let mut whole = true;
    let mut kept = Map::new();
    for (name, mut value) in map {
        whole &= flatten(&mut value, METADATA_DEPTH_MAX - 1);
        let size = Value::from(name.as_str()).to_string().len() + value.to_string().len() + 2;
        if size <= room {
            room -= size;
            kept.insert(name, value);
        } else {
            whole = false;
        }
    }
    (kept, whole)
}

/// Replaces what lies deeper than `depth` by an ellipsis; says whether nothing had to be.
fn flatten(value: &mut Value, depth: usize) -> bool {
    let nested: Box<dyn Iterator<Item = &mut Value>> = match value {
        Value::Array(items) if depth > 0 => Box::new(items.iter_mut()),
        Value::Object(fields) if depth > 0 => Box::new(fields.values_mut()),
        Value::Array(_) | Value::Object(_) => {
            *value = Value::from("…");
            return false;
        }
        _ => return true,
    };
    let mut whole = true;
    for inner in nested {
        whole &= flatten(inner, depth - 1);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_text_is_cut_on_a_character_boundary_and_marked() {
        let payload = Payload::bounded(Some("é".repeat(20_000)), None);
        let kept = payload.error_message.expect("kept");
        assert_eq!(kept.chars().count(), ERROR_CHARS_MAX);
        assert!(kept.ends_with('…'));
        assert_eq!(payload.cut, ["error_message"]);
    }

    #[test]
    fn metadata_that_is_too_big_loses_entries_and_never_the_report() {
        let map: Map<_, _> = (0..100).map(|n| (format!("k{n}"), Value::from("v".repeat(1000)))).collect();
        let payload = Payload::bounded(None, Some(map));
        let kept = serde_json::to_string(&payload.metadata).expect("json");
        assert!(kept.len() <= METADATA_BYTES_MAX && kept.len() > METADATA_BYTES_MAX - 2000);
        assert_eq!(payload.cut, ["metadata"]);
    }

    #[test]
    fn metadata_that_is_too_deep_is_flattened() {
        let deep = (0..100).fold(Value::from(1), |inner, _| Value::Array(vec![inner]));
        let payload = Payload::bounded(None, Some(Map::from_iter([("deep".to_owned(), deep)])));
        assert_eq!(payload.cut, ["metadata"]);
        assert!(serde_json::to_string(&payload.metadata).expect("json").len() < 100);
    }
}
