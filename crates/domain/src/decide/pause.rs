//! Pausing suspends judgement: nothing is expected, late or silent meanwhile. Resuming is like registering.

use super::{Desk, evaluate};
use crate::command::{Problem, Rejection};
use crate::event::{Fact, Resolution};
use crate::time::Instant;

pub(super) fn pause(desk: &mut Desk<'_>, until: Option<Instant>) -> Result<(), Rejection> {
    if let Some(until) = until.filter(|until| *until <= desk.now) {
        let problem = format!("must lie in the future, was {until} while it is {}", desk.now);
        return Err(Rejection::Invalid(vec![Problem::new("until", problem)]));
    }
    if desk.scheduler.state.paused.is_some_and(|pause| pause.until == until) {
        return Ok(());
    }
    if desk.scheduler.state.paused.is_none() {
        // What had passed by then still counts: a pause hides nothing after the fact.
        evaluate::judge_slots(desk, desk.now, evaluate::Pace::EachTime);
        evaluate::judge_runs(desk, desk.now);
        super::incident::settle(desk);
    }
    desk.emit(Fact::Paused { until });
    if let Some(incident) = &desk.scheduler.state.incident {
        let incident = incident.id.clone();
        desk.emit(Fact::IncidentResolved { incident, resolution: Resolution::Paused });
    }
    Ok(())
}

/// A pause that has run out is over, whoever notices first.
pub(super) fn resume_if_over(desk: &mut Desk<'_>) {
    let until = desk.scheduler.state.paused.and_then(|pause| pause.until);
    if until.is_some_and(|until| until <= desk.now) {
        resume(desk);
    }
}

pub(super) fn resume(desk: &mut Desk<'_>) {
    if desk.scheduler.state.paused.is_none() {
        return;
    }
    evaluate::skip_slots(desk, desk.now);
    let expected = desk.expected(|basis| {
        basis.expect_after = basis.expect_after.max(desk.now);
        basis.early_counts = true;
    });
    desk.emit(Fact::Resumed { expected });
}
