//! Writes to a store as the update use case does: load, decide, commit. For tests that need a store with a past, and
//! for the suite, which must not rest on the use cases that rest on the stores.

use std::sync::Arc;

use app::ports::{Beat, Chance, Commit, Loaded, Lookup, Seen, StoreResult, Wake};
use domain::event::Fact;
use domain::id::CommitId;
use domain::{
    Command, Duration, Event, Facts, Gap, Instant, Output, Payload, Report, ReportId, RunId, Scheduler,
    SchedulerKey, beating, checkpoint, decide, react, touched_runs, wake_at,
};

use crate::fixtures::{configure, registration, reported};
use crate::{SeededChance, Stores};

/// How much too early an indexed wake instant may stay when its row is written anyway.
const INDEX_EARLY_MAX: Duration = Duration::from_minutes(15);

/// Writes to a store as the update use case does. Clones share their chance, so that no two mint the same ids.
#[derive(Clone, Debug)]
pub struct Scribe {
    /// Where it writes.
    pub stores: Stores,
    chance: Arc<SeededChance>,
}

/// What a command carries beside what is decided.
struct Carried {
    lookup: Lookup,
    payload: Payload,
    output: Option<Output>,
    report_id: Option<(ReportId, Instant)>,
    heartbeat: Option<(Option<RunId>, Instant)>,
}

impl Scribe {
    /// One that writes to this store, with ids of its own sequence.
    pub fn new(stores: Stores, seed: u64) -> Self {
        Self { stores, chance: Arc::new(SeededChance::new(seed)) }
    }

    /// The same one, writing to another opening.
    #[must_use]
    pub fn on(&self, stores: Stores) -> Self {
        Self { stores, chance: self.chance.clone() }
    }

    /// The scheduler as it is stored, with nothing looked up beside it.
    pub async fn load(&self, key: &SchedulerKey) -> Loaded {
        self.look(key, &Lookup::default()).await
    }

    /// The scheduler as it is stored, with what a lookup names.
    pub async fn look(&self, key: &SchedulerKey, lookup: &Lookup) -> Loaded {
        self.stores.schedulers.load(key, lookup).await.expect("the store loads")
    }

    /// Decides a command on what is stored now, and answers the commit that says so, unwritten.
    pub async fn decide(&self, key: &SchedulerKey, command: Command, now: Instant) -> Commit {
        self.decide_all(key, vec![command], now).await
    }

    /// Decides commands one after another, and answers one commit for all of them, unwritten. Each sees what those
    /// before it decided, but not their closed runs.
    pub async fn decide_all(&self, key: &SchedulerKey, commands: Vec<Command>, now: Instant) -> Commit {
        let first = carried(commands.first().expect("at least one command"));
        let loaded = self.look(key, &first.lookup).await;
        let mut facts = self.facts(&loaded, now).await;
        let mut after = loaded.scheduler.clone();
        let mut events = Vec::new();
        for command in commands {
            let decision = decide(&after, &facts, command, now).expect("the command is accepted");
            events.extend(decision.events);
            after = decision.after;
            facts.chance = self.chance.bits();
        }
        self.commit_of(&loaded, &facts, events, after, first)
    }

    /// Decides a command and writes what it comes to; nothing where it comes to nothing.
    pub async fn write(&self, key: &SchedulerKey, command: Command, now: Instant) -> Scheduler {
        let commit = self.decide(key, command, now).await;
        let after = commit.after.clone();
        if !commit.events.is_empty() {
            self.commit(commit).await.expect("the commit is written");
        }
        after
    }

    /// Writes a commit.
    pub async fn commit(&self, commit: Commit) -> StoreResult<()> {
        self.stores.schedulers.commit(commit).await
    }

    /// Registers a scheduler without a schedule.
    pub async fn register(&self, key: &SchedulerKey, now: Instant) -> Scheduler {
        self.write(key, configure(registration()), now).await
    }

    /// Writes a report, at the instant at which it came in.
    pub async fn report(&self, key: &SchedulerKey, report: Report) -> Scheduler {
        let now = report.received_at;
        self.write(key, reported(report), now).await
    }

