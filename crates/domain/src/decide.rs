//! Rules, and only here: what a command means for a scheduler, given the facts and the time.
//!
//! A decision works on a copy of the scheduler: each event is applied as it is made, so that a later rule sees what an
//! earlier one concluded. What is wrong before and after is compared once at the end, which makes incidents follow
//! from causes whatever the path.

mod configure;
mod evaluate;
mod heartbeat;
mod incident;
mod order;
mod outcome;
mod pause;
mod report;

pub use heartbeat::beating;

use crate::command::{Command, Rejection};
use crate::event::{Event, Fact};
use crate::evolve::apply;
use crate::expectation::{Basis, expected};
use crate::facts::Facts;
use crate::incident::CauseSet;
use crate::report::{Report, ReportFacts};
use crate::scheduler::Scheduler;
use crate::time::Instant;

/// What was decided: the events, and the scheduler after them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// In order; none where nothing changed.
    pub events: Vec<Event>,
    /// The fold of them.
    pub after: Scheduler,
}

/// Decides a command at an instant. Pure: the same arguments give the same events.
///
/// ```
/// use domain::{Command, ConfigChange, Facts, Health, Instant, Scheduler, SchedulerKey, decide};
/// use domain::id::{ProjectId, SchedulerId};
///
/// let id = SchedulerId::parse("nightly").unwrap();
/// let unborn = Scheduler::unborn(SchedulerKey { project: ProjectId::default_project(), id }, 1);
/// let change = ConfigChange {
///     service_name: Some("billing".into()),
///     job_name: Some("nightly".into()),
///     ..ConfigChange::default()
/// };
/// let now = Instant::parse("2026-01-01T00:00:00Z").unwrap();
/// let command = Command::Configure { change: Box::new(change), only_if: None };
/// let decision = decide(&unborn, &Facts::default(), command, now).unwrap();
/// assert_eq!(decision.events[0].fact.kind(), "registered");
/// assert_eq!(decision.after.health(now), Health::New);
/// ```
pub fn decide(
    scheduler: &Scheduler,
    facts: &Facts,
    command: Command,
    now: Instant,
) -> Result<Decision, Rejection> {
    let mut desk = Desk::new(scheduler, facts, now);
    pause::resume_if_over(&mut desk);
    match command {
        Command::Configure { change, only_if } => configure::configure(&mut desk, *change, only_if)?,
        _ if !scheduler.is_born() => return Err(Rejection::NotFound(scheduler.key.id.clone())),
        Command::Report { report, on_conflict } => report::report(&mut desk, &report, on_conflict)?,
        Command::Note { report, noted } => report::note(&mut desk, &report, noted),
        Command::Heartbeat { run_id, received_at } => {
            heartbeat::heartbeat(&mut desk, run_id.as_ref(), received_at)?;
        }
        Command::Pause { until } => pause::pause(&mut desk, until)?,
        Command::Resume => pause::resume(&mut desk),
        Command::Acknowledge { by } => incident::acknowledge(&mut desk, by)?,
        Command::WithdrawAcknowledgement { by } => incident::withdraw(&mut desk, by)?,
        Command::Evaluate => evaluate::evaluate(&mut desk),
    }
    incident::settle(&mut desk);
    Ok(Decision { events: desk.events, after: desk.scheduler })
}

/// The checkpoint event that follows the newest one, behind which older events may be pruned.
pub fn checkpoint(scheduler: &Scheduler, now: Instant) -> Decision {
    let facts = Facts::default();
    let mut desk = Desk::new(scheduler, &facts, now);
    desk.emit(Fact::Checkpoint { scheduler: Box::new(scheduler.clone()) });
    Decision { events: desk.events, after: desk.scheduler }
}

/// Where a decision is worked out: the scheduler as it is so far, and the events so far.
struct Desk<'a> {
    scheduler: Scheduler,
    facts: &'a Facts,
    now: Instant,
    causes_before: CauseSet,
    events: Vec<Event>,
    /// How many of the events are accounted for in the incident.
    settled: usize,
}

impl<'a> Desk<'a> {
    fn new(scheduler: &Scheduler, facts: &'a Facts, now: Instant) -> Self {
        Self {
            scheduler: scheduler.clone(),
            facts,
            now,
            causes_before: scheduler.causes(),
            events: Vec::new(),
            settled: 0,
        }
    }

    fn emit(&mut self, fact: Fact) {
        let event = Event { version: self.scheduler.version + 1, at: self.now, fact };
        apply(&mut self.scheduler, &event);
        self.events.push(event);
    }

    /// What the event keeps of a report.
    fn facts_of(&self, report: &Report) -> ReportFacts {
        report.facts(self.scheduler.state.messages.saturating_add(1))
    }

    /// The slot expected now, reckoned from the state so far with some of its basis replaced.
    fn expected(&self, change: impl FnOnce(&mut Basis)) -> Option<Instant> {
        let mut basis = Basis::of(&self.scheduler.state);
        // What lies ahead of us was written before the clock was set back, and must not keep us from expecting anything.
        basis.expect_after = basis.expect_after.min(self.now);
        basis.judged = basis.judged.filter(|judged| *judged <= self.now);
        change(&mut basis);
        expected(self.scheduler.config.schedule.as_ref(), &basis)
    }
}
