//! Who hears: named channels, defaults, and at the end everyone who was told.

use std::sync::Arc;

use app::Settings;
use app::ports::{Channel, ChannelDirectory, Reach, StoreError, StoreResult};
use app::roles::{Pace, Role as _, Router};
use async_trait::async_trait;
use domain::id::ChannelId;
use domain::{ConfigChange, Patch, ProjectId, Status};
use testkit::FixedChannels;
use testkit::fixtures::registration;

use crate::world::World;

fn named(names: &[&str]) -> ConfigChange {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    ConfigChange { channels: Patch::Set(names), ..registration() }
}

/// The channels with deliveries, oldest first.
async fn heard(world: &World) -> Vec<String> {
    let mut deliveries = world.deliveries().await;
    deliveries.reverse();
    deliveries.iter().map(|it| it.channel.to_string()).collect()
}

#[tokio::test]
async fn one_notice_and_one_channel_make_one_delivery_however_often_it_is_routed() {
    let world = World::new();
    world.channels.add("a", true);
    world.channels.add("b", true);
    world.register("job", registration()).await;
    world.report("job", Status::Failed).await;
    let other = world.restarted();
    tokio::join!(world.route(), other.route());
    world.route().await;
    assert_eq!(heard(&world).await, ["a", "b"]);
}

#[tokio::test]
async fn a_scheduler_that_names_channels_is_heard_there_and_only_there() {
    let world = World::new();
    world.channels.add("default", true);
    world.channels.add("own", false);
    world.register("job", named(&["own", "unknown"])).await;
    world.report("job", Status::Failed).await;
    world.route().await;
    assert_eq!(heard(&world).await, ["own"]);
}

#[tokio::test]
async fn names_that_do_not_exist_fall_back_to_the_defaults() {
    let world = World::new();
    world.channels.add("default", true);
    world.register("job", named(&["unknown"])).await;
    world.report("job", Status::Failed).await;
    world.route().await;
    assert_eq!(heard(&world).await, ["default"]);
}

#[tokio::test]
async fn whoever_wants_no_channel_has_none() {
    let world = World::new();
    world.channels.add("default", true);
    world.register("job", named(&[])).await;
    world.report("job", Status::Failed).await;
    world.route().await;
    assert_eq!(heard(&world).await, Vec::<String>::new());
}

#[tokio::test]
async fn without_any_channel_a_notice_is_done_with_and_does_not_come_again() {
    let world = World::new();
    world.register("job", registration()).await;
    world.report("job", Status::Failed).await;
    world.route().await;
    world.channels.add("late", true);
    let pace = Router::new(world.app.clone()).run_once().await;
    assert_eq!((pace, heard(&world).await.len()), (Ok(Pace::Idle), 0));
    assert_eq!(world.app.outbox_counts().await.expect("counts").unrouted, 0);
}

#[tokio::test]
async fn the_end_goes_to_everyone_who_was_told_whatever_the_channels_are_by_then() {
    let world = World::new();
    let (a, b) = (world.channels.add("a", false), world.channels.add("b", false));
    world.register("job", named(&["a"])).await;
    world.report("job", Status::Failed).await;
    world.deliver().await;
    world.register("job", named(&["b"])).await;
    world.report("job", Status::Completed).await;
    world.deliver().await;
    assert_eq!((a.taken().len(), b.taken().len()), (2, 0));
}

/// A directory that cannot answer for one project.
struct Fickle(FixedChannels);

#[async_trait]
impl ChannelDirectory for Fickle {
    async fn channels(&self, project: &ProjectId) -> StoreResult<Vec<Channel>> {
        if project.as_str() == "bad" {
            return Err(StoreError::Corrupt { place: "channels".to_owned(), cause: "eaten".to_owned() });
        }
        self.0.channels(project).await
    }

    async fn reach(&self, project: &ProjectId, channel: &ChannelId) -> StoreResult<Reach> {
        self.0.reach(project, channel).await
    }
}

#[tokio::test]
async fn a_notice_that_cannot_be_routed_stops_nobody_but_its_own_incident() {
    let channels = FixedChannels::new();
    channels.add("default", true);
    let world = World::with(|ports| ports.channels = Arc::new(Fickle(channels)), Settings::default());
    let bad = app::Caller::local(ProjectId::trusted("bad"));
    let id = crate::world::name("job");
    world.app.register(&bad, id.clone(), registration()).await.expect("registered");
    world.register("job", registration()).await;
    for status in [Status::Failed, Status::Completed] {
        let report = testkit::fixtures::report(status, world.now());
        world.app.report(&bad, id.clone(), report).await.expect("reported");
    }
    world.report("job", Status::Failed).await;
    world.route().await;
    assert_eq!(heard(&world).await, ["default"]);
    let failures = || {
        let failures = world.app.telemetry().role_failures.lock().expect("failures");
        failures.get("router").copied()
    };
    assert_eq!(failures(), Some(1), "its end is not tried before its beginning");
    world.route().await;
    assert_eq!(failures(), Some(1), "it stepped aside");
    world.advance(60);
    world.route().await;
    assert_eq!((failures(), heard(&world).await.len()), (Some(2), 1));
}
