//! Schedule expressions: an input is the expression, and on lines of their own a zone and an instant to start from.

use domain::schedule::{BadExpression, Cron, OnCalendar, Zone};
use domain::{Duration, Instant};

/// How many occurrences are followed.
const STEPS: usize = 12;
/// Where it starts, if the input does not say.
const START_MILLIS: i64 = 1_772_438_400_000;

/// What both dialects can do.
pub trait Expression: Sized + PartialEq + std::fmt::Debug + std::fmt::Display {
    /// Reads a text of the dialect.
    fn read(text: &str) -> Result<Self, BadExpression>;
    /// The first occurrence after an instant.
    fn next(&self, after: Instant, zone: &Zone) -> Option<Instant>;
    /// From a slot to the occurrence after it.
    fn gap(&self, slot: Instant, zone: &Zone) -> Option<Duration>;
}

impl Expression for Cron {
    fn read(text: &str) -> Result<Self, BadExpression> {
        Self::parse(text)
    }

    fn next(&self, after: Instant, zone: &Zone) -> Option<Instant> {
        self.next_after(after, zone.as_time_zone())
    }

    fn gap(&self, slot: Instant, zone: &Zone) -> Option<Duration> {
        self.gap_after(slot, zone.as_time_zone())
    }
}

impl Expression for OnCalendar {
    fn read(text: &str) -> Result<Self, BadExpression> {
        Self::parse(text)
    }

    fn next(&self, after: Instant, zone: &Zone) -> Option<Instant> {
        self.next_after(after, zone.as_time_zone())
    }

    fn gap(&self, slot: Instant, zone: &Zone) -> Option<Duration> {
        self.gap_after(slot, zone.as_time_zone())
    }
}

/// Cron expressions.
pub fn cron(data: &[u8]) {
    judge::<Cron>(data);
}

/// systemd's calendar events.
pub fn on_calendar(data: &[u8]) {
    judge::<OnCalendar>(data);
}

/// Reads an input, and demands of what can be read that it is shown as it was given and goes forward.
pub fn judge<E: Expression>(data: &[u8]) {
    let Ok(input) = std::str::from_utf8(data) else { return };
    let mut lines = input.split('\n');
    let text = lines.next().unwrap_or_default();
    let zone = lines.next().and_then(|name| Zone::parse(name).ok()).unwrap_or_else(Zone::utc);
    let start = lines.next().and_then(|text| Instant::parse(text).ok());
    match E::read(text) {
        Err(refusal) => refused(text, &refusal),
        Ok(expression) => {
            assert_eq!(expression.to_string(), text, "it is shown as something else");
            assert_eq!(
                E::read(text).as_ref(),
                Ok(&expression),
                "it is read as something else the second time"
            );
            goes_forward(&expression, &zone, start.unwrap_or(Instant::from_millis(START_MILLIS)));
        }
    }
}

fn refused(text: &str, refusal: &BadExpression) {
    let length = text.chars().count();
    assert!((1..=length + 1).contains(&refusal.at), "'{refusal}' points beside a text of {length}");
    assert!((1..200).contains(&refusal.reason.chars().count()), "no reason, or a long one: {refusal}");
}

/// Each occurrence is later than what it was asked after, and is found from anywhere between.
fn goes_forward<E: Expression>(expression: &E, zone: &Zone, start: Instant) {
    let mut at = start;
    for _ in 0..STEPS {
        let next = expression.next(at, zone);
        assert_eq!(expression.gap(at, zone), next.map(|next| next.since(at)), "after {at}");
        let Some(next) = next else { return };
        assert!(next > at, "after {at} comes {next}");
        assert_eq!(next.as_millis() % 1000, 0, "{next} is within a second");
        let halfway = Instant::from_millis(i64::midpoint(at.as_millis(), next.as_millis()));
        for between in [halfway, Instant::from_millis(next.as_millis() - 1)] {
            assert_eq!(expression.next(between, zone), Some(next), "{between} lies between {at} and {next}");
        }
        at = next;
    }
}
