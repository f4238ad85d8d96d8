//! JSON, read so that no client can hurt us and few can hurt themselves: any depth of nesting, lone surrogates and a
//! byte order mark are taken; what is deeper than anybody looks becomes an ellipsis.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Deeper than the metadata that is kept, and than any field of ours.
const DEPTH_MAX: usize = domain::report::METADATA_DEPTH_MAX + 8;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a body; or says where it stops being JSON.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, String> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let text = std::str::from_utf8(bytes)
        .map_err(|error| format!("the body is not UTF-8 from byte {} on", error.valid_up_to()))?;
    match bounded(text) {
        Ok(value) => Ok(value),
        Err(error) => match mended(text).map(|text| bounded(&text)) {
            Some(Ok(value)) => Ok(value),
            _ => Err(format!("the body is not JSON: {error}")),
        },
    }
}

fn bounded(text: &str) -> serde_json::Result<Value> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Bounded { depth: DEPTH_MAX }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Escapes of half a character (`\ud83d` alone, as a text cut in JavaScript ends) become the replacement character.
fn mended(text: &str) -> Option<String> {
    let mut mended = String::with_capacity(text.len());
    let mut rest = text;
    let mut changed = false;
    while let Some(place) = rest.find('\\') {
        mended.push_str(&rest[..place]);
        rest = &rest[place..];
        let escape = match (surrogate(rest), surrogate(rest.get(6..).unwrap_or_default())) {
            (Some(Half::High), Some(Half::Low)) => 12,
            (Some(_), _) => {
                mended.push_str("\\ufffd");
                changed = true;
                rest = &rest[6..];
                continue;
            }
            (None, _) => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        mended.push_str(&rest[..escape]);
        rest = &rest[escape..];
    }
    mended.push_str(rest);
    changed.then_some(mended)
}

enum Half {
    High,
    Low,
}

/// Which half of a character the escape at the beginning of a text is.
fn surrogate(text: &str) -> Option<Half> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    match u16::from_str_radix(digits, 16).ok()? {
        0xd800..=0xdbff => Some(Half::High),
        0xdc00..=0xdfff => Some(Half::Low),
        _ => None,
    }
}

/// Builds a value down to a depth. What lies deeper is skipped without recursion.
struct Bounded {
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Bounded {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let Some(depth) = self.depth.checked_sub(1) else {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Value::from("…"));
        };
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(Bounded { depth })? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let Some(depth) = self.depth.checked_sub(1) else {
            while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Value::from("…"));
        };
        let mut map = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            map.insert(name, fields.next_value_seed(Bounded { depth })?);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn any_depth_is_taken_and_what_is_too_deep_is_an_ellipsis() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let text = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
            let mut value = &parse(text.as_bytes()).expect("reads");
            let mut depth = 0;
            while let Some(inner) = value.get(0).or_else(|| value.get("a")) {
                (value, depth) = (inner, depth + 1);
            }
            assert_eq!((value, depth), (&json!("…"), DEPTH_MAX));
        }
    }

    #[test]
    fn half_a_character_does_not_cost_the_report() {
        for (text, expected) in [
            (r#"{"a":"cut \ud83d"}"#, "cut \u{fffd}"),
            (r#"{"a":"\udc00\ud83d\ude00"}"#, "\u{fffd}😀"),
            (r#"{"a":"\\ud83d \ud83dx"}"#, "\\ud83d \u{fffd}x"),
        ] {
            assert_eq!(parse(text.as_bytes()).expect(text), json!({ "a": expected }), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_place() {
        for (text, problem) in [
            (&b"{\"a\":}"[..], "the body is not JSON: expected value at line 1 column 6"),
            (b"{} {}", "the body is not JSON: trailing characters at line 1 column 4"),
            (b"{\"a\":\"\xff\"}", "the body is not UTF-8 from byte 6 on"),
            (b"[1,", "the body is not JSON: EOF while parsing a value at line 1 column 3"),
            (b"\\", "the body is not JSON: expected value at line 1 column 1"),
        ] {
            assert_eq!(parse(text).expect_err(problem), problem);
        }
        assert_eq!(parse(b"\xef\xbb\xbf{}"), Ok(json!({})));
    }

    #[test]
    fn of_a_field_given_twice_the_last_counts() {
        assert_eq!(parse(br#"{"a":1,"a":2}"#), Ok(json!({ "a": 2 })));
    }
}
