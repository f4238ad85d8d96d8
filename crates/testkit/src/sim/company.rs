//! Several whole servers on one store, each with a clock of its own that is minutes wrong: they are killed, stopped for
//! longer than a lease, told to leave and started, and their stores fail them. Simulated time; a seed gives the same story.
//!
//! What is held to: who is up divides the work among them, whole and without overlap, two leases after the last change; a
//! deadline is concluded once; people are told of it, and what they are told twice bears the same id. What each
//! conclusion must be is not asked here: for that there is the one server whose clock the model goes by.

mod instance;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration as StdDuration;

use app::Shards;
use app::ports::{EventsPage, Queries};
use domain::{Duration, Fact, Status};
use tokio::time::{Instant as Tick, sleep, timeout};

use super::act::Fault;
use super::generate::dice::Dice;
use super::{Failure, Ground};
use crate::fixtures::{key, registration, report_of};
use crate::{FixedChannels, ScriptedNotifier};
use instance::Instance;

/// How long a server may show no sign of life.
const LEASE: StdDuration = StdDuration::from_secs(10);
/// At most so many at once.
const INSTANCES_MAX: usize = 4;
/// How far clocks are wrong, this way and that.
const SKEW: Duration = Duration::from_minutes(5);
/// How long runs may take, and how long the story goes on after its last run: longer than that by any clock, with what
/// could not be seen.
const MAX_RUNTIME: Duration = Duration::from_minutes(10);
const EPILOGUE: StdDuration = StdDuration::from_mins(30);
/// How long a call of a job may take.
const PATIENCE: StdDuration = StdDuration::from_secs(5);

/// What a story saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Servers that were killed.
    pub kills: u32,
    /// Servers that stood still for a while.
    pub pauses: u32,
    /// Servers that left in good order.
    pub leaves: u32,
    /// Servers that were started.
    pub starts: u32,
    /// Writes that went wrong.
    pub faults: u32,
    /// Deadlines that passed.
    pub deadlines: u32,
    /// Messages that came again.
    pub repeats: u32,
}

/// Plays a story of so many steps on a ground. Needs a runtime whose time is paused.
pub async fn play(ground: Arc<dyn Ground>, seed: u64, steps: u32) -> Result<Tally, Failure> {
    let mut story = Story::new(ground, seed);
    for _ in 0..2 {
        story.start().await;
    }
    for _ in 0..steps {
        story.step().await?;
    }
    story.end().await
}

struct Story {
    begun: Tick,
    ground: Arc<dyn Ground>,
    dice: Dice,
    channels: Arc<FixedChannels>,
    hearer: Arc<ScriptedNotifier>,
    up: Vec<Instance>,
    /// Killed ones: nothing of them goes on, and nothing of them may be dropped in the middle of a call.
    dead: Vec<Instance>,
    /// Who stands still, and until when.
    paused: Vec<(Tick, Instance)>,
    /// Runs that were acknowledged.
    runs: Vec<String>,
    tally: Tally,
}

impl Story {
    fn new(ground: Arc<dyn Ground>, seed: u64) -> Self {
        let channels = Arc::new(FixedChannels::new());
        let hearer = channels.add("people", true);
        let (up, dead, paused, runs) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self {
            begun: Tick::now(),
            ground,
            dice: Dice::new(seed),
            channels,
            hearer,
            up,
            dead,
            paused,
            runs,
            tally: Tally::default(),
        }
    }

    async fn start(&mut self) {
        self.tally.starts += 1;
        let passed = i64::try_from(self.begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        let off = passed + self.dice.between(Duration::ZERO, SKEW.times(2)).as_millis() - SKEW.as_millis();
        let number = u64::from(self.tally.starts);
        let started = Instance::start(&self.ground, &self.channels, number, off).await;
        self.up.push(started);
    }

    async fn step(&mut self) -> Result<(), Failure> {
        sleep(self.dice.between(Duration::SECOND, Duration::MINUTE).to_std()).await;
        self.wake().await?;
        let spare = self.up.len() > 1;
        match self.dice.below(20) {
            0 if spare => self.kill(),
            1 | 2 if spare => self.pause(),
            3 if spare => self.leave().await,
            4 | 5 if self.up.len() + self.paused.len() < INSTANCES_MAX => self.start().await,
            6 | 7 => {
                self.trouble();
                return Ok(());
            }
            _ => {
                self.begin_a_run().await;
                return Ok(());
            }
        }
        self.settle().await
    }

    fn any(&mut self) -> Instance {
        let place = self.dice.below(self.up.len() as u64) as usize;
        self.up.remove(place)
    }

    fn kill(&mut self) {
        self.tally.kills += 1;
        let victim = self.any();
        victim.halt(true);
        self.dead.push(victim);
    }

    fn pause(&mut self) {
        self.tally.pauses += 1;
        let sleeper = self.any();
        sleeper.halt(true);
        let length = self.dice.length(&["2s", "9s", "15s", "40s", "3m"]);
        self.paused.push((Tick::now() + length.to_std(), sleeper));
    }

    async fn leave(&mut self) {
        self.tally.leaves += 1;
        self.any().leave().await;
    }

    fn trouble(&mut self) {
        let (fault, times) = (self.dice.pick(&Fault::ALL), 1 + self.dice.below(3) as u32);
        self.tally.faults += times;
        let whose = self.dice.below(self.up.len() as u64) as usize;
        self.up[whose].trouble(fault, times);
    }

    /// Those whose pause is over get on.
    async fn wake(&mut self) -> Result<(), Failure> {
        let (over, still): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.paused).into_iter().partition(|(until, _)| *until <= Tick::now());
        self.paused = still;
        if over.is_empty() {
            return Ok(());
        }
        for (_, instance) in over {
            instance.halt(false);
            self.up.push(instance);
        }
        self.settle().await
    }

