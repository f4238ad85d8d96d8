//! Deliveries: claimed before they are sent, tried again in measure, and never held up by another channel.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration as StdDuration;

use app::ports::{
    Channel, ChannelDirectory, Delivery, DeliveryError, DeliveryState, Notifier, Outbox, Parcel, Reach,
    Receipt, StoreResult,
};
use app::roles::{Crew, Dispatcher, Role as _};
use app::{AppError, Notice, Settings, TroubleKind};
use async_trait::async_trait;
use domain::id::ChannelId;
use domain::{Duration, ProjectId, Status};
use testkit::fixtures::{after, delivery, notice, registration};
use testkit::{Answer, ScriptedNotifier};

use crate::forgetful_outbox::Forgetful;
use crate::world::{World, admin};

/// Puts a notice of an incident on its way to channels.
async fn send(world: &World, incident: &str, version: u32, channels: &[&str]) {
    let notice = notice(incident, version);
    world.store.post(notice.clone()).await.expect("posted");
    let deliveries: Vec<_> = channels.iter().map(|channel| delivery(&notice, channel, world.now())).collect();
    world.store.route(&notice.id(), deliveries.into()).await.expect("routed");
}

async fn states(world: &World) -> Vec<(DeliveryState, u32)> {
    world.deliveries().await.iter().map(|it| (it.state, it.attempts)).collect()
}

async fn only(world: &World) -> Delivery {
    world.deliveries().await.into_iter().next().expect("one")
}

const fn transient(seconds: Option<i64>) -> Answer {
    Answer::Transient {
        retry_after: match seconds {
            Some(seconds) => Some(Duration::from_seconds(seconds)),
            None => None,
        },
    }
}

#[tokio::test]
async fn what_is_delivered_is_delivered_once() {
    let world = World::new();
    let pager = world.channels.add("pager", true);
    send(&world, "inc_1", 1, &["pager"]).await;
    assert_eq!((world.dispatch().await, world.dispatch().await), (1, 0));
    assert_eq!((pager.taken().len(), states(&world).await), (1, vec![(DeliveryState::Delivered, 1)]));
    assert_eq!(world.app.telemetry().deliveries(), [("pager".to_owned(), "delivered", 1)]);
}

#[tokio::test]
async fn two_dispatchers_on_one_store_deliver_once() {
    let world = World::new();
    let pager = world.channels.add("pager", true);
    for number in 0..20 {
        send(&world, &format!("inc_{number}"), 1, &["pager"]).await;
    }
    let other = world.restarted();
    while tokio::join!(world.dispatch(), other.dispatch()) != (0, 0) {}
    assert_eq!(pager.taken().len(), 20);
}

#[tokio::test]
async fn a_passing_failure_is_tried_again_and_the_receiver_says_when() {
    let world = World::new();
    let pager = world.channels.add("pager", true);
    for answer in [transient(None), transient(Some(600)), transient(Some(1))] {
        pager.then(answer);
    }
    send(&world, "inc_1", 1, &["pager"]).await;
    world.dispatch().await;
    let first = only(&world).await.due_at;
    assert!((after(5)..=after(6)).contains(&first), "{first}");
    world.clock.advance_to(first - Duration::from_millis(1));
    assert_eq!(world.dispatch().await, 0);
    world.clock.advance_to(first);
    assert_eq!(world.dispatch().await, 1);
    assert_eq!(only(&world).await.due_at, first + Duration::from_minutes(10), "as it asked");
    world.advance(600);
    world.dispatch().await;
    assert!(only(&world).await.due_at >= world.now() + Duration::from_seconds(20), "our own pause is longer");
    world.advance(60);
    world.dispatch().await;
    assert_eq!(states(&world).await, [(DeliveryState::Delivered, 4)]);
}

#[tokio::test]
async fn after_a_day_of_trying_it_is_dead_and_can_be_sent_again() {
    let world = World::new();
    let pager = world.channels.add("pager", true);
    (0..200).for_each(|_| pager.then(transient(None)));
    send(&world, "inc_1", 1, &["pager"]).await;
    for _ in 0..2000 {
        world.advance(60);
        world.dispatch().await;
    }
    let dead = only(&world).await;
    assert_eq!(dead.state, DeliveryState::Dead);
    let tried_for = dead.finished_at.expect("finished").since(dead.created_at);
    assert!(tried_for >= Duration::DAY && tried_for <= Duration::DAY + Duration::from_minutes(2));
    world.app.retry_delivery(&admin(), &dead.id).await.expect("sent again");
    assert!(matches!(
        world.app.retry_delivery(&admin(), &dead.id).await,
        Err(AppError::NotFound { what: "dead delivery", .. })
    ));
    world.dispatch().await;
    assert_eq!(states(&world).await, [(DeliveryState::Pending, 1)], "its day begins anew");
}

