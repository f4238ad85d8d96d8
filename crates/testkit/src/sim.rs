//! The simulator: many schedulers through days in seconds, on any store, with everything going wrong that can.
//!
//! Reading order: [`act`] (what can happen, as data), [`Shape`] (makes it up from a seed), `world` (a server in a world
//! that carries it out and looks at everything that follows), `model` (a second opinion on what must follow), `frail` (a
//! store in whose writes things go wrong), `shrink`. Time is simulated and nothing sleeps: a seed gives the same events
//! on every machine. `docs/simulation.md` says how to use it.

pub mod act;
pub mod company;
mod coverage;
mod frail;
mod generate;
mod ground;
mod model;
mod receivers;
mod run;
mod scenario;
mod shrink;
mod witness;
mod words;
mod world;

use std::fmt;
use std::sync::Arc;

use domain::Instant;

use act::Step;
pub use coverage::Coverage;
pub use generate::Shape;
pub use ground::{Ground, Grounds, MemoryGround};
pub use run::run;
pub use scenario::{Scenario, told};
pub use world::Failure;
use world::World;

/// A simulation that went wrong.
#[derive(Clone, Debug)]
pub struct Found {
    /// What was simulated.
    pub shape: Shape,
    /// What did not hold.
    pub failure: Failure,
    /// The steps that led to it.
    pub steps: Vec<Step>,
    /// When it failed.
    pub until: Instant,
    /// What happened, once it has been made short.
    pub transcript: Vec<String>,
}

/// Simulates what a seed makes up, on a ground of its own.
pub fn simulate(shape: &Shape, grounds: &Grounds) -> Result<Coverage, Box<Found>> {
    let steps = shape.steps();
    let lived = live(&steps, shape.begins(), shape.ends(), shape.seed, grounds(), false);
    match lived.failure {
        None => Ok(lived.coverage),
        Some(failure) => {
            // What comes after it has no part in it.
            let until = lived.until;
            let steps = steps.into_iter().filter(|step| step.at <= until).collect();
            Err(Box::new(Found { shape: *shape, failure, steps, until, transcript: Vec::new() }))
        }
    }
}

/// What came of living through steps.
struct Lived {
    failure: Option<Failure>,
    /// When it ended, or failed.
    until: Instant,
    coverage: Coverage,
    transcript: Vec<String>,
}

/// Lives through steps on a clock that stands still but where it is told to go.
fn live(
    steps: &[Step],
    begins: Instant,
    ends: Instant,
    seed: u64,
    ground: Arc<dyn Ground>,
    verbose: bool,
) -> Lived {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let mut world = World::new(ground, begins, seed, verbose).await;
        let held = async {
            world.begin().await?;
            world.live(steps).await?;
            world.pass_until(ends).await?;
            world.end().await
        };
        let failure = held.await.err();
        Lived { failure, until: world.truly(), transcript: world.transcript(), coverage: world.coverage }
    })
}

impl Found {
    /// The same failure, made as short as it would.
    #[must_use]
    pub fn shortened(self, grounds: &Grounds) -> Self {
        let (shape, until) = (self.shape, self.until);
        let lived =
            |steps: &[Step], verbose| live(steps, shape.begins(), until, shape.seed, grounds(), verbose);
        let rule = self.failure.rule;
        let same = |steps: &[Step]| lived(steps, false).failure.is_some_and(|other| other.rule == rule);
        let steps = shrink::shrunk(self.steps, same);
        let lived = lived(&steps, true);
        let failure = lived.failure.unwrap_or(self.failure);
        Self { shape, failure, steps, until, transcript: lived.transcript }
    }

    /// What did not hold, and how to be told more: making it short takes its time.
    pub fn brief(&self) -> String {
        let Failure { rule, detail } = &self.failure;
        format!("seed {}: not so: {rule}\n{detail}\n{}", self.shape.seed, self.again())
    }

    fn again(&self) -> String {
        let Shape { seed, days, schedulers } = self.shape;
        format!(
            "again, and made short: cargo xtask simulate --seed {seed} --days {days} --schedulers {schedulers}"
        )
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}: not so: {}", self.shape.seed, self.failure.rule)?;
        writeln!(f, "{}\n\nas a scenario:\n\nbegins {}", self.failure.detail, self.shape.begins())?;
        for step in &self.steps {
            writeln!(f, "{step}")?;
        }
        writeln!(f, "\nwhat happened:\n")?;
        for line in &self.transcript {
            writeln!(f, "{line}")?;
        }
        writeln!(f, "\n{}", self.again())
    }
}
