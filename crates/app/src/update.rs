//! The one write path: load, decide, commit. Two writers at once: one wins, the other decides again on what it then
//! finds. A commit whose answer was lost is looked for before anything is decided again.

mod carried;
mod index;

use domain::id::CommitId;
use domain::{
    Command, Decision, Facts, Instant, Liveness, RunNo, Scheduler, SchedulerKey, decide, react,
    touched_incidents, touched_runs, wake_at,
};

use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::ports::{AuditEntry, Beat, Commit, Era, Loaded, Reindex, Seen, StoreError};
use crate::roles::aside::STEP_ASIDE;
use crate::telemetry::Telemetry;
use crate::turns::Turn;
use carried::{beat, is_all_known, is_heartbeat, lookup, renames, report_of, rests_on_silence};
use index::{is_earlier, stands, wake};

pub(crate) use carried::{relevant, shown_payload};

/// How often a decision is made again before the caller is told to come back.
pub(crate) const TRIES_MAX: u32 = 20;
/// How often it is made again at once; later tries stand back for a moment, so that writers do not move in step.
const TRIES_AT_ONCE: u32 = 3;

/// A change to be made.
pub(crate) struct Update<'a> {
    pub(crate) key: &'a SchedulerKey,
    pub(crate) command: Command,
    /// Whether the caller may do this to the scheduler as it is, and as it will be.
    pub(crate) allowed: &'a (dyn Fn(&Scheduler, &Scheduler) -> AppResult<()> + Sync),
    /// What to write down of it. Of a report only where it changes the configuration.
    pub(crate) audit: Option<&'a (dyn Fn(Instant) -> AuditEntry + Sync)>,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Updated {
    pub(crate) before: Scheduler,
    pub(crate) decision: Decision,
    pub(crate) liveness: Liveness,
    pub(crate) now: Instant,
}

/// What was decided, and on what.
struct Proposal {
    loaded: Loaded,
    facts: Facts,
    decision: Decision,
    /// The sign of life to write down.
    beat: Option<(Instant, Vec<RunNo>)>,
    now: Instant,
    /// Given where `loaded` is what was remembered of that era.
    era: Option<Era>,
    /// The era in which what comes of it may be remembered.
    remember_in: Option<Era>,
}

/// A commit whose answer was lost: it was written, or never will be once the scheduler has moved on.
struct Lost {
    id: CommitId,
    before: u64,
    updated: Updated,
}

impl App {
    pub(crate) async fn update(&self, update: Update<'_>) -> AppResult<Updated> {
        let answer = self.update_in_turn(update).await;
        match &answer {
            Ok(updated) if !updated.decision.events.is_empty() => self.note_taken(),
            Err(error) if error.is_refusal() => self.note_refusal(),
            _ => {}
        }
        answer
    }

    /// What an update would come to. Nothing is written.
    pub(crate) async fn foresee(&self, update: Update<'_>) -> AppResult<Updated> {
        let loaded = self.ports.schedulers.load(update.key, &lookup(&update.command)).await?;
        let Proposal { loaded, facts, decision, now, .. } = self.propose(&update, loaded)?;
        Ok(Updated { before: loaded.scheduler, decision, liveness: facts.liveness, now })
    }

    async fn update_in_turn(&self, update: Update<'_>) -> AppResult<Updated> {
        self.pay_attention().await?;
        let mut turn = self.turn(update.key).await;
        let mut lost = Vec::new();
        for tried in 0..TRIES_MAX {
            self.stand_back(tried).await;
            match self.try_update(&update, &mut turn, &mut lost).await {
                Err(AppError::Store(StoreError::Conflict)) => Telemetry::add(&self.telemetry.conflicts, 1),
                answer => return answer,
            }
        }
        self.recognised(update.key, &mut lost).await?.ok_or(AppError::Busy)
    }

    /// Lets other processes have their turn, the longer the more often it was tried.
    pub(crate) async fn stand_back(&self, tried: u32) {
        if tried >= TRIES_AT_ONCE {
            let most = u128::from(tried) * 4;
            let millis = self.ports.chance.bits() % most + 1;
            tokio::time::sleep(std::time::Duration::from_millis(millis as u64)).await;
        }
    }

