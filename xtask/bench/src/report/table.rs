//! The report as text: the machine, a table of requests, a table of single figures.

use std::fmt;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::{Figure, Report, Traffic, Verdict};

const TRAFFIC: [&str; 12] = [
    "requests",
    "connections",
    "a second",
    "of no-op",
    "of bare",
    "p50 ms",
    "p99 ms",
    "bare p99 ms",
    "no-op/s",
    "bare/s",
    "generator",
    "to reach",
];
const FIGURES: [&str; 4] = ["figure", "value", "", "to reach"];

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.machine.iter().try_for_each(|line| writeln!(f, "{line}"))?;
        if !self.traffic.is_empty() {
            let mut table = table(&TRAFFIC, 1..11);
            table.add_rows(self.traffic.iter().map(traffic));
            writeln!(f, "\n{table}")?;
        }
        if !self.figures.is_empty() {
            let mut table = table(&FIGURES, 1..2);
            table.add_rows(self.figures.iter().map(figure));
            writeln!(f, "\n{table}")?;
        }
        Ok(())
    }
}

fn table(header: &[&str], numbers: std::ops::Range<usize>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.to_vec());
    for column in table.column_iter_mut().skip(numbers.start).take(numbers.len()) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn traffic(row: &Traffic) -> Vec<String> {
    vec![
        row.name.clone(),
        row.connections.to_string(),
        format!("{:.0}", row.punctual.per_second),
        format!("{:.2}", row.of_noop),
        format!("{:.2}", row.of_bare),
        format!("{:.2}", row.punctual.p50_ms),
        format!("{:.2}", row.punctual.p99_ms),
        format!("{:.2}", row.bare.p99_ms),
        format!("{:.0}", row.noop.per_second),
        format!("{:.0}", row.bare.per_second),
        format!("{:.0} %", row.generator() * 100.0),
        marks(&row.to_reach),
    ]
}

fn figure(row: &Figure) -> Vec<String> {
    vec![row.name.clone(), value(row), row.beside.clone(), marks(&row.to_reach)]
}

/// A figure with its unit.
pub(super) fn value(row: &Figure) -> String {
    format!("{} {}", shown(row.value), row.unit)
}

fn marks(verdicts: &[Verdict]) -> String {
    verdicts.iter().map(Verdict::marked).collect::<Vec<_>>().join(", ")
}

/// Three digits that mean something.
fn shown(value: f64) -> String {
    let digits = match value.abs() {
        value if value >= 100.0 => 0,
        value if value >= 10.0 => 1,
        value if value >= 1.0 => 2,
        _ => 3,
    };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::Pace;
    use crate::workload::Work;

    #[test]
    fn a_number_shows_three_digits_that_mean_something() {
        assert_eq!(
            [1234.5, 61.26, 9.876, 0.0123, 0.0].map(shown),
            ["1234", "61.3", "9.88", "0.012", "0.000"]
        );
    }

    #[test]
    fn a_row_tells_shares_times_and_what_was_to_reach() {
        let pace = |per_second, p99_ms, generator| Pace { per_second, p50_ms: 2.0, p99_ms, generator };
        let paces = [pace(50_000.0, 1.0, 0.9), pace(10_000.0, 4.0, 0.3), pace(7_000.0, 9.0, 0.2)];
        let row = Traffic::new(Work::Reports, 64, false, paces);
        let report = Report { machine: vec!["ext4".to_owned()], traffic: vec![row], figures: Vec::new() };
        let text = report.to_string();
        let line = text.lines().last().expect("a row");
        let words: Vec<&str> = line.split_whitespace().collect();
        let expected = "status report (PUT) 64 7000 0.14 0.70 2.00 9.00 4.00 50000 10000 90 % ≥ 0.6 of bare ✓, p99 ≤ 2 × bare's ✗";
        assert_eq!(words.join(" "), expected);
        assert!(text.starts_with("ext4\n"));
    }

    #[test]
    fn a_figure_tells_what_was_to_reach() {
        let figure =
            Figure::at_most("a page", 4.127, "ms", 10.0).beside("p99 9.1 ms").reaching("never empty", false);
        let report = Report { figures: vec![figure], ..Report::default() };
        let text = report.to_string();
        let words: Vec<&str> = text.lines().last().expect("a row").split_whitespace().collect();
        assert_eq!(words.join(" "), "a page 4.13 ms p99 9.1 ms ≤ 10 ms ✓, never empty ✗");
    }
}
