//! Lengths of time in words, as people configure them elsewhere: `every 10 minutes`, `5 min`, `15_minute`, `hour`.

const UNITS: [(&str, u64); 15] = [
    ("s", 1),
    ("sec", 1),
    ("second", 1),
    ("m", 60),
    ("min", 60),
    ("minute", 60),
    ("h", 3600),
    ("hr", 3600),
    ("hour", 3600),
    ("d", 86_400),
    ("day", 86_400),
    ("w", 604_800),
    ("week", 604_800),
    ("month", 2_678_400),
    ("year", 31_622_400),
];

/// Whole seconds of a length of one unit; a month is the longest one, a year a leap year.
pub(crate) fn seconds(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase().replace('_', " ");
    let length = text.strip_prefix("every ").unwrap_or(&text).trim();
    let digits = length.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = length.split_at(digits);
    let count: u64 = if count.is_empty() { 1 } else { count.parse().ok()? };
    let size = size_of(unit.trim())?;
    count.checked_mul(size).filter(|seconds| *seconds > 0)
}

fn size_of(unit: &str) -> Option<u64> {
    let is_it = |name: &str| unit == name || (name.len() > 1 && unit.strip_suffix('s') == Some(name));
    UNITS.iter().find(|(name, _)| is_it(name)).map(|(_, size)| *size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_in_words_and_in_short() {
        for (text, length) in [
            ("every 10 minutes", 600),
            ("every 1 min", 60),
            ("Every hour", 3600),
            ("45 seconds", 45),
            ("5min", 300),
            ("2s", 2),
            ("3 hrs", 10_800),
            ("15_minute", 900),
            ("1 week", 604_800),
            ("month", 2_678_400),
        ] {
            assert_eq!(seconds(text), Some(length), "{text}");
        }
    }

    #[test]
    fn what_is_no_length_is_none() {
        for text in [
            "",
            "every",
            "0 minutes",
            "10",
            "1.5 hours",
            "0 2 * * *",
            "at 13:37",
            "every 99999999999999999999 s",
            "18446744073709551615 days",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
