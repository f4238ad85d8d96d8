//! From a report to the message: at rest, one after the other; and when 10 000 schedulers fail at once, how many messages
//! come of it, how soon, and what that takes of memory.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::Run;
use super::memory::held;
use crate::clock::{clock, wall_clock};
use crate::hook::{Came, Hook};
use crate::load::{Load, drive};
use crate::options::Part;
use crate::progress;
use crate::report::{Figure, Report};
use crate::workload::{Failing, SCHEDULERS, name};

/// How long a message is waited for: a storm's last comes when its minute ends.
const PATIENCE: Duration = Duration::from_mins(3);
/// On how many connections they fail at once.
const CONNECTIONS: usize = 64;
/// Most messages of a storm that go out singly in a minute, as it comes.
const SINGLY_MAX: usize = 20;
/// How late in a minute a storm may begin, in milliseconds: one that spans two is told in two.
const LATEST: i64 = 20_000;
/// How many of them are told at rest; the first few make the connection and are not counted.
const WARM_UP: usize = 10;

/// Measures the part, each half on a store of its own.
pub(super) fn measure(run: &Run, report: &mut Report) -> Result<()> {
    if !run.has(Part::Alerts) {
        return Ok(());
    }
    at_rest(run, report)?;
    in_a_storm(run, report)
}

/// One after the other: the next fails when the message of the last one has come.
fn at_rest(run: &Run, report: &mut Report) -> Result<()> {
    let room = run.stocked_for(&[Part::Alerts], "rest", SCHEDULERS)?;
    let hook = Hook::listen()?;
    let server = run.punctual_set(&room, &hook, &[("PUNCTUAL_STORM_THRESHOLD", "1000")])?;
    let many = WARM_UP + if run.options.quick { 200 } else { 900 };
    let mut millis = Vec::with_capacity(many);
    for number in 0..many {
        let mut failing = Failing::of(number..number + 1);
        drive(server.address, &Load::of_all(1), &mut failing)?;
        let came = hook.next(PATIENCE).with_context(|| server.complaints())?;
        millis.push(since(&failing, &came, number)?);
    }
    server.stop()?;
    millis.drain(..WARM_UP);
    let (p50, p99) = (quantile(&mut millis, 0.5)?, quantile(&mut millis, 0.99)?);
    report.add(Figure::free("from report to message at rest, p50", p50, "ms"));
    report.add(Figure::at_most("from report to message at rest, p99", p99, "ms", 250.0));
    Ok(())
}

/// All of them at once, as fast as the server takes it.
fn in_a_storm(run: &Run, report: &mut Report) -> Result<()> {
    let room = run.stocked_for(&[Part::Alerts], "storm", SCHEDULERS)?;
    let hook = Hook::listen()?;
    let server = run.punctual_telling(&room, &hook)?;
    wait_for_a_young_minute();
    let before = held(&server, "VmRSS")?;
    let (begun, minutes_before) = (clock(), minute());
    let mut failing = Failing::of(0..SCHEDULERS);
    drive(server.address, &Load::of_all(CONNECTIONS), &mut failing)?;
    let taken = begun.elapsed();
    let (ends, minutes) = (end_of_minute(), minute() - minutes_before + 1);
    let told = Told::of_all(&hook).with_context(|| server.complaints())?;
    let peak = held(&server, "VmHWM")?;
    server.stop()?;
    progress(&format!("{SCHEDULERS} failed within {taken:.1?}, in {minutes} minutes by the clock"));
    let (singles, groups) = (told.singles.len(), told.groups.len());
    let mut millis =
        told.singles.iter().map(|came| of_its_report(&failing, came)).collect::<Result<Vec<_>>>()?;
    let storm = "10 000 fail at once:";
    let last = told.groups.last().context("no group came")?;
    let after = last.at.saturating_duration_since(ends).as_secs_f64() * 1e3;
    report.add(Figure::free(
        format!("{storm} from report to a single message, p50"),
        quantile(&mut millis, 0.5)?,
        "ms",
    ));
    report.add(Figure::free(
        format!("{storm} from report to a single message, the last"),
        quantile(&mut millis, 1.0)?,
        "ms",
    ));
    report.add(Figure::free(format!("{storm} from the end of the minute to its message"), after, "ms"));
    let few = Figure::free(format!("{storm} single messages"), singles as f64, "");
    report.add(few.reaching(format!("≤ {SINGLY_MAX} a minute"), singles <= SINGLY_MAX * minutes));
    let few = Figure::free(format!("{storm} messages for all the others"), groups as f64, "");
    report.add(few.reaching("≤ 1 a minute", groups <= minutes));
    let memory = Figure::free(format!("{storm} memory, peak"), peak, "MiB");
    report.add(memory.beside(format!("{before:.1} MiB before")));
    Ok(())
}

