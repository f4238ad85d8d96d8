//! Registrations of every shape.

use domain::config::Escalation;
use domain::schedule::{Cron, ExpectFrom, From, OnCalendar, Recurrence, Zone};
use domain::{ConfigChange, Duration, Limit, Patch, Schedule, SchedulerId, Severity, WhilePaused};

use super::dice::Dice;
use crate::fixtures::registration;

const PERIODS: [&str; 6] = ["5m", "15m", "30m", "1h", "4h", "12h"];
const CRONS: [&str; 7] =
    ["*/10 * * * *", "*/30 * * * *", "0 * * * *", "0 2 * * *", "30 3 * * *", "15 1,13 * * *", "0 6 * * 1-5"];
const CALENDARS: [&str; 4] = ["*-*-* *:00:00", "*-*-* 02:30:00", "Mon..Fri 08:00", "*-*-* 00/6:15:00"];
const ZONES: [&str; 6] =
    ["UTC", "Europe/Riga", "America/New_York", "Asia/Jakarta", "Australia/Lord_Howe", "Africa/Casablanca"];

/// Any registration there can be.
pub(super) fn any(dice: &Dice) -> ConfigChange {
    let limit = |percent, texts: &[&str]| {
        if !dice.often(percent) {
            return Patch::Keep;
        }
        Patch::Set(if dice.often(15) { Limit::Off } else { Limit::After(dice.length(texts)) })
    };
    let threshold = || if dice.often(35) { Patch::Set(1 + dice.below(3) as u32) } else { Patch::Keep };
    ConfigChange {
        schedule: if dice.often(85) { Patch::Set(schedule(dice)) } else { Patch::Keep },
        max_runtime: limit(60, &["30m", "1h", "2h", "6h"]),
        heartbeat_timeout: limit(50, &["1m", "7m", "10m", "30m"]),
        failure_threshold: threshold(),
        recovery_threshold: threshold(),
        missed_threshold: threshold(),
        realert_after: limit(40, &["1m", "10m", "1h"]),
        remind_every: limit(25, &["20m", "30m", "2h"]),
        channels: channels(dice),
        severity: if dice.often(20) { Patch::Set(dice.pick(&Severity::ALL)) } else { Patch::Keep },
        tags: tags(dice),
        escalation: if dice.often(25) { Patch::Set(escalation(dice)) } else { Patch::Keep },
        depends_on: if dice.often(20) {
            Patch::Set(vec![SchedulerId::trusted(dice.pick(&["job-1", "job-2", "job-3", "source"]))])
        } else {
            Patch::Keep
        },
        while_paused: while_paused(&dice.beside()),
        ..registration()
    }
}

fn while_paused(dice: &Dice) -> Patch<WhilePaused> {
    if dice.often(70) {
        return Patch::Keep;
    }
    Patch::Set(dice.pick(&[WhilePaused::Resume, WhilePaused::Ignore, WhilePaused::Record]))
}

fn tags(dice: &Dice) -> Patch<Vec<String>> {
    if dice.often(50) { Patch::Set(vec![dice.pick(&["db", "etl"]).to_owned()]) } else { Patch::Keep }
}

fn escalation(dice: &Dice) -> Vec<Escalation> {
    let mut after = Duration::ZERO;
    let step = |_| {
        after = after + dice.length(&["1m", "15m", "1h", "6h"]);
        let channel = dice.pick(&["pager", "oncall", "mail", "nobody"]);
        Escalation { after, channels: vec![channel.to_owned()] }
    };
    (0..=dice.below(3)).map(step).collect()
}

fn channels(dice: &Dice) -> Patch<Vec<String>> {
    let named = |names: &[&str]| Patch::Set(names.iter().map(|name| (*name).to_owned()).collect());
    match dice.below(10) {
        0 => named(&["pager"]),
        1 => named(&["pager", "slack"]),
        2 => named(&["nobody"]),
        3 => named(&["mail"]),
        4 => named(&["oncall", "webhook"]),
        _ => Patch::Keep,
    }
}

pub(super) fn schedule(dice: &Dice) -> Schedule {
    let mut schedule = Schedule::new(recurrence(dice));
    if dice.often(70) {
        schedule.grace = Some(dice.length(&["0s", "1m", "5m", "20m", "2h"]));
    }
    if dice.often(20) {
        schedule.early = Some(dice.length(&["0s", "30s", "5m"]));
    }
    if dice.often(20) {
        schedule.expect_from = ExpectFrom::FirstReport;
    }
    schedule
}

fn recurrence(dice: &Dice) -> Recurrence {
    match dice.below(10) {
        0..=3 => {
            let from = if dice.often(35) { From::End } else { From::Start };
            Recurrence::Every { period: dice.length(&PERIODS), from }
        }
        4..=7 => cron(dice.pick(&CRONS), dice.pick(&ZONES)),
        _ => {
            let expression = OnCalendar::parse(dice.pick(&CALENDARS)).expect("a calendar event");
            Recurrence::OnCalendar { expression, timezone: zone(dice.pick(&ZONES)) }
        }
    }
}

pub(super) fn cron(text: &str, name: &str) -> Recurrence {
    Recurrence::Cron { expression: Cron::parse(text).expect("an expression"), timezone: zone(name) }
}

fn zone(name: &str) -> Zone {
    Zone::parse(name).expect("a zone")
}

/// A registration that a job can keep to.
pub(super) fn sound(dice: &Dice) -> ConfigChange {
    let grace = Some(dice.length(&["5m", "20m", "1h"]));
    let schedule = Schedule { grace, ..Schedule::new(recurrence(dice)) };
    let timeout =
        if dice.often(50) { Patch::Set(Limit::After(Duration::from_minutes(10))) } else { Patch::Keep };
    ConfigChange {
        schedule: Patch::Set(schedule),
        max_runtime: if dice.often(50) {
            Patch::Set(Limit::After(Duration::from_minutes(60)))
        } else {
            Patch::Keep
        },
        heartbeat_timeout: timeout,
        channels: channels(dice),
        tags: tags(dice),
        ..registration()
    }
}
