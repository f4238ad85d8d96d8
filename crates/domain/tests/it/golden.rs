//! Judges a schedule by golden cases: an expression, a zone, an instant and what follows it.

use std::collections::HashMap;

use domain::Instant;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::zones::pinned;

#[derive(Deserialize)]
struct Case {
    #[serde(alias = "cron", alias = "on_calendar")]
    expression: String,
    timezone: String,
    after: i64,
    next: Vec<i64>,
}

/// Follows each case step by step and demands that all agree.
pub(crate) fn check<S>(
    golden: &str,
    count: usize,
    parse: impl Fn(&str) -> S,
    next_after: impl Fn(&S, Instant, &TimeZone) -> Option<Instant>,
) {
    let mut zones = HashMap::new();
    let wrong: Vec<_> = golden
        .lines()
        .filter_map(|line| {
            let case: Case = serde_json::from_str(line).expect(line);
            let zone = zones.entry(case.timezone.clone()).or_insert_with(|| pinned(&case.timezone));
            let schedule = parse(&case.expression);
            disagreement(&case, |at| next_after(&schedule, at, zone))
                .map(|difference| format!("{difference}: {line}"))
        })
        .collect();
    assert_eq!(golden.lines().count(), count);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn disagreement(case: &Case, next_after: impl Fn(Instant) -> Option<Instant>) -> Option<String> {
    let mut at = Instant::from_seconds(case.after);
    for expected in case.next.iter().copied().map(Instant::from_seconds) {
        let next = next_after(at);
        if next != Some(expected) {
            return Some(format!("after {at} comes {next:?} instead of {expected}"));
        }
        at = expected;
    }
    None
}
