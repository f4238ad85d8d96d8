//! What happened, in words: one line for each event. The product's events and what the model expects are said in the
//! same words, so that comparing them is comparing lines, and a transcript can be read.

use domain::event::{Abandoned, Filed, Resolution, Slots, Standing};
use domain::{CauseSet, Duration, Fact, Instant, Status};

use super::act::moment;

/// What is expected next.
pub(crate) fn next(slot: Option<Instant>) -> String {
    slot.map_or("; nothing is expected".to_owned(), |slot| format!("; next {}", moment(slot)))
}

pub(crate) fn started(run: u64, old: bool, meets: bool, slot: Option<Instant>) -> String {
    format!("run {run} started{}{}{}", aged(old), making_up(meets), next(slot))
}

pub(crate) fn finished(
    run: u64,
    status: Status,
    took: Option<Duration>,
    (old, meets): (bool, bool),
    slot: Option<Instant>,
) -> String {
    let took = took.map(|took| format!(" after {took}")).unwrap_or_default();
    format!("run {run} {}{took}{}{}{}", status.as_str(), aged(old), making_up(meets), next(slot))
}

pub(crate) fn filled(run: u64, started: Instant, took: Option<Duration>, slot: Option<Instant>) -> String {
    let took = took.map(|took| format!(", it took {took}")).unwrap_or_default();
    format!("run {run} turns out to have started at {}{took}{}", moment(started), next(slot))
}

pub(crate) fn filed(status: Status, conflict: bool) -> String {
    format!("{} is only history: {}", status.as_str(), if conflict { "conflict" } else { "old" })
}

pub(crate) fn silent(run: u64, since: Instant) -> String {
    format!("run {run} is silent since {}", moment(since))
}

pub(crate) fn overran(run: u64, due: Instant) -> String {
    format!("run {run} is open for too long since {}", moment(due))
}

pub(crate) fn abandoned(run: u64, why: &str, slot: Option<Instant>) -> String {
    format!("run {run} is given up: {why}{}", next(slot))
}

pub(crate) fn slots(
    verdict: &str,
    first: Instant,
    last: Instant,
    count: u32,
    slot: Option<Instant>,
) -> String {
    let which = if count == 1 {
        moment(first)
    } else {
        format!("{count} from {} to {}", moment(first), moment(last))
    };
    format!("{verdict} {which}{}", next(slot))
}

pub(crate) fn incident(what: &str, causes: &[&str]) -> String {
    format!("incident {what}: {}", causes.join(", "))
}

pub(crate) fn escalated(step: u32, channels: &[String], causes: &[&str]) -> String {
    format!("incident escalated, step {step} to {}: {}", channels.join(", "), causes.join(", "))
}

fn aged(old: bool) -> &'static str {
    if old { ", old" } else { "" }
}

fn making_up(meets: bool) -> &'static str {
    if meets { ", making up for what was missed" } else { "" }
}

fn stretch(verdict: &str, of: &Slots) -> String {
    slots(verdict, of.first, of.last, of.count, of.next)
}

fn listed(causes: CauseSet) -> Vec<&'static str> {
    causes.iter().map(domain::Cause::as_str).collect()
}

pub(crate) const fn why(reason: Abandoned) -> &'static str {
    match reason {
        Abandoned::Replaced => "replaced",
        Abandoned::Reset => "reset",
        Abandoned::Superseded => "superseded",
        Abandoned::Dead => "dead",
        Abandoned::Crowded => "crowded",
    }
}

const fn ending(resolution: Resolution) -> &'static str {
    match resolution {
        Resolution::Recovered => "recovered",
        Resolution::Paused => "paused",
    }
}

/// An event in words.
pub(crate) fn line(fact: &Fact) -> String {
    let old = |standing: Standing| standing == Standing::Old;
    match fact {
        Fact::Registered { expected, .. } => format!("registered{}", next(*expected)),
        Fact::Configured { expected, .. } => format!("configured{}", next(*expected)),
        Fact::Paused { until: None } => "paused".to_owned(),
        Fact::Paused { until: Some(until) } => format!("paused until {}", moment(*until)),
        Fact::Resumed { expected } => format!("resumed{}", next(*expected)),
        Fact::PendingReported { .. } => "pending".to_owned(),
        Fact::RunStarted { run, standing, meets, expected, .. } => {
            started(run.0, old(*standing), *meets, *expected)
        }
        Fact::RunRefreshed { run, .. } => format!("run {} said more", run.0),
        Fact::RunFinished { run, outcome, duration, standing, meets, expected, .. } => {
            finished(run.0, outcome.status(), *duration, (old(*standing), *meets), *expected)
        }
        Fact::StartFilled { run, started_at, duration, expected, .. } => {
            filled(run.0, *started_at, *duration, *expected)
        }
        Fact::ReportFiled { status, filed: as_what, .. } => filed(*status, *as_what == Filed::Conflict),
        Fact::Noted { noted, .. } => format!("only wrote down: {noted:?}").to_lowercase(),
        Fact::HeartbeatsBegan { run } => format!("run {} began to beat", run.0),
        Fact::RunWentStale { run, heard_at } => silent(run.0, *heard_at),
        Fact::RunRevived { run } => format!("run {} is heard again", run.0),
        Fact::RunOverran { run, due } => overran(run.0, *due),
        Fact::RunAbandoned { run, reason, expected } => abandoned(run.0, why(*reason), *expected),
        Fact::SlotsMissed(of) => stretch("missed", of),
        Fact::SlotsSkipped(of) => stretch("skipped", of),
        Fact::SlotsUnobserved(of) => stretch("could not observe", of),
        Fact::IncidentOpened { causes, .. } => incident("opened", &listed(*causes)),
        Fact::IncidentWidened { causes, .. } => incident("widened", &listed(*causes)),
        Fact::IncidentRepeated { causes } => incident("repeated", &listed(*causes)),
        Fact::IncidentReminded { causes } => incident("reminded", &listed(*causes)),
        Fact::IncidentEscalated { step, channels, causes, .. } => {
            escalated(*step, channels, &listed(*causes))
        }
        Fact::IncidentAcknowledged { causes, .. } => incident("acknowledged", &listed(*causes)),
        Fact::AcknowledgementWithdrawn { .. } => "acknowledgement withdrawn".to_owned(),
        Fact::IncidentResolved { resolution, .. } => incident("resolved", &[ending(*resolution)]),
        Fact::Checkpoint { .. } => "checkpoint".to_owned(),
    }
}
