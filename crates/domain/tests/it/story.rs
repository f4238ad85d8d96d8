//! A scheduler that is stepped through time: a job does something, the evaluator wakes exactly when it asked to, and
//! heartbeats, closed runs and report ids are looked up as the application does. Each step is checked to be what
//! replaying its events gives.

mod say;

use std::collections::BTreeSet;

use domain::id::{ProjectId, RunId, SchedulerId};
use domain::{
    Alert, Command, ConfigChange, Decision, Event, Fact, Facts, Gap, Health, Instant, Noted, Patch,
    Rejection, ReportId, RunRecord, Scheduler, SchedulerKey, Status, beating, decide, react, replay,
    touched_runs, wake_at,
};

pub(crate) use say::{Say, completed, failed, pending, running};

use crate::moments::at;

/// How long after we can take reports again jobs are given to be heard.
const STARTUP_QUIET: domain::Duration = domain::Duration::MINUTE;
/// More evaluations at one instant than any rule needs: past it the evaluator spins.
const EVALUATIONS_MAX: u32 = 20_000;

/// One scheduler, its time and everything that came of it.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    pub(crate) scheduler: Scheduler,
    pub(crate) facts: Facts,
    pub(crate) now: Instant,
    pub(crate) log: Vec<Event>,
    pub(crate) alerts: Vec<Alert>,
    pub(crate) runs: Vec<RunRecord>,
    pub(crate) evaluations: u32,
    reports_seen: BTreeSet<ReportId>,
    events_read: usize,
    alerts_read: usize,
}

impl Story {
    /// A scheduler registered at an instant.
    pub(crate) fn registered(when: &str, mut change: ConfigChange) -> Self {
        change.service_name = Some("billing".to_owned());
        change.job_name = Some("nightly".to_owned());
        let mut story = Self::unborn(at(when));
        story.command(Command::Configure { change: Box::new(change), only_if: None }).expect("registered");
        story.events_read = story.log.len();
        story
    }

    pub(crate) fn unborn(now: Instant) -> Self {
        Self {
            scheduler: unborn(),
            facts: Facts::default(),
            now,
            log: Vec::new(),
            alerts: Vec::new(),
            runs: Vec::new(),
            evaluations: 0,
            reports_seen: BTreeSet::new(),
            events_read: 0,
            alerts_read: 0,
        }
    }

    /// Lets time pass until an instant, the evaluator waking whenever it asked to.
    pub(crate) fn at(&mut self, when: &str) -> &mut Self {
        self.until(at(when))
    }

    /// As [`Story::at`].
    pub(crate) fn until(&mut self, when: Instant) -> &mut Self {
        while let Some(wake) = wake_at(&self.scheduler, &self.facts).filter(|wake| *wake <= when) {
            self.now = self.now.max(wake);
            let events = self.log.len();
            self.evaluate();
            let later = wake_at(&self.scheduler, &self.facts).is_none_or(|next| next > wake);
            assert!(later || self.log.len() > events, "evaluating at {wake} makes no progress");
        }
        self.now = when;
        self
    }

    /// One look of the evaluator.
    pub(crate) fn evaluate(&mut self) {
        self.evaluations += 1;
        assert!(self.evaluations < EVALUATIONS_MAX, "the evaluator spins at {}", self.now);
        self.command(Command::Evaluate).expect("evaluating cannot be refused");
    }

    /// Nothing is taken and nothing is judged from one instant to another; then jobs are given a minute.
    pub(crate) fn down(&mut self, from: &str, until: &str) -> &mut Self {
        self.at(from);
        self.now = at(until);
        self.facts.gaps.push(Gap { from: at(from), until: at(until) + STARTUP_QUIET });
        self
    }

    /// Sets the clock, without anybody having waited.
    pub(crate) fn clock_steps_to(&mut self, when: &str) -> &mut Self {
        self.now = at(when);
        self
    }

    pub(crate) fn say(&mut self, said: Say) -> &mut Self {
        self.try_say(said).expect("taken");
        self
    }