#[tokio::test]
async fn a_receiver_that_asks_for_a_year_gets_a_last_try_when_the_day_ends() {
    let world = World::new();
    let pager = world.channels.add("pager", true);
    pager.then(transient(Some(365 * 86_400)));
    send(&world, "inc_1", 1, &["pager"]).await;
    world.dispatch().await;
    assert_eq!(only(&world).await.due_at, after(86_400));
    world.advance(86_400);
    world.dispatch().await;
    assert_eq!(states(&world).await, [(DeliveryState::Delivered, 2)]);
}

#[tokio::test]
async fn a_failure_for_good_is_dead_at_once_and_lets_the_next_through() {
    let world = World::new();
    let pager = world.channels.add("pager", true);
    pager.then(Answer::Permanent);
    send(&world, "inc_1", 1, &["pager"]).await;
    send(&world, "inc_1", 2, &["pager"]).await;
    world.dispatch().await;
    assert_eq!(states(&world).await, [(DeliveryState::Delivered, 1), (DeliveryState::Dead, 1)]);
    assert_eq!(world.app.outbox_counts().await.expect("counts").dead, 1);
}

#[tokio::test]
async fn what_failed_for_now_holds_back_its_own_incident_and_no_other() {
    let world = World::new();
    let pager = world.channels.add("pager", true);
    pager.then(transient(None));
    for (incident, version) in [("inc_1", 1), ("inc_1", 2), ("inc_2", 1), ("inc_1", 3)] {
        send(&world, incident, version, &["pager"]).await;
    }
    while world.dispatch().await > 0 {}
    world.advance(60);
    while world.dispatch().await > 0 {}
    let order: Vec<String> = pager.taken().iter().map(ToString::to_string).collect();
    let place = |id: String| order.iter().position(|it| it.starts_with(&id)).expect("taken");
    let [a, b, c] = [1, 2, 3].map(|version| place(notice("inc_1", version).id()));
    assert!(place(notice("inc_2", 1).id()) == 0 && a < b && b < c, "{order:?}");
}

