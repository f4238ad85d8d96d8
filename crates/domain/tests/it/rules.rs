//! A test for every rule of the design, as stories of one scheduler.

mod acknowledgements;
mod causes;
mod clocks;
mod dead_runs;
mod escalations;
mod gaps;
mod heartbeats;
mod hot_state;
mod incidents;
mod limits;
mod maintenance;
mod nights;
mod notes;
mod pauses;
mod periods;
mod recordings;
mod registration;
mod remembered;
mod reports;
mod runs;
mod shown;
mod slots;
mod spools;
mod telling;

use domain::schedule::{Cron, From, Recurrence, Schedule, Zone};
use domain::{ConfigChange, Limit, Patch};

use crate::moments::span;
use crate::story::{Story, scheduled};

/// Slots of a cron expression in UTC.
pub(crate) fn cron(expression: &str) -> Schedule {
    cron_in(expression, "UTC")
}

/// Slots of a cron expression in a zone.
pub(crate) fn cron_in(expression: &str, zone: &str) -> Schedule {
    let expression = Cron::parse(expression).expect("an expression");
    Schedule::new(Recurrence::Cron { expression, timezone: Zone::parse(zone).expect("a zone") })
}

/// Once a period, counted from the start.
pub(crate) fn every(period: &str) -> Schedule {
    Schedule::new(Recurrence::Every { period: span(period), from: From::Start })
}

/// Once a period, counted from the end.
pub(crate) fn looping(period: &str) -> Schedule {
    Schedule::new(Recurrence::Every { period: span(period), from: From::End })
}

pub(crate) fn grace(schedule: Schedule, length: &str) -> Schedule {
    Schedule { grace: Some(span(length)), ..schedule }
}

pub(crate) fn limit(length: &str) -> Patch<Limit> {
    Patch::Set(Limit::After(span(length)))
}

/// Expected at 02:00 every night with an hour of grace, registered at midnight of Monday.
fn nightly() -> Story {
    Story::registered("mon 00:00", scheduled(cron("0 2 * * *")))
}

/// Never expected; only its runs are judged.
fn unscheduled() -> Story {
    Story::registered("mon 00:00", ConfigChange::default())
}

fn with(change: ConfigChange) -> Story {
    Story::registered("mon 00:00", change)
}
