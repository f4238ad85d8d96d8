//! Quiet hours of a channel in the file: `{ timezone = "Asia/Jakarta", from = "22:00", until = "07:00", days = ["sat"] }`.

use anyhow::{Context, Result};
use domain::QuietHours;
use domain::routing::day_of;
use domain::schedule::Zone;
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hours {
    timezone: Option<String>,
    from: String,
    until: String,
    #[serde(default)]
    days: Vec<String>,
}

/// Reads them; the time zone is UTC and the days are all where nothing is said.
pub(super) fn read(table: Value) -> Result<QuietHours> {
    let hours: Hours = serde_json::from_value(table)?;
    let wall = |name: &str, text: &str| {
        let time = format!("{text}:00").parse().ok().filter(|_| text.len() == 5);
        time.with_context(|| format!("{name} must be a time of day such as 22:00, was '{text}'"))
    };
    let day = |word: &String| day_of(word).with_context(|| format!("days are mon … sun, not '{word}'"));
    Ok(QuietHours {
        timezone: hours.timezone.as_deref().map_or(Ok(Zone::utc()), Zone::parse)?,
        from: wall("from", &hours.from)?,
        until: wall("until", &hours.until)?,
        days: hours.days.iter().map(day).collect::<Result<_>>()?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn hours_are_read_and_what_is_odd_is_named() {
        let hours = read(json!({ "from": "22:00", "until": "07:30", "days": ["sat"] })).expect("reads");
        assert_eq!((hours.timezone.name(), hours.until.minute(), hours.days.len()), ("UTC", 30, 1));
        for (table, problem) in [
            (
                json!({ "from": "10 pm", "until": "07:00" }),
                "from must be a time of day such as 22:00, was '10 pm'",
            ),
            (
                json!({ "from": "22:00", "until": "25:00" }),
                "until must be a time of day such as 22:00, was '25:00'",
            ),
            (
                json!({ "from": "22:00", "until": "07:00", "days": ["monday"] }),
                "days are mon … sun, not 'monday'",
            ),
        ] {
            assert_eq!(read(table).expect_err("refused").to_string(), problem);
        }
        let refused = read(json!({ "from": "22:00", "until": "07:00", "zone": "UTC" })).expect_err("refused");
        assert!(refused.to_string().starts_with("unknown field `zone`"), "{refused}");
    }
}
