//! 10 000 schedulers of 1 000 000 whose next run is missed at one instant: how long it takes until all of that is
//! committed, and until the first alert is out, against a plain write of the same rows.

mod bulk;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rusqlite::Connection;

use super::Run;
use crate::clock::{clock, wall_clock};
use crate::hook::Hook;
use crate::options::Part;
use crate::pace::median;
use crate::plain;
use crate::progress;
use crate::report::{Figure, Report};
use crate::server::complaints;
use crate::stock::{FILE, Stock};
use crate::workload::name;

/// How many fall due.
const DUE: usize = 10_000;
/// How long before that they are written, and the server started.
const LEAD: domain::Duration = domain::Duration::from_seconds(20);
/// How long it may take until all is committed, and until an alert comes.
const PATIENCE: Duration = Duration::from_mins(5);
/// How often it is looked whether all is committed.
const LOOK: Duration = Duration::from_millis(2);
/// How many times the bulk write it may take.
const TIMES: f64 = 4.0;

/// One time, in milliseconds.
#[derive(Debug)]
struct Found {
    committed: f64,
    first_alert: f64,
    bulk: f64,
}

/// Measures the part on a great store.
pub(super) fn measure(run: &Run, room: &Path, report: &mut Report) -> Result<()> {
    if !run.has(Part::Due) {
        return Ok(());
    }
    let rounds = if run.options.quick { 1 } else { run.rounds() };
    let found: Result<Vec<Found>> = (0..rounds).map(|round| once(run, room, round)).collect();
    let found = found?;
    let middle = |of: fn(&Found) -> f64| median(found.iter().map(of).collect());
    let (committed, first, bulk) =
        (middle(|found| found.committed)?, middle(|found| found.first_alert)?, middle(|found| found.bulk)?);
    let of = format!("10 000 of {} due:", run.great());
    report.add(Figure::free(format!("{of} a bulk write of the same rows"), bulk, "ms"));
    let all = Figure::free(format!("{of} all committed"), committed, "ms");
    let times = format!("{:.1} × the bulk write", committed / bulk);
    report.add(all.beside(times).reaching(format!("≤ {TIMES} × the bulk write"), committed <= TIMES * bulk));
    let alert = Figure::free(format!("{of} the first alert out"), first, "ms");
    report.add(alert.reaching("before the last commit", first < committed));
    Ok(())
}

fn once(run: &Run, room: &Path, round: usize) -> Result<Found> {
    let due = wall_clock() + LEAD;
    let names = Names::of(run.options.great, round);
    run.processors.on_all(|| {
        let stock = Stock::open(room)?;
        stock.fill_due(names.due.clone(), |_| due)?;
        stock.close()
    })?;
    let (committed, first_alert) = watch(run, room, due)?;
    let mut conn = plain::writer(&room.join(FILE))?;
    names.all_are_missed(&conn, room)?;
    let bulk = bulk::write(&mut conn, &names)?;
    let millis = |duration: Duration| duration.as_secs_f64() * 1e3;
    let found = Found { committed: millis(committed), first_alert: millis(first_alert), bulk: millis(bulk) };
    progress(&format!("{DUE} due: {found:.0?}"));
    Ok(found)
}

/// How long after the instant all was committed, and the first alert came.
fn watch(run: &Run, room: &Path, due: domain::Instant) -> Result<(Duration, Duration)> {
    let hook = Hook::listen()?;
    let server = run.punctual_telling(room, &hook)?;
    let conn = plain::reader(&room.join(FILE))?;
    let left = due.since(wall_clock());
    if left < domain::Duration::from_seconds(2) {
        bail!("the server was not there in time: the machine is too busy to measure what falls due");
    }
    let at = clock() + left.to_std();
    std::thread::sleep(left.to_std());
    let committed = all_committed(&conn, due, at)?;
    let first = hook.first_after(at, PATIENCE).with_context(|| server.complaints())?;
    server.stop()?;
    Ok((committed, first.saturating_duration_since(at)))
}

/// How long after the instant nothing was due any more: what is concluded is committed with the next instant.
fn all_committed(conn: &Connection, due: domain::Instant, at: Instant) -> Result<Duration> {
    let mut left = conn.prepare("select count(*) from wakes where at <= ?1")?;
    while left.query_row([due.as_millis()], |row| row.get::<_, i64>(0))? > 0 {
        if at.elapsed() > PATIENCE {
            bail!("not everything that fell due was concluded within {PATIENCE:?}");
        }
        std::thread::sleep(LOOK);
    }
    Ok(at.elapsed())
}

/// Who falls due in a round, and who has the same past and falls due at another time.
#[derive(Debug)]
struct Names {
    due: std::ops::Range<usize>,
    like: std::ops::Range<usize>,
}

impl Names {
    /// Beyond those that are there already; the others are taken from their end.
    fn of(many: usize, round: usize) -> Self {
        let (next, last) = (many + round * DUE, many - round * DUE);
        Self { due: next..next + DUE, like: last - DUE..last }
    }

    fn all_are_missed(&self, conn: &Connection, room: &Path) -> Result<()> {
        let recorded = "select e.entry, count(*) from events e join schedulers s on s.id = e.scheduler
            where s.name >= ?1 and s.name <= ?2 and s.project = 'default' and e.entry is not null group by e.entry";
        let mut recorded = conn.prepare(recorded)?;
        let rows = recorded.query_map([name(self.due.start), name(self.due.end - 1)], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, usize>(1)?))
        })?;
        let recorded: BTreeMap<String, usize> = rows.collect::<rusqlite::Result<_>>()?;
        if recorded.get("missed") != Some(&DUE) {
            bail!("not all of {DUE} were recorded as missed, but {recorded:?}: {}", complaints(room));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_taken_twice() {
        let rounds = [0, 1, 2].map(|round| Names::of(1_000_000, round));
        assert_eq!(rounds[0].due, 1_000_000..1_010_000);
        assert_eq!(rounds[1].due, 1_010_000..1_020_000);
        assert_eq!(rounds[0].like, 990_000..1_000_000);
        assert_eq!(rounds[2].like, 970_000..980_000);
    }
}
