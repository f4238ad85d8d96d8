//! Whether what is there is what is wanted, as far as it can be seen from outside: lengths of time and instants may be
//! written in more than one way, and what is not given may be anything.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

/// The fields that are given and are not so.
pub(super) fn differing<'a>(wanted: &'a Map<String, Value>, there: &Value) -> Vec<&'a str> {
    let differs = |(name, value): &(&String, &Value)| !is_same(value, &there[name.as_str()]);
    wanted.iter().filter(differs).map(|(name, _)| name.as_str()).collect()
}

fn is_same(wanted: &Value, there: &Value) -> bool {
    match (wanted, there) {
        (Value::Object(wanted), _) => differing(wanted, there).is_empty(),
        (Value::Array(wanted), Value::Array(there)) => {
            wanted.len() == there.len() && wanted.iter().zip(there).all(|(a, b)| is_same(a, b))
        }
        // What is empty is left out of answers.
        (Value::Array(wanted), Value::Null) => wanted.is_empty(),
        (Value::Bool(wanted), Value::Null) => !wanted,
        (Value::String(wanted), Value::String(there)) => wanted == there || means_the_same(wanted, there),
        (Value::Number(seconds), Value::String(there)) => {
            length(there).is_some_and(|there| seconds.as_i64() == Some(there.as_secs()))
        }
        (wanted, there) => wanted == there,
    }
}

fn means_the_same(a: &str, b: &str) -> bool {
    let lengths = length(a).zip(length(b)).is_some_and(|(a, b)| a == b);
    let instants = a.parse::<Timestamp>().ok().zip(b.parse::<Timestamp>().ok());
    lengths || instants.is_some_and(|(a, b)| a == b)
}

/// A length of time such as `2h30m`.
fn length(text: &str) -> Option<SignedDuration> {
    let mut whole = SignedDuration::ZERO;
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit_end = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let millis = match &rest[..unit_end] {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => return None,
        };
        whole = whole.checked_add(SignedDuration::from_millis(number.checked_mul(millis)?))?;
        rest = &rest[unit_end..];
    }
    Some(whole)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(wanted: Value, there: &Value) -> Vec<String> {
        let Value::Object(wanted) = wanted else { panic!("an object") };
        differing(&wanted, there).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn what_is_not_given_may_be_anything_and_what_is_given_must_be_so() {
        let there = json!({ "a": 1, "b": "x", "c": { "d": [1, 2] } });
        assert!(fields(json!({ "b": "x", "c": { "d": [1, 2] } }), &there).is_empty());
        assert_eq!(fields(json!({ "b": "y", "c": { "d": [1] }, "e": true }), &there), ["b", "c", "e"]);
    }

    #[test]
    fn one_meaning_written_in_two_ways_is_no_change() {
        let there = json!({ "grace": "15m", "long": "1d", "from": "2026-01-01T00:00:00.000Z", "s": "90s" });
        let wanted = json!({ "grace": "900s", "long": "24h", "from": "2026-01-01T01:00:00+01:00", "s": 90 });
        assert!(fields(wanted, &there).is_empty());
        assert_eq!(fields(json!({ "grace": "16m" }), &there), ["grace"]);
    }

    #[test]
    fn what_is_empty_or_false_is_left_out_of_answers() {
        assert!(fields(json!({ "tags": [], "last": false }), &json!({})).is_empty());
        assert_eq!(fields(json!({ "tags": ["a"], "last": true }), &json!({})), ["last", "tags"]);
    }
}
