//! A second opinion: what DESIGN says must follow from what a job did, when it was taken, and when nobody could see. Kept
//! apart from the rules it is compared with: it decides nothing by them, remembers every run and every outcome there ever
//! was, and finds each answer by looking through those lists again.
//!
//! Instants, lengths and the occurrences of cron and calendar expressions are the domain's. What a clock that was set
//! back does to a scheduler is not modelled: DESIGN leaves it open.

mod gaps;
mod incidents;
mod reports;
mod rule;
mod runs;
mod slots;
mod telling;
mod windows;

use std::collections::BTreeSet;

use domain::{Config, ConfigChange, Duration, Health, Instant, Limit, Status, Window};

use gaps::Gaps;
use incidents::Incident;
pub(crate) use rule::Rule;
use runs::Run;
pub(crate) use telling::{Bad, Class, Fate, How, Letter, SINGLY_MAX, Today, Told, quiet_until, takes_room};
pub(crate) use windows::Windows;

/// Something that is asked of a scheduler, as it is taken.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Configure { change: Box<ConfigChange>, outdated: bool },
    Report(Taken),
    Beat { run: Option<String>, received: Instant },
    Pause { until: Option<Instant> },
    Resume,
    Acknowledge,
    Withdraw,
    Evaluate,
}

/// What is known besides.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// Who it is.
    pub(crate) id: String,
    /// When nobody could see.
    pub(crate) gaps: Vec<domain::Gap>,
    /// Every maintenance window there is.
    pub(crate) windows: Vec<Window>,
}

/// A report as it is taken.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(crate) status: Status,
    pub(crate) run: Option<String>,
    pub(crate) id: Option<String>,
    pub(crate) took: Option<Duration>,
    pub(crate) received: Instant,
    pub(crate) happened: Instant,
    pub(crate) has_payload: bool,
}

/// Why something is refused.
pub(crate) type Refusal = &'static str;

/// One life of a scheduler, as somebody who watches it with paper and pencil would note it.
#[derive(Clone, Debug)]
pub(crate) struct Watched {
    pub(crate) config: Config,
    server_timeout: Option<Limit>,
    runs: Vec<Run>,
    /// Outcomes that count, since it was registered or resumed: whether each failed.
    failed: Vec<bool>,
    /// The slot that nobody has met yet, and none is judged.
    slot: Option<Instant>,
    /// Registered, schedule set, resumed: the last of these.
    begun: Instant,
    judged: Option<Instant>,
    missed: Option<Row>,
    newest: Option<(Instant, u64)>,
    settled: Status,
    settled_at: Option<Instant>,
    paused: Option<Pause>,
    incident: Option<Incident>,
    first_beating: Option<u64>,
    is_known: bool,
    report_ids: BTreeSet<String>,
    now: Instant,
    gaps: Gaps,
    windows: Windows,
    said: Vec<String>,
    causes_before: Vec<&'static str>,
    bad_mark: bool,
    rules: BTreeSet<Rule>,
}

/// A pause in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pause {
    UntilResumed,
    Until(Instant),
}

/// Slots missed in a row.
#[derive(Clone, Copy, Debug)]
struct Row {
    first: Instant,
    last: Instant,
    count: u32,
    recorded: Instant,
}

/// What followed from a deed: in words, and by which rules.
#[derive(Clone, Debug)]
pub(crate) struct Followed {
    pub(crate) after: Watched,
    pub(crate) said: Vec<String>,
    pub(crate) rules: BTreeSet<Rule>,
}

impl Watched {
    /// What a first registration makes.
    pub(crate) fn register(
        change: ConfigChange,
        server_timeout: Option<Limit>,
        now: Instant,
    ) -> Result<Followed, Refusal> {
        let config = change.applied_to(&Config::default());
        if config.service_name.is_empty() || config.job_name.is_empty() {
            return Err("invalid");
        }
        let mut born = Self {
            config,
            server_timeout,
            runs: Vec::new(),
            failed: Vec::new(),
            slot: None,
            begun: now,
            judged: None,
            missed: None,
            newest: None,
            settled: Status::Pending,
            settled_at: None,
            paused: None,
            incident: None,
            first_beating: None,
            is_known: false,
            report_ids: BTreeSet::new(),
            now,
            gaps: Gaps::default(),
            windows: Windows::default(),
            said: Vec::new(),
            causes_before: Vec::new(),
            bad_mark: false,
            rules: BTreeSet::new(),
        };
        born.slot = born.slot_from_now();
        born.say(format!("registered{}", super::words::next(born.slot)));
        Ok(born.followed())
    }

    /// What follows from a deed; nothing at all where it is refused.
    pub(crate) fn after(&self, deed: &Deed, now: Instant, known: &Known) -> Result<Followed, Refusal> {
        let mut after = self.clone();
        after.now = now;
        after.gaps = Gaps::of(&known.gaps);
        after.windows = Windows::about(&known.id, &self.config, known.windows.iter().cloned());
        after.causes_before = after.causes();
        after.bad_mark = false;
        after.rules = BTreeSet::new();
        after.end_pause();
        after.take(deed)?;
        after.settle();
        if let Deed::Report(taken) = deed
            && !after.said.is_empty()
        {
            // An id is remembered where the report left anything behind.
            after.report_ids.extend(taken.id.clone());
        }
        Ok(after.followed())
    }

