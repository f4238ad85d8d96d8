//! A scheduler as it is followed: what is known of it, what the model says, and whether the two go together after every
//! single step.

use app::ports::{EventsPage, Loaded, Lookup};
use domain::{Event, Fact, Instant, Liveness, Scheduler, SchedulerKey, replay};

use super::{Failure, Held, World};
use crate::fixtures::key;
use crate::sim::model::{Deed, Known, Refusal, Watched};
use crate::sim::words;

/// A job whose name begins so is promised to behave: whatever happens to the server, nothing bad may be said of it.
const PROMISED: &str = "good";

/// One scheduler.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) key: SchedulerKey,
    pub(super) known: Scheduler,
    pub(super) liveness: Liveness,
    /// None where the model cannot follow.
    pub(super) model: Option<Watched>,
    /// Whether another process has just deleted it, before or after what is looked at.
    pub(super) just_deleted: bool,
}

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Taken,
    Refused(Refusal),
    /// Nobody knows: it is one or the other.
    Unknown,
}

impl Subject {
    pub(super) fn new(id: &str) -> Self {
        let key = key(id);
        let known = Scheduler::unborn(key.clone(), 1);
        Self { key, known, liveness: Liveness::default(), model: None, just_deleted: false }
    }

    /// Whether what is stored is what is known, or has gone on from it.
    pub(super) fn is_reached_by(&self, stored: &Scheduler) -> bool {
        (stored.incarnation, stored.version) > (self.known.incarnation, self.known.version)
            || *stored == self.known
    }

    fn is_touched(&self, fresh: &Loaded) -> bool {
        fresh.scheduler != self.known || fresh.liveness != self.liveness
    }
}

impl World {
    pub(super) fn subject(&mut self, id: &str) -> &mut Subject {
        self.subjects.entry(id.to_owned()).or_insert_with(|| Subject::new(id))
    }

    pub(super) fn forget_models(&mut self) {
        for subject in self.subjects.values_mut() {
            subject.model = None;
        }
    }

    /// Looks at what came of deeds, done to a scheduler one after the other, and holds it against the model.
    pub(super) async fn follow(&mut self, id: &str, deeds: &[Deed], answer: &Answer) -> Held {
        let before = self.subject(id).clone();
        let fresh = self.load(&before.key).await?;
        self.learn_gaps().await?;
        self.subject(id).just_deleted = false;
        let came_after = before.just_deleted && !fresh.scheduler.is_born();
        if came_after || (*answer == Answer::Unknown && !before.is_touched(&fresh)) {
            return Ok(());
        }
        let events = self.events_since(&before, &fresh.scheduler).await?;
        Self::is_replay(id, &before, &fresh.scheduler, &events)?;
        self.look_at_events(id, &before, &fresh.scheduler, &events)?;
        let lines: Vec<String> = events
            .iter()
            .filter(|event| !matches!(event.fact, Fact::Checkpoint { .. }))
            .map(|event| words::line(&event.fact))
            .collect();
        for line in &lines {
            let at = self.at();
            self.note(|| format!("        {at} {id}: {line}"));
        }
        let model = self.model_after(id, &before, deeds, answer, &lines, &fresh.scheduler)?;
        let subject = self.subject(id);
        subject.known = fresh.scheduler;
        subject.liveness = fresh.liveness;
        subject.model = model;
        self.agrees(id)
    }

    pub(super) async fn load(&self, key: &SchedulerKey) -> Result<Loaded, Failure> {
        let loaded = self.stores.schedulers.load(key, &Lookup::default()).await;
        loaded.map_err(|error| Failure::new("the store answers", error.to_string()))
    }

    async fn events_since(&self, before: &Subject, fresh: &Scheduler) -> Result<Vec<Event>, Failure> {
        let same_life = fresh.incarnation == before.known.incarnation;
        let after = if same_life { before.known.version } else { 0 };
        let mut events = Vec::new();
        while fresh.version > after + events.len() as u64 {
            let page = self.stores.queries.events(&before.key, after + events.len() as u64, 1000).await;
            match page.map_err(|error| Failure::new("the store answers", error.to_string()))? {
                EventsPage::Events(page) if !page.is_empty() => events.extend(page),
                EventsPage::Events(_) => {
                    return Err(Failure::new("version is the number of events", "too few"));
                }
                EventsPage::Pruned { first } => {
                    return Err(Failure::new("what is new is not pruned", format!("before {first}")));
                }
            }
        }
        Ok(events)
    }

    /// What the new events follow upon.
    fn basis(before: &Subject, fresh: &Scheduler) -> Scheduler {
        let same_life = fresh.incarnation == before.known.incarnation;
        let unborn = || Scheduler::unborn(before.key.clone(), fresh.incarnation);
        if same_life { before.known.clone() } else { unborn() }
    }

    fn is_replay(id: &str, before: &Subject, fresh: &Scheduler, events: &[Event]) -> Held {
        let from = Self::basis(before, fresh);
        let version = from.version + events.len() as u64;
        if replay(from, events) != *fresh {
            return Err(Failure::new("the snapshot is the fold of its events", id));
        }
        if version != fresh.version {
            return Err(Failure::new("version is the number of events", id));
        }
        Ok(())
    }

