//! A scheduler that a source proposes, as the body of a registration.

use serde_json::{Map, Value, json};

/// Longest description that is proposed, in characters: as long as the server takes.
const DESCRIPTION_CHARS_MAX: usize = 2000;
/// As many tags as a scheduler may have, and their longest text.
const TAGS_MAX: usize = 20;
const TAG_CHARS_MAX: usize = 64;
/// What is known best by that which runs a job: when, and how long.
const RUNNERS_KNOW: [&str; 2] = ["schedule", "max_runtime"];

/// A scheduler to be watched, and where it was found.
#[derive(Clone, Debug)]
pub(crate) struct Proposal {
    /// Where it was found, for people: `line 3 of /etc/crontab`.
    pub(crate) place: String,
    /// The registration.
    pub(crate) body: Map<String, Value>,
    /// Whether nobody asked for its grace: then a scheduler that is there keeps its own.
    pub(crate) has_usual_grace: bool,
    /// The fields that are brought up to date of a scheduler that is there: what the source knows best.
    pub(crate) knows: &'static [&'static str],
    /// Whether a new one is paused at once, as it is where it was found.
    pub(crate) is_paused: bool,
}

/// Something a person should know of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) place: String,
    pub(crate) text: String,
}

impl Note {
    pub(crate) fn new(place: impl Into<String>, text: impl Into<String>) -> Self {
        Self { place: place.into(), text: text.into() }
    }
}

impl Proposal {
    pub(crate) fn new(place: impl Into<String>, id: &str, service: &str, job: &str) -> Self {
        let fields = [("scheduler_id", id), ("service_name", service), ("job_name", job)];
        let body = fields.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        let place = place.into();
        Self { place, body, has_usual_grace: false, knows: &RUNNERS_KNOW, is_paused: false }
    }

    pub(crate) fn id(&self) -> &str {
        self.body.get("scheduler_id").and_then(Value::as_str).unwrap_or_default()
    }

    /// With a field of the registration, where there is a value for it.
    pub(crate) fn with(mut self, field: &str, value: Option<impl Into<Value>>) -> Self {
        self.body.extend(value.map(|value| (field.to_owned(), value.into())));
        self
    }

    /// With a description, cut to what the server takes.
    pub(crate) fn described(self, text: &str) -> Self {
        let cut: String = text.chars().take(DESCRIPTION_CHARS_MAX).collect();
        self.with("description", (!cut.is_empty()).then_some(cut))
    }

    /// Expected as this schedule says, within the grace that was given, else a usual one.
    pub(crate) fn expected(mut self, mut schedule: Value, given: Option<&str>, usual: &str) -> Self {
        schedule["grace"] = json!(given.unwrap_or(usual));
        self.has_usual_grace = given.is_none();
        self.with("schedule", Some(schedule))
    }
}

/// Tags as far as a scheduler may have them: what is too long is no tag.
pub(crate) fn tags(all: impl IntoIterator<Item = String>) -> Value {
    let fit = |tag: &String| (1..=TAG_CHARS_MAX).contains(&tag.chars().count());
    all.into_iter().filter(fit).take(TAGS_MAX).map(Value::from).collect()
}

/// Seconds as durations are written: `1d`, `1h16m`, `90s` as `1m30s`.
pub(crate) fn duration(seconds: u64) -> String {
    let units = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")];
    let mut rest = seconds;
    let parts = units.map(|(size, unit)| {
        let count = rest / size;
        rest %= size;
        if count > 0 { format!("{count}{unit}") } else { String::new() }
    });
    let text = parts.concat();
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_told_in_whole_units() {
        let told = [0, 59, 90, 4560, 86_400, 90_061].map(duration);
        assert_eq!(told, ["0s", "59s", "1m30s", "1h16m", "1d", "1d1h1m1s"]);
    }

    #[test]
    fn a_proposal_is_the_body_of_a_registration() {
        let proposal = Proposal::new("line 1", "host/backup", "host", "backup")
            .described("From a test")
            .with("max_runtime", None::<String>)
            .expected(json!({ "cron": "@daily" }), None, "15m");
        assert_eq!((proposal.id(), proposal.has_usual_grace), ("host/backup", true));
        let body = json!({
            "scheduler_id": "host/backup", "service_name": "host", "job_name": "backup",
            "description": "From a test", "schedule": { "cron": "@daily", "grace": "15m" },
        });
        assert_eq!(Value::Object(proposal.body), body);
    }

    #[test]
    fn a_description_is_cut_to_what_the_server_takes() {
        let proposal = Proposal::new("", "a", "b", "c").described(&"é".repeat(3000));
        assert_eq!(proposal.body["description"].as_str().map(|text| text.chars().count()), Some(2000));
    }
}
