//! Registration and change of configuration. Registering again changes nothing unless a value changed, and a changed
//! schedule is judged from the change on.

use super::{Desk, evaluate};
use crate::command::{Problem, Rejection};
use crate::config::{Config, ConfigChange};
use crate::event::{Fact, Touched};
use crate::expectation::{Basis, expected};
use crate::ping::PingId;

pub(super) fn configure(
    desk: &mut Desk<'_>,
    change: ConfigChange,
    only_if: Option<u64>,
) -> Result<(), Rejection> {
    if !desk.scheduler.is_born() {
        return register(desk, change, only_if);
    }
    let current = desk.scheduler.state.config_version;
    if let Some(expected) = only_if.filter(|expected| *expected != current) {
        return Err(Rejection::VersionMismatch { expected, current });
    }
    reconfigure(desk, change);
    Ok(())
}

fn register(desk: &mut Desk<'_>, change: ConfigChange, only_if: Option<u64>) -> Result<(), Rejection> {
    if only_if.is_some() {
        return Err(Rejection::NotFound(desk.scheduler.key.id.clone()));
    }
    let mut config = change.applied_to(&Config::default());
    config.ping_id.get_or_insert_with(|| PingId::mint(desk.facts.entropy));
    let required = [("service_name", &config.service_name), ("job_name", &config.job_name)];
    let missing: Vec<_> = required
        .into_iter()
        .filter(|(_, value)| value.is_empty())
        .map(|(field, _)| Problem::new(field, "is required to register a scheduler, was absent"))
        .collect();
    if !missing.is_empty() {
        return Err(Rejection::Invalid(missing));
    }
    let basis = Basis {
        newest_start: None,
        early_counts: true,
        expect_after: desk.now,
        judged: None,
        ended_at: None,
    };
    let expected = expected(config.schedule.as_ref(), &basis);
    desk.emit(Fact::Registered { config: config.into(), expected });
    Ok(())
}

fn reconfigure(desk: &mut Desk<'_>, change: ConfigChange) {
    let before = &desk.scheduler.config;
    let mut config = change.applied_to(before);
    // One that was registered before there were addresses is given one now.
    config.ping_id.get_or_insert_with(|| PingId::mint(desk.facts.entropy));
    if config == **before {
        return;
    }
    let touched = touched(before, &config);
    if touched.schedule && desk.scheduler.state.paused.is_none() {
        // What had passed by then still counts, by the schedule of then.
        evaluate::judge_slots(desk, desk.now, evaluate::Pace::EachTime);
    }
    let expected = if touched.schedule {
        let basis = Basis { expect_after: desk.now, ..Basis::of(&desk.scheduler.state) };
        expected(config.schedule.as_ref(), &basis)
    } else {
        desk.scheduler.state.expected
    };
    desk.emit(Fact::Configured { config: config.into(), touched, expected });
    // What a changed limit means for a run that is open is concluded at once.
    if touched != Touched::default() && desk.scheduler.state.paused.is_none() {
        evaluate::judge_runs(desk, desk.now);
    }
}

fn touched(before: &Config, after: &Config) -> Touched {
    let when = |config: &Config| {
        config.schedule.as_ref().map(|schedule| (schedule.recurrence.clone(), schedule.expect_from))
    };
    Touched {
        schedule: when(before) != when(after),
        max_runtime: before.max_runtime != after.max_runtime,
        heartbeat_timeout: before.heartbeat_timeout != after.heartbeat_timeout,
    }
}
