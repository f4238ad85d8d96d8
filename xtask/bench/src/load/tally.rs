//! What a round came to: how many answers, how long each took, and what the generator itself cost.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use hdrhistogram::Histogram;

use crate::clock::own_processor_time;

/// The shortest and the longest time that is told apart, in nanoseconds, to three digits.
const SHORTEST: u64 = 1_000;
const LONGEST: u64 = 120_000_000_000;

/// A round.
#[derive(Clone, Debug)]
pub(crate) struct Round {
    /// How many answers came a second.
    pub(crate) per_second: f64,
    /// How long each took, in nanoseconds.
    pub(crate) taken: Histogram<u64>,
    /// Which share of its processor the generator used, but for looking whether an answer had come.
    pub(crate) generator: f64,
}

/// A round that is going on.
#[derive(Debug)]
pub(super) struct Tally {
    from: Instant,
    until: Instant,
    taken: Histogram<u64>,
    /// The first answer that counted, and what the generator had cost by then.
    first: Option<(Instant, Duration)>,
    last: Option<(Instant, Duration)>,
    /// How long the generator only looked whether an answer had come.
    looked: Duration,
}

impl Tally {
    pub(super) fn new(now: Instant, warm_up: Duration, length: Duration) -> Result<Self> {
        let from = now + warm_up;
        let taken = Histogram::new_with_bounds(SHORTEST, LONGEST, 3).context("no histogram")?;
        Ok(Self { from, until: from + length, taken, first: None, last: None, looked: Duration::ZERO })
    }

    /// Takes an answer down, if it came while answers count.
    pub(super) fn answered(&mut self, begun: Instant, now: Instant) -> Result<()> {
        if now < self.from || self.last.is_some() {
            return Ok(());
        }
        if self.first.is_none() {
            self.first = Some((now, self.cost()?));
        }
        if now >= self.until {
            self.last = Some((now, self.cost()?));
        }
        self.taken.saturating_record(now.duration_since(begun).as_nanos() as u64);
        Ok(())
    }

    /// Takes down that for so long nothing had come.
    pub(super) fn looked(&mut self, length: Duration) {
        self.looked += length;
    }

    /// What the generator has cost by now, without the looking.
    fn cost(&self) -> Result<Duration> {
        Ok(own_processor_time()?.saturating_sub(self.looked))
    }

    /// Whether no more is to be asked.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        now >= self.until
    }

    /// What it came to. Fails where fewer than two answers counted.
    pub(super) fn close(self, now: Instant) -> Result<Round> {
        let (began, cost_before) = self.first.context("no answer came in time")?;
        let (ended, cost) = match self.last {
            Some(last) => last,
            None => (now, self.cost()?),
        };
        let length = ended.duration_since(began).as_secs_f64();
        // The first answer opens the round: it belongs to the time before.
        let counted = self.taken.len().saturating_sub(1) as f64;
        Ok(Round {
            per_second: counted / length,
            taken: self.taken,
            generator: cost.saturating_sub(cost_before).as_secs_f64() / length,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::clock;

    fn tally() -> (Tally, impl Fn(u64) -> Instant) {
        let begin = clock();
        let tally = Tally::new(begin, Duration::from_secs(1), Duration::from_secs(2)).expect("a tally");
        (tally, move |millis| begin + Duration::from_millis(millis))
    }

    #[test]
    fn what_comes_before_the_warm_up_is_over_does_not_count() {
        let (mut tally, at) = tally();
        tally.answered(at(0), at(999)).expect("taken down");
        assert!(tally.close(at(3000)).is_err());
    }

    #[test]
    fn answers_a_second_are_counted_from_answer_to_answer() {
        let (mut tally, at) = tally();
        for millis in (1000..=3000).step_by(10) {
            tally.answered(at(millis - 5), at(millis)).expect("taken down");
        }
        let round = tally.close(at(9000)).expect("a round");
        assert!((round.per_second - 100.0).abs() < 1e-9, "{}", round.per_second);
        assert!(round.taken.equivalent(round.taken.value_at_quantile(0.5), 5_000_000));
    }

    #[test]
    fn what_comes_after_the_end_does_not_count() {
        let (mut tally, at) = tally();
        for millis in [1000, 2000, 3000, 3001, 4000] {
            tally.answered(at(millis - 1), at(millis)).expect("taken down");
        }
        assert!(tally.is_over(at(3000)) && !tally.is_over(at(2999)));
        assert_eq!(tally.close(at(5000)).expect("a round").taken.len(), 3);
    }
}
