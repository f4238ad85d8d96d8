//! What must hold of everything at once: nothing that is due is left, the index is never late, lists and totals say what
//! looking at each says, and what is deleted is gone.

use std::sync::Arc;

use app::ports::{EventsPage, Filter, HistoryQuery, ListQuery, RunsQuery, Sort};
use domain::{Facts, Health, ProjectId, Scheduler, Status, wake_at};

use super::subject::Subject;
use super::{Failure, Held, World};
use crate::sim::model::{Deed, Known};

/// More than there are.
const MANY: usize = 10_000;

impl World {
    /// Holds everything against everything.
    pub(super) async fn check_all(&mut self) -> Held {
        self.learn_gaps().await?;
        let is_settled = self.process.is_some()
            && self.troubles.is_calm()
            && self.is_calm()
            && !self.halted.contains("evaluator")
            && self.times.evaluate <= self.truly();
        for (id, subject) in &self.subjects {
            self.is_indexed(id, subject).await?;
            if is_settled {
                self.is_settled(id, subject)?;
            }
        }
        self.count_dead().await?;
        self.check_records().await?;
        self.check_lists().await
    }

    /// The indexed instant is never later than the true one.
    async fn is_indexed(&self, id: &str, subject: &Subject) -> Held {
        let loaded = self.load(&subject.key).await?;
        if !loaded.scheduler.is_born() {
            return Ok(());
        }
        let facts = Facts { liveness: loaded.liveness, gaps: self.gaps.clone(), ..Facts::default() };
        // A window that was set up since makes nothing due that need not be told: nothing is indexed anew for it.
        let about = |window: &&domain::Window| {
            window.selector.selects(&loaded.scheduler.key.id, &loaded.scheduler.config)
        };
        let windows = self.windows.values().filter(about).cloned().map(Arc::new).collect();
        let due = wake_at(&loaded.scheduler, &facts);
        let due = due.max(wake_at(&loaded.scheduler, &Facts { windows, ..facts }));
        let late = due.is_some_and(|due| loaded.wake.is_none_or(|wake| wake > due));
        if late && !self.outages.muddled {
            let detail = format!("{id}: indexed at {:?}, due at {due:?}", loaded.wake);
            return Err(Failure::new("the index is never late", detail));
        }
        Ok(())
    }

    /// Nothing that is due is left.
    fn is_settled(&self, id: &str, subject: &Subject) -> Held {
        let Some(model) = &subject.model else { return Ok(()) };
        let known = self.known(id);
        let before = Known { windows: Vec::new(), ..known.clone() };
        let is_quiet = model.after(&Deed::Evaluate, self.now(), &before).is_ok_and(|it| it.said.is_empty());
        match model.after(&Deed::Evaluate, self.now(), &known) {
            Ok(followed) if followed.said.is_empty() || is_quiet => Ok(()),
            left => {
                let left = left.map(|followed| followed.said);
                Err(Failure::new("a deadline that passed is concluded", format!("{id}: {left:?}")))
            }
        }
    }

    async fn check_lists(&mut self) -> Held {
        let born: Vec<Scheduler> =
            self.subjects.values().map(|it| it.known.clone()).filter(Scheduler::is_born).collect();
        let now = self.now();
        for health in Health::ALL {
            let filter = Filter { health: Some(health), ..Filter::default() };
            self.lists(filter, &born, |scheduler| scheduler.health(now) == health).await?;
        }
        for status in Status::ALL {
            let filter = Filter { status: Some(status), ..Filter::default() };
            self.lists(filter, &born, |scheduler| scheduler.status() == status).await?;
        }
        self.lists(Filter::default(), &born, |_| true).await?;
        let totals = self.stores.queries.totals(Some(&ProjectId::default_project()), now).await;
        let totals = totals.map_err(|error| Failure::new("the store answers", error.to_string()))?;
        let counted = |health| born.iter().filter(|it| it.health(now) == health).count() as u64;
        let by_health: Vec<_> = Health::ALL.into_iter().map(|health| (health, counted(health))).collect();
        let same = totals.by_health.iter().filter(|(_, count)| *count > 0);
        let theirs: Vec<_> = same.copied().collect();
        let ours: Vec<_> = by_health.into_iter().filter(|(_, count)| *count > 0).collect();
        if totals.all != born.len() as u64 || sorted(theirs.clone()) != sorted(ours.clone()) {
            return Err(Failure::new("totals count the list", format!("{theirs:?}, counted {ours:?}")));
        }
        Ok(())
    }

    async fn lists(&self, filter: Filter, born: &[Scheduler], belongs: impl Fn(&Scheduler) -> bool) -> Held {
        let wanted: Vec<&Scheduler> = born.iter().filter(|scheduler| belongs(scheduler)).collect();
        let query =
            ListQuery { filter: filter.clone(), sort: Sort::Id, limit: MANY, cursor: None, now: self.now() };
        let page = self.stores.queries.list(&ProjectId::default_project(), &query).await;
        let page = page.map_err(|error| Failure::new("the store answers", error.to_string()))?;
        let listed: Vec<_> = page.items.iter().map(|row| row.scheduler.key.id.to_string()).collect();
        let mut wanted: Vec<_> = wanted.iter().map(|it| it.key.id.to_string()).collect();
        wanted.sort();
        if listed != wanted {
            let detail = format!("{filter:?}: listed {listed:?}, wanted {wanted:?}");
            return Err(Failure::new("a list holds what its filter says", detail));
        }
        Ok(())
    }

    /// A scheduler is gone: the next of its name is another.
    pub(super) fn bury_subject(&mut self, id: &str) {
        let (now, gone) = (self.now(), self.subject(id).known.clone());
        self.mail.expect_drop(&gone, now);
        self.records.orphan(&gone, now);
        self.times.route = self.truly();
        let subject = self.subject(id);
        let incarnation = subject.known.incarnation + 1;
        let key = subject.key.clone();
        *subject = Subject::new(id);
        subject.known = Scheduler::unborn(key, incarnation);
    }

    /// Nothing is left of a deleted scheduler.
    pub(super) async fn leaves_nothing(&mut self, id: &str) -> Held {
        if self.subject(id).known.is_born() {
            return Ok(());
        }
        let key = self.subject(id).key.clone();
        let queries = &self.stores.queries;
        let history =
            HistoryQuery { from: None, to: None, status: None, system: true, limit: 10, cursor: None };
        let runs = RunsQuery { from: None, to: None, state: None, limit: 10, cursor: None };
        let left = [
            queries.get(&key).await.map(|row| usize::from(row.is_some())),
            queries.history(&key, &history).await.map(|page| page.items.len()),
            queries.runs(&key, &runs).await.map(|page| page.items.len()),
            queries.events(&key, 0, 10).await.map(|page| match page {
                EventsPage::Events(events) => events.len(),
                EventsPage::Pruned { .. } => 1,
            }),
        ];
        if left.iter().all(|rows| *rows == Ok(0)) {
            return Ok(());
        }
        Err(Failure::new("a deleted scheduler leaves nothing", format!("{id}: {left:?}")))
    }

    /// A scenario says what health it expects.
    pub(super) async fn expect(&mut self, id: &str, health: &str) -> Held {
        let key = self.subject(id).key.clone();
        let found = self.load(&key).await?.scheduler.health(self.now());
        if found.as_str() == health {
            return Ok(());
        }
        Err(Failure::new(
            "it is as the scenario says",
            format!("{id} is {} at {}", found.as_str(), self.at()),
        ))
    }
}

fn sorted(mut counts: Vec<(Health, u64)>) -> Vec<(Health, u64)> {
    counts.sort_unstable();
    counts
}
