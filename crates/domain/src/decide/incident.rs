//! Incidents follow from causes: opened when something is wrong, widened by what was not wrong before, repeated and
//! reminded in measure, resolved when nothing is wrong and enough runs have completed.

use super::Desk;
use crate::command::Rejection;
use crate::config::ESCALATIONS_MAX;
use crate::deadline::{escalation_due, reminder_due};
use crate::event::{Event, Fact, Resolution, Standing};
use crate::id::IncidentId;
use crate::incident::CauseSet;
use crate::report::Outcome;
use crate::scheduler::Incident;

/// Compares what is wrong now with what was wrong before the decision, and says what follows.
pub(super) fn settle(desk: &mut Desk<'_>) {
    if desk.scheduler.state.paused.is_some() {
        return;
    }
    let causes = desk.scheduler.causes();
    match desk.scheduler.state.incident.clone() {
        None if causes.is_empty() => {}
        None => {
            let incident = IncidentId::mint(desk.facts.chance);
            desk.emit(Fact::IncidentOpened { incident, causes });
        }
        Some(incident) => follow(desk, &incident, causes),
    }
    desk.causes_before = causes;
    desk.settled = desk.events.len();
}

fn follow(desk: &mut Desk<'_>, incident: &Incident, causes: CauseSet) {
    let covered = incident.acknowledged.as_ref().map(|acknowledged| acknowledged.causes).unwrap_or_default();
    let entered = causes.without(desk.causes_before).without(covered);
    let heeded = incident.is_heeded(causes);
    if causes.is_empty() && has_recovered(desk) {
        desk.emit(Fact::IncidentResolved {
            incident: incident.id.clone(),
            resolution: Resolution::Recovered,
        });
    } else if !entered.is_empty() {
        desk.emit(Fact::IncidentWidened { entered, causes });
    } else if !heeded && desk.events[desk.settled..].iter().any(is_bad_mark) && may_repeat(desk, incident) {
        desk.emit(Fact::IncidentRepeated { causes });
    } else if reminder_due(&desk.scheduler).is_some_and(|due| due <= desk.now) {
        desk.emit(Fact::IncidentReminded { causes });
    }
    escalate(desk, causes);
}

/// The steps whose time has come, each once; whoever is told later than planned is told still.
fn escalate(desk: &mut Desk<'_>, causes: CauseSet) {
    for _ in 0..ESCALATIONS_MAX {
        let due = escalation_due(&desk.scheduler, desk.facts).filter(|(due, ..)| *due <= desk.now);
        let Some((_, step, next)) = due else { return };
        let (after, channels) = (next.after, next.channels.clone());
        desk.emit(Fact::IncidentEscalated { step, after, channels, causes });
    }
}

/// Enough completed runs since the last failure; where none ever failed, none is needed.
fn has_recovered(desk: &Desk<'_>) -> bool {
    let needed = desk.scheduler.config.recovery_threshold();
    desk.scheduler.state.completions.is_none_or(|completed| completed >= needed)
}

fn may_repeat(desk: &Desk<'_>, incident: &Incident) -> bool {
    let pause = desk.scheduler.config.realert_after();
    pause.is_some_and(|pause| desk.now >= incident.alerted_at + pause)
}

fn is_bad_mark(event: &Event) -> bool {
    match &event.fact {
        Fact::RunFinished { outcome, standing, .. } => {
            *outcome == Outcome::Failed && *standing == Standing::Current
        }
        Fact::SlotsMissed(_) | Fact::RunWentStale { .. } | Fact::RunOverran { .. } => true,
        _ => false,
    }
}

pub(super) fn acknowledge(desk: &mut Desk<'_>, by: String) -> Result<(), Rejection> {
    let causes = desk.scheduler.causes();
    let Some(incident) = &desk.scheduler.state.incident else {
        return Err(Rejection::NoIncident(desk.scheduler.key.id.clone()));
    };
    let already = incident.acknowledged.as_ref().is_some_and(|it| it.by == by && it.causes == causes);
    if !already {
        desk.emit(Fact::IncidentAcknowledged { by, causes });
    }
    Ok(())
}

pub(super) fn withdraw(desk: &mut Desk<'_>, by: String) -> Result<(), Rejection> {
    let Some(incident) = &desk.scheduler.state.incident else {
        return Err(Rejection::NoIncident(desk.scheduler.key.id.clone()));
    };
    if incident.acknowledged.is_some() {
        desk.emit(Fact::AcknowledgementWithdrawn { by });
    }
    Ok(())
}
