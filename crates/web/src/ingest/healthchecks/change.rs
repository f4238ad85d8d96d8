//! What a check that is to be means for a scheduler of ours. Pure.

use std::collections::BTreeSet;

use app::ports::Channel;
use domain::config::Config;
use domain::ping::Filters;
use domain::schedule::{From, Recurrence, Zone};
use domain::{ConfigChange, Duration, Limit, Patch, Schedule, SchedulerId, WhilePaused};

use super::super::check::{Expected, GRACE_DEFAULT, TIMEOUT_DEFAULT, behaving};
use super::super::sentry::name::slugified;
use super::shown::unnamed;
use super::spec::Spec;

/// Most characters of a slug that is made of a name.
const SLUG_CHARS_MAX: usize = 100;
/// Most channels that a scheduler names.
const CHANNELS_MAX: usize = 20;

/// The slug of a check: as given; before the third version of the API, made of its name.
pub(super) fn slug(spec: &Spec, version: u8) -> Option<String> {
    if version >= 3 {
        return spec.slug.clone();
    }
    spec.name.as_ref().map(|name| slugified(name, SLUG_CHARS_MAX))
}

/// What makes a new scheduler.
pub(super) fn birth(spec: &Spec, version: u8, id: &SchedulerId) -> ConfigChange {
    let seconds = |given: Option<i64>, default| given.map_or(default, Duration::from_seconds);
    let expected = match spec.calendar(spec.tz.clone().unwrap_or_else(Zone::utc)) {
        Some(recurrence) => Expected::Calendar(recurrence),
        None => Expected::Timeout(seconds(spec.timeout, TIMEOUT_DEFAULT)),
    };
    let change = behaving(expected, seconds(spec.grace, GRACE_DEFAULT));
    let named = ConfigChange { job_name: Some(unnamed(id.as_str())), ..change };
    worded(named, spec, version, &Config::default(), id)
}

/// What changes a scheduler that is there.
pub(super) fn change(spec: &Spec, version: u8, before: &Config, id: &SchedulerId) -> ConfigChange {
    let grace = spec.grace.map(Duration::from_seconds);
    let change = ConfigChange {
        schedule: schedule(spec, before, grace).map_or(Patch::Keep, Patch::Set),
        max_runtime: grace.map_or(Patch::Keep, |grace| Patch::Set(Limit::After(grace))),
        ..ConfigChange::default()
    };
    worded(change, spec, version, before, id)
}

/// The schedule after a change, where that speaks of it.
fn schedule(spec: &Spec, before: &Config, grace: Option<Duration>) -> Option<Schedule> {
    let known = before.schedule.as_ref();
    let recurrence = recurrence(spec, known.map(|schedule| &schedule.recurrence));
    if recurrence.is_none() && grace.is_none() {
        return None;
    }
    if let Some(known) = known {
        return Some(Schedule {
            recurrence: recurrence.unwrap_or_else(|| known.recurrence.clone()),
            grace: grace.or(known.grace),
            ..known.clone()
        });
    }
    // It was never expected before: from now on it is, as a check is.
    let expected = match recurrence? {
        Recurrence::Every { period, .. } => Expected::Timeout(period),
        calendar => Expected::Calendar(calendar),
    };
    match behaving(expected, grace.unwrap_or(GRACE_DEFAULT)).schedule {
        Patch::Set(schedule) => Some(schedule),
        Patch::Keep | Patch::Clear => None,
    }
}

/// How it recurs after a change; a calendar takes the place of a timeout that is given beside it.
fn recurrence(spec: &Spec, known: Option<&Recurrence>) -> Option<Recurrence> {
    let zone = || match known {
        Some(Recurrence::Cron { timezone, .. } | Recurrence::OnCalendar { timezone, .. }) => timezone.clone(),
        _ => Zone::utc(),
    };
    if let Some(calendar) = spec.calendar(spec.tz.clone().unwrap_or_else(zone)) {
        return Some(calendar);
    }
    if let Some(timeout) = spec.timeout {
        let from = if let Some(Recurrence::Every { from, .. }) = known { *from } else { From::End };
        return Some(Recurrence::Every { period: Duration::from_seconds(timeout), from });
    }
    let timezone = spec.tz.clone()?;
    match known?.clone() {
        Recurrence::Cron { expression, .. } => Some(Recurrence::Cron { expression, timezone }),
        Recurrence::OnCalendar { expression, .. } => Some(Recurrence::OnCalendar { expression, timezone }),
        Recurrence::Every { .. } => None,
    }
}