    /// Two leases after a change, the work is divided, whole and without overlap.
    async fn settle(&self) -> Result<(), Failure> {
        sleep(LEASE * 2).await;
        let mut held: Vec<u8> = self.up.iter().flat_map(|it| it.app.shards().iter()).collect();
        held.sort_unstable();
        if held != Shards::default().iter().collect::<Vec<_>>() {
            return Err(Failure::new("the shards are divided", format!("{held:?} among {}", self.up.len())));
        }
        let firsts: BTreeSet<_> = self.up.iter().map(Instance::first).collect();
        match firsts.len() {
            1 => Ok(()),
            _ => Err(Failure::new("all agree who is first", format!("{firsts:?}"))),
        }
    }

    /// A job begins a run that never ends. Where nobody answers, it may have begun or not.
    async fn begin_a_run(&mut self) {
        let id = format!("job-{}", self.tally.deadlines + 1);
        let server = &self.up[self.dice.below(self.up.len() as u64) as usize];
        let begun = timeout(PATIENCE, async {
            let change = domain::ConfigChange {
                max_runtime: domain::Patch::Set(domain::Limit::After(MAX_RUNTIME)),
                ..registration()
            };
            server.app.register(&instance::somebody(), key(&id).id, change).await?;
            let report = report_of("run", Status::Running, server.app.now());
            server.app.report(&instance::somebody(), key(&id).id, report).await
        });
        if matches!(begun.await, Ok(Ok(_))) {
            self.tally.deadlines += 1;
            self.runs.push(id);
        }
    }

    /// All get on, and nothing goes wrong any more; then everything must have been noticed and told.
    async fn end(mut self) -> Result<Tally, Failure> {
        for (_, instance) in std::mem::take(&mut self.paused) {
            instance.halt(false);
            self.up.push(instance);
        }
        self.up.iter().for_each(Instance::heal);
        self.settle().await?;
        sleep(EPILOGUE).await;
        let stores = self.ground.open().await;
        for id in &self.runs {
            // DEBUG
            overran_once(stores.queries.as_ref(), id).await?;
        }
        self.told()?;
        for instance in std::mem::take(&mut self.up) {
            instance.leave().await;
        }
        Ok(self.tally)
    }

    /// Each that overran was told of, whatever came again under one id.
    fn told(&mut self) -> Result<(), Failure> {
        let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let arrivals = self.hearer.arrivals();
        for arrival in &arrivals {
            if let app::Notice::Alert(alert) = &arrival.notice {
                told.entry(alert.key.id.to_string()).or_default().insert(arrival.delivery.to_string());
            }
        }
        self.tally.repeats = (arrivals.len() - told.values().map(BTreeSet::len).sum::<usize>()) as u32;
        let wrong = self.runs.iter().find(|id| told.get(*id).map(BTreeSet::len) != Some(1));
        if let Some(id) = wrong {
            return Err(Failure::new(
                "everything is told, under one id",
                format!("{id}: {:?}", told.get(id)),
            ));
        }
        let interrupted = self.tally.kills + self.tally.pauses + self.tally.faults;
        if self.tally.repeats > interrupted {
            return Err(Failure::new("what comes again was interrupted", format!("{:?}", self.tally)));
        }
        Ok(())
    }
}

async fn overran_once(queries: &dyn Queries, id: &str) -> Result<(), Failure> {
    let events = queries.events(&key(id), 0, 1000).await;
    let Ok(EventsPage::Events(events)) = events else {
        return Err(Failure::new("the store answers", format!("{events:?}")));
    };
    let overran = events.iter().filter(|event| matches!(event.fact, Fact::RunOverran { .. })).count();
    match overran {
        1 => Ok(()),
        _ => Err(Failure::new("a deadline is concluded once", format!("{id}: {overran} times"))),
    }
}
