//! Which scheduler a check-in means: the monitor's slug and the environment, made into a name of ours.
//!
//! Sentry has one monitor with several environments; here each is a scheduler of its own, and tags link them.

use domain::SchedulerId;
use domain::time::shorten;
use icu_normalizer::DecomposingNormalizerBorrowed;
use serde_json::Value;

use crate::wire::value::{line, shown, text};

/// Most characters of a slug; a longer one is cut.
pub const SLUG_CHARS_MAX: usize = 50;
/// Most characters of an environment's name.
pub const ENVIRONMENT_CHARS_MAX: usize = 64;
/// The environment of a check-in that names none.
pub const PRODUCTION: &str = "production";

/// A monitor in an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonitorName {
    /// 1 to 50 of `a-z`, `0-9`, `-` and `_`.
    pub slug: String,
    /// 1 to 64 characters.
    pub environment: String,
}

impl MonitorName {
    /// What the scheduler is called: the slug in production, else `slug@environment`.
    pub fn scheduler_id(&self) -> SchedulerId {
        if self.environment == PRODUCTION {
            SchedulerId::trusted(self.slug.as_str())
        } else {
            SchedulerId::trusted(format!("{}@{}", self.slug, self.environment))
        }
    }

    /// What links the environments of a monitor, and the monitors of an environment.
    pub fn tags(&self) -> Vec<String> {
        let tags = [format!("monitor:{}", self.slug), format!("environment:{}", self.environment)];
        tags.map(|tag| tag_of(&tag)).to_vec()
    }
}

/// A tag is at most 64 characters.
pub(super) fn tag_of(text: &str) -> String {
    const TAG_CHARS_MAX: usize = 64;
    if text.chars().nth(TAG_CHARS_MAX).is_none() { text.to_owned() } else { shorten(text, TAG_CHARS_MAX - 1) }
}

/// Reads a slug, made as Sentry makes it: accents off, lower case, what is neither letter, digit nor underscore out.
pub(super) fn slug(value: &Value) -> Result<String, String> {
    let slug = slugified(text(value)?, SLUG_CHARS_MAX);
    if slug.is_empty() {
        return Err(format!("must have a letter or a digit of ASCII, was {}", shown(value)));
    }
    Ok(slug)
}

/// A text as a slug in the manner of Django, which Healthchecks rests on as well: at most so many characters.
pub(in crate::ingest) fn slugified(text: &str, most: usize) -> String {
    let cut = text.chars().take(most);
    let plain = DecomposingNormalizerBorrowed::new_nfkd().normalize_iter(cut).filter(char::is_ascii);
    let mut slug = String::new();
    for c in plain.map(|c| c.to_ascii_lowercase()) {
        match c {
            'a'..='z' | '0'..='9' | '_' => slug.push(c),
            '-' | ' ' | '\t'..='\r' if !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    let slug = slug.trim_matches(['-', '_']);
    // One character may have come apart into many.
    slug[..slug.len().min(most)].trim_end_matches('-').to_owned()
}

/// Reads an environment's name.
pub(super) fn environment(value: &Value) -> Result<String, String> {
    let trimmed = Value::from(text(value)?.trim());
    if trimmed == "" { Ok(PRODUCTION.to_owned()) } else { line(&trimmed, ENVIRONMENT_CHARS_MAX) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_slug_is_made_as_sentry_makes_it() {
        for (given, made) in [
            ("nightly-backup", "nightly-backup"),
            ("Nightly Backup", "nightly-backup"),
            ("Übernacht café", "ubernacht-cafe"),
            ("app.tasks.send_mail", "apptaskssend_mail"),
            ("--a -- b__", "a-b"),
            ("ﬁle ①", "file-1"),
            ("a/b\\c?d", "abcd"),
            ("tab\tand\nline", "tab-and-line"),
            ("nightly\u{0}", "nightly"),
        ] {
            assert_eq!(slug(&json!(given)).as_deref(), Ok(made), "{given}");
        }
    }

    #[test]
    fn a_long_slug_is_cut_to_fifty_characters() {
        assert_eq!(slug(&json!("x".repeat(80))), Ok("x".repeat(50)));
        assert_eq!(slug(&json!(format!("{}-tail", "x".repeat(49)))), Ok("x".repeat(49)));
        assert_eq!(
            slug(&json!("ﷺ".repeat(50))).expect_err("no ASCII"),
            "must have a letter or a digit of ASCII, was 'ﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺ…'"
        );
        assert_eq!(slug(&json!("㎨".repeat(50))).expect("ASCII").len(), 50);
    }

    #[test]
    fn a_slug_of_which_nothing_is_left_is_refused() {
        for given in [json!(""), json!("---"), json!("_"), json!("задача"), json!(null), json!(7)] {
            assert!(slug(&given).is_err(), "{given}");
        }
    }

    #[test]
    fn an_environment_is_kept_as_it_is_and_production_where_it_is_empty() {
        for (given, kept) in
            [("staging", "staging"), ("", "production"), ("  ", "production"), (" QA 1 ", "QA 1")]
        {
            assert_eq!(environment(&json!(given)).as_deref(), Ok(kept), "{given:?}");
        }
        for given in ["x".repeat(65), "a\nb".to_owned()] {
            assert!(environment(&json!(given)).is_err(), "{given:?}");
        }
    }

    #[test]
    fn production_goes_by_the_slug_alone() {
        let name =
            |environment: &str| MonitorName { slug: "nightly".into(), environment: environment.into() };
        assert_eq!(name("production").scheduler_id().as_str(), "nightly");
        assert_eq!(name("qa").scheduler_id().as_str(), "nightly@qa");
        assert_eq!(name("qa").tags(), ["monitor:nightly", "environment:qa"]);
    }

    #[test]
    fn every_name_is_one_that_a_scheduler_can_have() {
        for environment in ["production".to_owned(), "é".repeat(64), "a b/c".to_owned()] {
            let name = MonitorName { slug: "x".repeat(50), environment };
            assert_eq!(SchedulerId::parse(name.scheduler_id().as_str()), Ok(name.scheduler_id()));
            assert!(name.tags().iter().all(|tag| tag.chars().count() <= 64), "{:?}", name.tags());
        }
    }
}