    async fn try_update(
        &self,
        update: &Update<'_>,
        turn: &mut Turn<'_>,
        lost: &mut Vec<Lost>,
    ) -> AppResult<Updated> {
        let era = self.ports.schedulers.era();
        if let Some(proposal) = self.recalled(update, turn, era) {
            return self.carry_out(update, proposal, turn, lost).await;
        }
        let loaded = self.ports.schedulers.load(update.key, &lookup(&update.command)).await?;
        // After loading: what is written between this look and our commit makes that commit conflict.
        if let Some(updated) = self.recognised(update.key, lost).await? {
            return Ok(updated);
        }
        let proposal = self.propose(update, loaded)?;
        self.carry_out(update, Proposal { remember_in: era, ..proposal }, turn, lost).await
    }

    /// What is decided on what this process remembers, where that is a write: the store refuses one that rests on what
    /// is over. A refusal of ours, or the news that nothing changes, is never given from memory.
    fn recalled(&self, update: &Update<'_>, turn: &mut Turn<'_>, era: Option<Era>) -> Option<Proposal> {
        let loaded = turn.recall(era?).filter(|loaded| is_all_known(&update.command, &loaded.scheduler))?;
        let proposal = self.propose(update, loaded).ok()?;
        let speaks = !proposal.decision.events.is_empty() || is_heartbeat(&update.command);
        speaks.then_some(Proposal { era, remember_in: era, ..proposal })
    }

    fn propose(&self, update: &Update<'_>, loaded: Loaded) -> AppResult<Proposal> {
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
        Ok(Proposal { loaded, facts, decision, beat, now, era: None, remember_in: None })
    }

    async fn carry_out(
        &self,
        update: &Update<'_>,
        mut proposal: Proposal,
        turn: &mut Turn<'_>,
        lost: &mut Vec<Lost>,
    ) -> AppResult<Updated> {
        if !proposal.decision.events.is_empty() {
            let commit = self.commit_of(update, &mut proposal);
            return self.commit(commit, proposal, turn, lost).await;
        }
        let Proposal { loaded, facts, decision, beat, now, era, remember_in } = proposal;
        match (beat, &update.command) {
            (Some((at, beating)), _) => {
                self.write_beat(update.key, &decision, (at, beating), era).await?;
                let scheduler = decision.after.clone();
                remember(turn, remember_in, scheduler, &facts.liveness, loaded.wake);
            }
            (None, Command::Evaluate) => self.reindex(update.key, &loaded, &facts, &decision, now).await?,
            (None, _) => {}
        }
        Ok(Updated { before: loaded.scheduler, decision, liveness: facts.liveness, now })
    }