#[tokio::test(start_paused = true)]
async fn a_slow_channel_holds_up_no_other() {
    let world = World::new();
    let (slow, fast) = (world.channels.add("slow", true), world.channels.add("fast", true));
    slow.then(Answer::Hang);
    let crew = Crew::new();
    let dispatcher = Dispatcher::new(world.app.clone(), crew.clone());
    send(&world, "inc_1", 1, &["slow"]).await;
    dispatcher.run_once().await.expect("dispatched");
    slow.arrived(1).await;
    send(&world, "inc_2", 1, &["slow", "fast"]).await;
    dispatcher.run_once().await.expect("dispatched");
    fast.arrived(1).await;
    assert_eq!(slow.arrivals().len(), 1, "served by one task at a time");
    slow.release();
    crew.dismiss().await;
    assert_eq!((slow.taken().len(), fast.taken().len()), (1, 1), "what is in flight is waited for");
    assert_eq!(world.app.outbox_counts().await.expect("counts").pending, 1, "nothing new is begun");
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_hangs_is_given_up_for_now_after_thirty_seconds() {
    let world = World::new();
    let pager = world.channels.add("pager", true);
    pager.then(Answer::Hang);
    send(&world, "inc_1", 1, &["pager"]).await;
    let began = tokio::time::Instant::now();
    assert_eq!(world.dispatch().await, 1);
    assert_eq!(began.elapsed(), StdDuration::from_secs(30));
    assert_eq!(only(&world).await.last_answer.as_deref(), Some("no answer within 30 s"));
    world.advance(60);
    world.dispatch().await;
    assert_eq!(states(&world).await, [(DeliveryState::Delivered, 2)]);
}

#[tokio::test]
async fn a_claim_of_a_process_that_crashed_runs_out() {
    let world = World::new();
    let pager = world.channels.add("pager", true);
    send(&world, "inc_1", 1, &["pager"]).await;
    let lease = world.now() + Duration::from_minutes(2);
    let claimed =
        world.store.claim(&ChannelId::trusted("pager"), world.now(), lease, 1).await.expect("claim");
    assert_eq!((claimed.len(), world.dispatch().await), (1, 0));
    world.advance(120);
    assert_eq!((world.dispatch().await, pager.taken().len()), (1, 1));
}

#[tokio::test]
async fn a_channel_that_is_gone_ends_its_deliveries() {
    let world = World::new();
    world.channels.add("pager", true);
    world.register("job", registration()).await;
    world.report("job", Status::Failed).await;
    world.route().await;
    world.channels.remove("pager");
    world.dispatch().await;
    assert_eq!(states(&world).await, [(DeliveryState::Dead, 1)]);
}

/// A directory whose only receiver panics once.
#[derive(Debug, Default)]
struct Panicking(AtomicBool);

#[async_trait]
impl Notifier for Panicking {
    async fn deliver(&self, _: &Parcel<'_>) -> Result<Receipt, DeliveryError> {
        assert!(self.0.swap(true, Ordering::SeqCst), "a panic that the test wants");
        Ok(Receipt::default())
    }
}

struct Directory(Arc<Panicking>);

#[async_trait]
impl ChannelDirectory for Directory {
    async fn channels(&self, _: &ProjectId) -> StoreResult<Vec<Channel>> {
        Ok(Vec::new())
    }

    async fn reach(&self, _: &ProjectId, _: &ChannelId) -> StoreResult<Reach> {
        Ok(Reach::Ready(self.0.clone()))
    }
}

#[tokio::test]
async fn a_receiver_that_panics_has_failed_once_and_its_channel_goes_on() {
    let directory = Arc::new(Directory(Arc::default()));
    let world = World::with(|ports| ports.channels = directory, Settings::default());
    send(&world, "inc_1", 1, &["pager"]).await;
    assert_eq!(world.dispatch().await, 1);
    assert_eq!(states(&world).await, [(DeliveryState::Pending, 1)]);
    world.advance(10);
    world.dispatch().await;
    assert_eq!(states(&world).await, [(DeliveryState::Delivered, 2)]);
}

/// What a channel was told of ourselves.
fn troubles(channel: &ScriptedNotifier) -> Vec<TroubleKind> {
    let arrivals = channel.arrivals();
    let troubles = arrivals.into_iter().filter_map(|it| match it.notice {
        Notice::Trouble(trouble) => Some(trouble.what),
        _ => None,
    });
    troubles.collect()
}

fn pager_is_off() -> TroubleKind {
    let reason = "401 Unauthorized".to_owned();
    TroubleKind::ChannelDisabled { channel: ChannelId::trusted("pager"), name: "pager".to_owned(), reason }
}

#[tokio::test]
async fn a_channel_that_is_refused_for_good_is_switched_off_and_told_of_once_by_another() {
    let world = World::new();
    let (pager, slack) = (world.channels.add("pager", true), world.channels.add("slack", true));
    pager.then(Answer::Broken);
    send(&world, "inc_1", 1, &["pager"]).await;
    send(&world, "inc_2", 1, &["pager"]).await;
    world.dispatch().await;
    world.deliver().await;
    assert_eq!(pager.arrivals().len(), 1, "nothing more goes to it");
    assert_eq!(states(&world).await[1..], [(DeliveryState::Dead, 1), (DeliveryState::Dead, 1)]);
    assert_eq!(troubles(&slack), [pager_is_off()]);
}

#[tokio::test]
async fn who_dies_between_switching_a_channel_off_and_telling_it_tells_it_after_all() {
    let forgetful = |ports: &mut app::Ports| {
        ports.outbox = Arc::new(Forgetful { inner: ports.outbox.clone(), times: 0.into(), posts: 1.into() });
    };
    let world = World::with(forgetful, Settings::default());
    let (pager, slack) = (world.channels.add("pager", true), world.channels.add("slack", true));
    pager.then(Answer::Broken);
    send(&world, "inc_1", 1, &["pager"]).await;
    Dispatcher::new(world.app.clone(), Crew::new()).drain_once().await.expect_err("the store is away");
    assert_eq!(only(&world).await.state, DeliveryState::Pending, "it is not done with");
    world.advance(61);
    world.dispatch().await;
    world.deliver().await;
    assert_eq!(troubles(&slack), [pager_is_off()]);
    assert_eq!(pager.arrivals().len(), 1);
}

#[tokio::test]
async fn a_channel_that_was_mended_while_the_old_receiver_refused_stays_on() {
    let world = World::new();
    let old = world.channels.add("pager", true);
    old.then(Answer::Hang);
    old.then(Answer::Broken);
    send(&world, "inc_1", 1, &["pager"]).await;
    let mended = async {
        old.arrived(1).await;
        let new = world.channels.add("pager", true);
        old.release();
        new
    };
    let (_, new) = tokio::join!(world.dispatch(), mended);
    send(&world, "inc_2", 1, &["pager"]).await;
    world.dispatch().await;
    assert_eq!(new.taken().len(), 1);
}