/// What came of a storm.
#[derive(Debug, Default)]
struct Told {
    singles: Vec<Came>,
    groups: Vec<Came>,
}

impl Told {
    /// Waits until of every scheduler something was said, singly or with others.
    fn of_all(hook: &Hook) -> Result<Self> {
        let mut told = Self::default();
        while told.count() < SCHEDULERS as u64 {
            let came = hook.next(PATIENCE).with_context(|| format!("{} were told of", told.count()))?;
            match came.kind.as_str() {
                "alert.opened" => told.singles.push(came),
                "alert.group" => told.groups.push(came),
                other => bail!("an unexpected message: {other}"),
            }
        }
        Ok(told)
    }

    fn count(&self) -> u64 {
        self.singles.len() as u64 + self.groups.iter().map(|came| came.opened).sum::<u64>()
    }
}

/// How long after its report a message came, in milliseconds.
fn of_its_report(failing: &Failing, came: &Came) -> Result<f64> {
    let numbers: BTreeMap<String, usize> =
        (0..failing.asked.len()).map(|number| (name(number), number)).collect();
    let number = came.scheduler.as_ref().and_then(|id| numbers.get(id)).context("of whom is it told?")?;
    Ok(millis(failing.asked[*number], came.at))
}

/// The same where one report was made.
fn since(failing: &Failing, came: &Came, number: usize) -> Result<f64> {
    if came.scheduler.as_deref() != Some(name(number).as_str()) {
        bail!("{number} failed, and this came: {came:?}");
    }
    Ok(millis(*failing.asked.first().context("nobody was asked")?, came.at))
}

fn millis(from: Instant, to: Instant) -> f64 {
    to.saturating_duration_since(from).as_secs_f64() * 1e3
}

fn quantile(values: &mut [f64], share: f64) -> Result<f64> {
    values.sort_by(f64::total_cmp);
    let place = (values.len() as f64 * share).ceil() as usize;
    values.get(place.saturating_sub(1)).copied().context("nothing was measured")
}

/// Which minute it is by the calendar.
fn minute() -> usize {
    (wall_clock().as_millis() / 60_000) as usize
}

/// When the minute ends that it is.
fn end_of_minute() -> Instant {
    let left = 60_000 - wall_clock().as_millis() % 60_000;
    clock() + Duration::from_millis(left.unsigned_abs())
}

fn wait_for_a_young_minute() {
    let passed = wall_clock().as_millis() % 60_000;
    if passed > LATEST {
        std::thread::sleep(Duration::from_millis((60_000 - passed).unsigned_abs()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_a_value_that_was_measured() {
        let mut values: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        let all = [0.0, 0.5, 0.99, 1.0].map(|share| quantile(&mut values, share).expect("a value"));
        assert!(all.iter().zip([1.0, 50.0, 99.0, 100.0]).all(|(found, right)| (found - right).abs() < 1e-9));
        assert!(quantile(&mut [], 0.5).is_err());
    }
}
