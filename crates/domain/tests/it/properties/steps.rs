//! Random lives of a scheduler: its configuration and what happens to it, as steps that a story takes.

use domain::schedule::{ExpectFrom, Schedule};
use domain::{
    Command, ConfigChange, Duration, Gap, Instant, Limit, OnConflict, Patch, ReportId, RunId, Status,
};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::moments::span;
use crate::rules::{cron, every, grace, looping};
use crate::story::{Say, Story, completed, failed, pending, running, scheduled};

/// One thing that happens.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Wait(Duration),
    Asleep(Duration),
    Say { status: Status, run: Option<u8>, id: Option<u8>, ago: Option<Duration>, queued: bool },
    Heartbeat { run: Option<u8>, ago: Duration },
    Pause(Option<Duration>),
    Resume,
    Acknowledge,
    Withdraw,
    Configure(Box<ConfigChange>),
    Down(Duration),
    ClockBack(Duration),
}

pub(super) fn length() -> impl Strategy<Value = Duration> {
    let usual = ["1ms", "1s", "29s", "1m", "5m", "10m", "59m59s", "1h", "3h", "1d"];
    prop_oneof![3 => select(usual.map(span).to_vec()), 1 => (0..200_000_000_i64).prop_map(Duration::from_millis)]
}

fn limit() -> impl Strategy<Value = Patch<Limit>> {
    prop_oneof![
        3 => Just(Patch::Keep),
        1 => Just(Patch::Clear),
        1 => Just(Patch::Set(Limit::Off)),
        3 => length().prop_map(|length| Patch::Set(Limit::After(length))),
    ]
}

fn threshold() -> impl Strategy<Value = Patch<u32>> {
    prop_oneof![4 => Just(Patch::Keep), 1 => (1..4_u32).prop_map(Patch::Set)]
}

fn schedule() -> impl Strategy<Value = Schedule> {
    let some = vec![cron("*/30 * * * *"), cron("0 * * * *"), cron("0 2 * * *"), every("30m"), looping("1h")];
    let leeways = (select(some), select(vec!["0s", "1m", "1h", "2h"]), option::of(length()), any::<bool>());
    leeways.prop_map(|(schedule, leeway, early, first)| Schedule {
        early,
        expect_from: if first { ExpectFrom::FirstReport } else { ExpectFrom::Registration },
        ..grace(schedule, leeway)
    })
}

pub(super) fn change() -> impl Strategy<Value = ConfigChange> {
    let thresholds = (threshold(), threshold(), threshold());
    let limits = (limit(), limit(), limit(), limit());
    (option::weighted(0.8, schedule()), limits, thresholds).prop_map(|(schedule, limits, thresholds)| {
        let (max_runtime, heartbeat_timeout, realert_after, remind_every) = limits;
        let (failure_threshold, recovery_threshold, missed_threshold) = thresholds;
        ConfigChange {
            max_runtime,
            heartbeat_timeout,
            realert_after,
            remind_every,
            failure_threshold,
            recovery_threshold,
            missed_threshold,
            ..schedule.map(scheduled).unwrap_or_default()
        }
    })
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let run = || option::weighted(0.6, 0..6_u8);
    let say = (select(Status::ALL.to_vec()), run(), option::of(0..4_u8), option::of(length()), any::<bool>());
    prop_oneof![
        6 => length().prop_map(Step::Wait),
        2 => length().prop_map(Step::Asleep),
        12 => say.prop_map(|(status, run, id, ago, queued)| Step::Say { status, run, id, ago, queued }),
        4 => (run(), length()).prop_map(|(run, ago)| Step::Heartbeat { run, ago }),
        1 => option::of(length()).prop_map(Step::Pause),
        1 => Just(Step::Resume),
        1 => Just(Step::Acknowledge),
        1 => Just(Step::Withdraw),
        1 => change().prop_map(|change| Step::Configure(Box::new(change))),
        1 => length().prop_map(Step::Down),
        1 => length().prop_map(Step::ClockBack),
    ]
}

impl Story {
    /// Takes a step; a refusal is an answer like any other.
    pub(super) fn take(&mut self, step: Step) {
        let _ = match step {
            Step::Wait(length) => {
                self.until(self.now + length);
                Ok(())
            }
            Step::Asleep(length) => {
                self.now = self.now + length;
                Ok(())
            }
            Step::Say { status, run, id, ago, queued } => {
                self.try_say(said(self.now, status, run, id, ago, queued))
            }
            Step::Heartbeat { run, ago } => {
                let run_id = run.map(|run| RunId::trusted(run.to_string()));
                self.command(Command::Heartbeat { run_id, received_at: self.now - ago })
            }
            Step::Pause(length) => {
                self.command(Command::Pause { until: length.map(|length| self.now + length) })
            }
            Step::Resume => self.command(Command::Resume),
            Step::Acknowledge => self.command(Command::Acknowledge { by: "ann".to_owned() }),
            Step::Withdraw => self.command(Command::WithdrawAcknowledgement { by: "ann".to_owned() }),
            Step::Configure(change) => self.command(Command::Configure { change, only_if: None }),
            Step::Down(length) => {
                let back = self.now + length;
                self.facts.gaps.push(Gap { from: self.now, until: back + Duration::MINUTE });
                self.now = back;
                Ok(())
            }
            Step::ClockBack(length) => {
                self.now = self.now - length;
                Ok(())
            }
        };
    }
}

fn said(
    now: Instant,
    status: Status,
    run: Option<u8>,
    id: Option<u8>,
    ago: Option<Duration>,
    queued: bool,
) -> Say {
    let said = match status {
        Status::Pending => pending(),
        Status::Running => running(),
        Status::Completed => completed(),
        Status::Failed => failed(),
    };
    let said = said.made(|report| {
        report.run_id = run.map(|run| RunId::trusted(run.to_string()));
        report.report_id = id.map(|id| ReportId::trusted(id.to_string()));
    });
    match ago {
        Some(ago) if queued => said.queued_at(now - ago),
        Some(ago) => said.spooled_at(now - ago),
        None => said.filed_if(if queued { OnConflict::File } else { OnConflict::Refuse }),
    }
}
