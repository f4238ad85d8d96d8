//! Single values: what is taken for a number, an instant, a duration; and how a refusal quotes what was sent.

use domain::{Duration, Instant, Limit};
use serde_json::Value;

/// What was sent, in short.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => format!("'{}'", domain::time::shorten(text, 40)),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

pub(crate) fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| format!("must be a text, was {}", shown(value)))
}

/// A text of 1 to `most` characters without control characters.
pub(crate) fn line(value: &Value, most: usize) -> Result<String, String> {
    let text = text(value)?;
    domain::id::check_text(text, most).map_err(|bad| bad.to_string())?;
    Ok(text.to_owned())
}

/// A text of at most `most` characters, of several lines perhaps.
pub(crate) fn prose(value: &Value, most: usize) -> Result<String, String> {
    let text = text(value)?;
    if text.chars().nth(most).is_some() {
        return Err(format!("must have at most {most} characters, begins {}", shown(value)));
    }
    Ok(text.to_owned())
}

/// An address that mail could be sent to.
pub(crate) fn email(value: &Value) -> Result<String, String> {
    let text = text(value)?;
    let bad = || format!("must be an e-mail address of at most 254 characters, was {}", shown(value));
    let (local, host) = text.rsplit_once('@').ok_or_else(bad)?;
    let odd = |c: char| c.is_whitespace() || c.is_control() || "<>,;:\"()[]\\".contains(c);
    let is_label = |label: &str| {
        let good = |c: char| c.is_alphanumeric() || c == '-';
        !label.is_empty() && label.chars().all(good) && !label.starts_with('-') && !label.ends_with('-')
    };
    let local_ok = (1..=64).contains(&local.len()) && !local.contains(|c: char| odd(c) || c == '@');
    if local_ok && text.len() <= 254 && host.split('.').all(is_label) {
        Ok(text.to_owned())
    } else {
        Err(bad())
    }
}

/// One of some words.
pub(crate) fn word<T>(
    value: &Value,
    words: &[&str],
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<T, String> {
    let found = value.as_str().and_then(read);
    found.ok_or_else(|| format!("must be one of {}, was {}", words.join(", "), shown(value)))
}

/// A list of at most `most` texts of 1 to `chars` characters; what is given twice counts once.
pub(crate) fn lines(value: &Value, most: usize, chars: usize) -> Result<Vec<String>, String> {
    let items = value.as_array().ok_or_else(|| format!("must be an array of texts, was {}", shown(value)))?;
    if items.len() > most {
        return Err(format!("must be at most {most}, were {}", items.len()));
    }
    let mut kept = Vec::with_capacity(items.len());
    for (place, item) in items.iter().enumerate() {
        let text = line(item, chars).map_err(|problem| format!("has at place {place} one that {problem}"))?;
        if !kept.contains(&text) {
            kept.push(text);
        }
    }
    Ok(kept)
}

/// True or false.
pub(crate) fn truth(value: &Value) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| format!("must be true or false, was {}", shown(value)))
}

/// A number, as such or as text.
pub(crate) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

/// Up to here a floating-point number is a whole one exactly.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// A whole number, as such or as text; `3.0` is one too.
pub(crate) fn integer(value: &Value) -> Option<i64> {
    let exact = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    exact.or_else(|| {
        let number = number(value).filter(|number| number.fract() == 0.0 && number.abs() <= EXACT_MAX)?;
        Some(number as i64)
    })
}

/// A whole number within bounds.
pub(crate) fn integer_within(value: &Value, least: i64, most: i64) -> Result<i64, String> {
    let found = integer(value).filter(|number| (least..=most).contains(number));
    found.ok_or_else(|| format!("must be a whole number from {least} to {most}, was {}", shown(value)))
}

/// Any whole number.
pub(crate) fn any_integer(value: &Value) -> Result<i64, String> {
    integer(value).ok_or_else(|| format!("must be a whole number, was {}", shown(value)))
}