/// Everything that is no time.
fn worded(change: ConfigChange, spec: &Spec, version: u8, before: &Config, id: &SchedulerId) -> ConfigChange {
    let name = |name: &String| if name.is_empty() { unnamed(id.as_str()) } else { name.clone() };
    let or_clear = |text: String| if text.is_empty() { Patch::Clear } else { Patch::Set(text) };
    let paused = |manual: bool| if manual { WhilePaused::Ignore } else { WhilePaused::Resume };
    ConfigChange {
        job_name: spec.name.as_ref().map(name).or(change.job_name),
        slug: slug(spec, version).map_or(Patch::Keep, or_clear),
        description: spec.desc.clone().map_or(Patch::Keep, or_clear),
        tags: spec.tags.clone().map_or(Patch::Keep, Patch::Set),
        while_paused: spec.manual_resume.map_or(change.while_paused, |manual| Patch::Set(paused(manual))),
        post_only: spec.is_post_only,
        filters: filters(spec, before.filters.as_deref()),
        ..change
    }
}

fn filters(spec: &Spec, before: Option<&Filters>) -> Patch<Box<Filters>> {
    let before = before.cloned().unwrap_or_default();
    let mut after = before.clone();
    let words = |given: &Option<String>, kept: &mut String| {
        if let Some(words) = given {
            kept.clone_from(words);
        }
    };
    words(&spec.subject, &mut after.success);
    words(&spec.subject_fail, &mut after.failure);
    if spec.subject.is_some() || spec.subject_fail.is_some() {
        after.subject = !(after.success.is_empty() && after.failure.is_empty());
    }
    words(&spec.start_kw, &mut after.start);
    words(&spec.success_kw, &mut after.success);
    words(&spec.failure_kw, &mut after.failure);
    after.subject = spec.filter_subject.unwrap_or(after.subject);
    after.body = spec.filter_body.unwrap_or(after.body);
    after.http_body = spec.filter_http_body.unwrap_or(after.http_body);
    after.default_fail = spec.filter_default_fail.unwrap_or(after.default_fail);
    if after == before {
        Patch::Keep
    } else if after == Filters::default() {
        Patch::Clear
    } else {
        Patch::Set(Box::new(after))
    }
}

/// The names of the channels that a list of ids and names means: none, all, or those; or what is wrong with one.
pub(super) fn channels(text: &str, all: &[Channel]) -> Result<Vec<String>, String> {
    let names: BTreeSet<String> = match text {
        "" => BTreeSet::new(),
        "*" => all.iter().map(|channel| channel.name.clone()).collect(),
        list => list.split(',').map(|word| named(word.trim(), all)).collect::<Result<_, _>>()?,
    };
    if names.len() > CHANNELS_MAX {
        return Err(format!("too many channels: a check has at most {CHANNELS_MAX}"));
    }
    Ok(names.into_iter().collect())
}

