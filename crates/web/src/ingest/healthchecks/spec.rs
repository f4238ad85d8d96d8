//! What a client says a check shall be, read as strictly as Healthchecks does: nothing is taken for something else, and
//! of what is wrong only the first is told, fields being looked at in the order of their names.

use domain::schedule::{Recurrence, Zone};
use serde_json::{Map, Value};

use super::super::check::{TIME, calendar};
use super::legacy_zones;

/// Most characters of a name, a slug and a schedule.
const NAME_CHARS_MAX: usize = 100;
/// Most characters of the words of a filter.
const WORDS_CHARS_MAX: usize = 200;
/// Most characters of a description, most tags and most characters of a tag: ours, Healthchecks has none.
const DESC_CHARS_MAX: usize = 2000;
const TAGS_MAX: usize = 20;
const TAG_CHARS_MAX: usize = 64;

/// What a check shall be; what is absent stays as it is.
#[derive(Debug, Default)]
pub(super) struct Spec {
    pub(super) channels: Option<String>,
    pub(super) desc: Option<String>,
    pub(super) failure_kw: Option<String>,
    pub(super) filter_body: Option<bool>,
    pub(super) filter_default_fail: Option<bool>,
    pub(super) filter_http_body: Option<bool>,
    pub(super) filter_subject: Option<bool>,
    /// In seconds.
    pub(super) grace: Option<i64>,
    pub(super) manual_resume: Option<bool>,
    pub(super) is_post_only: Option<bool>,
    pub(super) name: Option<String>,
    pub(super) schedule: Option<String>,
    pub(super) slug: Option<String>,
    pub(super) start_kw: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) subject_fail: Option<String>,
    pub(super) success_kw: Option<String>,
    pub(super) tags: Option<Vec<String>>,
    /// In seconds.
    pub(super) timeout: Option<i64>,
    pub(super) tz: Option<Zone>,
    pub(super) unique: Vec<Unique>,
}

/// By what a check is found that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unique {
    Name,
    Slug,
    Tags,
    Timeout,
    Grace,
}

impl Unique {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "name" => Self::Name,
            "slug" => Self::Slug,
            "tags" => Self::Tags,
            "timeout" => Self::Timeout,
            "grace" => Self::Grace,
            _ => return None,
        })
    }
}

impl Spec {
    /// Reads it; or says what is wrong first, in Healthchecks' words.
    pub(super) fn read(fields: &Map<String, Value>) -> Result<Self, String> {
        let told = |problem: String| format!("json validation error: {problem}");
        let fields = Given(fields);
        Self::of(&fields).map_err(told)
    }

    fn of(given: &Given<'_>) -> Result<Self, String> {
        Ok(Self {
            channels: given.text("channels", usize::MAX)?,
            desc: given.text("desc", DESC_CHARS_MAX)?,
            failure_kw: given.text("failure_kw", WORDS_CHARS_MAX)?,
            filter_body: given.truth("filter_body")?,
            filter_default_fail: given.truth("filter_default_fail")?,
            filter_http_body: given.truth("filter_http_body")?,
            filter_subject: given.truth("filter_subject")?,
            grace: given.seconds("grace")?,
            manual_resume: given.truth("manual_resume")?,
            is_post_only: given.methods()?,
            name: given.name()?,
            schedule: given.schedule()?,
            slug: given.slug()?,
            start_kw: given.text("start_kw", WORDS_CHARS_MAX)?,
            subject: given.text("subject", WORDS_CHARS_MAX)?,
            subject_fail: given.text("subject_fail", WORDS_CHARS_MAX)?,
            success_kw: given.text("success_kw", WORDS_CHARS_MAX)?,
            tags: given.tags()?,
            timeout: given.seconds("timeout")?,
            tz: given.zone()?,
            unique: given.unique()?,
        })
    }

    /// The calendar it names, in a zone.
    pub(super) fn calendar(&self, zone: Zone) -> Option<Recurrence> {
        calendar(self.schedule.as_deref()?, zone).ok()
    }
}

/// The fields that were sent. What is unknown is ignored; `null` is a value of the wrong type.
struct Given<'a>(&'a Map<String, Value>);

