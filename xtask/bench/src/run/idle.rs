//! What a second costs in which nothing happens: the time on a processor, over a minute, so that everything that comes
//! once a minute has come.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::Run;
use crate::clock::clock;
use crate::load::{Load, drive};
use crate::options::Part;
use crate::progress;
use crate::report::{Figure, Report};
use crate::workload::Gets;

/// How long after its start a server is left alone.
const SETTLING: Duration = Duration::from_secs(5);
const UNIT: &str = "ms of a processor";

/// What a great store may cost more: what cannot be told apart.
const TIMES: f64 = 1.25;
const MORE_MS: f64 = 0.1;

/// Measures the part on 10 000 and on 1 000 000 schedulers.
pub(super) fn measure(run: &Run, small: &Path, great: &Path, report: &mut Report) -> Result<()> {
    if !run.has(Part::Idle) {
        return Ok(());
    }
    let few = second(run, small)?;
    report.add(Figure::free("an idle second with 10 000 schedulers", few, UNIT));
    let many = second(run, great)?;
    let figure = Figure::free(format!("an idle second with {} schedulers", run.great()), many, UNIT);
    let same = format!("≤ {TIMES} × + {MORE_MS} ms");
    report.add(figure.reaching(same, many <= few * TIMES + MORE_MS));
    Ok(())
}

/// How many milliseconds of a processor one second costs.
fn second(run: &Run, room: &Path) -> Result<f64> {
    let length = Duration::from_secs(if run.options.quick { 10 } else { 60 });
    progress(&format!("watching an idle server for {length:?}"));
    let server = run.punctual(room)?;
    drive(server.address, &Load::of_all(1), &mut Gets::once("/readyz"))?;
    std::thread::sleep(SETTLING);
    let (begun, before) = (clock(), server.processor_time()?);
    std::thread::sleep(length);
    let (taken, after) = (begun.elapsed(), server.processor_time()?);
    server.stop()?;
    Ok(after.saturating_sub(before).as_secs_f64() * 1e3 / taken.as_secs_f64())
}