    fn look_at_events(&mut self, id: &str, before: &Subject, fresh: &Scheduler, events: &[Event]) -> Held {
        let mut standing = Self::basis(before, fresh);
        for event in events {
            self.coverage.saw_event(&event.fact);
            // By the limits of then: what is patched is judged by the old ones up to its patch.
            self.blames_nobody(id, &standing, event)?;
            standing = replay(standing, [event]);
            self.records.note(&standing, event)?;
            self.mail.expect(fresh, event);
            self.times.route = self.truly();
            if let Some(mark) = event.fact.report().and_then(|report| report.exit_code) {
                self.saw_mark(mark)?;
            }
            if self.at_work
                && id.starts_with(PROMISED)
                && let Fact::IncidentOpened { .. } = event.fact
            {
                let detail = format!("{id} at {}: {}", self.at(), words::line(&event.fact));
                return Err(Failure::new("a job that behaves is never blamed", detail));
            }
        }
        if fresh.state.runs.len() > domain::scheduler::OPEN_RUNS_MAX {
            return Err(Failure::new("at most so many runs are open", id));
        }
        Ok(())
    }

    /// The model after the deeds; none where it cannot follow.
    fn model_after(
        &mut self,
        id: &str,
        before: &Subject,
        deeds: &[Deed],
        answer: &Answer,
        lines: &[String],
        fresh: &Scheduler,
    ) -> Result<Option<Watched>, Failure> {
        let born_now = !before.known.is_born() || fresh.incarnation != before.known.incarnation;
        if self.now() < self.furthest || (before.model.is_none() && !born_now) {
            return Ok(None);
        }
        let model = before.model.clone().filter(|_| !born_now);
        let known = self.known(id);
        let told = foretold(model.clone(), deeds, self.now(), &known);
        if told.is_said(answer, lines) {
            return Ok(self.keep(told));
        }
        // A gap that came to be known in the middle counts from then on.
        let earlier = Known { gaps: self.gaps_before.clone(), ..known };
        let before_gap = foretold(model, deeds, self.now(), &earlier);
        if before_gap.is_said(answer, lines) {
            return Ok(self.keep(before_gap));
        }
        let detail = format!(
            "{id} at {} (the clock shows {}): {deeds:?}\n  the model says {:?}: {:#?}\n  it came to {answer:?}: {lines:#?}",
            self.at(),
            self.now(),
            told.answer,
            told.lines
        );
        Err(Failure::new("what follows is what the model says", detail))
    }

    fn keep(&mut self, told: Foretold) -> Option<Watched> {
        for rule in told.rules {
            self.coverage.saw("rule", rule.sentence());
        }
        if let Answer::Refused(refusal) = told.answer {
            self.coverage.saw("refused", refusal);
        }
        told.model
    }

    /// What is shown is what the model says.
    fn agrees(&mut self, id: &str) -> Held {
        let now = self.now();
        let subject = self.subject(id);
        let Some(model) = &subject.model else { return Ok(()) };
        let known = &subject.known;
        let runs: Vec<_> = known
            .state
            .runs
            .iter()
            .map(|run| (run.no.0, run.run_id.as_ref().map(ToString::to_string), run.started_at))
            .collect();
        let ours =
            (known.status(), known.health(now), known.state.expected, runs, known.state.incident.is_some());
        let theirs =
            (model.status(), model.health(now), model.expected(), model.open_runs(), model.has_incident());
        if ours != theirs {
            let detail = format!("{id}: {ours:?}\n  the model says {theirs:?}");
            return Err(Failure::new("what is shown is what the model says", detail));
        }
        let health = known.health(now);
        self.coverage.saw("health", health.as_str());
        Ok(())
    }
}

/// What the model says.
struct Foretold {
    model: Option<Watched>,
    answer: Answer,
    lines: Vec<String>,
    rules: Vec<crate::sim::model::Rule>,
}

impl Foretold {
    fn is_said(&self, answer: &Answer, lines: &[String]) -> bool {
        (*answer == Answer::Unknown || self.answer == *answer) && self.lines == lines
    }
}

fn foretold(model: Option<Watched>, deeds: &[Deed], now: Instant, known: &Known) -> Foretold {
    let mut told = Foretold { model, answer: Answer::Taken, lines: Vec::new(), rules: Vec::new() };
    for deed in deeds {
        let followed = match (&told.model, deed) {
            (None, Deed::Configure { change, .. }) => Watched::register((**change).clone(), None, now),
            (None, _) => Err("not found"),
            (Some(model), deed) => model.after(deed, now, known),
        };
        match followed {
            Ok(followed) => {
                told.model = Some(followed.after);
                told.lines.extend(followed.said);
                told.rules.extend(followed.rules);
                told.answer = Answer::Taken;
            }
            Err(refusal) => told.answer = Answer::Refused(refusal),
        }
    }
    told
}