impl Given<'_> {
    fn text(&self, name: &str, most: usize) -> Result<Option<String>, String> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| format!("{name} is not a string"))?;
        if text.chars().nth(most).is_some() {
            return Err(format!("{name} is too long"));
        }
        Ok(Some(text.to_owned()))
    }

    fn truth(&self, name: &str) -> Result<Option<bool>, String> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        value.as_bool().map(Some).ok_or_else(|| format!("{name} is not a boolean"))
    }

    fn seconds(&self, name: &str) -> Result<Option<i64>, String> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        let seconds = match (value.as_i64(), value.as_u64()) {
            (Some(seconds), _) => seconds,
            (None, Some(_)) => i64::MAX,
            (None, None) => return Err(format!("{name} is not a number")),
        };
        if seconds < *TIME.start() {
            return Err(format!("{name} is too small"));
        }
        if seconds > *TIME.end() {
            return Err(format!("{name} is too large"));
        }
        Ok(Some(seconds))
    }

    fn methods(&self) -> Result<Option<bool>, String> {
        match self.0.get("methods") {
            None => Ok(None),
            Some(Value::String(word)) if word.is_empty() => Ok(Some(false)),
            Some(Value::String(word)) if word == "POST" => Ok(Some(true)),
            Some(_) => Err("methods has unexpected value".to_owned()),
        }
    }

    fn name(&self) -> Result<Option<String>, String> {
        let name = self.text("name", NAME_CHARS_MAX)?;
        if name.as_ref().is_some_and(|name| name.contains(char::is_control)) {
            return Err("name has unexpected value".to_owned());
        }
        Ok(name)
    }

    fn schedule(&self) -> Result<Option<String>, String> {
        let schedule = self.text("schedule", NAME_CHARS_MAX)?;
        let is_bad = |text: &String| calendar(text, Zone::utc()).is_err();
        if schedule.as_ref().is_some_and(is_bad) {
            return Err("schedule is not a valid cron or OnCalendar expression".to_owned());
        }
        Ok(schedule)
    }

    fn slug(&self) -> Result<Option<String>, String> {
        let slug = self.text("slug", NAME_CHARS_MAX)?;
        if slug.as_ref().is_some_and(|slug| !slug.is_empty() && !domain::ping::is_slug(slug)) {
            return Err("slug does not match pattern".to_owned());
        }
        Ok(slug)
    }

    fn tags(&self) -> Result<Option<Vec<String>>, String> {
        let Some(text) = self.text("tags", usize::MAX)? else { return Ok(None) };
        let mut tags: Vec<String> = Vec::new();
        for tag in text.split_whitespace() {
            if tag.contains(char::is_control) {
                return Err("tags has unexpected value".to_owned());
            }
            if tag.chars().nth(TAG_CHARS_MAX).is_some() || tags.len() >= TAGS_MAX {
                return Err("tags is too long".to_owned());
            }
            if !tags.iter().any(|known| known == tag) {
                tags.push(tag.to_owned());
            }
        }
        Ok(Some(tags))
    }

    fn zone(&self) -> Result<Option<Zone>, String> {
        let Some(text) = self.text("tz", usize::MAX)? else { return Ok(None) };
        let name = legacy_zones::current(&text);
        let zone = Zone::parse(name).ok().filter(|zone| zone.name() == name);
        zone.map(Some).ok_or_else(|| "tz is not a valid timezone".to_owned())
    }

    fn unique(&self) -> Result<Vec<Unique>, String> {
        let Some(value) = self.0.get("unique") else { return Ok(Vec::new()) };
        let items = value.as_array().ok_or("unique is not an array")?;
        let read = |item: &Value| item.as_str().and_then(Unique::parse);
        let read: Option<Vec<Unique>> = items.iter().map(read).collect();
        read.ok_or_else(|| "an item in 'unique' has unexpected value".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Result<Spec, String> {
        Spec::read(value.as_object().expect("an object"))
    }

    #[test]
    fn what_is_wrong_is_told_in_healthchecks_words() {
        for (sent, told) in [
            (json!({"name": 1}), "name is not a string"),
            (json!({"name": null}), "name is not a string"),
            (json!({"name": "x".repeat(101)}), "name is too long"),
            (json!({"desc": true}), "desc is not a string"),
            (json!({"slug": "No Slug"}), "slug does not match pattern"),
            (json!({"slug": "x".repeat(101)}), "slug is too long"),
            (json!({"tags": ["a"]}), "tags is not a string"),
            (json!({"timeout": 59}), "timeout is too small"),
            (json!({"timeout": 31_536_001}), "timeout is too large"),
            (json!({"timeout": u64::MAX}), "timeout is too large"),
            (json!({"timeout": "60"}), "timeout is not a number"),
            (json!({"timeout": 60.0}), "timeout is not a number"),
            (json!({"timeout": true}), "timeout is not a number"),
            (json!({"grace": null}), "grace is not a number"),
            (json!({"grace": 1}), "grace is too small"),
            (json!({"schedule": 5}), "schedule is not a string"),
            (json!({"schedule": "surprise"}), "schedule is not a valid cron or OnCalendar expression"),
            (json!({"schedule": "* * * * 9"}), "schedule is not a valid cron or OnCalendar expression"),
            (json!({"tz": "Mars/Olympus"}), "tz is not a valid timezone"),
            (json!({"tz": "europe/riga"}), "tz is not a valid timezone"),
            (json!({"manual_resume": 1}), "manual_resume is not a boolean"),
            (json!({"filter_subject": "yes"}), "filter_subject is not a boolean"),
            (json!({"methods": "PUT"}), "methods has unexpected value"),
            (json!({"start_kw": "x".repeat(201)}), "start_kw is too long"),
            (json!({"unique": "name"}), "unique is not an array"),
            (json!({"unique": ["status"]}), "an item in 'unique' has unexpected value"),
            (json!({"unique": [1]}), "an item in 'unique' has unexpected value"),
        ] {
            assert_eq!(read(&sent).expect_err("refused"), format!("json validation error: {told}"), "{sent}");
        }
    }

    #[test]
    fn only_the_first_that_is_wrong_is_told_and_what_is_unknown_is_ignored() {
        let told = read(&json!({"timeout": 1, "name": 1, "grace": 1, "color": null}));
        assert_eq!(told.expect_err("refused"), "json validation error: grace is too small");
        let spec = read(&json!({"color": null, "tags": " a  b a ", "tz": "Europe/Kiev"})).expect("read");
        assert_eq!(spec.tags, Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(spec.tz.expect("a zone").name(), "Europe/Kyiv");
    }
}
