//! A refusal that comes while the one before is being recorded: a commit that hung, and fails just then.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use app::Settings;
use app::ports::{IngestProblem, Observation, StoreResult};
use async_trait::async_trait;
use domain::{Gap, Instant, ProjectId, Status};
use testkit::fixtures::{registration, report};
use tokio::sync::Notify;

use crate::trouble::{Trouble, Troubled};
use crate::world::World;

/// An observation that can take its time to record a gap: says that it has begun, and ends when it may.
struct Slow {
    inner: Arc<dyn Observation>,
    lingers: AtomicBool,
    begun: Notify,
    may_end: Notify,
}

#[async_trait]
impl Observation for Slow {
    async fn record_gap(&self, gap: Gap) -> StoreResult<()> {
        if self.lingers.load(Ordering::SeqCst) {
            self.begun.notify_one();
            self.may_end.notified().await;
        }
        self.inner.record_gap(gap).await
    }

    async fn stamp(&self, at: Instant) -> StoreResult<()> {
        self.inner.stamp(at).await
    }

    async fn last_stamp(&self) -> StoreResult<Option<Instant>> {
        self.inner.last_stamp().await
    }

    async fn gaps(&self, since: Instant) -> StoreResult<Vec<Gap>> {
        self.inner.gaps(since).await
    }

    async fn unobserved_slots(&self, since: Instant) -> StoreResult<Vec<(ProjectId, u64)>> {
        self.inner.unobserved_slots(since).await
    }

    async fn note(&self, name: &str) -> StoreResult<Option<String>> {
        self.inner.note(name).await
    }

    async fn count_problems(&self, problems: Vec<IngestProblem>) -> StoreResult<()> {
        self.inner.count_problems(problems).await
    }

    async fn problems(&self, project: &ProjectId) -> StoreResult<Vec<IngestProblem>> {
        self.inner.problems(project).await
    }

    async fn forget_problems(&self, before: Instant) -> StoreResult<usize> {
        self.inner.forget_problems(before).await
    }

    async fn set_note(&self, name: &str, value: &str) -> StoreResult<()> {
        self.inner.set_note(name, value).await
    }
}

fn slow() -> (World, Arc<Troubled>, Arc<Slow>) {
    let mut made = None;
    let world = World::with(
        |ports| {
            let store = Arc::new(Troubled::new(ports.schedulers.clone()));
            let inner = ports.observation.clone();
            let (lingers, begun, may_end) = (AtomicBool::new(false), Notify::new(), Notify::new());
            let observation = Arc::new(Slow { inner, lingers, begun, may_end });
            ports.schedulers = store.clone();
            ports.observation = observation.clone();
            made = Some((store, observation));
        },
        Settings::default(),
    );
    let (store, observation) = made.expect("made");
    (world, store, observation)
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_comes_while_the_one_before_is_recorded_is_not_forgotten() {
    let (world, store, observation) = slow();
    world.observe().await;
    for id in ["job", "hanging"] {
        world.register(id, registration()).await;
    }
    let refused = Notify::new();
    let hanging = async {
        store.next([Trouble::Hangs]);
        world.try_report("hanging", report(Status::Completed, world.now())).await.expect_err("refused");
        refused.notify_one();
    };
    let meanwhile = async {
        store.next([Trouble::Away]);
        world.try_report("job", report(Status::Completed, world.now())).await.expect_err("refused");
        world.report("job", Status::Completed).await;
        assert!(world.app.takes_reports());
        observation.lingers.store(true, Ordering::SeqCst);
        tokio::join!(world.observe(), async {
            observation.begun.notified().await;
            world.advance(1);
            store.release();
            refused.notified().await;
            observation.may_end.notify_one();
        });
    };
    tokio::join!(hanging, meanwhile);
    assert!(!world.app.takes_reports(), "the second refusal was forgotten");
    observation.lingers.store(false, Ordering::SeqCst);
    world.report("job", Status::Completed).await;
    assert!(world.app.takes_reports());
}
