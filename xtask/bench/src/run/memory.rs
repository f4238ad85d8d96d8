//! Resident memory, as the system counts it: of a server that has nothing, of one that has heard from every scheduler,
//! and its peak under many connections.

use std::path::Path;

use anyhow::{Context, Result};

use super::Run;
use crate::load::{Load, drive};
use crate::options::Part;
use crate::report::{Figure, Report};
use crate::server::Server;
use crate::workload::{Each, Gets, Once, Uniform, Work};

/// On how many connections every scheduler is heard once.
const CONNECTIONS: usize = 16;
const CONNECTIONS_MANY: usize = 256;

/// Measures the part on an empty store and on 10 000 schedulers.
pub(super) fn measure(run: &Run, room: &Path, report: &mut Report) -> Result<()> {
    if !run.has(Part::Memory) {
        return Ok(());
    }
    let server = run.punctual(&run.room("empty")?)?;
    drive(server.address, &Load::of_all(1), &mut Gets::once("/readyz"))?;
    report.add(mebibytes("memory idle", &server, "VmRSS", 20.0)?);
    server.stop()?;
    let server = run.punctual(room)?;
    hear(&server)?;
    report.add(mebibytes("memory with 10 000 schedulers", &server, "VmRSS", 60.0)?);
    drive(server.address, &run.load(CONNECTIONS_MANY), &mut Uniform::new(Work::Reports))?;
    report.add(mebibytes("memory under 256 connections, peak", &server, "VmHWM", 80.0)?);
    server.stop()
}

/// Measures the part on a server of a great store.
pub(super) fn measure_great(run: &Run, server: &Server, report: &mut Report) -> Result<()> {
    if !run.has(Part::Memory) {
        return Ok(());
    }
    hear(server)?;
    let name = format!("memory with {} schedulers", run.great());
    report.add(mebibytes(&name, server, "VmRSS", 150.0)?);
    Ok(())
}

/// Lets a server take a report of each of 10 000 schedulers.
fn hear(server: &Server) -> Result<()> {
    let heard = drive(server.address, &Load::of_all(CONNECTIONS), &mut Each::of(Once::Run));
    heard.map(drop).with_context(|| server.complaints())
}

fn mebibytes(name: &str, server: &Server, field: &str, bound: f64) -> Result<Figure> {
    Ok(Figure::at_most(name, held(server, field)?, "MiB", bound))
}

/// A figure of what a server holds, in MiB: `VmRSS`, or `VmHWM` for the most it ever was.
pub(super) fn held(server: &Server, field: &str) -> Result<f64> {
    let path = format!("/proc/{}/status", server.pid());
    let text = std::fs::read_to_string(path).context("cannot read what the server holds")?;
    let kibibytes = kibibytes(&text, field).with_context(|| format!("the system does not tell {field}"))?;
    Ok(kibibytes / 1024.0)
}

fn kibibytes(status: &str, field: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_the_status_is_read() {
        let status = "Name:\tx\nVmHWM:\t   2048 kB\nVmRSS:\t   1024 kB\n";
        assert_eq!(kibibytes(status, "VmRSS"), Some(1024.0));
        assert_eq!(kibibytes(status, "VmHWM"), Some(2048.0));
        assert_eq!(kibibytes(status, "Vm"), None);
    }
}