    pub(crate) fn try_say(&mut self, said: Say) -> Result<(), Rejection> {
        let Say { mut report, queued, spooled, on_conflict } = said;
        report.received_at = queued.unwrap_or(self.now);
        if spooled.is_some() {
            report.sent_at = Some(report.received_at);
            report.timestamp = spooled;
        }
        self.command(Command::Report { report: Box::new(report), on_conflict })
    }

    /// Says something that is only written down.
    pub(crate) fn note(&mut self, said: Say, noted: Noted) -> &mut Self {
        let Say { mut report, .. } = said;
        report.received_at = self.now;
        self.command(Command::Note { report: Box::new(report), noted }).expect("taken");
        self
    }

    pub(crate) fn heartbeat(&mut self) -> &mut Self {
        self.try_heartbeat(None).expect("taken");
        self
    }

    pub(crate) fn heartbeat_of(&mut self, run: &str) -> &mut Self {
        self.try_heartbeat(Some(run)).expect("taken");
        self
    }

    pub(crate) fn try_heartbeat(&mut self, run: Option<&str>) -> Result<(), Rejection> {
        self.command(Command::Heartbeat { run_id: run.map(RunId::trusted), received_at: self.now })
    }

    /// Heartbeats every so often up to an instant.
    pub(crate) fn heartbeats_until(&mut self, when: &str, every: &str) -> &mut Self {
        while self.now + crate::moments::span(every) <= at(when) {
            self.until(self.now + crate::moments::span(every)).heartbeat();
        }
        self.at(when)
    }

    pub(crate) fn configure(&mut self, change: ConfigChange) -> &mut Self {
        self.command(Command::Configure { change: Box::new(change), only_if: None }).expect("configured");
        self
    }

    pub(crate) fn pause(&mut self) -> &mut Self {
        self.command(Command::Pause { until: None }).expect("paused");
        self
    }

    pub(crate) fn pause_until(&mut self, when: &str) -> &mut Self {
        self.command(Command::Pause { until: Some(at(when)) }).expect("paused");
        self
    }

    pub(crate) fn resume(&mut self) -> &mut Self {
        self.command(Command::Resume).expect("resumed");
        self
    }

    pub(crate) fn acknowledge(&mut self, by: &str) -> &mut Self {
        self.command(Command::Acknowledge { by: by.to_owned() }).expect("acknowledged");
        self
    }

    pub(crate) fn withdraw(&mut self, by: &str) -> &mut Self {
        self.command(Command::WithdrawAcknowledgement { by: by.to_owned() }).expect("withdrawn");
        self
    }

    /// Decides a command now, as the application does, and keeps what came of it.
    pub(crate) fn command(&mut self, command: Command) -> Result<(), Rejection> {
        self.facts.chance = self.log.len() as u128 + 1;
        self.facts.entropy = self.facts.chance;
        self.facts.closed_run = named(&command).and_then(|run_id| self.closed(&run_id));
        let report_id = match &command {
            Command::Report { report, .. } | Command::Note { report, .. } => report.report_id.clone(),
            _ => None,
        };
        self.facts.report_seen = report_id.as_ref().is_some_and(|id| self.reports_seen.contains(id));
        let beat = self.beat(&command);
        let decision = decide(&self.scheduler, &self.facts, command, self.now)?;
        self.commit(decision);
        if let Some((received_at, beating)) = beat {
            let open: Vec<_> = self.scheduler.state.runs.iter().map(|run| run.no).collect();
            self.facts.liveness = self.facts.liveness.after_beat(received_at, &beating, &open);
        }
        self.reports_seen.extend(report_id);
        Ok(())
    }

    fn closed(&self, run_id: &RunId) -> Option<RunRecord> {
        let of_that_name = |run: &&RunRecord| run.run_id.as_ref() == Some(run_id);
        self.runs.iter().rfind(of_that_name).filter(|run| self.scheduler.run(run.no).is_none()).cloned()
    }