    async fn commit(
        &self,
        commit: Commit,
        proposal: Proposal,
        turn: &mut Turn<'_>,
        lost: &mut Vec<Lost>,
    ) -> AppResult<Updated> {
        let Proposal { loaded, facts, decision, now, remember_in, .. } = proposal;
        let (indexed, wake) = (loaded.wake, commit.wake);
        let updated = Updated { before: loaded.scheduler, decision, liveness: facts.liveness, now };
        let (id, before) = (commit.id.clone(), commit.expected_version);
        let (is_earlier, is_told) = (is_earlier(commit.wake, indexed), !commit.alerts.is_empty());
        match self.ports.schedulers.commit(commit).await {
            Ok(()) => {
                self.poke(is_earlier, is_told);
                let scheduler = updated.decision.after.clone();
                remember(turn, remember_in, scheduler, &updated.liveness, stands(wake, indexed));
                Ok(updated)
            }
            Err(StoreError::Ambiguous { .. }) => {
                lost.push(Lost { id, before, updated });
                Err(StoreError::Conflict.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What a lost commit came to, where one turns out to be written.
    async fn recognised(&self, key: &SchedulerKey, lost: &mut Vec<Lost>) -> AppResult<Option<Updated>> {
        for place in 0..lost.len() {
            let Lost { id, before, .. } = &lost[place];
            if self.ports.schedulers.was_committed(key, id, *before).await? {
                self.poke(true, true);
                return Ok(Some(lost.swap_remove(place).updated));
            }
        }
        Ok(None)
    }

    fn poke(&self, evaluator: bool, router: bool) {
        if evaluator {
            self.signals.evaluator.notify_one();
        }
        if router {
            self.signals.router.notify_one();
        }
    }

    async fn write_beat(
        &self,
        key: &SchedulerKey,
        decision: &Decision,
        (at, beating): (Instant, Vec<RunNo>),
        era: Option<Era>,
    ) -> AppResult<()> {
        let open = decision.after.state.runs.iter().map(|run| run.no).collect();
        let seen = Seen::of(&decision.after);
        let beat = Beat { key: key.clone(), seen, at, beating, open, era };
        Ok(self.ports.schedulers.beat(beat).await?)
    }

    /// Nothing to conclude yet: what was indexed was early.
    async fn reindex(
        &self,
        key: &SchedulerKey,
        loaded: &Loaded,
        facts: &Facts,
        decision: &Decision,
        now: Instant,
    ) -> AppResult<()> {
        let mut to = wake_at(&decision.after, facts);
        if to.is_some_and(|to| to <= now) {
            tracing::error!(scheduler = %key.id, project = %key.project, "something is due and comes to nothing: it is looked at again in a minute");
            to = Some(now + STEP_ASIDE);
        }
        if to == loaded.wake {
            return Ok(());
        }
        let reindex = Reindex { key: key.clone(), seen: Seen::of(&decision.after), from: loaded.wake, to };
        Ok(self.ports.schedulers.reindex(reindex).await?)
    }

    fn commit_of(&self, update: &Update<'_>, proposal: &mut Proposal) -> Commit {
        let beat = proposal.beat.take();
        let Proposal { loaded, facts, decision, now, era, .. } = &*proposal;
        let (now, era) = (*now, *era);
        let (before, after) = (&loaded.scheduler, &decision.after);
        let report = report_of(&update.command);
        let told_version = decision.events.iter().find(|event| event.fact.report().is_some());
        let payload = report.filter(|report| !report.payload.is_empty()).zip(told_version);
        let output = report.and_then(|report| report.output.clone()).zip(told_version);
        Commit {
            id: CommitId::mint(self.id_bits()),
            expected_version: before.version,
            after: after.clone(),
            events: decision.events.clone(),
            payload: payload.map(|(report, event)| (event.version, shown_payload(report))),
            output: output.map(|(output, event)| (event.version, output)),
            // One that is known already is not written again: what else was due is written all the same.
            report_id: report
                .filter(|_| !facts.report_seen)
                .and_then(|report| report.report_id.clone().map(|report_id| (report_id, report.received_at))),
            runs: touched_runs(before, &decision.events, loaded.closed_run.as_ref()),
            alerts: react(before, after, &decision.events),
            incidents: touched_incidents(before, &decision.events),
            liveness: rests_on_silence(decision).then(|| loaded.liveness.clone()),
            beat,
            wake: wake(loaded.wake, wake_at(after, facts), now),
            audit: update.audit.filter(|_| report.is_none() || renames(decision)).map(|audit| audit(now)),
            era,
        }
    }

    fn facts(&self, loaded: &Loaded) -> Facts {
        Facts {
            liveness: loaded.liveness.clone(),
            closed_run: loaded.closed_run.clone(),
            report_seen: loaded.report_seen,
            gaps: relevant(&self.attention.gaps(), &loaded.scheduler),
            windows: self.setup().windows_of(&loaded.scheduler),
            defaults: self.settings.defaults.clone(),
            chance: self.id_bits(),
            entropy: if has_address(loaded) { 0 } else { self.ports.chance.bits() },
        }
    }
}

/// Whether it needs none to be minted.
fn has_address(loaded: &Loaded) -> bool {
    loaded.scheduler.config.ping_id.is_some()
}

/// Leaves behind what a scheduler is now, for whoever has the next turn.
fn remember(
    turn: &mut Turn<'_>,
    era: Option<Era>,
    scheduler: Scheduler,
    liveness: &Liveness,
    wake: Option<Instant>,
) {
    let Some(era) = era else { return };
    let liveness = liveness.clone();
    turn.keep(era, Loaded { scheduler, liveness, wake, closed_run: None, report_seen: false });
}
