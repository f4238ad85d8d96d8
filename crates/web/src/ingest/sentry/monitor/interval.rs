//! Sentry's intervals, as periods of a fixed length.
//!
//! A month is not one: so many months are taken as the most days that they can have, since a job that comes on the same
//! day of each must never be called late. It is found missing up to three days later than by the calendar.

use domain::Duration;
use domain::time::shorten;

use crate::wire::Fields;
use crate::wire::schedule::{PERIOD_MAX, PERIOD_MIN};
use crate::wire::value::{integer_within, word};

const UNITS: [&str; 7] = ["year", "month", "week", "day", "hour", "minute", "second"];
const VALUE_MAX: i64 = 1_000_000_000;

/// Takes `value` and `unit` out of a schedule; what is wrong with them is kept there.
pub(super) fn read(fields: &mut Fields) -> Option<Duration> {
    let value = fields.required("value", |value| integer_within(value, 1, VALUE_MAX));
    let unit = fields
        .required("unit", |value| word(value, &UNITS, |word| UNITS.into_iter().find(|unit| *unit == word)));
    let period = length(value?, unit?);
    if (PERIOD_MIN..=PERIOD_MAX).contains(&period) {
        return Some(period);
    }
    let shown = shorten(&period.to_string(), 40);
    fields.refuse("value", format!("must make an interval from {PERIOD_MIN} to {PERIOD_MAX}, made {shown}"));
    None
}

fn length(value: i64, unit: &str) -> Duration {
    match unit {
        "year" => Duration::DAY.times(366).times(value),
        "month" => Duration::DAY.times(days_of_months(value)),
        "week" => Duration::DAY.times(7).times(value),
        "day" => Duration::DAY.times(value),
        "hour" => Duration::HOUR.times(value),
        "minute" => Duration::MINUTE.times(value),
        _ => Duration::SECOND.times(value),
    }
}

/// The most days that so many months in a row can have: from March on, five months have 153; and a year has 366.
fn days_of_months(months: i64) -> i64 {
    let (years, rest) = (months / 12, months % 12);
    years * 366 + (rest * 153 + 4) / 5
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::date;

    use super::*;

    #[test]
    fn so_many_months_never_have_more_days_and_sometimes_have_as_many() {
        for months in 1..=12_i64 {
            let starts = (0..48).map(|month| date(2023, 1, 1) + month.months());
            let most = starts.map(|start| i64::from((start + months.months() - start).get_days())).max();
            assert_eq!(most, Some(days_of_months(months)), "{months}");
        }
    }
}
