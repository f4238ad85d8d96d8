//! The instants at which doing nothing means something, and the earliest of them. Each deadline is inclusive: at the
//! instant itself it has passed. What could not be observed moves a deadline, never blames a job.

use crate::config::{Escalation, Limit, Silence};
use crate::facts::Facts;
use crate::scheduler::{OpenRun, Scheduler};
use crate::time::{Duration, Instant};

/// How long a run that went bad stays open when nothing is heard of it.
pub const DEAD_AFTER: Duration = Duration::DAY;
/// From this many slots missed in a row on, they are recorded at most hourly.
pub const MISSED_SINGLY_MAX: u32 = 10;

/// What is concluded about a slot when its grace has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody came.
    Missed,
    /// An earlier run was open: its own limits judge.
    Skipped,
    /// Maintenance touched it: nobody had to come.
    Maintained,
    /// We could not see who came.
    Unobserved,
}

/// When a slot is judged, and how, if nothing comes. `None` where a run in progress makes the slot moot.
pub fn slot_deadline(scheduler: &Scheduler, facts: &Facts, slot: Instant) -> Option<(Instant, Verdict)> {
    let schedule = scheduler.config.schedule.as_ref()?;
    let grace_ends = slot + schedule.grace();
    if !scheduler.state.runs.is_empty() {
        return schedule.recurrence.is_calendar().then_some((grace_ends, Verdict::Skipped));
    }
    Some(match facts.unobserved_until(grace_ends) {
        _ if facts.is_maintained(slot, grace_ends) => (grace_ends, Verdict::Maintained),
        Some(gap_ends) => (gap_ends, Verdict::Unobserved),
        None => (grace_ends, Verdict::Missed),
    })
}

/// When the evaluator next looks at the slots: the first one's deadline, or an hour after the last record where many
/// have been missed in a row, or where they only have to be noted as skipped.
pub fn slots_due(scheduler: &Scheduler, facts: &Facts) -> Option<Instant> {
    let (deadline, verdict) = slot_deadline(scheduler, facts, scheduler.state.expected?)?;
    let recorded = scheduler.state.missed.as_ref().filter(|missed| missed.count >= MISSED_SINGLY_MAX);
    Some(match (verdict, recorded, scheduler.state.judged) {
        // A gap that comes to be known must not make a look due that was put off: nothing is indexed anew for it.
        (Verdict::Missed | Verdict::Unobserved, Some(missed), _) => {
            deadline.max(missed.recorded_at + Duration::HOUR)
        }
        (Verdict::Skipped, _, Some(judged)) => deadline.max(judged + Duration::HOUR),
        _ => deadline,
    })
}

/// When an open run has been silent for too long, where its silence means anything.
pub fn stale_due(scheduler: &Scheduler, facts: &Facts, run: &OpenRun) -> Option<Instant> {
    let timeout = match scheduler.config.silence(&facts.defaults) {
        Silence::FromStart(timeout) => timeout,
        Silence::OnceArmed(timeout) if scheduler.state.armed_from.is_some_and(|first| first <= run.no) => {
            timeout
        }
        Silence::OnceArmed(_) | Silence::Ignored => return None,
    };
    run.stale_at.is_none().then(|| facts.observed_after(facts.liveness.heard(run), timeout))
}

/// When an open run has been open for too long.
pub fn overrun_due(scheduler: &Scheduler, facts: &Facts, run: &OpenRun) -> Option<Instant> {
    let limit = scheduler.config.max_runtime().filter(|_| run.overran_at.is_none())?;
    let due = (run.resumed_at.unwrap_or(run.started_at) + limit).max(run.judged_from);
    Some(facts.unobserved_until(due).unwrap_or(due))
}

/// When a run that went bad is given up.
///
/// Counted in time that we could observe: who could not be heard is not told to stop.
pub fn dead_due(facts: &Facts, run: &OpenRun) -> Option<Instant> {
    let silent_since = match (run.stale_at, run.overran_at) {
        (Some(stale_at), _) => stale_at,
        (None, Some(overran_at)) => overran_at.max(facts.liveness.heard(run)),
        (None, None) => return None,
    };
    Some(facts.observed_after(silent_since, DEAD_AFTER))
}