fn named(word: &str, all: &[Channel]) -> Result<String, String> {
    let shown = || domain::time::shorten(word, 64);
    if word.is_empty() {
        return Err("empty channel identifier".to_owned());
    }
    let mut found = all.iter().filter(|channel| channel.is_called(word));
    match (found.next(), found.next()) {
        (Some(channel), None) => Ok(channel.name.clone()),
        (None, _) => Err(format!("invalid channel identifier: {}", shown())),
        (Some(_), Some(_)) => Err(format!("non-unique channel identifier: {}", shown())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn spec(value: &Value) -> Spec {
        Spec::read(value.as_object().expect("an object")).expect("a spec")
    }

    fn id() -> SchedulerId {
        SchedulerId::trusted("backup")
    }

    fn born(value: &Value) -> Config {
        birth(&spec(value), 3, &id()).applied_to(&Config::default())
    }

    fn changed(value: &Value, before: &Config) -> Config {
        change(&spec(value), 3, before, &id()).applied_to(before)
    }

    #[test]
    fn a_check_of_which_nothing_is_said_has_healthchecks_defaults() {
        let config = born(&json!({}));
        let schedule = config.schedule.as_ref().expect("a schedule");
        assert_eq!(schedule.recurrence, Recurrence::Every { period: Duration::DAY, from: From::End });
        assert_eq!((schedule.grace, config.max_runtime()), (Some(Duration::HOUR), Some(Duration::HOUR)));
        assert_eq!((config.job_name.as_str(), config.slug.as_deref()), ("unnamed (backup)", None));
        assert_eq!(config.while_paused(), WhilePaused::Resume);
    }

    #[test]
    fn a_change_says_something_of_what_it_names_and_of_nothing_else() {
        let before = born(&json!({"schedule": "5 4 * * *", "tz": "Europe/Riga", "grace": 600, "name": "A"}));
        let zoned = changed(&json!({"tz": "Asia/Jakarta"}), &before);
        let Some(Recurrence::Cron { expression, timezone }) =
            zoned.schedule.as_ref().map(|it| &it.recurrence)
        else {
            panic!("no cron")
        };
        assert_eq!((expression.to_string().as_str(), timezone.name()), ("5 4 * * *", "Asia/Jakarta"));
        assert_eq!(zoned.schedule.as_ref().and_then(|it| it.grace), Some(Duration::from_minutes(10)));
        let moved = changed(&json!({"schedule": "0 0 * * *"}), &zoned);
        let Some(Recurrence::Cron { timezone, .. }) = moved.schedule.as_ref().map(|it| &it.recurrence) else {
            panic!("no cron")
        };
        assert_eq!(timezone.name(), "Asia/Jakarta");
        let simple = changed(&json!({"timeout": 120, "grace": 60}), &moved);
        let period = Duration::from_minutes(2);
        assert_eq!(
            simple.schedule.as_ref().map(|it| it.recurrence.clone()),
            Some(Recurrence::Every { period, from: From::End })
        );
        assert_eq!(simple.max_runtime(), Some(Duration::MINUTE));
        assert_eq!(changed(&json!({}), &simple), simple);
    }

    #[test]
    fn the_words_of_subjects_are_filters_of_subjects() {
        let config = born(&json!({"subject": "ok", "subject_fail": "bad"}));
        let filters = config.filters.as_deref().expect("filters");
        assert!(filters.subject);
        assert_eq!((filters.success.as_str(), filters.failure.as_str()), ("ok", "bad"));
        let none = changed(&json!({"subject": "", "subject_fail": ""}), &config);
        assert_eq!(none.filters, None);
    }

    #[test]
    fn a_slug_is_made_of_the_name_until_the_third_version() {
        let named = spec(&json!({"name": "Nightly Backup.", "slug": "other"}));
        assert_eq!(slug(&named, 1).as_deref(), Some("nightly-backup"));
        assert_eq!(slug(&named, 3).as_deref(), Some("other"));
        assert_eq!(slug(&spec(&json!({})), 2), None);
    }

    #[test]
    fn channels_are_named_by_id_or_name_and_one_that_is_none_is_told() {
        let mail = Channel { name: "Mail".to_owned(), ..Channel::new("chn_1", "email", true) };
        let twin = Channel { name: "Mail".to_owned(), ..Channel::new("chn_2", "email", true) };
        let all = [Channel::new("ops", "slack", false), mail, twin];
        assert_eq!(channels("", &all), Ok(Vec::new()));
        assert_eq!(channels("*", &all), Ok(vec!["Mail".to_owned(), "ops".to_owned()]));
        assert_eq!(channels("ops, chn_1", &all), Ok(vec!["Mail".to_owned(), "ops".to_owned()]));
        assert_eq!(channels("ops,", &all), Err("empty channel identifier".to_owned()));
        assert_eq!(channels("x", &all), Err("invalid channel identifier: x".to_owned()));
        assert_eq!(channels("Mail", &all), Err("non-unique channel identifier: Mail".to_owned()));
    }
}
