//! Lists of schedulers. What names few is gathered and sorted; everything else walks an index, severity by severity
//! where that orders. A page looks at a bounded number of rows: where few of them match, it ends early and says where to
//! go on.

use std::ops::ControlFlow;

use app::ports::{Filter, ListQuery, Page, SchedulerRow, Sort};
use domain::{Health, ProjectId};
use rusqlite::Connection;

use super::order::Place;
use super::sources::{self, Candidate, Source};
use crate::fault::Faulty;
use crate::snapshot::{self, Snapshot};
use crate::words::{LATE, WORST, severity};

#[cfg(test)]
mod tests;

/// How far a page looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    /// Up to so many schedulers are gathered and sorted, rather than looked for along an index of something else.
    few: usize,
    /// How many rows a walk looks at.
    looked_at_max: usize,
}

/// How far every page looks.
pub(super) const REACH: Reach = Reach { few: 2000, looked_at_max: 20_000 };
/// About how many bytes one page may have.
const PAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

pub(super) fn list(
    conn: &Connection,
    project: &ProjectId,
    query: &ListQuery,
    reach: Reach,
) -> Faulty<Page<SchedulerRow>> {
    let after = query.cursor.as_deref().map(|cursor| Place::named(query.sort, cursor)).transpose()?;
    let mut shelf = Shelf { conn, project, query, items: Vec::new(), bytes: 0, last: None, next: None };
    match few(conn, project, &query.filter, reach.few)? {
        Some(candidates) => sorted(&mut shelf, candidates, after.as_ref())?,
        None => walk(&mut shelf, after.as_ref(), reach.looked_at_max)?,
    }
    let next = shelf.next.map(|place| place.cursor(query.sort));
    Ok(Page { items: shelf.items, next })
}

/// A row as it is shown, and how long it is.
pub(super) fn shown(conn: &Connection, found: Snapshot) -> Faulty<(SchedulerRow, usize)> {
    let last = found.scheduler.state.last_report.as_ref().map(|report| report.version);
    let (payload, bytes) = match last {
        Some(version) => snapshot::payload(conn, found.id, version)?,
        None => Default::default(),
    };
    let row = SchedulerRow { scheduler: found.scheduler, liveness: found.liveness, payload };
    Ok((row, found.bytes + bytes))
}

/// A page that is being filled.
struct Shelf<'a> {
    conn: &'a Connection,
    project: &'a ProjectId,
    query: &'a ListQuery,
    items: Vec<SchedulerRow>,
    bytes: usize,
    /// The place of the last item.
    last: Option<Place>,
    /// Where the next page begins, once this one is full.
    next: Option<Place>,
}

impl Shelf<'_> {
    /// Takes a candidate that matches, or ends the page before it.
    fn offer(&mut self, place: Place, candidate: &Candidate) -> Faulty<ControlFlow<()>> {
        if !candidate.matches(self.conn, self.project, &self.query.filter, self.query.now)? {
            return Ok(ControlFlow::Continue(()));
        }
        if self.items.len() >= self.query.limit.max(1) {
            return Ok(self.end());
        }
        let Some(found) = snapshot::by_id(self.conn, candidate.id)? else {
            return Ok(ControlFlow::Continue(()));
        };
        let (row, bytes) = shown(self.conn, found)?;
        if !self.items.is_empty() && self.bytes + bytes > PAGE_BYTES_MAX {
            return Ok(self.end());
        }
        self.bytes += bytes;
        self.items.push(row);
        self.last = Some(place);
        Ok(ControlFlow::Continue(()))
    }

    fn end(&mut self) -> ControlFlow<()> {
        self.next.clone_from(&self.last);
        ControlFlow::Break(())
    }

    /// Ends the page where the walk has come to.
    fn end_at(&mut self, place: Place) -> ControlFlow<()> {
        self.next = Some(place);
        ControlFlow::Break(())
    }
}

