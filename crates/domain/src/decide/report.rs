//! What a report means, and what a start does: a run opened, refreshed or filled in, a slot met. Outcomes are next door.

use super::evaluate::{abandon, judge_before};
use super::incident::settle;
use super::order::{DIRECT_MAX, expectation_after_start, is_older, precedes};
use super::outcome::finish;
use super::{Desk, heartbeat, pause};
use crate::command::{Noted, OnConflict, Rejection};
use crate::config::ConfigChange;
use crate::deadline::is_dead;
use crate::event::{Abandoned, Fact, Filed, Standing, Touched};
use crate::id::RunNo;
use crate::ping::WhilePaused;
use crate::report::{Outcome, Report, Status};
use crate::run::{RunRecord, RunState};
use crate::scheduler::{OPEN_RUNS_MAX, OpenRun};
use crate::time::Duration;

/// How long after a late start its outcome is waited for before the run is called overrun: both came through a spool.
const SPOOL_SETTLES: Duration = Duration::MINUTE;

pub(super) fn report(desk: &mut Desk<'_>, report: &Report, on_conflict: OnConflict) -> Result<(), Rejection> {
    if desk.facts.report_seen {
        return Ok(());
    }
    if is_ignored(desk) {
        note(desk, report, Noted::Ignored);
        return Ok(());
    }
    judge_before(desk, report.happened_at());
    // What had passed opens its incident even if this very report ends it: both are true, and both are told.
    settle(desk);
    rename(desk, report);
    match report.status {
        Status::Pending => pending(desk, report, on_conflict),
        Status::Running => {
            running(desk, report);
            Ok(())
        }
        Status::Completed => finish(desk, report, Outcome::Completed, on_conflict),
        Status::Failed => finish(desk, report, Outcome::Failed, on_conflict),
    }
}

/// Whether nothing counts now. Where a report ends the pause instead, the pause is over from here on.
fn is_ignored(desk: &mut Desk<'_>) -> bool {
    let policy = desk.scheduler.config.while_paused();
    if policy == WhilePaused::Resume {
        pause::resume(desk);
    }
    policy == WhilePaused::Ignore && desk.scheduler.state.paused.is_some()
}

/// What is only written down.
pub(super) fn note(desk: &mut Desk<'_>, report: &Report, noted: Noted) {
    if !desk.facts.report_seen {
        desk.emit(Fact::Noted { report: desk.facts_of(report), noted });
    }
}

/// Names that a report brings become the scheduler's, unless newer ones are known.
fn rename(desk: &mut Desk<'_>, report: &Report) {
    if is_older(desk, report.happened_at()) {
        return;
    }
    let change = ConfigChange {
        service_name: report.service_name.clone(),
        job_name: report.job_name.clone(),
        ..ConfigChange::default()
    };
    let config = change.applied_to(&desk.scheduler.config);
    if config != *desk.scheduler.config {
        let expected = desk.scheduler.state.expected;
        desk.emit(Fact::Configured { config: config.into(), touched: Touched::default(), expected });
    }
}

/// The job waits for its next cycle: runs that it can no longer mean are given up.
fn pending(desk: &mut Desk<'_>, report: &Report, on_conflict: OnConflict) -> Result<(), Rejection> {
    if let Some(run_id) = &report.run_id {
        if on_conflict == OnConflict::File {
            file(desk, report, Filed::Conflict);
            return Ok(());
        }
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
    desk.emit(Fact::PendingReported { report: desk.facts_of(report) });
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
        desk.emit(Fact::RunRefreshed { run: run.no, report: desk.facts_of(report) });
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
    let state = &desk.scheduler.state;
    let mut expected = state.expected;
    // What was judged since stays so.
    if state.newest_run == Some(closed.no) && state.judged.is_none_or(|judged| judged <= end) {
        let reckoned = desk.expected(|basis| {
            basis.newest_start = Some(started_at);
            basis.ended_at = state.settled_at.max(Some(end));
        });
        // It began earlier than was thought, so it meets no more than was thought.
        expected = reckoned.into_iter().chain(expected).min();
    }
    desk.emit(Fact::StartFilled {
        run: closed.no,
        report: desk.facts_of(report),
        started_at,
        duration,
        expected,
    });
}

fn start(desk: &mut Desk<'_>, report: &Report) {
    if desk.scheduler.state.runs.len() >= OPEN_RUNS_MAX {
        let oldest = desk.scheduler.state.runs.iter().min_by_key(|run| run.started_at).map(|run| run.no);
        if let Some(oldest) = oldest {
            abandon(desk, oldest, Abandoned::Crowded);
        }
    }
    let at = report.happened_at();
    let late = report.received_at.since(at) > DIRECT_MAX;
    let judged_from = if late { report.received_at + SPOOL_SETTLES } else { at };
    let older = desk.scheduler.state.newest_start.is_some_and(|newest| precedes(desk, at, newest));
    let standing = if older { Standing::Old } else { Standing::Current };
    let (meets, expected) = expectation_after_start(desk, at, standing);
    let run = RunNo(desk.scheduler.state.runs_seen + 1);
    let report = desk.facts_of(report);
    desk.emit(Fact::RunStarted { run, report, judged_from, standing, meets, expected });
}

pub(super) fn file(desk: &mut Desk<'_>, report: &Report, filed: Filed) {
    desk.emit(Fact::ReportFiled { status: report.status, report: desk.facts_of(report), filed });
}