    /// A heartbeat, and a `running` for a run that is open, are signs of life.
    fn beat(&self, command: &Command) -> Option<(Instant, Vec<domain::RunNo>)> {
        match command {
            Command::Heartbeat { run_id, received_at } => {
                Some((*received_at, beating(&self.scheduler, run_id.as_ref())))
            }
            Command::Report { report, .. } if report.status == Status::Running => {
                let run_id = report.run_id.as_ref()?;
                Some((report.received_at, beating(&self.scheduler, Some(run_id))))
            }
            _ => None,
        }
    }

    fn commit(&mut self, decision: Decision) {
        assert_eq!(
            replay(self.scheduler.clone(), &decision.events),
            decision.after,
            "snapshot is not replay"
        );
        let alerts = react(&self.scheduler, &decision.after, &decision.events);
        for run in touched_runs(&self.scheduler, &decision.events, self.facts.closed_run.as_ref()) {
            self.runs.retain(|known| known.no != run.no);
            self.runs.push(run);
        }
        self.runs.sort_by_key(|run| run.no);
        self.alerts.extend(alerts);
        self.log.extend(decision.events);
        self.scheduler = decision.after;
    }

    pub(crate) fn health(&self) -> Health {
        self.scheduler.health(self.now)
    }

    pub(crate) fn status(&self) -> Status {
        self.scheduler.status()
    }

    /// The last run of that name.
    pub(crate) fn run(&self, name: &str) -> &RunRecord {
        let named = |run: &&RunRecord| run.run_id.as_ref().is_some_and(|id| id.as_str() == name);
        self.runs.iter().rfind(named).expect(name)
    }

    /// The newest run.
    pub(crate) fn last_run(&self) -> &RunRecord {
        self.runs.last().expect("a run")
    }

    /// Holds that since the last time exactly these kinds of events happened.
    #[track_caller]
    pub(crate) fn saw<const N: usize>(&mut self, kinds: [&str; N]) -> &mut Self {
        let news: Vec<_> = self.log[self.events_read..].iter().map(|event| event.fact.kind()).collect();
        assert_eq!(news, kinds);
        self.events_read = self.log.len();
        self
    }

    /// Holds that since the last time exactly these alerts were asked for, each as its kind and its worst cause.
    #[track_caller]
    pub(crate) fn told<const N: usize>(&mut self, alerts: [&str; N]) -> &mut Self {
        let words = |alert: &Alert| {
            let cause = alert.cause.map_or("nothing", domain::Cause::as_str);
            format!("{} {cause}", alert.kind.as_str())
        };
        let news: Vec<_> = self.alerts[self.alerts_read..].iter().map(words).collect();
        assert_eq!(news, alerts);
        self.alerts_read = self.alerts.len();
        self
    }

    #[track_caller]
    pub(crate) fn is(&mut self, health: Health) -> &mut Self {
        assert_eq!(self.health(), health, "at {}", self.now);
        self
    }

    #[track_caller]
    pub(crate) fn reads(&mut self, status: Status) -> &mut Self {
        assert_eq!(self.status(), status, "at {}", self.now);
        self
    }

    #[track_caller]
    pub(crate) fn expects(&mut self, when: &str) -> &mut Self {
        let shown = self.scheduler.state.expected.map(|slot| slot.to_string());
        assert_eq!(shown, Some(at(when).to_string()), "at {}", self.now);
        self
    }

    /// The facts of one kind, in order.
    pub(crate) fn all(&self, kind: &str) -> Vec<&Fact> {
        self.log.iter().map(|event| &event.fact).filter(|fact| fact.kind() == kind).collect()
    }
}

fn unborn() -> Scheduler {
    let id = SchedulerId::trusted("nightly");
    Scheduler::unborn(SchedulerKey { project: ProjectId::default_project(), id }, 1)
}

fn named(command: &Command) -> Option<RunId> {
    match command {
        Command::Report { report, .. } => report.run_id.clone(),
        Command::Heartbeat { run_id, .. } => run_id.clone(),
        _ => None,
    }
}

/// A change of configuration that sets a schedule.
pub(crate) fn scheduled(schedule: domain::Schedule) -> ConfigChange {
    ConfigChange { schedule: Patch::Set(schedule), ..ConfigChange::default() }
}
