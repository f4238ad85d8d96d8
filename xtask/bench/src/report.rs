//! What a run found, as a table for people and as JSON for programs.

mod table;
mod verdict;

use serde::Serialize;

use crate::pace::Pace;
use crate::workload::Work;
pub(crate) use verdict::Verdict;

/// What a run found.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// On what it was found: a line each.
    pub(crate) machine: Vec<String>,
    pub(crate) traffic: Vec<Traffic>,
    pub(crate) figures: Vec<Figure>,
}

/// A row of requests, and how the baselines answered the same ones.
#[derive(Debug, Serialize)]
pub(crate) struct Traffic {
    pub(crate) name: String,
    pub(crate) connections: usize,
    pub(crate) punctual: Pace,
    pub(crate) noop: Pace,
    pub(crate) bare: Pace,
    pub(crate) of_noop: f64,
    pub(crate) of_bare: f64,
    pub(crate) to_reach: Vec<Verdict>,
}

impl Traffic {
    /// The row of three paces, judged.
    pub(crate) fn new(work: Work, connections: usize, anew: bool, [noop, bare, punctual]: [Pace; 3]) -> Self {
        let (of_noop, of_bare) = (punctual.share_of(&noop), punctual.share_of(&bare));
        let (asked, whose, share, least) = match work {
            Work::Reports => ("status report (PUT)", "bare", of_bare, 0.6),
            Work::Heartbeats => ("heartbeat", "bare", of_bare, 0.8),
            Work::Envelopes => ("check-in (envelope)", "no-op", of_noop, 0.15),
            Work::Pings => ("ping (GET)", "no-op", of_noop, 0.3),
        };
        let mut to_reach = Vec::new();
        if !anew {
            to_reach.push(Verdict::new(format!("≥ {least} of {whose}"), share >= least));
        }
        if connections == 64 && !anew && matches!(work, Work::Reports | Work::Heartbeats) {
            to_reach.push(Verdict::new("p99 ≤ 2 × bare's".to_owned(), punctual.p99_ms <= 2.0 * bare.p99_ms));
        }
        let name = if anew { format!("{asked}, a new connection each") } else { asked.to_owned() };
        Self { name, connections, punctual, noop, bare, of_noop, of_bare, to_reach }
    }

    /// The row in one line, for whoever waits.
    pub(crate) fn told(&self) -> String {
        format!(
            "{}, {} connections: {:.0}/s, {:.2} of no-op, {:.2} of bare, p99 {:.2} ms (bare {:.2})",
            self.name,
            self.connections,
            self.punctual.per_second,
            self.of_noop,
            self.of_bare,
            self.punctual.p99_ms,
            self.bare.p99_ms
        )
    }

    /// The highest share of its processor that the generator used for one of the three.
    fn generator(&self) -> f64 {
        [self.noop, self.bare, self.punctual].iter().map(|pace| pace.generator).fold(0.0, f64::max)
    }
}

/// One figure.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    /// What belongs to it, for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) beside: String,
    pub(crate) to_reach: Vec<Verdict>,
}

impl Figure {
    /// A figure that must not be more than a bound.
    pub(crate) fn at_most(name: impl Into<String>, value: f64, unit: &'static str, bound: f64) -> Self {
        let verdict = Verdict::new(format!("≤ {bound} {unit}"), value <= bound);
        Self { to_reach: vec![verdict], ..Self::free(name, value, unit) }
    }

    /// A figure without a bound.
    pub(crate) fn free(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value, unit, beside: String::new(), to_reach: Vec::new() }
    }

    /// With what belongs to it.
    pub(crate) fn beside(self, beside: impl Into<String>) -> Self {
        Self { beside: beside.into(), ..self }
    }

    /// With something to reach.
    pub(crate) fn reaching(mut self, wanted: impl Into<String>, reached: bool) -> Self {
        self.to_reach.push(Verdict::new(wanted.into(), reached));
        self
    }
}

impl Report {
    /// Adds a figure, and says it to whoever waits.
    pub(crate) fn add(&mut self, figure: Figure) {
        crate::progress(&format!("{}: {}", figure.name, table::value(&figure)));
        self.figures.push(figure);
    }

    /// Everything that was to be reached and was not.
    pub(crate) fn missed(&self) -> Vec<String> {
        let traffic = self
            .traffic
            .iter()
            .map(|row| (format!("{}, {} connections", row.name, row.connections), &row.to_reach));
        let figures = self.figures.iter().map(|row| (row.name.clone(), &row.to_reach));
        let all = traffic.chain(figures);
        all.flat_map(|(name, verdicts)| {
            let missed = verdicts.iter().filter(|verdict| !verdict.reached);
            missed.map(move |verdict| format!("{name}: {}", verdict.wanted)).collect::<Vec<_>>()
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(per_second: f64, p99_ms: f64) -> Pace {
        Pace { per_second, p50_ms: 1.0, p99_ms, generator: per_second / 10_000.0 }
    }

    fn row(connections: usize, per_second: f64, p99_ms: f64) -> Traffic {
        Traffic::new(
            Work::Reports,
            connections,
            false,
            [pace(5000.0, 1.0), pace(1000.0, 3.0), pace(per_second, p99_ms)],
        )
    }

    #[test]
    fn a_row_is_judged_against_the_bare_server() {
        let reached = |row: &Traffic| row.to_reach.iter().map(|verdict| verdict.reached).collect::<Vec<_>>();
        assert_eq!(reached(&row(16, 600.0, 100.0)), [true]);
        assert_eq!(reached(&row(16, 599.0, 1.0)), [false]);
        assert_eq!(reached(&row(64, 600.0, 6.1)), [true, false]);
        assert_eq!(reached(&row(64, 500.0, 6.0)), [false, true]);
    }

    #[test]
    fn check_ins_are_judged_against_the_server_that_does_nothing() {
        let paces = |per_second| [pace(5000.0, 1.0), pace(1000.0, 3.0), pace(per_second, 100.0)];
        let row = |per_second| Traffic::new(Work::Envelopes, 64, false, paces(per_second)).to_reach;
        assert_eq!(row(750.0), [Verdict::new("≥ 0.15 of no-op".to_owned(), true)]);
        assert_eq!(row(749.0), [Verdict::new("≥ 0.15 of no-op".to_owned(), false)]);
    }

    #[test]
    fn a_connection_each_is_measured_and_not_judged() {
        let paces = [pace(5000.0, 1.0), pace(1000.0, 3.0), pace(1.0, 1.0)];
        assert!(Traffic::new(Work::Reports, 64, true, paces).to_reach.is_empty());
    }

    #[test]
    fn what_is_missed_is_named_with_its_row() {
        let figures =
            vec![Figure::at_most("ready", 51.0, "ms", 50.0), Figure::at_most("idle", 20.0, "MiB", 20.0)];
        let report = Report { machine: Vec::new(), traffic: vec![row(64, 500.0, 6.0)], figures };
        assert_eq!(report.missed(), ["status report (PUT), 64 connections: ≥ 0.6 of bare", "ready: ≤ 50 ms"]);
    }
}
