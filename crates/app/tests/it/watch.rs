//! What is wrong with ourselves is told past the store, and somebody outside hears from us only while we are well.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Duration as StdDuration;

use app::ports::{
    Channel, ChannelDirectory, DeliveryError, DeliveryOutcome, IngestProblem, Observation, Outbox, Outsider,
    Reach, Receipt, StoreError, StoreResult,
};
use app::roles::{Crew, Pace, Role, Watch, Watchdog};
use app::{AppResult, Notice, Settings, TroubleKind};
use async_trait::async_trait;
use domain::id::ChannelId;
use domain::{Duration, Gap, Instant, ProjectId};
use testkit::fixtures::{delivery, notice};
use testkit::{Answer, ScriptedNotifier};

use crate::world::World;

/// A role that was set to work and gets nowhere.
struct Stuck(&'static str);

#[async_trait]
impl Role for Stuck {
    fn name(&self) -> &'static str {
        self.0
    }

    fn rhythm(&self) -> StdDuration {
        StdDuration::from_secs(1)
    }

    async fn run_once(&self) -> AppResult<Pace> {
        pending().await
    }
}

/// A role that does what it should, once.
struct Done(&'static str, Arc<tokio::sync::Notify>);

#[async_trait]
impl Role for Done {
    fn name(&self) -> &'static str {
        self.0
    }

    fn rhythm(&self) -> StdDuration {
        StdDuration::from_hours(24)
    }

    async fn run_once(&self) -> AppResult<Pace> {
        self.1.notify_one();
        Ok(Pace::Idle)
    }
}

/// A store and its channels, which can be away.
struct Leaving {
    is_away: Arc<AtomicBool>,
    observation: Arc<dyn Observation>,
    channels: Arc<dyn ChannelDirectory>,
}

impl Leaving {
    fn here(&self) -> StoreResult<()> {
        let cause = "gone fishing".to_owned();
        if self.is_away.load(Relaxed) {
            return Err(StoreError::Unavailable { doing: "writing", cause });
        }
        Ok(())
    }
}

#[async_trait]
impl Observation for Leaving {
    async fn stamp(&self, at: Instant) -> StoreResult<()> {
        self.here()?;
        self.observation.stamp(at).await
    }

    async fn last_stamp(&self) -> StoreResult<Option<Instant>> {
        self.here()?;
        self.observation.last_stamp().await
    }

    async fn record_gap(&self, gap: Gap) -> StoreResult<()> {
        self.here()?;
        self.observation.record_gap(gap).await
    }

    async fn gaps(&self, since: Instant) -> StoreResult<Vec<Gap>> {
        self.here()?;
        self.observation.gaps(since).await
    }

    async fn unobserved_slots(&self, since: Instant) -> StoreResult<Vec<(ProjectId, u64)>> {
        self.here()?;
        self.observation.unobserved_slots(since).await
    }

    async fn note(&self, name: &str) -> StoreResult<Option<String>> {
        self.here()?;
        self.observation.note(name).await
    }

    async fn count_problems(&self, problems: Vec<IngestProblem>) -> StoreResult<()> {
        self.here()?;
        self.observation.count_problems(problems).await
    }

    async fn problems(&self, project: &ProjectId) -> StoreResult<Vec<IngestProblem>> {
        self.here()?;
        self.observation.problems(project).await
    }

    async fn forget_problems(&self, before: Instant) -> StoreResult<usize> {
        self.here()?;
        self.observation.forget_problems(before).await
    }

    async fn set_note(&self, name: &str, value: &str) -> StoreResult<()> {
        self.here()?;
        self.observation.set_note(name, value).await
    }
}

#[async_trait]
impl ChannelDirectory for Leaving {
    async fn channels(&self, project: &ProjectId) -> StoreResult<Vec<Channel>> {
        self.here()?;
        self.channels.channels(project).await
    }

    async fn reach(&self, project: &ProjectId, channel: &ChannelId) -> StoreResult<Reach> {
        self.here()?;
        self.channels.reach(project, channel).await
    }
}

