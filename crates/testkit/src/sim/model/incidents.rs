//! What is wrong, and who must hear of it.

use domain::{Duration, Instant};

use super::runs::set;
use super::{Refusal, Rule, Watched};
use crate::sim::words;

const REALERT: Duration = Duration::HOUR;

/// An open incident.
#[derive(Clone, Debug)]
pub(super) struct Incident {
    told: Instant,
    opened: Instant,
    /// How many steps were taken to tell others.
    steps: usize,
    /// What somebody looks after.
    covered: Option<Vec<&'static str>>,
}

impl Watched {
    /// What is wrong, least bad first.
    pub(super) fn causes(&self) -> Vec<&'static str> {
        let failed_in_row = self.failed.iter().rev().take_while(|failed| **failed).count();
        let missed = self.missed.map_or(0, |row| row.count);
        [
            ("missed", missed >= self.config.missed_threshold.unwrap_or(1)),
            ("overrun", self.open().any(|run| run.overran.is_some())),
            ("stale", self.open().any(|run| run.stale.is_some())),
            ("failing", failed_in_row >= self.config.failure_threshold.unwrap_or(1) as usize),
        ]
        .into_iter()
        .filter_map(|(cause, present)| present.then_some(cause))
        .collect()
    }

    /// What must be told now, what is wrong being compared with what was.
    pub(super) fn settle(&mut self) {
        if self.paused.is_some() {
            if self.incident.is_none() && !self.causes().is_empty() {
                self.by(Rule::NothingIsToldInAPause);
            }
            return;
        }
        let causes = self.causes();
        self.by_thresholds();
        match self.incident.clone() {
            None if causes.is_empty() => {}
            None => {
                self.by(Rule::AnIncidentOpens);
                self.incident = Some(Incident { told: self.now, opened: self.now, steps: 0, covered: None });
                self.say(words::incident("opened", &causes));
            }
            Some(incident) => {
                self.go_on(&incident, &causes);
                self.escalate(&causes);
            }
        }
        self.causes_before = causes;
        self.bad_mark = false;
    }

    fn by_thresholds(&mut self) {
        if self.config.failure_threshold.is_some_and(|most| most > 1) && self.causes().contains(&"failing") {
            self.by(Rule::FailuresReachTheirThreshold);
        }
        if self.config.missed_threshold.is_some_and(|most| most > 1) && self.causes().contains(&"missed") {
            self.by(Rule::MissedSlotsReachTheirThreshold);
        }
    }

    fn go_on(&mut self, incident: &Incident, causes: &[&'static str]) {
        let covered = incident.covered.clone().unwrap_or_default();
        let uncovered = causes.iter().any(|cause| !covered.contains(cause));
        let looked_after = incident.covered.is_some() && !uncovered;
        let is_new = |cause: &&&str| !self.causes_before.contains(*cause) && !covered.contains(*cause);
        let entered = causes.iter().filter(is_new).count() > 0;
        if causes.is_empty() && self.has_recovered() {
            self.by(Rule::AnIncidentIsResolved);
            self.incident = None;
            return self.say(words::incident("resolved", &["recovered"]));
        }
        if entered {
            self.by(if incident.covered.is_some() {
                Rule::ANewCauseAlertsThoughAcknowledged
            } else {
                Rule::ANewCauseWidens
            });
            return self.tell("widened", causes);
        }
        let again = set(self.config.realert_after, Some(REALERT)).map(|pause| incident.told + pause);
        if self.bad_mark && !looked_after && again.is_some_and(|again| again <= self.now) {
            self.by(Rule::AFurtherBadMarkRepeats);
            return self.tell("repeated", causes);
        }
        if self.bad_mark {
            let rule = if looked_after {
                Rule::AcknowledgingStopsRepeats
            } else {
                Rule::AFurtherBadMarkTooSoonIsNotTold
            };
            self.by(rule);
        }
        let every = set(self.config.remind_every, None).map(|every| every.max(Duration::MINUTE));
        if every.is_some_and(|every| !looked_after && incident.told + every <= self.now) {
            self.by(Rule::PeopleAreReminded);
            self.tell("reminded", causes);
        }
    }

    /// While nobody looks after it, others are told, a step after the other.
    fn escalate(&mut self, causes: &[&'static str]) {
        let steps = self.config.escalation.clone().unwrap_or_default();
        let now = self.now;
        while let Some(incident) = &mut self.incident {
            let Some(step) = steps.get(incident.steps).filter(|step| incident.opened + step.after <= now)
            else {
                return;
            };
            let covered = incident.covered.as_ref();
            if covered.is_some_and(|covered| causes.iter().all(|cause| covered.contains(cause))) {
                return self.by(Rule::AcknowledgingStopsEscalation);
            }
            incident.steps += 1;
            let line = words::escalated(incident.steps as u32, &step.channels, causes);
            self.by(Rule::OthersAreToldWhileNobodyLooksAfterIt);
            self.say(line);
        }
    }

    fn tell(&mut self, how: &str, causes: &[&'static str]) {
        let now = self.now;
        if let Some(incident) = &mut self.incident {
            incident.told = now;
        }
        self.say(words::incident(how, causes));
    }

    /// Enough completed runs since the last that failed.
    fn has_recovered(&mut self) -> bool {
        if !self.failed.contains(&true) {
            return true;
        }
        let completed = self.failed.iter().rev().take_while(|failed| !**failed).count();
        let enough = completed >= self.config.recovery_threshold.unwrap_or(1) as usize;
        if !enough {
            self.by(Rule::RecoveryTakesItsRuns);
        }
        enough
    }

    pub(super) fn acknowledge(&mut self) -> Result<(), Refusal> {
        let causes = self.causes();
        let Some(incident) = &mut self.incident else { return Err("no incident") };
        if incident.covered.as_ref() != Some(&causes) {
            incident.covered = Some(causes.clone());
            self.say(words::incident("acknowledged", &causes));
        }
        Ok(())
    }

    pub(super) fn withdraw(&mut self) -> Result<(), Refusal> {
        let Some(incident) = &mut self.incident else { return Err("no incident") };
        if incident.covered.take().is_some() {
            self.say("acknowledgement withdrawn".to_owned());
        }
        Ok(())
    }
}
