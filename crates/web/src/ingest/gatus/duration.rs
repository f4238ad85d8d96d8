//! A length of time as Go writes it: numbers with units, one after the other, such as `1h2m3.5s`. Bad ones are described
//! in the words of Go's own library, which Gatus passes on.

use domain::Duration;
use domain::time::shorten;

/// The units, the longer name of two that begin alike first, with how many milliseconds each has.
const UNITS: [(&str, f64); 8] = [
    ("ns", 1e-6),
    ("us", 1e-3),
    ("µs", 1e-3),
    ("μs", 1e-3),
    ("ms", 1.0),
    ("s", 1e3),
    ("m", 6e4),
    ("h", 3.6e6),
];
/// What a length of 64 bits of nanoseconds can hold, in milliseconds.
const MILLIS_MAX: f64 = 9_223_372_036_854.0;

/// Reads a length. A negative one is none at all.
pub(super) fn read(text: &str) -> Result<Duration, String> {
    let invalid = || format!("time: invalid duration {}", quoted(text));
    let (negative, mut rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Ok(Duration::ZERO);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut millis = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().map_err(|_| invalid())?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        let name = &rest[..letters];
        if name.is_empty() {
            return Err(format!("time: missing unit in duration {}", quoted(text)));
        }
        let unit = UNITS.iter().find(|(unit, _)| *unit == name);
        let (_, each) =
            unit.ok_or_else(|| format!("time: unknown unit {} in duration {}", quoted(name), quoted(text)))?;
        millis += number * each;
        rest = &rest[letters..];
    }
    if millis > MILLIS_MAX {
        return Err(invalid());
    }
    Ok(if negative { Duration::ZERO } else { Duration::from_millis(millis.round() as i64) })
}

fn quoted(text: &str) -> String {
    format!("{:?}", shorten(text, 40))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_go_reads_them() {
        for (text, millis) in [
            ("10s", 10_000),
            ("0", 0),
            ("300ms", 300),
            ("1h2m3.5s", 3_723_500),
            (".5s", 500),
            ("1.5h", 5_400_000),
            ("999us", 1),
            ("12µs", 0),
            ("+2s", 2000),
            ("-2s", 0),
        ] {
            assert_eq!(read(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn what_is_no_length_is_told_in_gos_words() {
        for (text, problem) in [
            ("", "time: invalid duration \"\""),
            ("-", "time: invalid duration \"-\""),
            ("fast", "time: invalid duration \"fast\""),
            ("10", "time: missing unit in duration \"10\""),
            ("10 s", "time: unknown unit \" s\" in duration \"10 s\""),
            ("1d", "time: unknown unit \"d\" in duration \"1d\""),
            ("1.2.3s", "time: invalid duration \"1.2.3s\""),
            ("9999999999h", "time: invalid duration \"9999999999h\""),
        ] {
            assert_eq!(read(text), Err(problem.to_owned()), "{text}");
        }
    }
}
