//! Time passes: from one instant at which something is due to the next, and each role does then what it is for.

use app::ports::Clock;
use app::roles::{Pace, Role};
use app::{AppResult, Shards};
use domain::{Duration, Instant, SchedulerKey};

use super::deeds::Called;
use super::process::Process;
use super::subject::Answer;
use super::{Failure, Held, World};
use crate::sim::frail::Other;
use crate::sim::model::Deed;

/// How often the observer looks: as seldom as it may. Its own rhythm is shorter.
const LOOK_EVERY: Duration = Duration::from_seconds(30);
/// How often the router looks where nothing has called it.
const ROUTE_EVERY: Duration = Duration::MINUTE;
const TIDY_EVERY: Duration = Duration::HOUR;
const CHECK_EVERY: Duration = Duration::from_minutes(6 * 60);
/// How long a role that failed, or could not move what is due, stands back.
const STANDS_BACK: Duration = Duration::SECOND;
/// How many the evaluator takes at once.
const BATCH: usize = 500;
/// More rounds at one instant than anything needs.
const ROUNDS_MAX: usize = 1000;

impl World {
    pub(super) fn be_due_at_once(&mut self) {
        let now = self.truly();
        (self.times.look, self.times.evaluate) = (now, now);
        (self.times.route, self.times.dispatch) = (now, now);
    }

    /// Lets time pass until an instant, everything that falls due in it being done when it does.
    pub(crate) async fn pass_until(&mut self, until: Instant) -> Held {
        while self.truly() < until {
            let next = self.next_due().await?.clamp(self.truly() + Duration::from_millis(1), until);
            self.pass(next.since(self.truly()));
            self.work().await?;
        }
        Ok(())
    }

    /// Time passes, and the server's clock goes along, as well as it can.
    fn pass(&mut self, by: Duration) {
        self.clock.advance(by);
        let wrong = by.as_millis() * self.drift / 1_000_000;
        if wrong != 0 {
            let now = self.clock.now();
            self.clock.step_to(Instant::from_millis(now.as_millis() + wrong));
        }
        self.furthest = self.furthest.max(self.now());
    }

    async fn next_due(&self) -> Result<Instant, Failure> {
        let mut due = vec![self.times.check];
        due.extend(self.spools.due());
        if self.process.is_none() {
            due.extend(self.times.restart);
            return Ok(due.into_iter().min().unwrap_or(Instant::MAX));
        }
        due.extend([self.times.look, self.times.tidy]);
        if self.is_working("router") {
            due.push(self.times.route);
            let post = self.mail.post.due().map(|due| self.truly_at(due));
            due.extend(post.map(|due| due.max(self.times.routed + STANDS_BACK)));
        }
        if let Some(wake) = self.next_wake().await?.filter(|_| self.is_working("evaluator")) {
            due.push(self.truly_at(wake).max(self.times.evaluate));
        }
        if let Some(delivery) = self.next_delivery().await?.filter(|_| self.is_working("dispatcher")) {
            due.push(self.truly_at(delivery).max(self.times.dispatch));
        }
        Ok(due.into_iter().min().unwrap_or(Instant::MAX))
    }

    async fn next_wake(&self) -> Result<Option<Instant>, Failure> {
        let wake = self.stores.schedulers.next_wake(&Shards::default()).await;
        wake.map_err(|error| Failure::new("the store answers", error.to_string()))
    }

    async fn next_delivery(&self) -> Result<Option<Instant>, Failure> {
        let due = self.stores.outbox.next_due().await;
        due.map_err(|error| Failure::new("the store answers", error.to_string()))
    }

    fn is_working(&self, role: &str) -> bool {
        !self.halted.contains(role)
    }

    pub(super) fn set_working(&mut self, role: &str, works: bool) {
        if works {
            self.halted.remove(role);
        } else {
            self.halted.insert(role.to_owned());
        }
        self.be_due_at_once();
    }

    /// Everything that is due now is done.
    pub(super) async fn work(&mut self) -> Held {
        let now = self.truly();
        if self.process.is_none() && self.times.restart.is_some_and(|at| at <= now) {
            self.start().await?;
        }
        if self.process.is_some() && self.times.look <= now {
            self.times.look = now + LOOK_EVERY;
            self.observe().await?;
        }
        if self.spools.due().is_some_and(|due| due <= now) {
            self.flush().await?;
        }
        if self.is_working("evaluator") && self.times.evaluate <= now {
            self.evaluate().await?;
        }
        let post_is_due = self.mail.post.due().is_some_and(|due| due <= self.now())
            && self.times.routed + STANDS_BACK <= now;
        if self.is_working("router") && (self.times.route <= now || post_is_due) {
            self.times.route = now + ROUTE_EVERY;
            self.route().await?;
        }
        if self.is_working("dispatcher") && self.times.dispatch <= now {
            self.dispatch().await?;
        }
        if self.process.is_some() && self.times.tidy <= now {
            self.times.tidy = now + TIDY_EVERY;
            self.tidy().await?;
        }
        if self.times.check <= now {
            self.times.check = now + CHECK_EVERY;
            self.check_all().await?;
        }
        Ok(())
    }

