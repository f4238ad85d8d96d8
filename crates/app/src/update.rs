//! The one write path: load, decide, commit. Two writers at once: one wins, the other decides again on what it then
//! finds. A commit whose answer was lost is looked for before anything is decided again.

use domain::id::CommitId;
use domain::{
    Command, Decision, Facts, Gap, Instant, Liveness, Report, RunNo, Scheduler, SchedulerKey, Status, decide,
    react, touched_runs, wake_at,
};

use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::ports::{AuditEntry, Beat, Commit, Loaded, Lookup, Reindex, StoreError, Wake};
use crate::telemetry::Telemetry;

/// How often a decision is made again before the caller is told to come back.
const TRIES_MAX: usize = 20;
/// How much too early an indexed wake instant may be before a write that happens anyway corrects it.
const WAKE_SLACK: domain::Duration = domain::Duration::from_minutes(15);

/// A change to be made.
pub(crate) struct Update<'a> {
    pub(crate) key: &'a SchedulerKey,
    pub(crate) command: Command,
    /// Whether the caller may do this to the scheduler as it is, and as it will be.
    pub(crate) allowed: &'a (dyn Fn(&Scheduler, &Scheduler) -> AppResult<()> + Sync),
    pub(crate) audit: Option<AuditEntry>,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Updated {
    pub(crate) before: Scheduler,
    pub(crate) decision: Decision,
    pub(crate) liveness: Liveness,
    pub(crate) now: Instant,
}

impl App {
    pub(crate) async fn update(&self, update: Update<'_>) -> AppResult<Updated> {
        let _turn = self.turn(update.key).await;
        for _ in 0..TRIES_MAX {
            match self.try_update(&update).await {
                Err(AppError::Store(StoreError::Conflict)) => Telemetry::add(&self.telemetry.conflicts, 1),
                answer => return answer,
            }
        }
        Err(AppError::Busy)
    }

    async fn try_update(&self, update: &Update<'_>) -> AppResult<Updated> {
        let loaded = self.ports.schedulers.load(update.key, &lookup(&update.command)).await?;
        let now = self.now();
        let mut facts = self.facts(&loaded);
        (update.allowed)(&loaded.scheduler, &loaded.scheduler)?;
        let decision = decide(&loaded.scheduler, &facts, update.command.clone(), now)?;
        (update.allowed)(&loaded.scheduler, &decision.after)?;
        let beat = beat(&update.command, &facts, &decision);
        if let Some((at, runs)) = &beat {
            let open: Vec<_> = decision.after.state.runs.iter().map(|run| run.no).collect();
            facts.liveness = facts.liveness.after_beat(*at, runs, &open);
        }
        self.write(update, &loaded, &facts, &decision, beat).await?;
        let liveness = facts.liveness;
        Ok(Updated { before: loaded.scheduler, decision, liveness, now })
    }

    async fn write(
        &self,
        update: &Update<'_>,
        loaded: &Loaded,
        facts: &Facts,
        decision: &Decision,
        beat: Option<(Instant, Vec<RunNo>)>,
    ) -> AppResult<()> {
        if decision.events.is_empty() {
            return match (beat, &update.command) {
                (Some((at, beating)), _) => self.write_beat(update.key, decision, at, beating).await,
                (None, Command::Evaluate) => self.reindex(update.key, loaded, facts, decision).await,
                (None, _) => Ok(()),
            };
        }
        let commit = self.commit_of(update, loaded, facts, decision, beat);
        let (wake, told) = (commit.wake, !commit.alerts.is_empty());
        self.commit(commit).await?;
        if wake != Wake::Leave {
            self.signals.evaluator.notify_one();
        }
        if told {
            self.signals.router.notify_one();
        }
        Ok(())
    }

    async fn commit(&self, commit: Commit) -> AppResult<()> {
        let (id, key, before) = (commit.id.clone(), commit.after.key.clone(), commit.expected_version);
        match self.ports.schedulers.commit(commit).await {
            Err(StoreError::Ambiguous { .. }) => {
                let written = self.ports.schedulers.was_committed(&key, &id, before).await?;
                if written { Ok(()) } else { Err(StoreError::Conflict.into()) }
            }
            answer => Ok(answer?),
        }
    }

    async fn write_beat(
        &self,
        key: &SchedulerKey,
        decision: &Decision,
        at: Instant,
        beating: Vec<RunNo>,
    ) -> AppResult<()> {
        let open = decision.after.state.runs.iter().map(|run| run.no).collect();
        let expected_version = decision.after.version;
        let beat = Beat { key: key.clone(), expected_version, at, beating, open };
        Ok(self.ports.schedulers.beat(beat).await?)
    }