/// A world whose store can be away.
fn leaving() -> (World, Arc<AtomicBool>) {
    let is_away = Arc::<AtomicBool>::default();
    let away = is_away.clone();
    let world = World::with(
        |ports| {
            let (observation, channels) = (ports.observation.clone(), ports.channels.clone());
            let leaving = Arc::new(Leaving { is_away: away, observation, channels });
            ports.observation = leaving.clone();
            ports.channels = leaving;
        },
        Settings::default(),
    );
    (world, is_away)
}

async fn look(watch: &Watch) {
    watch.run_once().await.expect("watched");
}

/// What a receiver was told of ourselves: the kind, and whether it is over.
fn told(receiver: &ScriptedNotifier) -> Vec<(&'static str, bool)> {
    let arrivals = receiver.arrivals();
    let troubles = arrivals.iter().map(|arrival| match &arrival.notice {
        Notice::Trouble(trouble) => (trouble.what.as_str(), trouble.over),
        other => panic!("{other:?}"),
    });
    troubles.collect()
}

/// A delivery to a channel that is given up.
async fn give_up(world: &World, incident: &str, channel: &str) {
    let (notice, now) = (notice(incident, 1), world.now());
    world.store.post(notice.clone()).await.expect("posted");
    let delivery = delivery(&notice, channel, now);
    let (id, channel) = (delivery.id.clone(), delivery.channel.clone());
    world.store.route(&notice.id(), vec![delivery].into()).await.expect("routed");
    world.store.claim(&channel, now, now + Duration::MINUTE, 1).await.expect("claimed");
    let outcome = DeliveryOutcome::Dead { at: now, answer: "410 Gone".to_owned() };
    world.store.settle(&id, 1, outcome).await.expect("settled");
}

#[tokio::test]
async fn deadlines_that_are_noticed_late_are_told_to_every_default_channel_past_the_outbox() {
    let world = World::new();
    let (ops, pager) = (world.channels.add("ops", true), world.channels.add("pager", true));
    let other = world.channels.add("other", false);
    let crew = Crew::new();
    crew.hire(&world.app, Stuck("evaluator"));
    let watch = Watch::new(world.app.clone());
    look(&watch).await;
    world.advance(61);
    look(&watch).await;
    assert_eq!(told(&ops), []);
    world.advance(10);
    look(&watch).await;
    look(&watch).await;
    assert_eq!((told(&ops), told(&pager)), (vec![("evaluator_lag", false)], vec![("evaluator_lag", false)]));
    assert_eq!((told(&other), world.deliveries().await.len()), (vec![], 0));
    let Notice::Trouble(trouble) = &ops.arrivals()[0].notice else { panic!("trouble") };
    assert_eq!(trouble.what, TroubleKind::EvaluatorLag { lag_ms: 71_000 });
}

#[tokio::test]
async fn a_process_that_does_not_judge_has_no_lag() {
    let world = World::new();
    let ops = world.channels.add("ops", true);
    let watch = Watch::new(world.app.clone());
    for _ in 0..5 {
        look(&watch).await;
        world.advance(100);
    }
    assert_eq!(told(&ops), []);
}

#[tokio::test]
async fn a_store_that_is_away_is_told_through_the_channels_as_they_were_and_so_is_its_return() {
    let (world, is_away) = leaving();
    let ops = world.channels.add("ops", true);
    let watch = Watch::new(world.app.clone());
    look(&watch).await;
    is_away.store(true, Relaxed);
    for _ in 0..3 {
        world.advance(10);
        look(&watch).await;
    }
    assert_eq!(told(&ops), []);
    world.advance(10);
    look(&watch).await;
    assert_eq!(told(&ops), [("store_refuses", false)]);
    is_away.store(false, Relaxed);
    world.advance(10);
    look(&watch).await;
    assert_eq!(told(&ops), [("store_refuses", false), ("store_refuses", true)]);
    let threads = ops.arrivals().iter().map(|it| it.notice.thread()).collect::<Vec<_>>();
    assert_eq!(threads[0], threads[1]);
}

