//! A server in a simulated world: carries out steps, lets time pass, and looks at everything that follows.
//!
//! A step either goes as the model says or is a [`Failure`]. What an answer left open (lost, or nobody lived to hear it)
//! is looked up in the store: either is right, half is not.

mod buckets;
mod deeds;
mod deliveries;
mod jobs;
mod keepers;
mod lists;
mod passing;
mod post;
mod process;
mod records;
mod setup;
mod subject;
mod telling;
mod trouble;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use app::ports::Clock;
use domain::{Duration, Gap, Instant, Window};

use super::act::{Act, Step, moment};
use super::coverage::Coverage;
use super::frail::{Frail, Other, Troubles};
use super::ground::Ground;
use super::model::Known;
use super::receivers::Receivers;
use super::witness::Witness;
use crate::{FixedClock, Scribe, SeededChance, Stores};
use deliveries::Mail;
use jobs::Spools;
use process::Process;
use records::Records;
use subject::Subject;
use trouble::Outages;

/// How many seconds past the end what fell due in its last instant may take to arrive.
const LAST_SECONDS: usize = 10;

/// Something that must hold did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which invariant, in a few words: a shorter list of steps must fail by the same.
    pub rule: &'static str,
    /// What was seen.
    pub detail: String,
}

impl Failure {
    pub(crate) fn new(rule: &'static str, detail: impl Into<String>) -> Self {
        Self { rule, detail: detail.into() }
    }
}

pub(crate) type Held = Result<(), Failure>;

/// Everything there is in a simulation.
pub(crate) struct World {
    ground: Arc<dyn Ground>,
    /// The store as it is open now, past everything that goes wrong: for looking.
    stores: Stores,
    /// The same, as another process has it open.
    elsewhere: Stores,
    clock: Arc<FixedClock>,
    chance: Arc<SeededChance>,
    troubles: Arc<Troubles>,
    receivers: Arc<Receivers>,
    witness: Arc<Witness>,
    process: Option<Process>,
    halted: BTreeSet<String>,
    begun: Instant,
    drift: i64,
    is_full: bool,
    /// Whether jobs are still at work: at the end they are gone, and nobody's promise holds.
    at_work: bool,
    /// The furthest that the server's clock ever showed: behind it, the model is of no use.
    furthest: Instant,
    subjects: BTreeMap<String, Subject>,
    spools: Spools,
    mail: Mail,
    records: Records,
    /// Maintenance windows, by name.
    windows: BTreeMap<String, Window>,
    outages: Outages,
    gaps: Vec<Gap>,
    gaps_before: Vec<Gap>,
    times: Times,
    marks: i64,
    seen_marks: BTreeMap<i64, u32>,
    pub(crate) coverage: Coverage,
    transcript: Option<Vec<String>>,
}

/// When each role is due again, by the time that really passes.
#[derive(Clone, Copy, Debug)]
struct Times {
    look: Instant,
    evaluate: Instant,
    route: Instant,
    /// When it was last routed.
    routed: Instant,
    dispatch: Instant,
    tidy: Instant,
    check: Instant,
    /// Where it died by itself.
    restart: Option<Instant>,
}

impl World {
    pub(crate) async fn new(ground: Arc<dyn Ground>, begun: Instant, seed: u64, verbose: bool) -> Self {
        let clock = Arc::new(FixedClock::at(begun));
        let troubles = Arc::new(Troubles::default());
        let stores = looking_glass(&ground, &clock, seed).await;
        let elsewhere = looking_glass(&ground, &clock, seed).await;
        let receivers = Arc::new(Receivers::new(troubles.clone()));
        let times = Times {
            look: begun,
            evaluate: begun,
            route: begun,
            routed: begun,
            dispatch: begun,
            tidy: begun,
            check: begun,
            restart: None,
        };
        Self {
            ground,
            stores,
            elsewhere,
            clock,
            chance: Arc::new(SeededChance::new(seed ^ 0x5eed)),
            troubles,
            receivers,
            witness: Arc::default(),
            process: None,
            halted: BTreeSet::new(),
            begun,
            drift: 0,
            is_full: false,
            at_work: true,
            furthest: begun,
            subjects: BTreeMap::new(),
            spools: Spools::default(),
            mail: Mail::default(),
            records: Records::default(),
            windows: BTreeMap::new(),
            outages: Outages::default(),
            gaps: Vec::new(),
            gaps_before: Vec::new(),
            times,
            marks: 0,
            seen_marks: BTreeMap::new(),
            coverage: Coverage::default(),
            transcript: verbose.then(Vec::new),
        }
    }

    /// What was written down of it.
    pub(crate) fn transcript(&mut self) -> Vec<String> {
        self.transcript.take().unwrap_or_default()
    }

    /// The time that really is.
    pub(crate) fn truly(&self) -> Instant {
        let passed = i64::try_from(self.clock.monotonic().as_millis()).unwrap_or(i64::MAX);
        self.begun + Duration::from_millis(passed)
    }

    /// The time that the server's clock shows.
    fn now(&self) -> Instant {
        self.clock.now()
    }

    /// When the server's clock will show an instant, as it goes now.
    fn truly_at(&self, shown: Instant) -> Instant {
        let ahead = self.now().as_millis() - self.truly().as_millis();
        Instant::from_millis(shown.as_millis() - ahead)
    }