    /// Nothing to conclude yet: what was indexed was early.
    async fn reindex(
        &self,
        key: &SchedulerKey,
        loaded: &Loaded,
        facts: &Facts,
        decision: &Decision,
    ) -> AppResult<()> {
        let to = wake_at(&decision.after, facts);
        if to == loaded.wake {
            return Ok(());
        }
        let reindex = Reindex { key: key.clone(), version: decision.after.version, from: loaded.wake, to };
        Ok(self.ports.schedulers.reindex(reindex).await?)
    }

    fn commit_of(
        &self,
        update: &Update<'_>,
        loaded: &Loaded,
        facts: &Facts,
        decision: &Decision,
        beat: Option<(Instant, Vec<RunNo>)>,
    ) -> Commit {
        let (before, after) = (&loaded.scheduler, &decision.after);
        let report = report_of(&update.command);
        let told_version = decision.events.iter().find(|event| event.fact.report().is_some());
        let payload = report.filter(|report| !report.payload.is_empty()).zip(told_version);
        Commit {
            id: CommitId::mint(self.id_bits()),
            expected_version: before.version,
            after: after.clone(),
            events: decision.events.clone(),
            payload: payload.map(|(report, event)| (event.version, shown_payload(report))),
            report_id: report
                .and_then(|report| report.report_id.clone().map(|report_id| (report_id, report.received_at))),
            runs: touched_runs(before, &decision.events, loaded.closed_run.as_ref()),
            alerts: react(before, after, &decision.events),
            liveness: rests_on_silence(decision).then(|| loaded.liveness.clone()),
            beat,
            wake: wake(loaded.wake, wake_at(after, facts)),
            audit: update.audit.clone(),
        }
    }

    fn facts(&self, loaded: &Loaded) -> Facts {
        Facts {
            liveness: loaded.liveness.clone(),
            closed_run: loaded.closed_run.clone(),
            report_seen: loaded.report_seen,
            gaps: relevant(&self.gaps.load(), &loaded.scheduler),
            defaults: self.settings.defaults,
            chance: self.id_bits(),
        }
    }
}

/// After `completed` there is no error message.
fn shown_payload(report: &Report) -> domain::Payload {
    let mut payload = report.payload.clone();
    if report.status == Status::Completed {
        payload.error_message = None;
    }
    payload
}

fn lookup(command: &Command) -> Lookup {
    match command {
        Command::Report { report, .. } => {
            Lookup { run_id: report.run_id.clone(), report_id: report.report_id.clone() }
        }
        Command::Heartbeat { run_id, .. } => Lookup { run_id: run_id.clone(), report_id: None },
        _ => Lookup::default(),
    }
}

fn report_of(command: &Command) -> Option<&Report> {
    match command {
        Command::Report { report, .. } => Some(report),
        _ => None,
    }
}

/// The sign of life to write down: of a heartbeat always, of a report where it is nothing but that.
fn beat(command: &Command, facts: &Facts, decision: &Decision) -> Option<(Instant, Vec<RunNo>)> {
    match command {
        Command::Heartbeat { run_id, received_at } => {
            Some((*received_at, domain::beating(&decision.after, run_id.as_ref())))
        }
        Command::Report { report, .. } if decision.events.is_empty() && !facts.report_seen => {
            let run = decision.after.run_named(report.run_id.as_ref()?)?;
            Some((report.received_at, vec![run.no]))
        }
        _ => None,
    }
}

/// Whether a heartbeat that came meanwhile would have changed the conclusion.
fn rests_on_silence(decision: &Decision) -> bool {
    use domain::Fact::{RunAbandoned, RunWentStale};
    decision.events.iter().any(|event| matches!(event.fact, RunWentStale { .. } | RunAbandoned { .. }))
}

/// An earlier deadline is indexed at once, a later one only where the index is much too early.
fn wake(indexed: Option<Instant>, due: Option<Instant>) -> Wake {
    match (indexed, due) {
        (None, None) => Wake::Leave,
        (Some(indexed), Some(due)) if indexed <= due && due <= indexed + WAKE_SLACK => Wake::Leave,
        (_, due) => Wake::Set(due),
    }
}

/// The gaps that can matter to a scheduler: those that ended after anything it waits for began.
fn relevant(gaps: &[Gap], scheduler: &Scheduler) -> Vec<Gap> {
    let runs = scheduler.state.runs.iter().map(|run| run.started_at.min(run.heard_at));
    let Some(since) = runs.chain(scheduler.state.expected).min() else { return Vec::new() };
    gaps.iter().filter(|gap| gap.until >= since).copied().collect()
}
