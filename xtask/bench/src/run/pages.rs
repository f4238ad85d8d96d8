//! Pages of a list of 1 000 000, from the beginning, from the middle and filtered; and a page of a long history.

use anyhow::{Context, Result};

use super::Run;
use crate::ask;
use crate::load::{Load, drive};
use crate::options::Part;
use crate::pace::Pace;
use crate::report::{Figure, Report};
use crate::server::Server;
use crate::workload::{Gets, Often, name};

/// How long a page may take, in milliseconds.
const PAGE_MS: f64 = 10.0;
/// How many reports the scheduler has whose history is read, and on how many connections they come.
const HISTORY: usize = 4000;
const HISTORY_CONNECTIONS: usize = 8;
/// The scheduler whose history is read.
const BUSY: usize = 4711;
/// How many schedulers there are for each great page that is walked to get to the middle of the list.
const STRIDE: usize = 10_000;

const LIST: &str = "/api/v1/schedulers?limit=100";

/// Measures the part on the server of a great store.
pub(super) fn measure(run: &Run, server: &Server, report: &mut Report) -> Result<()> {
    if !run.has(Part::Pages) {
        return Ok(());
    }
    drive(server.address, &Load::of_all(HISTORY_CONNECTIONS), &mut Often::reports(BUSY, HISTORY))?;
    let history = format!("/api/v1/schedulers/{}/history?limit=100", name(BUSY));
    let older = ask::page(server.address, &history)?.next.context("a history of one page")?;
    let pages = [
        ("the first 100 of all", LIST.to_owned()),
        ("100 in the middle of all", middle(run, server)?),
        ("100 of a service", format!("{LIST}&service=service-0042")),
        ("100 by a prefix of a thousand jobs", format!("{LIST}&q=nightly-0047")),
        ("100 by a prefix of many jobs", format!("{LIST}&q=nightly-05")),
        ("the worst 100", format!("{LIST}&sort=-severity")),
        ("the newest 100 of a history", history),
        ("an older page of a history", older),
    ];
    pages.into_iter().try_for_each(|(name, path)| {
        report.add(page(run, server, name, &path)?);
        Ok(())
    })
}

/// A page of a hundred from the middle: the cursor comes from walking there in great pages.
fn middle(run: &Run, server: &Server) -> Result<String> {
    let mut path = LIST.replace("limit=100", "limit=10000");
    for _ in 0..run.options.great / STRIDE {
        path = ask::page(server.address, &path)?.next.context("the list ended before its middle")?;
    }
    Ok(path.replace("limit=10000", "limit=100"))
}

fn page(run: &Run, server: &Server, name: &str, path: &str) -> Result<Figure> {
    let rows = ask::page(server.address, path)?.rows;
    let mut requests = Gets::endless(path);
    let rounds: Result<Vec<_>> =
        (0..run.rounds()).map(|_| drive(server.address, &run.load_short(), &mut requests)).collect();
    let pace = Pace::of(rounds.with_context(|| server.complaints())?)?;
    let figure = Figure::at_most(format!("page: {name}"), pace.p50_ms, "ms", PAGE_MS);
    Ok(figure.beside(format!("p99 {:.2} ms, {rows} rows", pace.p99_ms)))
}
