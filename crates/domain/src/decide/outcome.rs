//! What an outcome means: it closes a run, or is one of its own; it settles the status unless a later one has.

use super::Desk;
use super::evaluate::abandon;
use super::order::{expectation_after_start, is_older, meets_missed, newest_start, precedes};
use super::report::file;
use crate::command::{OnConflict, Rejection};
use crate::deadline::is_dead;
use crate::event::{Abandoned, Fact, Filed, Standing};
use crate::id::RunNo;
use crate::report::{Outcome, Report};
use crate::run::{RunRecord, RunState};
use crate::scheduler::OpenRun;
use crate::time::Instant;

pub(super) fn finish(
    desk: &mut Desk<'_>,
    report: &Report,
    outcome: Outcome,
    on_conflict: OnConflict,
) -> Result<(), Rejection> {
    let closed = desk.facts.closed_run.clone();
    match (target(desk, report), closed) {
        (Some(run), _) => close(desk, &run, report, outcome),
        (None, Some(closed)) if closed.state == RunState::Abandoned => {
            close_abandoned(desk, &closed, report, outcome);
        }
        (None, Some(closed)) if closed.state == outcome.into() => {}
        (None, Some(closed)) => return conflict(desk, &closed, report, on_conflict),
        (None, None) => record(desk, report, outcome),
    }
    Ok(())
}

/// The open run that an outcome closes.
fn target(desk: &Desk<'_>, report: &Report) -> Option<OpenRun> {
    match &report.run_id {
        Some(run_id) => desk.scheduler.run_named(run_id),
        None => {
            desk.scheduler.run_unnamed().filter(|run| !precedes(desk, report.happened_at(), run.started_at))
        }
    }
    .cloned()
}

fn close(desk: &mut Desk<'_>, run: &OpenRun, report: &Report, outcome: Outcome) {
    let at = report.happened_at();
    let end = at.max(run.started_at);
    let settled = desk.scheduler.state.settled_at;
    let older = settled.is_some_and(|settled| precedes(desk, at, settled));
    let standing = if older { Standing::Old } else { Standing::Current };
    let last_open = desk.scheduler.state.runs.len() == 1;
    let expected = if last_open && counts_from_end(desk) {
        // The last run to close need not be the last to have ended.
        desk.expected(|basis| basis.ended_at = settled.max(Some(end)))
    } else {
        desk.scheduler.state.expected
    };
    desk.emit(Fact::RunFinished {
        run: run.no,
        report: desk.facts_of(report),
        outcome,
        run_id: run.run_id.clone(),
        started_at: Some(run.started_at),
        duration: report.execution_time.or_else(|| Some(end.since(run.started_at))),
        standing,
        meets: meets_missed(desk, at, standing),
        expected,
    });
    bury_dead(desk, run.started_at, outcome);
}

/// The late outcome of a run that was given up: it closes it, and is history otherwise unless it is the newest word.
fn close_abandoned(desk: &mut Desk<'_>, closed: &RunRecord, report: &Report, outcome: Outcome) {
    let at = report.happened_at();
    let started_at = closed.started_at;
    let standing = if is_older(desk, at) { Standing::Old } else { Standing::Current };
    let known = started_at.map(|start| at.since(start));
    desk.emit(Fact::RunFinished {
        run: closed.no,
        report: desk.facts_of(report),
        outcome,
        run_id: closed.run_id.clone(),
        started_at,
        duration: report.execution_time.or(known),
        standing,
        meets: meets_missed(desk, at, standing),
        expected: desk.scheduler.state.expected,
    });
}

/// An outcome without an open run: a run of its own, whose start is reckoned from its own measure.
fn record(desk: &mut Desk<'_>, report: &Report, outcome: Outcome) {
    let at = report.happened_at();
    let started_at = report.execution_time.map(|length| at - length);
    let base = started_at.unwrap_or(at);
    let standing = if is_older(desk, at) { Standing::Old } else { Standing::Current };
    let (_, mut expected) = expectation_after_start(desk, base, standing);
    if standing == Standing::Current && counts_from_end(desk) {
        expected = desk.expected(|basis| {
            basis.newest_start = newest_start(basis.newest_start, base, desk.now);
            basis.ended_at = Some(at);
        });
    }
    desk.emit(Fact::RunFinished {
        run: RunNo(desk.scheduler.state.runs_seen + 1),
        report: desk.facts_of(report),
        outcome,
        run_id: None,
        started_at,
        duration: report.execution_time,
        standing,
        meets: meets_missed(desk, at, standing),
        expected,
    });
    if standing == Standing::Current {
        bury_dead(desk, base, outcome);
    }
}

/// A run that completed shows that dead ones before it will not come back.
fn bury_dead(desk: &mut Desk<'_>, started_at: Instant, outcome: Outcome) {
    if outcome != Outcome::Completed {
        return;
    }
    for run in desk.scheduler.state.runs.clone() {
        if run.started_at < started_at && is_dead(desk.facts, &run) {
            abandon(desk, run.no, Abandoned::Superseded);
        }
    }
}

fn conflict(
    desk: &mut Desk<'_>,
    closed: &RunRecord,
    report: &Report,
    on_conflict: OnConflict,
) -> Result<(), Rejection> {
    if on_conflict == OnConflict::File {
        file(desk, report, Filed::Conflict);
        return Ok(());
    }
    let name = closed.run_id.as_ref().map_or("", |run_id| run_id.as_str());
    Err(Rejection::InvalidStatusTransition(format!(
        "run {name} is {} and stays so: it cannot become {}",
        closed.state.as_str(),
        report.status.as_str()
    )))
}

/// A period is reckoned anew when a run ends; the slots of a calendar are not.
fn counts_from_end(desk: &Desk<'_>) -> bool {
    desk.scheduler.config.schedule.as_ref().is_some_and(|schedule| !schedule.recurrence.is_calendar())
}
