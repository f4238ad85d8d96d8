//! The other endpoint, for those without an SDK: a check-in in the path and the query, or as the body.

use domain::{Problem, Rejection};
use serde_json::{Map, Value};

use super::check_in::CheckIn;
use crate::extract::query::decoded;
use crate::wire::json;

/// The parameters that are part of a check-in; others (the key among them) are none of its.
const PARAMETERS: [&str; 4] = ["status", "check_in_id", "environment", "duration"];

/// Reads a check-in from the path's slug and the query. Of a parameter that is given twice the first counts; one
/// without a value is absent.
pub fn from_query(slug: &str, query: &str) -> Result<CheckIn, Vec<Problem>> {
    let mut given = Map::new();
    for name in PARAMETERS {
        if let Some(value) = parameter(query, name) {
            given.insert(name.to_owned(), Value::String(value));
        }
    }
    named(given, slug)
}

/// Reads a check-in from the path's slug and a body of JSON; the path wins over a slug in the body.
pub fn from_body(slug: &str, body: &[u8]) -> Result<CheckIn, Vec<Problem>> {
    match json::parse(body).map_err(|error| vec![unread(&error)])? {
        Value::Object(given) => named(given, slug),
        other => CheckIn::of(other),
    }
}

/// Whether a body is a check-in by its content type, rather than nothing of interest.
pub fn is_json(content_type: &str) -> bool {
    content_type.trim_start().to_ascii_lowercase().starts_with("application/json")
}

/// What is wrong, as one sentence for an answer.
pub fn sentence(problems: Vec<Problem>) -> String {
    Rejection::Invalid(problems).to_string()
}

fn unread(error: &str) -> Problem {
    Problem::new("the body", error.strip_prefix("the body ").unwrap_or(error))
}

fn named(mut given: Map<String, Value>, slug: &str) -> Result<CheckIn, Vec<Problem>> {
    given.insert("monitor_slug".to_owned(), Value::from(slug));
    CheckIn::of(Value::Object(given))
}

/// A parameter of a query, decoded.
pub(super) fn parameter(query: &str, name: &str) -> Option<String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(given, _)| decoded(given).as_deref() == Some(name));
    values.find_map(|(_, value)| decoded(value)).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use domain::{Duration, Status};

    use super::*;

    #[test]
    fn a_check_in_is_read_from_path_and_query() {
        let query = "sentry_key=k&status=error&check_in_id=0123456789ABCDEF0123456789abcdef&environment=q%20a&duration=2.5";
        let read = from_query("Nightly Job", query).expect("a check-in");
        assert_eq!(read.monitor.scheduler_id().as_str(), "nightly-job@q a");
        assert_eq!(read.check_in_id.expect("an id").as_str(), "0123456789abcdef0123456789abcdef");
        assert_eq!((read.status, read.duration), (Status::Failed, Some(Duration::from_millis(2500))));
    }

    #[test]
    fn the_status_is_all_that_a_query_must_have() {
        let read = from_query("nightly", "status=in_progress&environment=").expect("a check-in");
        assert_eq!((read.check_in_id, read.status), (None, Status::Running));
        assert_eq!(read.monitor.environment, "production");
        let refused = from_query("nightly", "").expect_err("no status");
        assert_eq!(sentence(refused), "status is required, was absent");
        let refused = from_query("nightly", "status=missed&check_in_id=7").expect_err("both are wrong");
        assert_eq!(
            sentence(refused),
            "check_in_id must be a UUID of 32 hexadecimal digits, with or without dashes, was '7'; \
             status must be one of in_progress, ok, error, was 'missed'"
        );
    }

    #[test]
    fn the_slug_of_the_path_wins_over_that_of_the_body() {
        let body = br#"{"monitor_slug":"other","status":"ok"}"#;
        assert_eq!(from_body("nightly", body).expect("a check-in").monitor.slug, "nightly");
        for body in [&b""[..], b"[]", b"{", b"\"ok\""] {
            assert!(from_body("nightly", body).is_err(), "{body:?}");
        }
    }

    #[test]
    fn a_body_is_json_if_it_says_so() {
        for (content_type, yes) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("text/plain", false),
            ("", false),
        ] {
            assert_eq!(is_json(content_type), yes, "{content_type}");
        }
    }
}
