//! What a command carries beside what is decided: what to look up, the payload, a sign of life; and what a decision
//! rests on.

use domain::event::Abandoned;
use domain::{Command, Decision, Fact, Facts, Gap, Instant, Report, RunNo, Scheduler, Status};

use crate::ports::Lookup;

/// After `completed` there is no error message.
pub(crate) fn shown_payload(report: &Report) -> domain::Payload {
    let mut payload = report.payload.clone();
    if report.status == Status::Completed {
        payload.error_message = None;
    }
    payload
}

pub(super) fn lookup(command: &Command) -> Lookup {
    match command {
        Command::Report { report, .. } | Command::Note { report, .. } => {
            Lookup { run_id: report.run_id.clone(), report_id: report.report_id.clone() }
        }
        Command::Heartbeat { run_id, .. } => Lookup { run_id: run_id.clone(), report_id: None },
        _ => Lookup::default(),
    }
}

/// Whether everything that a command names can be judged by the scheduler alone: no run but open ones. A report id may
/// be known already; a commit that is made in vain for it is refused by the store.
pub(super) fn is_all_known(command: &Command, scheduler: &Scheduler) -> bool {
    let run_id = match command {
        Command::Report { report, .. } => report.run_id.as_ref(),
        Command::Heartbeat { run_id, .. } => run_id.as_ref(),
        _ => None,
    };
    run_id.is_none_or(|run_id| scheduler.run_named(run_id).is_some())
}

pub(super) fn is_heartbeat(command: &Command) -> bool {
    matches!(command, Command::Heartbeat { .. })
}

pub(super) fn report_of(command: &Command) -> Option<&Report> {
    match command {
        Command::Report { report, .. } | Command::Note { report, .. } => Some(report),
        _ => None,
    }
}

pub(super) fn renames(decision: &Decision) -> bool {
    decision.events.iter().any(|event| matches!(event.fact, Fact::Configured { .. }))
}

/// The sign of life to write down: of a heartbeat always, of a report where it left no event of its own. Slots that had
/// passed by then may have.
pub(super) fn beat(command: &Command, facts: &Facts, decision: &Decision) -> Option<(Instant, Vec<RunNo>)> {
    match command {
        Command::Heartbeat { run_id, received_at } => {
            Some((*received_at, domain::beating(&decision.after, run_id.as_ref())))
        }
        Command::Report { report, .. } if !is_told(decision) && !facts.report_seen => {
            let run = decision.after.run_named(report.run_id.as_ref()?)?;
            Some((report.received_at, vec![run.no]))
        }
        _ => None,
    }
}

fn is_told(decision: &Decision) -> bool {
    decision.events.iter().any(|event| event.fact.report().is_some())
}

/// Whether a heartbeat that came meanwhile would have changed the conclusion.
pub(super) fn rests_on_silence(decision: &Decision) -> bool {
    use Abandoned::{Dead, Reset, Superseded};
    decision.events.iter().any(|event| {
        matches!(
            event.fact,
            Fact::RunWentStale { .. } | Fact::RunAbandoned { reason: Dead | Reset | Superseded, .. }
        )
    })
}

/// The gaps that can matter to a scheduler: those that ended after anything it waits for began.
pub(crate) fn relevant(gaps: &[Gap], scheduler: &Scheduler) -> Vec<Gap> {
    let runs = scheduler.state.runs.iter().map(|run| run.started_at.min(run.heard_at));
    let Some(since) = runs.chain(scheduler.state.expected).min() else { return Vec::new() };
    gaps.iter().filter(|gap| gap.until >= since).copied().collect()
}