#[tokio::test]
async fn what_no_receiver_takes_is_tried_again_until_one_does_and_then_the_others_a_few_times_more() {
    let (world, is_away) = leaving();
    let (ops, pager) = (world.channels.add("ops", true), world.channels.add("pager", true));
    for _ in 0..3 {
        ops.then(Answer::Transient { retry_after: None });
    }
    (0..20).for_each(|_| pager.then(Answer::Permanent));
    let watch = Watch::new(world.app.clone());
    look(&watch).await;
    is_away.store(true, Relaxed);
    for _ in 0..30 {
        world.advance(40);
        look(&watch).await;
    }
    assert_eq!((ops.taken().len(), ops.arrivals().len(), pager.arrivals().len()), (1, 4, 5));
    let ids = ops.arrivals().into_iter().map(|it| it.delivery).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(ids.len(), 1, "a receiver could not tell that it is the same message");
    is_away.store(false, Relaxed);
    look(&watch).await;
    assert_eq!(told(&ops).last(), Some(&("store_refuses", true)));
    assert!(!told(&pager).contains(&("store_refuses", true)), "it was not told of the beginning");
}

#[tokio::test]
async fn trouble_that_is_over_before_anybody_could_be_told_is_not_told_any_more() {
    let (world, is_away) = leaving();
    let ops = world.channels.add("ops", true);
    ops.then(Answer::Transient { retry_after: None });
    let watch = Watch::new(world.app.clone());
    look(&watch).await;
    is_away.store(true, Relaxed);
    look(&watch).await;
    world.advance(30);
    look(&watch).await;
    assert_eq!(told(&ops), [("store_refuses", false)]);
    is_away.store(false, Relaxed);
    for _ in 0..5 {
        world.advance(60);
        look(&watch).await;
    }
    assert_eq!(ops.taken(), []);
    assert_eq!(ops.arrivals().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_hangs_holds_up_no_other() {
    let (world, is_away) = leaving();
    let (slow, ops) = (world.channels.add("slow", true), world.channels.add("ops", true));
    slow.then(Answer::Hang);
    let watch = Watch::new(world.app.clone());
    look(&watch).await;
    is_away.store(true, Relaxed);
    look(&watch).await;
    world.advance(30);
    look(&watch).await;
    assert_eq!((told(&slow), told(&ops)), (vec![("store_refuses", false)], vec![("store_refuses", false)]));
    assert_eq!((slow.taken().len(), ops.taken().len()), (0, 1));
}

#[tokio::test]
async fn messages_that_a_channel_lost_are_told_by_the_others() {
    let world = World::new();
    let (ops, other) = (world.channels.add("ops", true), world.channels.add("other", false));
    let crew = Crew::new();
    crew.hire(&world.app, Stuck("dispatcher"));
    let watch = Watch::new(world.app.clone());
    look(&watch).await;
    give_up(&world, "a", "ops").await;
    look(&watch).await;
    assert_eq!((told(&ops), told(&other)), (vec![], vec![("dead_letters", false)]));
    world.advance(901);
    give_up(&world, "b", "other").await;
    look(&watch).await;
    assert_eq!((told(&ops), told(&other).len()), (vec![("dead_letters", false)], 1));
}

#[tokio::test]
async fn where_there_is_one_channel_only_it_is_told_what_it_lost() {
    let world = World::new();
    let ops = world.channels.add("ops", true);
    let crew = Crew::new();
    crew.hire(&world.app, Stuck("dispatcher"));
    let watch = Watch::new(world.app.clone());
    look(&watch).await;
    give_up(&world, "a", "ops").await;
    look(&watch).await;
    assert_eq!(told(&ops), [("dead_letters", false)]);
}

#[tokio::test]
async fn a_process_that_does_not_dispatch_leaves_dead_letters_to_the_one_that_does() {
    let world = World::new();
    let ops = world.channels.add("ops", true);
    let watch = Watch::new(world.app.clone());
    look(&watch).await;
    give_up(&world, "a", "ops").await;
    look(&watch).await;
    assert_eq!(told(&ops), []);
}

/// Somebody who counts what they hear.
#[derive(Default)]
struct Listener(AtomicUsize);

#[async_trait]
impl Outsider for Listener {
    async fn hear(&self) -> Result<Receipt, DeliveryError> {
        self.0.fetch_add(1, Relaxed);
        Ok(Receipt::default())
    }
}

/// A watchdog, and who hears it.
fn watchdog(world: &World) -> (Watchdog, Arc<Listener>) {
    let listener = Arc::<Listener>::default();
    (Watchdog::new(world.app.clone(), listener.clone(), Duration::MINUTE), listener)
}

/// Whether somebody outside hears of this turn.
async fn is_heard(watchdog: &Watchdog, listener: &Listener) -> bool {
    let before = listener.0.load(Relaxed);
    watchdog.run_once().await.expect("looked");
    listener.0.load(Relaxed) > before
}

#[tokio::test]
async fn the_watchdog_is_pinged_as_long_as_the_store_takes_what_is_written() {
    let (world, is_away) = leaving();
    let (watchdog, listener) = watchdog(&world);
    assert!(is_heard(&watchdog, &listener).await);
    is_away.store(true, Relaxed);
    assert!(!is_heard(&watchdog, &listener).await);
    is_away.store(false, Relaxed);
    assert!(is_heard(&watchdog, &listener).await);
    assert_eq!(world.app.telemetry().watchdog_pings(), [("sent", 2), ("withheld", 1)]);
}

#[tokio::test]
async fn the_watchdog_waits_for_the_roles_and_falls_silent_when_one_gets_nowhere() {
    for role in ["evaluator", "router", "dispatcher"] {
        let world = World::new();
        let (watchdog, listener) = watchdog(&world);
        let crew = Crew::new();
        crew.hire(&world.app, Stuck(role));
        assert!(!is_heard(&watchdog, &listener).await, "{role} has done nothing yet");
        let done = Arc::<tokio::sync::Notify>::default();
        crew.hire(&world.app, Done(role, done.clone()));
        done.notified().await;
        assert!(is_heard(&watchdog, &listener).await, "{role} does its work");
        world.advance(31);
        assert!(!is_heard(&watchdog, &listener).await, "{role} has done nothing for long");
    }
}

#[tokio::test]
async fn the_watchdog_falls_silent_when_deadlines_are_noticed_late() {
    let world = World::new();
    let (watchdog, listener) = watchdog(&world);
    let crew = Crew::new();
    let done = Arc::<tokio::sync::Notify>::default();
    crew.hire(&world.app, Done("evaluator", done.clone()));
    done.notified().await;
    assert!(is_heard(&watchdog, &listener).await);
    world.app.telemetry().evaluator_lag_millis.store(60_001, Relaxed);
    assert!(!is_heard(&watchdog, &listener).await);
}

#[tokio::test]
async fn words_of_lost_messages_do_not_pile_up_while_nobody_can_be_told() {
    let world = World::new();
    let ops = world.channels.add("ops", true);
    (0..4).for_each(|_| ops.then(Answer::Transient { retry_after: None }));
    let crew = Crew::new();
    crew.hire(&world.app, Stuck("dispatcher"));
    let watch = Watch::new(world.app.clone());
    look(&watch).await;
    for number in 0..5 {
        give_up(&world, &format!("inc-{number}"), "ops").await;
        look(&watch).await;
        world.advance(901);
    }
    let counts = ops.arrivals().into_iter().filter_map(|it| match it.notice {
        Notice::Trouble(app::Trouble { what: TroubleKind::DeadLetters { count }, .. }) => Some(count),
        _ => None,
    });
    assert_eq!(counts.collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
}
