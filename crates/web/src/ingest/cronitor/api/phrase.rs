//! Lengths of time as Cronitor writes them: `every 5 minutes`, `8 hours`, `every day`. Pure.

use domain::Duration;

const UNITS: [(&[&str], Duration); 5] = [
    (&["s", "sec", "secs", "second", "seconds"], Duration::SECOND),
    (&["m", "min", "mins", "minute", "minutes"], Duration::MINUTE),
    (&["h", "hr", "hrs", "hour", "hours"], Duration::HOUR),
    (&["d", "day", "days"], Duration::DAY),
    (&["w", "week", "weeks"], Duration::DAY.times(7)),
];
/// Most of any unit.
const COUNT_MAX: i64 = 1_000_000;

/// Reads a length, with or without `every` before it; one of a unit alone is one of it.
pub(super) fn length(text: &str) -> Option<Duration> {
    let text = text.trim().to_ascii_lowercase();
    let text = text.strip_prefix("every ").unwrap_or(&text).trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let count = if digits == 0 { 1 } else { text[..digits].parse().ok().filter(|n| *n <= COUNT_MAX)? };
    let name = text[digits..].trim();
    let (_, unit) = UNITS.iter().find(|(names, _)| names.contains(&name))?;
    Some(unit.times(count))
}

/// Writes a length in the greatest unit of which it is a whole number.
pub(super) fn written(length: Duration) -> String {
    let millis = length.as_millis();
    let fits = |unit: &Duration| millis >= unit.as_millis() && millis % unit.as_millis() == 0;
    let whole = UNITS.iter().take(4).rev().find(|(_, unit)| fits(unit));
    let Some((names, unit)) = whole else { return format!("{} seconds", millis / 1000) };
    let count = millis / unit.as_millis();
    let name = names.iter().max_by_key(|name| name.len()).copied().unwrap_or_default();
    if count == 1 { format!("1 {}", name.trim_end_matches('s')) } else { format!("{count} {name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_in_cronitors_words() {
        for (text, seconds) in [
            ("every 5 minutes", Some(300)),
            ("Every hour", Some(3600)),
            ("8 hours", Some(28_800)),
            ("every 1 day", Some(86_400)),
            ("30s", Some(30)),
            ("2 weeks", Some(1_209_600)),
            ("every", None),
            ("every 5", None),
            ("99999999999 days", None),
            ("0 0 * * *", None),
            ("", None),
        ] {
            assert_eq!(length(text), seconds.map(Duration::from_seconds), "{text}");
        }
    }

    #[test]
    fn lengths_are_written_as_they_are_read() {
        for text in ["5 minutes", "1 hour", "36 hours", "1 day", "90 seconds", "14 days"] {
            assert_eq!(written(length(text).expect(text)), text);
        }
    }
}
