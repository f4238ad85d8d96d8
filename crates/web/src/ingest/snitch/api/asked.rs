//! What is asked of a snitch: its attributes, tags, and until when it is paused. Pure. The type of alert is read and left
//! out: deadlines are not learnt here.

use domain::{ConfigChange, Instant, Patch, Problem, Schedule};
use serde_json::Value;

use super::interval;
use crate::wire::value;

const NAME_CHARS_MAX: usize = 255;
const NOTES_CHARS_MAX: usize = 2000;
const TAGS_MAX: usize = 20;
const TAG_CHARS_MAX: usize = 64;

/// The attributes that were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Snitch {
    pub(super) name: Option<String>,
    pub(super) schedule: Option<Schedule>,
    notes: Patch<String>,
    tags: Patch<Vec<String>>,
    email: Patch<String>,
}

impl Snitch {
    /// Reads attributes, or says everything that is wrong with them.
    pub(super) fn read(sent: &Value) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        // Older clients say the interval of a type.
        let interval = sent.get("interval").or_else(|| sent.pointer("/type/interval"));
        let interval = interval.filter(|interval| !interval.is_null());
        let word = |word: &Value| value::text(word).and_then(interval::schedule);
        let name = sent.get("name").filter(|name| !name.is_null());
        let snitch = Self {
            name: good(&mut problems, "name", name.map(|name| value::line(name, NAME_CHARS_MAX))),
            schedule: good(&mut problems, "interval", interval.map(word)),
            notes: patch(&mut problems, sent, "notes", |notes| match notes.as_str() {
                Some("") => Ok(None),
                _ => value::prose(notes, NOTES_CHARS_MAX).map(Some),
            }),
            tags: patch(&mut problems, sent, "tags", |sent| tags(sent).map(Some)),
            email: patch(&mut problems, sent, "alert_email", |sent| match sent {
                Value::Array(all) => all.first().map(value::email).transpose(),
                one => value::email(one).map(Some),
            }),
        };
        if problems.is_empty() { Ok(snitch) } else { Err(problems) }
    }

    /// What a new one lacks.
    pub(super) fn missing(&self) -> Vec<Problem> {
        let lacks = [("name", self.name.is_none()), ("interval", self.schedule.is_none())];
        let lacks = lacks.into_iter().filter(|(_, is_missing)| *is_missing);
        lacks.map(|(name, _)| Problem::new(name, "can't be blank")).collect()
    }

    /// What that changes.
    pub(super) fn change(self) -> ConfigChange {
        ConfigChange {
            job_name: self.name,
            schedule: self.schedule.map_or(Patch::Keep, Patch::Set),
            description: self.notes,
            tags: self.tags,
            owner_email: self.email,
            ..ConfigChange::default()
        }
    }
}

fn good<T>(problems: &mut Vec<Problem>, name: &str, read: Option<Result<T, String>>) -> Option<T> {
    match read? {
        Ok(read) => Some(read),
        Err(problem) => {
            problems.push(Problem::new(name, problem));
            None
        }
    }
}

/// What is not said stays, and `null` or nothing clears.
fn patch<T>(
    problems: &mut Vec<Problem>,
    sent: &Value,
    name: &str,
    read: impl Fn(&Value) -> Result<Option<T>, String>,
) -> Patch<T> {
    match sent.get(name) {
        None => Patch::Keep,
        Some(Value::Null) => Patch::Clear,
        Some(given) => match good(problems, name, Some(read(given))) {
            None => Patch::Keep,
            Some(None) => Patch::Clear,
            Some(Some(value)) => Patch::Set(value),
        },
    }
}

/// Reads a list of tags.
pub(super) fn tags(sent: &Value) -> Result<Vec<String>, String> {
    value::lines(sent, TAGS_MAX, TAG_CHARS_MAX)
}

/// Tags that are not too many.
pub(super) fn bounded(tags: Vec<String>) -> Result<Vec<String>, String> {
    if tags.len() > TAGS_MAX { Err(format!("must be at most {TAGS_MAX}")) } else { Ok(tags) }
}

/// How long a snitch is paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pause {
    pub(super) until: Option<Instant>,
    /// Whether a check-in ends it.
    pub(super) ends_healthy: bool,
}

impl Pause {
    pub(super) fn read(sent: &Value) -> Result<Self, String> {
        let wrong = |problem: &str| format!("must be healthy, unpaused or an instant to come: {problem}");
        match sent.get("until") {
            None | Some(Value::Null) => Ok(Self { until: None, ends_healthy: true }),
            Some(until) => match until.as_str() {
                Some("healthy") => Ok(Self { until: None, ends_healthy: true }),
                Some("unpaused") => Ok(Self { until: None, ends_healthy: false }),
                Some(text) => {
                    let until = value::instant(text).map_err(|problem| wrong(&problem))?;
                    Ok(Self { until: Some(until), ends_healthy: false })
                }
                None => Err(wrong("was no text")),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_said_stays_and_null_clears() {
        assert_eq!(Snitch::read(&json!({})), Ok(Snitch::default()));
        assert_eq!(Snitch::read(&Value::Null), Ok(Snitch::default()));
        let read = Snitch::read(&json!({
            "name": "Daily", "type": { "interval": "daily" }, "notes": null, "tags": ["a"], "alert_email": ["a@example.org"],
            "alert_type": "smart",
        }))
        .expect("a snitch");
        assert_eq!((read.name.as_deref(), read.schedule.is_some()), (Some("Daily"), true));
        let change = read.change();
        assert_eq!((change.description, change.tags), (Patch::Clear, Patch::Set(vec!["a".to_owned()])));
        assert_eq!(change.owner_email, Patch::Set("a@example.org".to_owned()));
        let cleared = Snitch::read(&json!({ "notes": "", "alert_email": [] })).expect("a snitch").change();
        assert_eq!((cleared.description, cleared.owner_email), (Patch::Clear, Patch::Clear));
    }

    #[test]
    fn everything_that_is_wrong_is_named() {
        let sent =
            json!({ "name": 7, "interval": "yearly", "notes": 7, "tags": "a", "alert_email": "nobody" });
        let problems = Snitch::read(&sent).expect_err("wrong");
        let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["name", "interval", "notes", "tags", "alert_email"]);
        assert_eq!(Snitch::default().missing().len(), 2);
        assert!(bounded(vec![String::new(); TAGS_MAX + 1]).is_err());
    }

    #[test]
    fn a_pause_ends_with_a_check_in_unless_it_says_otherwise() {
        let read = |until: Value| Pause::read(&json!({ "until": until }));
        assert_eq!(Pause::read(&Value::Null), read(json!("healthy")));
        assert_eq!(read(json!("unpaused")), Ok(Pause { until: None, ends_healthy: false }));
        assert!(read(json!("2027-01-01T00:00:00Z")).is_ok_and(|pause| pause.until.is_some()));
        for wrong in [json!("soon"), json!(7)] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