/// A number of milliseconds, not negative, up to a bound; fractions are dropped.
pub(crate) fn millis(value: &Value, most: Duration) -> Result<Duration, String> {
    let found = number(value).filter(|number| (0.0..=most.as_millis() as f64).contains(number));
    found.map(|number| Duration::from_millis(number as i64)).ok_or_else(|| {
        format!(
            "must be a number of milliseconds from 0 to {} ({most}), was {}",
            most.as_millis(),
            shown(value)
        )
    })
}

/// Any ISO 8601 instant; without a zone it is UTC.
pub(crate) fn instant(text: &str) -> Result<Instant, String> {
    Instant::parse(text.trim()).map_err(|bad| format!("must be an instant: {bad}"))
}

/// [`instant`] of a JSON value.
pub(crate) fn moment(value: &Value) -> Result<Instant, String> {
    instant(value.as_str().ok_or_else(|| format!("must be an ISO 8601 instant, was {}", shown(value)))?)
}

/// A duration, as text or as whole seconds, within bounds.
pub(crate) fn duration(value: &Value, least: Duration, most: Duration) -> Result<Duration, String> {
    let bad =
        || format!("must be a duration from {least} to {most}, such as 90s or 2h30m, was {}", shown(value));
    let read = match value {
        Value::String(text) => text.parse().ok(),
        other => integer(other).filter(|seconds| *seconds >= 0).map(Duration::from_seconds),
    };
    read.filter(|span| (least..=most).contains(span)).ok_or_else(bad)
}

/// A duration within bounds, or `off`.
pub(crate) fn limit(value: &Value, least: Duration, most: Duration) -> Result<Limit, String> {
    if value.as_str().is_some_and(|text| text.trim().eq_ignore_ascii_case("off")) {
        return Ok(Limit::Off);
    }
    duration(value, least, most)
        .map(Limit::After)
        .map_err(|problem| problem.replacen("such as", "or off, such as", 1))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_may_come_as_text() {
        for (value, number) in [
            (json!(3), 3),
            (json!("3"), 3),
            (json!(" 3 "), 3),
            (json!(3.0), 3),
            (json!("3.0"), 3),
            (json!(-1), -1),
        ] {
            assert_eq!(integer(&value), Some(number), "{value}");
        }
        for value in [json!("3x"), json!(3.5), json!(""), json!(null), json!([3]), json!(1e300), json!("NaN")]
        {
            assert_eq!(integer(&value), None, "{value}");
        }
    }

    #[test]
    fn a_duration_is_text_or_seconds_within_its_bounds() {
        let read = |value: serde_json::Value| duration(&value, Duration::SECOND, Duration::HOUR);
        assert_eq!(read(json!("90s")), Ok(Duration::from_seconds(90)));
        assert_eq!(read(json!(90)), Ok(Duration::from_seconds(90)));
        assert_eq!(read(json!("90")), Ok(Duration::from_seconds(90)));
        assert_eq!(
            read(json!("2h")),
            Err("must be a duration from 1s to 1h, such as 90s or 2h30m, was '2h'".to_owned())
        );
        for value in [json!(0), json!(-5), json!(1.5), json!("soon"), json!(true)] {
            assert!(read(value.clone()).is_err(), "{value}");
        }
    }

    #[test]
    fn an_e_mail_address_is_one_that_could_be_written_to() {
        for text in ["ops@example.com", "a.b+c@sub.example.co", "o'neil@localhost", "ünal@bücher.example"] {
            assert!(email(&json!(text)).is_ok(), "{text}");
        }
        for text in
            ["", "ops", "@x", "a@", "a b@x.y", "a@x..y", "a@x,b@y", "<a@x.y>", "a@-x.y", "a\n@x.y", "a@b@c"]
        {
            assert!(email(&json!(text)).is_err(), "{text}");
        }
        assert!(email(&json!(format!("{}@x.y", "a".repeat(65)))).is_err());
    }
}