    /// A role once more, though nothing is due.
    pub(super) async fn run_again(&mut self, role: &str) -> Held {
        match role {
            "observer" => self.observe().await,
            "evaluator" => self.evaluate_due().await.map(drop),
            "router" => self.route().await,
            "dispatcher" => self.drain().await,
            "janitor" => self.tidy().await,
            _ => Err(Failure::new("a scenario makes sense", format!("there is no role {role}"))),
        }
    }

    /// What came of running a role; where the process died over it, it is buried.
    async fn done(&mut self, called: Called<AppResult<Pace>>) -> Result<Done, Failure> {
        let happened = self.gone_wrong();
        if let Some(doing) = happened.death {
            self.bury(doing).await?;
        }
        let calm = happened.faults.is_empty() && self.is_calm();
        if let Called::Answered(Err(error)) = &called
            && calm
        {
            return Err(Failure::new("in a calm no role fails", error.to_string()));
        }
        let well = matches!(called, Called::Answered(Ok(_))) && happened.faults.is_empty();
        Ok(Done { well, others: happened.others })
    }

    async fn observe(&mut self) -> Held {
        let called = self.call(async |process: &Process| process.observer.run_once().await).await;
        let done = self.done(called).await?;
        self.has_looked(done.well);
        self.learn_gaps().await
    }

    /// Whoever looks at our own attention and may write ends an outage: the observer, and the evaluator before it judges.
    fn has_looked(&mut self, well: bool) {
        if well && (!self.is_full || self.outages.is_long_ago(self.now())) {
            self.outages.end(self.now());
        }
    }

    pub(super) async fn route(&mut self) -> Held {
        if self.process.is_none() {
            return Ok(());
        }
        self.times.routed = self.truly();
        let mut today = self.today().await?;
        for _ in 0..ROUNDS_MAX {
            let called = self.call(async |process: &Process| process.router.run_once().await).await;
            let again = matches!(called, Called::Answered(Ok(Pace::Again)));
            let done = self.done(called).await?;
            if !self.look_at_post(&mut today)? && !again {
                return self.is_caught_up(done.well);
            }
        }
        Err(Failure::new("the router does not run in a circle", self.at()))
    }

    async fn tidy(&mut self) -> Held {
        let called = self.call(async |process: &Process| process.janitor.run_once().await).await;
        let done = self.done(called).await?;
        let keys: Vec<SchedulerKey> = self.subjects.values().map(|subject| subject.key.clone()).collect();
        for key in keys {
            let deeds = self.with_met(&key, &done.others, Vec::new());
            self.follow_evaluated(&key, &deeds, Answer::Unknown).await?;
        }
        Ok(())
    }

    /// The evaluator works until nothing is due any more.
    async fn evaluate(&mut self) -> Held {
        for _ in 0..ROUNDS_MAX {
            let now = self.now();
            if self.process.is_none() || self.next_wake().await?.is_none_or(|wake| wake > now) {
                return Ok(());
            }
            if !self.evaluate_due().await? {
                self.times.evaluate = self.truly() + STANDS_BACK;
                return Ok(());
            }
        }
        Err(Failure::new("the evaluator does not run in a circle", self.at()))
    }

    /// Runs the evaluator, and holds what it concluded of each that was due against the model. Answers whether it did
    /// what it should.
    async fn evaluate_due(&mut self) -> Result<bool, Failure> {
        let due = self.stores.schedulers.due(self.now(), BATCH, &Shards::default()).await;
        let due = due.map_err(|error| Failure::new("the store answers", error.to_string()))?;
        let called = self.call(async |process: &Process| process.evaluator.run_once().await).await;
        let happened = self.done(called).await?;
        self.has_looked(happened.well);
        for due in due {
            let deeds = self.with_met(&due.key, &happened.others, vec![Deed::Evaluate]);
            let answer = if happened.well { Answer::Taken } else { Answer::Unknown };
            self.follow_evaluated(&due.key, &deeds, answer).await?;
        }
        Ok(happened.well)
    }

    async fn follow_evaluated(&mut self, key: &SchedulerKey, deeds: &[Deed], answer: Answer) -> Held {
        let id = key.id.to_string();
        if self.subject(&id).known.is_born() {
            self.follow(&id, deeds, &answer).await?;
        }
        Ok(())
    }

    /// What another process did to one scheduler comes before what was concluded of it.
    fn with_met(&mut self, key: &SchedulerKey, met: &[(SchedulerKey, Other)], deeds: Vec<Deed>) -> Vec<Deed> {
        let mine: Vec<_> = met.iter().filter(|(whose, _)| whose == key).cloned().collect();
        self.with_others(&mine, deeds)
    }
}

/// What came of running a role.
struct Done {
    well: bool,
    others: Vec<(SchedulerKey, Other)>,
}