    fn note(&mut self, line: impl FnOnce() -> String) {
        if let Some(transcript) = &mut self.transcript {
            transcript.push(line());
        }
    }

    /// Starts the server at the beginning.
    pub(crate) async fn begin(&mut self) -> Held {
        self.start().await
    }

    /// Carries out all steps, which are in order of their time.
    pub(crate) async fn live(&mut self, steps: &[Step]) -> Held {
        let mut place = 0;
        while let Some(step) = steps.get(place) {
            self.pass_until(step.at).await?;
            let beside = steps[place..].iter().take_while(|it| it.at == step.at && is_bulk(it)).count();
            if beside > 1 && self.troubles.is_calm() && !self.is_full {
                self.report_together(&steps[place..place + beside]).await?;
                place += beside;
            } else {
                self.step(step).await?;
                place += 1;
            }
            self.work().await?;
        }
        Ok(())
    }

    async fn step(&mut self, step: &Step) -> Held {
        let shown = step.to_string();
        self.note(|| shown);
        match &step.act {
            Act::Die => self.die("between writes").await,
            Act::Start => self.start().await,
            Act::Full(full) => self.fill(*full).await,
            Act::Again => self.run_again(&step.who).await,
            Act::SendAgain => self.send_again().await,
            Act::SwitchOn => self.switch_on(&step.who).await,
            act @ (Act::Maintain(_) | Act::Rule(_) | Act::TakeAway) => {
                self.set_up_for_all(&step.who, act).await
            }
            Act::Report(message) => self.send(&step.who, message.clone()).await,
            Act::Expect(health) => self.expect(&step.who, health).await,
            Act::DieAt { .. }
            | Act::Trouble { .. }
            | Act::StepClock(_)
            | Act::Drift(_)
            | Act::Mood(_)
            | Act::Works(_)
            | Act::BeatMeanwhile
            | Act::DeleteMeanwhile => {
                self.set_up(step);
                Ok(())
            }
            act => self.deed(&step.who, act).await,
        }
    }

    /// What changes the world and is felt later.
    fn set_up(&mut self, step: &Step) {
        match &step.act {
            Act::DieAt { write, after } => self.troubles.die_at(*write, *after),
            Act::Trouble { fault, times } => self.troubles.add(*fault, *times),
            Act::StepClock(by) => self.step_clock(*by),
            Act::Drift(ppm) => {
                self.coverage.saw("clock", "drift");
                self.drift = *ppm;
            }
            Act::Mood(mood) => {
                self.coverage.saw("channel", mood.as_str());
                self.receivers.set(&step.who, *mood);
            }
            Act::Works(works) => self.set_working(&step.who, *works),
            Act::BeatMeanwhile => self.meanwhile(&step.who, Other::Beats),
            Act::DeleteMeanwhile => self.meanwhile(&step.who, Other::Deletes),
            _ => {}
        }
    }

    /// Everything heals and is done; then everything must be as it should.
    pub(crate) async fn end(&mut self) -> Held {
        self.at_work = false;
        self.troubles.heal();
        self.receivers.heal();
        self.halted.clear();
        self.drift = 0;
        self.fill(false).await?;
        if self.process.is_none() {
            self.start().await?;
        }
        // Longer than any pause between two attempts, and than what steps aside stays there.
        let end = self.truly() + Duration::from_minutes(30);
        self.pass_until(end).await?;
        // What falls due in the last instant arrives in the next.
        for _ in 0..LAST_SECONDS {
            if self.is_delivered().await? {
                break;
            }
            self.pass_until(self.truly() + Duration::SECOND).await?;
        }
        self.check_all().await?;
        self.check_mail().await
    }

    fn at(&self) -> String {
        moment(self.truly())
    }

    fn note_at(&mut self, what: &str) {
        let at = self.at();
        self.note(|| format!("        {at} {what}"));
    }

    /// What is known besides what a scheduler itself says.
    fn known(&self, id: &str) -> Known {
        Known {
            id: id.to_owned(),
            gaps: self.gaps.clone(),
            windows: self.windows.values().cloned().collect(),
        }
    }

    /// Whether nothing is going wrong.
    fn is_calm(&self) -> bool {
        !self.is_full && self.outages.is_over()
    }

    /// Learns when nobody could see, as it is recorded.
    async fn learn_gaps(&mut self) -> Held {
        let gaps = self.stores.observation.gaps(Instant::MIN).await;
        let gaps = gaps.map_err(|error| Failure::new("the store answers", error.to_string()))?;
        if self.is_full {
            // What still fits is written and the rest refused, now this and now that.
            self.outages.upset(self.now());
        }
        if gaps != self.gaps {
            self.outages.explain(&gaps, &self.gaps)?;
            self.gaps_before = std::mem::replace(&mut self.gaps, gaps);
        }
        Ok(())
    }
}

fn is_bulk(step: &Step) -> bool {
    matches!(&step.act, Act::Report(message) if message.bulk)
}

/// The store past everything that goes wrong.
async fn looking_glass(ground: &Arc<dyn Ground>, clock: &Arc<FixedClock>, seed: u64) -> Stores {
    let opened = ground.open().await;
    let elsewhere = Scribe::new(opened.clone(), seed);
    let calm = Arc::new(Troubles::default());
    Stores::of(Arc::new(Frail::new(opened, calm, elsewhere, clock.clone(), ground.is_threaded())))
}