/// Whether a run is stale, or overrun and silent since.
pub fn is_dead(facts: &Facts, run: &OpenRun) -> bool {
    run.stale_at.is_some() || run.overran_at.is_some_and(|at| facts.liveness.heard(run) <= at)
}

/// When people are next reminded of an open incident.
pub fn reminder_due(scheduler: &Scheduler) -> Option<Instant> {
    let incident = scheduler.state.incident.as_ref()?;
    let every = scheduler.config.remind_every().filter(|_| !incident.is_heeded(scheduler.causes()))?;
    Some(incident.alerted_at + every)
}

/// When others are told of an open incident because nobody has acknowledged it, which step that is, and whom it names.
pub fn escalation_due<'a>(
    scheduler: &'a Scheduler,
    facts: &'a Facts,
) -> Option<(Instant, u32, &'a Escalation)> {
    let incident = scheduler.state.incident.as_ref()?;
    if incident.is_heeded(scheduler.causes()) {
        return None;
    }
    let steps = scheduler.config.escalation(&facts.defaults);
    let next = steps.get(incident.escalated as usize)?;
    Some((incident.opened_at + next.after, incident.escalated + 1, next))
}

/// The next instant at which doing nothing means something; `None` where it never does. Never later than the true one.
pub fn wake_at(scheduler: &Scheduler, facts: &Facts) -> Option<Instant> {
    if let Some(pause) = scheduler.state.paused {
        return pause.until;
    }
    let escalates = escalation_due(scheduler, facts).map(|(due, ..)| due);
    let runs = scheduler.state.runs.iter();
    runs.flat_map(|run| {
        [stale_due(scheduler, facts, run), overrun_due(scheduler, facts, run), dead_due(facts, run)]
    })
    .chain([slots_due(scheduler, facts), reminder_due(scheduler), escalates])
    .flatten()
    .min()
}

/// The next instant at which something would be concluded to be wrong, for people.
pub fn shown_deadline(scheduler: &Scheduler, facts: &Facts) -> Option<Instant> {
    if scheduler.state.paused.is_some() {
        return None;
    }
    let runs = scheduler.state.runs.iter();
    let limits = runs.flat_map(|run| [stale_due(scheduler, facts, run), overrun_due(scheduler, facts, run)]);
    let slot = slots_due(scheduler, facts).filter(|_| scheduler.state.runs.is_empty());
    limits.chain([slot]).flatten().min()
}

/// Advice where limits do not fit what was seen. At most one sentence for each limit.
pub fn hints(scheduler: &Scheduler, longest_run: Option<Duration>, facts: &Facts) -> Vec<String> {
    let mut hints = Vec::new();
    let Some(longest) = longest_run else { return hints };
    if let Some(limit) = scheduler.config.max_runtime().filter(|limit| longest >= *limit) {
        hints.push(format!("max_runtime is {limit}, but a run took {longest}: it would be called overrun"));
    }
    let grace = scheduler.config.schedule.as_ref().map(crate::schedule::Schedule::grace);
    let starts_unreported = scheduler.state.runs_seen > 0 && !scheduler.state.starts_seen;
    if let Some(grace) = grace.filter(|grace| starts_unreported && longest >= *grace) {
        hints.push(format!(
            "grace is {grace}, but a run took {longest} and reported no start: report running, or raise grace"
        ));
    }
    if let Silence::FromStart(timeout) = scheduler.config.silence(&facts.defaults)
        && !scheduler.state.heartbeats_seen
        && longest >= timeout
        && scheduler.config.heartbeat_timeout != Some(Limit::Off)
    {
        hints.push(format!(
            "heartbeat_timeout is {timeout}, but a run took {longest} without any heartbeat: send some, or set it off"
        ));
    }
    hints
}