/// The schedulers that a filter names, where it names few.
fn few(
    conn: &Connection,
    project: &ProjectId,
    filter: &Filter,
    most: usize,
) -> Faulty<Option<Vec<Candidate>>> {
    if let Some(prefix) = filter.prefix.as_ref().filter(|prefix| !prefix.is_empty()) {
        let Some(ids) = sources::with_prefix(conn, project, prefix, most)? else { return Ok(None) };
        let found: Faulty<Vec<_>> = ids.into_iter().map(|id| sources::by_id(conn, id)).collect();
        return Ok(Some(found?.into_iter().flatten().collect()));
    }
    let named = match (&filter.tag, &filter.service, &filter.services) {
        (Some(tag), ..) => vec![Source::Tag(tag)],
        (None, Some(service), _) => vec![Source::Service(service)],
        (None, None, Some(services)) => services.iter().map(|service| Source::Service(service)).collect(),
        (None, None, None) => return Ok(None),
    };
    let mut found = Vec::new();
    for source in named {
        source.walk(conn, project, "", |candidate| {
            found.push(candidate);
            Ok(if found.len() > most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
    }
    Ok((found.len() <= most).then_some(found))
}

fn sorted(shelf: &mut Shelf<'_>, candidates: Vec<Candidate>, after: Option<&Place>) -> Faulty<()> {
    let (sort, now) = (shelf.query.sort, shelf.query.now);
    let mut placed: Vec<(Place, Candidate)> = candidates
        .into_iter()
        .map(|it| (Place::new(sort, it.severity_at(now), it.name.clone()), it))
        .filter(|(place, _)| after.is_none_or(|after| place > after))
        .collect();
    placed.sort_by(|a, b| a.0.cmp(&b.0));
    placed.dedup_by(|a, b| a.0 == b.0);
    for (place, candidate) in placed {
        if shelf.offer(place, &candidate)?.is_break() {
            break;
        }
    }
    Ok(())
}

fn walk(shelf: &mut Shelf<'_>, after: Option<&Place>, looked_at_max: usize) -> Faulty<()> {
    let mut left = looked_at_max;
    for (rank, source) in stretches(shelf.query) {
        let begun = after.map_or(WORST, |after| after.severity.0);
        if shelf.query.sort == Sort::Severity && rank > begun {
            continue;
        }
        let inside = after.filter(|after| shelf.query.sort == Sort::Id || after.severity.0 == rank);
        let from = inside.map_or("", |after| after.name.as_str());
        walk_stretch(shelf, source, rank, from, &mut left)?;
        if shelf.next.is_some() {
            break;
        }
    }
    Ok(())
}

fn walk_stretch(
    shelf: &mut Shelf<'_>,
    source: Source<'_>,
    rank: i64,
    from: &str,
    left: &mut usize,
) -> Faulty<()> {
    let (conn, project, sort, now) = (shelf.conn, shelf.project, shelf.query.sort, shelf.query.now);
    source.walk(conn, project, from, |candidate| {
        let place = Place::new(sort, rank, candidate.name.clone());
        // Those that are late by now stand among the late ones.
        let belongs = sort == Sort::Id || candidate.severity_at(now) == rank;
        if belongs && shelf.offer(place.clone(), &candidate)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        *left -= 1;
        Ok(if *left == 0 { shelf.end_at(place) } else { ControlFlow::Continue(()) })
    })
}

/// The stretches of a walk, in order, each with its severity.
fn stretches(query: &ListQuery) -> Vec<(i64, Source<'_>)> {
    let of = |rank| if rank == LATE { Source::Late(query.now) } else { Source::Severity(rank) };
    let filter = &query.filter;
    match (query.sort, filter.health.map(severity)) {
        (_, Some(rank)) => vec![(rank, of(rank))],
        (Sort::Severity, None) => {
            Health::ALL.iter().rev().map(|it| (severity(*it), of(severity(*it)))).collect()
        }
        (Sort::Id, None) => match (&filter.service, &filter.tag) {
            (Some(service), _) => vec![(0, Source::Service(service))],
            (None, Some(tag)) => vec![(0, Source::Tag(tag))],
            (None, None) => vec![(0, Source::All)],
        },
    }
}
