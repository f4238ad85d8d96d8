//! Requests: reports, heartbeats and check-ins, against the product and both baselines. The rounds of the three take turns, so that
//! what disturbs the machine disturbs all of them.

use anyhow::{Context, Result};

use super::Run;
use crate::load::{Load, Round, drive};
use crate::options::Part;
use crate::pace::Pace;
use crate::progress;
use crate::report::{Report, Traffic};
use crate::server::Server;
use crate::workload::{Each, Once, Uniform, Work};

/// How many connections there are, row by row.
const CONNECTIONS: [usize; 4] = [1, 16, 64, 256];
/// How many there are that ping.
const CONNECTIONS_OF_PINGS: usize = 64;
/// How many there are where each request has its own.
const CONNECTIONS_ANEW: usize = 64;
/// On how many the schedulers are made ready.
const CONNECTIONS_BEFORE: usize = 64;

/// Measures the parts about requests.
pub(super) fn measure(run: &Run, report: &mut Report) -> Result<()> {
    let parts = [Part::Reports, Part::Heartbeats, Part::Pings, Part::Connections, Part::Envelopes];
    if !parts.into_iter().any(|part| run.has(part)) {
        return Ok(());
    }
    let servers =
        Servers { noop: run.noop()?, bare: run.bare()?, punctual: run.punctual(&run.room("punctual")?)? };
    servers.ask_each(Once::Register)?;
    if run.has(Part::Reports) {
        servers.rows(run, Work::Reports, report)?;
    }
    if run.has(Part::Connections) {
        let load = Load { anew: true, ..run.load(CONNECTIONS_ANEW) };
        report.traffic.push(servers.row(run, Work::Reports, &load)?);
    }
    if run.has(Part::Pings) {
        report.traffic.push(servers.row(run, Work::Pings, &run.load(CONNECTIONS_OF_PINGS))?);
    }
    if run.has(Part::Heartbeats) {
        servers.ask_each(Once::Run)?;
        servers.ask_each(Once::Beat)?;
        servers.rows(run, Work::Heartbeats, report)?;
    }
    if run.has(Part::Envelopes) {
        servers.ask_each(Once::Key)?;
        servers.ask_each(Once::CheckIn)?;
        servers.rows(run, Work::Envelopes, report)?;
    }
    Ok(())
}

struct Servers {
    noop: Server,
    bare: Server,
    punctual: Server,
}

impl Servers {
    /// Makes the product's schedulers ready; the baselines have nothing to make ready.
    fn ask_each(&self, once: Once) -> Result<()> {
        let asked = drive(self.punctual.address, &Load::of_all(CONNECTIONS_BEFORE), &mut Each::of(once));
        asked
            .map(drop)
            .with_context(|| format!("{once:?}, asked of every scheduler; {}", self.punctual.complaints()))
    }

    fn rows(&self, run: &Run, work: Work, report: &mut Report) -> Result<()> {
        for connections in CONNECTIONS {
            report.traffic.push(self.row(run, work, &run.load(connections))?);
        }
        Ok(())
    }

    fn row(&self, run: &Run, work: Work, load: &Load) -> Result<Traffic> {
        let servers = [&self.noop, &self.bare, &self.punctual];
        let mut requests = [Uniform::new(work), Uniform::new(work), Uniform::new(work)];
        let mut rounds: [Vec<Round>; 3] = [Vec::new(), Vec::new(), Vec::new()];
        for _ in 0..run.rounds() {
            for (place, server) in servers.iter().enumerate() {
                let round = drive(server.address, load, &mut requests[place]);
                rounds[place].push(round.with_context(|| server.complaints())?);
            }
        }
        let [noop, bare, punctual] = rounds.map(Pace::of);
        let row = Traffic::new(work, load.connections, load.anew, [noop?, bare?, punctual?]);
        progress(&row.told());
        Ok(row)
    }
}
