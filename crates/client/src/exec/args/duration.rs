//! Durations as people write them. Whole seconds are fine enough for jobs.

use std::time::Duration;

/// `90`, `90s`, `2h30m`, `1d`: whole units, added up.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let mut total = Duration::ZERO;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let unit_at = rest.find(|c: char| !c.is_ascii_digit())?;
        let (count, tail) = rest.split_at(unit_at);
        let unit_ends = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_ends);
        let seconds = count.parse::<u32>().ok()?.checked_mul(seconds_in(unit)?)?;
        total += Duration::from_secs(u64::from(seconds));
        rest = tail;
    }
    (!text.trim().is_empty()).then_some(total)
}

/// A duration between two others, both given as they are to be shown.
pub(super) fn parse_between(text: &str, least: &str, most: &str) -> Result<Duration, String> {
    let length = parse_duration(text).ok_or("give a duration such as 30s, 2m or 1h")?;
    let within = parse_duration(least).is_none_or(|least| length >= least)
        && parse_duration(most).is_none_or(|most| length <= most);
    if within { Ok(length) } else { Err(format!("it must be between {least} and {most}")) }
}

fn seconds_in(unit: &str) -> Option<u32> {
    Some(match unit.trim() {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        let read = |text| parse_duration(text).map(|length| length.as_secs());
        assert_eq!(read("90"), Some(90));
        assert_eq!(read("2h30m"), Some(9000));
        assert_eq!(read("1d"), Some(86_400));
        for bad in ["", "s", "5x", "1.5h", "-1s", "99999999999d"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_duration_out_of_bounds_is_told_the_bounds() {
        assert_eq!(parse_between("1m", "1m", "1h"), Ok(Duration::from_mins(1)));
        assert_eq!(parse_between("1h", "1m", "1h"), Ok(Duration::from_hours(1)));
        for text in ["59s", "3601"] {
            assert_eq!(parse_between(text, "1m", "1h"), Err("it must be between 1m and 1h".to_owned()));
        }
        assert!(parse_between("soon", "1m", "1h").is_err_and(|why| why.contains("such as 30s")));
    }
}
