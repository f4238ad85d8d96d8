//! How long a start takes on 10 000 schedulers: from the beginning of the process to the first good answer of `/readyz`.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};

use super::Run;
use crate::clock::clock;
use crate::load::{Load, drive};
use crate::options::Part;
use crate::pace::median;
use crate::report::{Figure, Report};
use crate::server::Server;
use crate::workload::Gets;

/// How long a start may take at most.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long it must be, in milliseconds.
const READY_MS: f64 = 50.0;

/// Measures the part.
pub(super) fn measure(run: &Run, room: &Path, report: &mut Report) -> Result<()> {
    if !run.has(Part::Ready) {
        return Ok(());
    }
    let starts: Result<Vec<f64>> = (0..run.rounds()).map(|_| start(run, room)).collect();
    report.add(Figure::at_most("ready on 10 000 schedulers", median(starts?)?, "ms", READY_MS));
    Ok(())
}

fn start(run: &Run, room: &Path) -> Result<f64> {
    let begun = clock();
    let server = run.punctual(room)?;
    while !is_ready(&server) {
        if begun.elapsed() > PATIENCE {
            bail!("the server is not ready after {PATIENCE:?}: {}", server.complaints());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let taken = begun.elapsed().as_secs_f64() * 1e3;
    server.stop()?;
    Ok(taken)
}

fn is_ready(server: &Server) -> bool {
    drive(server.address, &Load::of_all(1), &mut Gets::once("/readyz")).is_ok()
}