    /// The checkpoint that follows the newest event, unwritten.
    pub async fn checkpoint(&self, key: &SchedulerKey, now: Instant) -> Commit {
        let loaded = self.load(key).await;
        let facts = self.facts(&loaded, now).await;
        let decision = checkpoint(&loaded.scheduler, now);
        let nothing = Carried {
            lookup: Lookup::default(),
            payload: Payload::default(),
            output: None,
            report_id: None,
            heartbeat: None,
        };
        self.commit_of(&loaded, &facts, decision.events, decision.after, nothing)
    }

    /// A heartbeat that is no event, for all runs that are open now, unwritten.
    pub async fn beat(&self, key: &SchedulerKey, at: Instant) -> Beat {
        let scheduler = self.load(key).await.scheduler;
        Beat {
            key: key.clone(),
            seen: Seen::of(&scheduler),
            at,
            beating: beating(&scheduler, None),
            open: scheduler.state.runs.iter().map(|run| run.no).collect(),
            era: None,
        }
    }

    /// An id that no other commit of this scribe has.
    pub fn commit_id(&self) -> CommitId {
        CommitId::mint(self.chance.bits())
    }

    async fn facts(&self, loaded: &Loaded, now: Instant) -> Facts {
        let since = now - Duration::DAY.times(2);
        let gaps: Vec<Gap> = self.stores.observation.gaps(since).await.expect("the store answers its gaps");
        Facts {
            liveness: loaded.liveness.clone(),
            closed_run: loaded.closed_run.clone(),
            report_seen: loaded.report_seen,
            gaps,
            chance: self.chance.bits(),
            entropy: self.chance.bits(),
            ..Facts::default()
        }
    }

    fn commit_of(
        &self,
        loaded: &Loaded,
        facts: &Facts,
        events: Vec<Event>,
        after: Scheduler,
        carried: Carried,
    ) -> Commit {
        let before = &loaded.scheduler;
        let payload_at = events.iter().find(|event| event.fact.report().is_some()).map(|event| event.version);
        let payload = payload_at.filter(|_| !carried.payload.is_empty());
        Commit {
            id: self.commit_id(),
            expected_version: before.version,
            payload: payload.map(|version| (version, carried.payload)),
            output: payload_at.zip(carried.output),
            report_id: carried.report_id,
            runs: touched_runs(before, &events, loaded.closed_run.as_ref()),
            alerts: react(before, &after, &events),
            incidents: domain::touched_incidents(before, &events),
            liveness: events.iter().any(rests_on_silence).then(|| loaded.liveness.clone()),
            beat: carried.heartbeat.map(|(run_id, at)| (at, beating(&after, run_id.as_ref()))),
            wake: wake(loaded.wake, wake_at(&after, facts)),
            audit: None,
            era: None,
            events,
            after,
        }
    }
}

fn carried(command: &Command) -> Carried {
    let nothing = Carried {
        lookup: Lookup::default(),
        payload: Payload::default(),
        output: None,
        report_id: None,
        heartbeat: None,
    };
    match command {
        Command::Report { report, .. } | Command::Note { report, .. } => Carried {
            lookup: Lookup { run_id: report.run_id.clone(), report_id: report.report_id.clone() },
            payload: report.payload.clone(),
            output: report.output.clone(),
            report_id: report.report_id.clone().map(|id| (id, report.received_at)),
            heartbeat: None,
        },
        Command::Heartbeat { run_id, received_at } => Carried {
            lookup: Lookup { run_id: run_id.clone(), report_id: None },
            heartbeat: Some((run_id.clone(), *received_at)),
            ..nothing
        },
        _ => nothing,
    }
}

/// Whether an event says that something was not heard, which a heartbeat in the meantime would disprove.
const fn rests_on_silence(event: &Event) -> bool {
    matches!(event.fact, Fact::RunWentStale { .. } | Fact::RunAbandoned { .. })
}

/// An index that is early by no more than is worth a write stays.
fn wake(indexed: Option<Instant>, due: Option<Instant>) -> Wake {
    match (indexed, due) {
        (Some(indexed), Some(due)) if indexed <= due && due.since(indexed) <= INDEX_EARLY_MAX => {
            Wake::Stays(Some(indexed))
        }
        (None, None) => Wake::Stays(None),
        _ => Wake::Set(due),
    }
}