    fn followed(mut self) -> Followed {
        let (said, rules) = (std::mem::take(&mut self.said), std::mem::take(&mut self.rules));
        Followed { after: self, said, rules }
    }

    fn take(&mut self, deed: &Deed) -> Result<(), Refusal> {
        match deed {
            Deed::Configure { outdated: true, .. } => Err("version mismatch"),
            Deed::Configure { change, .. } => {
                self.configure(change);
                Ok(())
            }
            Deed::Report(taken) => self.report(taken),
            Deed::Beat { run, received } => self.beat(run.as_deref(), *received),
            Deed::Pause { until } => self.pause(*until),
            Deed::Resume => {
                self.resume();
                Ok(())
            }
            Deed::Acknowledge => self.acknowledge(),
            Deed::Withdraw => self.withdraw(),
            Deed::Evaluate => {
                if self.paused.is_none() {
                    self.judge_slots_in_measure();
                    self.judge_runs();
                }
                Ok(())
            }
        }
    }

    fn say(&mut self, line: String) {
        self.said.push(line);
    }

    fn by(&mut self, rule: Rule) {
        self.rules.insert(rule);
    }

    fn configure(&mut self, change: &ConfigChange) {
        let config = change.clone().applied_to(&self.config);
        if config == self.config {
            return self.by(Rule::RegisteringAgainChangesNothing);
        }
        let when =
            |config: &Config| config.schedule.as_ref().map(|it| (it.recurrence.clone(), it.expect_from));
        let reschedules = when(&config) != when(&self.config);
        let relimits = config.max_runtime != self.config.max_runtime;
        let retimes = config.heartbeat_timeout != self.config.heartbeat_timeout;
        if reschedules && self.paused.is_none() {
            self.judge_slots(self.now);
        }
        self.config = config;
        if reschedules {
            self.by(Rule::AChangedScheduleIsJudgedFromTheChangeOn);
            self.begun = self.now;
            self.slot = self.slot_from_now();
        }
        self.say(format!("configured{}", super::words::next(self.slot)));
        let now = self.now;
        for run in self.runs.iter_mut().filter(|run| run.is_open()) {
            if relimits {
                run.overran = None;
                run.judged_from = run.judged_from.max(now);
            }
            if retimes {
                run.stale = None;
            }
        }
        if (reschedules || relimits || retimes) && self.paused.is_none() {
            self.judge_runs();
        }
    }

    fn pause(&mut self, until: Option<Instant>) -> Result<(), Refusal> {
        if until.is_some_and(|until| until <= self.now) {
            return Err("invalid");
        }
        let pause = until.map_or(Pause::UntilResumed, Pause::Until);
        if self.paused == Some(pause) {
            return Ok(());
        }
        if self.paused.is_none() {
            self.judge_slots(self.now);
            self.judge_runs();
            self.settle();
        }
        self.paused = Some(pause);
        self.say(
            until.map_or("paused".to_owned(), |until| format!("paused until {}", super::act::moment(until))),
        );
        if self.incident.take().is_some() {
            self.by(Rule::PausingClosesTheIncident);
            self.say(super::words::incident("resolved", &["paused"]));
        }
        Ok(())
    }

    fn end_pause(&mut self) {
        if matches!(self.paused, Some(Pause::Until(until)) if until <= self.now) {
            self.by(Rule::APauseEndsByItself);
            self.resume();
        }
    }

    fn resume(&mut self) {
        if self.paused.is_none() {
            return;
        }
        self.skip_paused_slots();
        self.paused = None;
        let now = self.now;
        self.begun = now;
        self.slot = self.slot_from_now();
        self.missed = None;
        self.failed.clear();
        for run in self.runs.iter_mut().filter(|run| run.is_open()) {
            (run.stale, run.overran, run.resumed) = (None, None, Some(now));
            run.heard = run.heard.max(now);
        }
        self.by(Rule::ResumingIsLikeRegistering);
        self.say(format!("resumed{}", super::words::next(self.slot)));
    }

    /// The last reported status.
    pub(crate) fn status(&self) -> Status {
        if self.open().next().is_some() { Status::Running } else { self.settled }
    }

    /// What one would call its health.
    pub(crate) fn health(&self, now: Instant) -> Health {
        let worst = self.causes().last().and_then(|cause| Health::parse(cause));
        if let Some(worst) = worst {
            return worst;
        }
        if self.paused.is_some() {
            return Health::Paused;
        }
        let waits = self.missed.map(|row| row.first).or(self.slot);
        let late = self.open().next().is_none() && waits.is_some_and(|slot| slot <= now);
        match (late, self.is_known) {
            (true, _) => Health::Late,
            (false, true) => Health::Healthy,
            (false, false) => Health::New,
        }
    }

    /// Whether an incident is open, and since when people were last told.
    pub(crate) fn has_incident(&self) -> bool {
        self.incident.is_some()
    }

    /// Numbers, names and starts of the runs that are open.
    pub(crate) fn open_runs(&self) -> Vec<(u64, Option<String>, Instant)> {
        self.open().map(|run| (run.no, run.id.clone(), run.start)).collect()
    }

    /// The slot that is expected.
    pub(crate) fn expected(&self) -> Option<Instant> {
        self.slot
    }
}
