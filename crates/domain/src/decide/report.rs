//! What a report means: runs opened, refreshed and closed; status moved, never back; slots met.

use super::evaluate::{abandon, judge_before};
use super::incident::settle;
use super::{Desk, heartbeat};
use crate::command::{OnConflict, Rejection};
use crate::config::ConfigChange;
use crate::deadline::is_dead;
use crate::event::{Abandoned, Fact, Filed, Standing, Touched};
use crate::expectation::meets;
use crate::id::RunNo;
use crate::report::{Outcome, Report, Status};
use crate::run::{RunRecord, RunState};
use crate::scheduler::{OPEN_RUNS_MAX, OpenRun};
use crate::time::{Duration, Instant};

/// How long after a late start its outcome is waited for before the run is called overrun: both came through a spool.
const SPOOL_SETTLES: Duration = Duration::MINUTE;

pub(super) fn report(desk: &mut Desk<'_>, report: &Report, on_conflict: OnConflict) -> Result<(), Rejection> {
    if desk.facts.report_seen {
        return Ok(());
    }
    judge_before(desk, report.happened_at());
    // What had passed opens its incident even if this very report ends it: both are true, and both are told.
    settle(desk);
    rename(desk, report);
    match report.status {
        Status::Pending => pending(desk, report),
        Status::Running => {
            running(desk, report);
            Ok(())
        }
        Status::Completed => finish(desk, report, Outcome::Completed, on_conflict),
        Status::Failed => finish(desk, report, Outcome::Failed, on_conflict),
    }
}

/// Names that a report brings become the scheduler's.
fn rename(desk: &mut Desk<'_>, report: &Report) {
    let change = ConfigChange {
        service_name: report.service_name.clone(),
        job_name: report.job_name.clone(),
        ..ConfigChange::default()
    };
    let config = change.applied_to(&desk.scheduler.config);
    if config != desk.scheduler.config {
        let expected = desk.scheduler.state.expected;
        desk.emit(Fact::Configured { config: Box::new(config), touched: Touched::default(), expected });
    }
}

/// The job waits for its next cycle: runs that it can no longer mean are given up.
fn pending(desk: &mut Desk<'_>, report: &Report) -> Result<(), Rejection> {
    if let Some(run_id) = &report.run_id {
        return Err(Rejection::InvalidStatusTransition(format!(
            "run {run_id} cannot become pending: report pending without a run_id"
        )));
    }
    if is_older(desk, report.happened_at()) {
        file(desk, report, Filed::Old);
        return Ok(());
    }
    for run in desk.scheduler.state.runs.clone() {
        if run.run_id.is_none() || is_dead(desk.facts, &run) {
            abandon(desk, run.no, Abandoned::Reset);
        }
    }
    desk.emit(Fact::PendingReported { report: report.facts() });
    Ok(())
}

fn running(desk: &mut Desk<'_>, report: &Report) {
    let Some(run_id) = &report.run_id else { return running_unnamed(desk, report) };
    if let Some(run) = desk.scheduler.run_named(run_id).cloned() {
        refresh(desk, &run, report);
    } else if let Some(closed) = desk.facts.closed_run.clone() {
        fill_start(desk, &closed, report);
    } else {
        start(desk, report);
    }
}

fn running_unnamed(desk: &mut Desk<'_>, report: &Report) {
    if is_older(desk, report.happened_at()) {
        return file(desk, report, Filed::Old);
    }
    let open = desk.scheduler.state.runs.iter().find(|run| run.run_id.is_none()).map(|run| run.no);
    if let Some(open) = open {
        abandon(desk, open, Abandoned::Replaced);
    }
    start(desk, report);
}

/// An open run reports again: it is alive. Only what brings something new is an event.
fn refresh(desk: &mut Desk<'_>, run: &OpenRun, report: &Report) {
    heartbeat::revive(desk, run);
    if report.report_id.is_some() || report.execution_time.is_some() || !report.payload.is_empty() {
        desk.emit(Fact::RunRefreshed { run: run.no, report: report.facts() });
    }
}

/// The start of a run that has already ended: it fills in what was not known.
fn fill_start(desk: &mut Desk<'_>, closed: &RunRecord, report: &Report) {
    if closed.state == RunState::Abandoned {
        return file(desk, report, Filed::Old);
    }
    if closed.reported_start {
        return;
    }
    let end = closed.ended_at.unwrap_or(report.happened_at());
    let started_at = report.happened_at().min(end);
    let duration = closed.duration.or_else(|| Some(end.since(started_at)));
    let expected = if desk.scheduler.state.newest_run == Some(closed.no) {
        desk.expected(|basis| basis.newest_start = Some(started_at))
    } else {
        desk.scheduler.state.expected
    };
    desk.emit(Fact::StartFilled { run: closed.no, report: report.facts(), started_at, duration, expected });
}

