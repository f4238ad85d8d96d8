//! State and event to state. Total, without a rule: what an event means was decided when it was made.

use crate::event::{Event, Fact, Slots, Standing, Touched};
use crate::id::RunNo;
use crate::report::{Outcome, ReportFacts, Status};
use crate::scheduler::{Acknowledged, Incident, LastReport, Missed, OpenRun, Pause, Scheduler, State};
use crate::time::Instant;

/// The scheduler after an event. An event that makes no sense for it changes nothing but the version.
#[must_use]
pub fn evolve(mut scheduler: Scheduler, event: &Event) -> Scheduler {
    apply(&mut scheduler, event);
    scheduler
}

/// The scheduler after all of them, in order.
#[must_use]
pub fn replay<'a>(scheduler: Scheduler, events: impl IntoIterator<Item = &'a Event>) -> Scheduler {
    events.into_iter().fold(scheduler, evolve)
}

pub(crate) fn apply(scheduler: &mut Scheduler, event: &Event) {
    if let Fact::Checkpoint { scheduler: kept } = &event.fact {
        scheduler.clone_from(kept);
    }
    let at = event.at;
    let state = &mut scheduler.state;
    match &event.fact {
        Fact::Registered { config, expected } => {
            scheduler.config = config.clone();
            *state = State { created_at: at, config_version: 1, expect_after: at, ..State::default() };
            state.expected = *expected;
        }
        Fact::Configured { config, touched, expected } => {
            scheduler.config = config.clone();
            configured(state, *touched, *expected, at);
        }
        Fact::Paused { until } => {
            let since = state.paused.map_or(at, |pause| pause.since);
            state.paused = Some(Pause { since, until: *until });
        }
        Fact::Resumed { expected } => resumed(state, *expected, at),
        Fact::Checkpoint { .. } => {}
        _ => reported(state, event),
    }
    scheduler.version = event.version;
    if !matches!(event.fact, Fact::Checkpoint { .. }) {
        scheduler.state.updated_at = at;
    }
}

fn configured(state: &mut State, touched: Touched, expected: Option<Instant>, at: Instant) {
    state.config_version += 1;
    state.expected = expected;
    if touched.schedule {
        state.expect_after = at;
    }
    for run in &mut state.runs {
        if touched.max_runtime {
            run.overran_at = None;
            run.judged_from = run.judged_from.max(at);
        }
        run.stale_at = run.stale_at.filter(|_| !touched.heartbeat_timeout);
    }
}

fn resumed(state: &mut State, expected: Option<Instant>, at: Instant) {
    state.paused = None;
    state.resumed_at = Some(at);
    state.expected = expected;
    state.expect_after = at;
    state.missed = None;
    state.failures = 0;
    state.completions = None;
    for run in &mut state.runs {
        run.stale_at = None;
        run.overran_at = None;
        run.heard_at = run.heard_at.max(at);
        run.resumed_at = Some(at);
    }
}

fn reported(state: &mut State, event: &Event) {
    let version = event.version;
    if let Some(report) = event.fact.report() {
        state.messages = state.messages.saturating_add(1).max(report.no);
    }
    match &event.fact {
        Fact::PendingReported { report } => {
            settle(state, Status::Pending, report.happened_at);
            show(state, report, version);
        }
        Fact::RunStarted { run, report, judged_from, standing, meets, expected } => {
            state.runs.push(opened(*run, report, *judged_from));
            state.starts_seen = true;
            state.runs_seen = state.runs_seen.max(run.0);
            if *standing == Standing::Current {
                newest(state, *run, report.happened_at, event.at);
                show(state, report, version);
            }
            expect(state, *meets, *expected);
        }
        Fact::RunRefreshed { run, report } => {
            heard(state, *run, report.received_at);
            show(state, report, version);
        }
        Fact::RunFinished { run, report, outcome, started_at, standing, meets, expected, .. } => {
            let was_open = state.runs.iter().any(|open| open.no == *run);
            state.runs.retain(|open| open.no != *run);
            state.runs_seen = state.runs_seen.max(run.0);
            if *standing == Standing::Current {
                if !was_open {
                    newest(state, *run, started_at.unwrap_or(report.happened_at), event.at);
                }
                settle(state, outcome.status(), report.happened_at);
                count(state, *outcome);
                show(state, report, version);
            }
            expect(state, *meets, *expected);
        }
        Fact::StartFilled { run, started_at, expected, .. } => {
            state.starts_seen = true;
            if state.newest_run == Some(*run) {
                state.newest_start = Some(*started_at);
                state.expected = *expected;
            }
        }
        _ => concluded(state, event),
    }
}

