//! "Still running", and nothing else: no event, but for the first of a run and for one that ends silence.

use super::Desk;
use crate::command::Rejection;
use crate::event::Fact;
use crate::id::{RunId, RunNo};
use crate::scheduler::{OpenRun, Scheduler};
use crate::time::Instant;

pub(super) fn heartbeat(
    desk: &mut Desk<'_>,
    run_id: Option<&RunId>,
    received_at: Instant,
) -> Result<(), Rejection> {
    if let (Some(run_id), Some(closed)) = (run_id, &desk.facts.closed_run)
        && desk.scheduler.run_named(run_id).is_none()
    {
        return Err(Rejection::StaleScheduler {
            scheduler_id: desk.scheduler.key.id.clone(),
            run_id: run_id.clone(),
            state: closed.state.as_str(),
        });
    }
    for run in beating(&desk.scheduler, run_id) {
        alive(desk, run, received_at);
    }
    Ok(())
}

/// The open runs that a heartbeat speaks for: the one it names (none, where that is not known yet); without a name the
/// open one without id, else the only one; where several are open and it names none, all of them, since none may be
/// blamed for what cannot be told apart.
pub fn beating(scheduler: &Scheduler, run_id: Option<&RunId>) -> Vec<RunNo> {
    let runs: Vec<&OpenRun> = match run_id {
        Some(run_id) => scheduler.run_named(run_id).into_iter().collect(),
        None => match scheduler.run_unnamed() {
            Some(run) => vec![run],
            None => scheduler.state.runs.iter().collect(),
        },
    };
    runs.into_iter().map(|run| run.no).collect()
}

fn alive(desk: &mut Desk<'_>, no: RunNo, received_at: Instant) {
    let Some(run) = desk.scheduler.run(no).cloned() else { return };
    // One that a queue held back says nothing that was not known when the run was found silent.
    if received_at >= desk.facts.liveness.heard(&run) {
        revive(desk, &run);
    }
    if !run.beats {
        desk.emit(Fact::HeartbeatsBegan { run: no });
    }
}

/// Ends a run's silence, where it was silent.
pub(super) fn revive(desk: &mut Desk<'_>, run: &OpenRun) {
    if run.stale_at.is_some() {
        desk.emit(Fact::RunRevived { run: run.no });
    }
}
