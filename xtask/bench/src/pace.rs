//! What several rounds came to: the round in the middle speaks for all, so that one disturbance of the machine changes
//! nothing.

use anyhow::{Context, Result};
use serde::Serialize;

use crate::load::Round;

/// How fast a server answered.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Pace {
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// Which share of its processor the generator used.
    pub(crate) generator: f64,
}

impl Pace {
    /// The pace of the median round, by answers a second.
    pub(crate) fn of(mut rounds: Vec<Round>) -> Result<Self> {
        rounds.sort_by(|left, right| left.per_second.total_cmp(&right.per_second));
        let middle = rounds.get(rounds.len() / 2).context("no round was driven")?;
        let millis = |quantile| middle.taken.value_at_quantile(quantile) as f64 / 1e6;
        Ok(Self {
            per_second: middle.per_second,
            p50_ms: millis(0.5),
            p99_ms: millis(0.99),
            generator: middle.generator,
        })
    }

    /// Which share of another's answers came.
    pub(crate) fn share_of(&self, other: &Self) -> f64 {
        self.per_second / other.per_second
    }
}

/// The value in the middle; of an even number the greater of the two.
pub(crate) fn median(mut values: Vec<f64>) -> Result<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().context("nothing was measured")
}

#[cfg(test)]
mod tests {
    use hdrhistogram::Histogram;

    use super::*;

    fn round(per_second: f64, millis: &[u64]) -> Round {
        let mut taken = Histogram::new_with_bounds(1_000, 1_000_000_000, 3).expect("a histogram");
        for value in millis {
            taken.record(value * 1_000_000).expect("in bounds");
        }
        Round { per_second, taken, generator: per_second / 1000.0 }
    }

    fn near(value: f64, expected: f64) -> bool {
        (value - expected).abs() <= expected / 500.0
    }

    #[test]
    fn the_round_in_the_middle_speaks_for_all() {
        let slow: Vec<u64> = (1..=100).collect();
        let pace =
            Pace::of(vec![round(900.0, &[1]), round(100.0, &[99]), round(500.0, &slow)]).expect("a pace");
        assert!(near(pace.per_second, 500.0) && near(pace.generator, 0.5), "{pace:?}");
        assert!(near(pace.p50_ms, 50.0) && near(pace.p99_ms, 99.0), "{pace:?}");
    }

    #[test]
    fn a_share_is_of_the_other() {
        let pace = |per_second| Pace { per_second, p50_ms: 1.0, p99_ms: 1.0, generator: 0.1 };
        assert!(near(pace(300.0).share_of(&pace(500.0)), 0.6));
    }

    #[test]
    fn the_median_needs_something_to_be_measured() {
        assert!(median(Vec::new()).is_err());
        assert!(near(median(vec![9.0, 1.0, 5.0]).expect("a median"), 5.0));
        assert!(near(median(vec![4.0, 1.0]).expect("a median"), 4.0));
    }
}