fn concluded(state: &mut State, event: &Event) {
    let at = event.at;
    match &event.fact {
        Fact::HeartbeatsBegan { run } => {
            heard(state, *run, at);
            state.heartbeats_seen = true;
            state.armed_from = Some(state.armed_from.map_or(*run, |first| first.min(*run)));
            on_run(state, *run, |run| run.beats = true);
        }
        Fact::RunWentStale { run, .. } => on_run(state, *run, |run| run.stale_at = Some(at)),
        Fact::RunRevived { run } => {
            heard(state, *run, at);
            on_run(state, *run, |run| run.stale_at = None);
        }
        Fact::RunOverran { run, due } => on_run(state, *run, |run| run.overran_at = Some(*due)),
        Fact::RunAbandoned { run, expected, .. } => {
            state.runs.retain(|open| open.no != *run);
            state.expected = *expected;
        }
        Fact::SlotsMissed(slots) => {
            missed(state, slots, at);
            judged(state, slots);
        }
        Fact::SlotsSkipped(slots) | Fact::SlotsUnobserved(slots) => judged(state, slots),
        _ => incident(state, event),
    }
}

fn incident(state: &mut State, event: &Event) {
    let at = event.at;
    match &event.fact {
        Fact::IncidentOpened { incident, causes } => {
            state.incident = Some(Incident {
                id: incident.clone(),
                opened_at: at,
                opened_version: event.version,
                alerted_at: at,
                causes: *causes,
                acknowledged: None,
                escalated: 0,
            });
        }
        Fact::IncidentWidened { entered, .. } => on_incident(state, |incident| {
            incident.alerted_at = at;
            incident.causes = incident.causes.or(*entered);
        }),
        Fact::IncidentRepeated { .. } | Fact::IncidentReminded { .. } => {
            on_incident(state, |incident| incident.alerted_at = at);
        }
        Fact::IncidentEscalated { step, .. } => on_incident(state, |incident| incident.escalated = *step),
        Fact::IncidentAcknowledged { by, causes } => on_incident(state, |incident| {
            incident.acknowledged = Some(Acknowledged { by: by.clone(), at, causes: *causes });
        }),
        Fact::AcknowledgementWithdrawn { .. } => on_incident(state, |incident| incident.acknowledged = None),
        Fact::IncidentResolved { .. } => state.incident = None,
        _ => {}
    }
}

fn opened(no: RunNo, report: &ReportFacts, judged_from: Instant) -> OpenRun {
    OpenRun {
        no,
        run_id: report.run_id.clone(),
        started_at: report.happened_at,
        heard_at: report.received_at,
        judged_from,
        resumed_at: None,
        beats: false,
        stale_at: None,
        overran_at: None,
    }
}

fn on_run(state: &mut State, no: RunNo, change: impl FnOnce(&mut OpenRun)) {
    if let Some(run) = state.runs.iter_mut().find(|run| run.no == no) {
        change(run);
    }
}

fn on_incident(state: &mut State, change: impl FnOnce(&mut Incident)) {
    if let Some(incident) = &mut state.incident {
        change(incident);
    }
}

fn heard(state: &mut State, no: RunNo, at: Instant) {
    on_run(state, no, |run| run.heard_at = run.heard_at.max(at));
}

/// One that lies ahead of now was stamped by a clock that has been set back since, and gives way.
fn newest(state: &mut State, run: RunNo, start: Instant, now: Instant) {
    if state.newest_start.is_none_or(|newest| start >= newest || newest > now) {
        state.newest_start = Some(start);
        state.newest_run = Some(run);
    }
}

fn settle(state: &mut State, status: Status, at: Instant) {
    state.settled = status;
    state.settled_at = Some(at);
    state.resumed_at = None;
}

fn count(state: &mut State, outcome: Outcome) {
    match outcome {
        Outcome::Failed => {
            state.failures = state.failures.saturating_add(1);
            state.completions = Some(0);
        }
        Outcome::Completed => {
            state.failures = 0;
            state.completions = state.completions.map(|count| count.saturating_add(1));
        }
    }
}

fn show(state: &mut State, report: &ReportFacts, version: u64) {
    state.last_report = Some(LastReport {
        timestamp: report.timestamp.min(report.received_at),
        received_at: report.received_at,
        execution_time: report.execution_time,
        version,
    });
}

fn expect(state: &mut State, meets: bool, expected: Option<Instant>) {
    state.expected = expected;
    if meets {
        state.missed = None;
    }
}

fn missed(state: &mut State, slots: &Slots, at: Instant) {
    let before = state.missed.take();
    state.missed = Some(Missed {
        first: before.as_ref().map_or(slots.first, |missed| missed.first),
        last: slots.last,
        count: before.map_or(0, |missed| missed.count).saturating_add(slots.count),
        recorded_at: at,
    });
}

fn judged(state: &mut State, slots: &Slots) {
    state.judged = state.judged.max(Some(slots.last));
    state.expected = slots.next;
}
