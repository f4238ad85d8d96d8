//! What a simulation has seen: a run that never came to a rule says nothing about it.

use std::collections::BTreeMap;
use std::fmt;

use domain::{Cause, Fact, Health};

use super::act::{Fault, Mood};
use super::model::{Fate, Rule};

/// How often each thing was seen.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    seen: BTreeMap<(&'static str, String), u64>,
}

/// Every kind of event. Exhaustive, so that a new kind cannot be forgotten.
const KINDS: [&str; 28] = [
    "registered",
    "configured",
    "paused",
    "resumed",
    "pending_reported",
    "run_started",
    "run_refreshed",
    "run_finished",
    "start_filled",
    "report_filed",
    "heartbeats_began",
    "run_went_stale",
    "run_revived",
    "run_overran",
    "run_abandoned",
    "slots_missed",
    "slots_skipped",
    "slots_unobserved",
    "incident_opened",
    "incident_widened",
    "incident_repeated",
    "incident_reminded",
    "incident_acknowledged",
    "acknowledgement_withdrawn",
    "incident_resolved",
    "checkpoint",
    "incident_escalated",
    "noted",
];

/// The place of an event's kind in [`KINDS`]. No wildcard: a new kind must be given one here, and then be seen.
const fn place(fact: &Fact) -> usize {
    match fact {
        Fact::Registered { .. } => 0,
        Fact::Configured { .. } => 1,
        Fact::Paused { .. } => 2,
        Fact::Resumed { .. } => 3,
        Fact::PendingReported { .. } => 4,
        Fact::RunStarted { .. } => 5,
        Fact::RunRefreshed { .. } => 6,
        Fact::RunFinished { .. } => 7,
        Fact::StartFilled { .. } => 8,
        Fact::ReportFiled { .. } => 9,
        Fact::HeartbeatsBegan { .. } => 10,
        Fact::RunWentStale { .. } => 11,
        Fact::RunRevived { .. } => 12,
        Fact::RunOverran { .. } => 13,
        Fact::RunAbandoned { .. } => 14,
        Fact::SlotsMissed(_) => 15,
        Fact::SlotsSkipped(_) => 16,
        Fact::SlotsUnobserved(_) => 17,
        Fact::IncidentOpened { .. } => 18,
        Fact::IncidentWidened { .. } => 19,
        Fact::IncidentRepeated { .. } => 20,
        Fact::IncidentReminded { .. } => 21,
        Fact::IncidentAcknowledged { .. } => 22,
        Fact::AcknowledgementWithdrawn { .. } => 23,
        Fact::IncidentResolved { .. } => 24,
        Fact::Checkpoint { .. } => 25,
        Fact::IncidentEscalated { .. } => 26,
        Fact::Noted { .. } => 27,
    }
}

impl Coverage {
    pub(crate) fn saw(&mut self, what: &'static str, which: impl Into<String>) {
        *self.seen.entry((what, which.into())).or_default() += 1;
    }

    pub(crate) fn saw_event(&mut self, fact: &Fact) {
        self.saw("event", KINDS[place(fact)]);
        if let Fact::IncidentOpened { causes, .. } | Fact::IncidentWidened { causes, .. } = fact {
            for cause in causes.iter() {
                self.saw("cause", cause.as_str());
            }
        }
        if let Fact::RunAbandoned { reason, .. } = fact {
            self.saw("given up", super::words::why(*reason));
        }
    }

    /// Adds what another simulation saw.
    pub fn add(&mut self, other: &Self) {
        for (thing, times) in &other.seen {
            *self.seen.entry(thing.clone()).or_default() += times;
        }
    }

    /// How often events of any kind were seen.
    pub fn events(&self) -> u64 {
        self.seen.iter().filter(|((what, _), _)| *what == "event").map(|(_, times)| times).sum()
    }

    /// What should be seen and was not.
    pub fn unseen(&self) -> Vec<String> {
        let known =
            wanted().into_iter().filter(|(what, which)| !self.seen.contains_key(&(*what, which.clone())));
        known.map(|(what, which)| format!("{what}: {which}")).collect()
    }
}

/// Everything that the seeds of the gate must see between them.
fn wanted() -> Vec<(&'static str, String)> {
    let mut wanted: Vec<(&'static str, String)> = Vec::new();
    let mut want = |what: &'static str, which: Vec<String>| {
        wanted.extend(which.into_iter().map(|which| (what, which)));
    };
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    want("event", words(&KINDS));
    want("cause", Cause::ALL.map(|cause| cause.as_str().to_owned()).to_vec());
    want("health", Health::ALL.map(|health| health.as_str().to_owned()).to_vec());
    want("rule", Rule::ALL.iter().map(|rule| rule.sentence()).collect());
    want("given up", words(&["replaced", "reset", "superseded", "dead", "crowded"]));
    want("fault", Fault::ALL.map(|fault| fault.as_str().to_owned()).to_vec());
    want("channel", Mood::ALL.map(|mood| mood.as_str().to_owned()).to_vec());
    want("death", words(&["between writes", "at a write", "in a delivery"]));
    want("clock", words(&["forwards", "back", "drift"]));
    want("another process", words(&["beats", "deletes"]));
    want(
        "refused",
        words(&[
            "not found",
            "invalid",
            "invalid status transition",
            "stale scheduler",
            "version mismatch",
            "no incident",
        ]),
    );
    want(
        "notice",
        words(&[
            "opened",
            "widened",
            "repeated",
            "reminded",
            "escalated",
            "resolved",
            "dropped",
            "unobserved",
            "group",
            "trouble",
        ]),
    );
    want("set up", words(&["window once", "window recurring", "rule", "nothing any more", "channel on"]));
    want("told", Fate::WORDS.iter().map(|word| (*word).to_owned()).collect());
    want("together", words(&["storm", "quiet", "upstream"]));
    wanted
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = "";
        for ((what, which), times) in &self.seen {
            if *what != before {
                writeln!(f, "{what}")?;
                before = what;
            }
            writeln!(f, "  {times:>8}  {which}")?;
        }
        Ok(())
    }
}