fn start(desk: &mut Desk<'_>, report: &Report) {
    if desk.scheduler.state.runs.len() >= OPEN_RUNS_MAX {
        let oldest = desk.scheduler.state.runs.iter().min_by_key(|run| run.started_at).map(|run| run.no);
        oldest.into_iter().for_each(|run| abandon(desk, run, Abandoned::Crowded));
    }
    let at = report.happened_at();
    let late = at < report.received_at;
    let judged_from = if late { report.received_at + SPOOL_SETTLES } else { at };
    let older = desk.scheduler.state.newest_start.is_some_and(|newest| at < newest);
    let standing = if older { Standing::Old } else { Standing::Current };
    let (meets, expected) = expectation_after_start(desk, at, standing);
    let run = RunNo(desk.scheduler.state.runs_seen + 1);
    let report = report.facts();
    desk.emit(Fact::RunStarted { run, report, judged_from, standing, meets, expected });
}

/// Whether a start makes up for missed slots, and which slot comes next after it.
fn expectation_after_start(desk: &Desk<'_>, at: Instant, standing: Standing) -> (bool, Option<Instant>) {
    let state = &desk.scheduler.state;
    if standing == Standing::Old {
        return (false, state.expected);
    }
    let schedule = desk.scheduler.config.schedule.as_ref();
    let meets = state.missed.as_ref().is_some_and(|missed| meets(schedule, missed.last, at));
    let slot_unmet = state.expected.is_some_and(|slot| slot <= at);
    let expected = desk.expected(|basis| {
        basis.newest_start = basis.newest_start.max(Some(at));
        basis.early_counts &= !slot_unmet;
    });
    (meets, expected)
}

fn finish(
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
        None => desk.scheduler.run_unnamed().filter(|run| report.happened_at() >= run.started_at),
    }
    .cloned()
}

fn close(desk: &mut Desk<'_>, run: &OpenRun, report: &Report, outcome: Outcome) {
    let at = report.happened_at();
    let end = at.max(run.started_at);
    let settled = desk.scheduler.state.settled_at;
    let standing =
        if settled.is_some_and(|settled| at < settled) { Standing::Old } else { Standing::Current };
    let last_open = desk.scheduler.state.runs.len() == 1;
    let expected = if last_open && counts_from_end(desk) {
        desk.expected(|basis| basis.ended_at = Some(end))
    } else {
        desk.scheduler.state.expected
    };
    desk.emit(Fact::RunFinished {
        run: run.no,
        report: report.facts(),
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

/// A period is reckoned anew when a run ends; the slots of a calendar are not.
fn counts_from_end(desk: &Desk<'_>) -> bool {
    desk.scheduler.config.schedule.as_ref().is_some_and(|schedule| !schedule.recurrence.is_calendar())
}

fn meets_missed(desk: &Desk<'_>, at: Instant, standing: Standing) -> bool {
    let missed = desk.scheduler.state.missed.as_ref();
    standing == Standing::Current
        && missed.is_some_and(|missed| meets(desk.scheduler.config.schedule.as_ref(), missed.last, at))
}

/// The late outcome of a run that was given up: it closes it, and is history otherwise unless it is the newest word.
fn close_abandoned(desk: &mut Desk<'_>, closed: &RunRecord, report: &Report, outcome: Outcome) {
    let at = report.happened_at();
    let started_at = closed.started_at;
    let standing = if is_older(desk, at) { Standing::Old } else { Standing::Current };
    let known = started_at.map(|start| at.since(start));
    desk.emit(Fact::RunFinished {
        run: closed.no,
        report: report.facts(),
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
            basis.newest_start = basis.newest_start.max(Some(base));
            basis.ended_at = Some(at);
        });
    }
    desk.emit(Fact::RunFinished {
        run: RunNo(desk.scheduler.state.runs_seen + 1),
        report: report.facts(),
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

/// Whether something happened before what is already known: then it is history.
fn is_older(desk: &Desk<'_>, at: Instant) -> bool {
    let state = &desk.scheduler.state;
    state.newest_start.max(state.settled_at).is_some_and(|known| at < known)
}

fn file(desk: &mut Desk<'_>, report: &Report, filed: Filed) {
    desk.emit(Fact::ReportFiled { status: report.status, report: report.facts(), filed });
}
