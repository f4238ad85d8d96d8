//! Quiet hours of a channel: held back and told together at their end, unless it is critical.

use app::Notice;
use app::ports::Channel;
use domain::{ConfigChange, Patch, QuietHours, Severity, Status};
use testkit::fixtures::registration;

use super::{heard, list};
use crate::world::{World, admin, name};

/// Quiet for two hours from now on.
fn hours(world: &World) -> QuietHours {
    let wall = |hours: i64| {
        let at = world.now() + domain::Duration::HOUR.times(hours);
        at.to_timestamp().strftime("%H:%M:%S").to_string()
    };
    let json = serde_json::json!({ "timezone": "UTC", "from": wall(0), "until": wall(2) });
    serde_json::from_value(json).expect("quiet hours")
}

fn quiet() -> World {
    let world = World::new();
    let quiet = Some(hours(&world));
    list(&world, Channel { quiet: quiet.clone(), ..Channel::new("slack", "scripted", true) });
    list(&world, Channel { quiet, keeps_incidents: true, ..Channel::new("pager", "scripted", true) });
    world
}

#[tokio::test]
async fn what_is_held_back_comes_as_a_digest_at_their_end() {
    let world = quiet();
    for (job, status) in [("a", Status::Failed), ("b", Status::Failed), ("b", Status::Completed)] {
        world.register(job, registration()).await;
        world.report(job, status).await;
        world.route().await;
    }
    world.advance(7199);
    world.route().await;
    assert_eq!(heard(&world, "slack").await, Vec::<String>::new());
    world.advance(1);
    world.route().await;
    assert_eq!(heard(&world, "slack").await, ["group: 1 opened, 0 updated, 1 resolved, 1 open"]);
    assert_eq!(
        heard(&world, "pager").await,
        ["resolved b", "opened a"],
        "only what is still open, under its own key"
    );
    world.report("a", Status::Completed).await;
    world.route().await;
    assert_eq!(heard(&world, "slack").await[1..], ["resolved a"]);
}

#[tokio::test]
async fn what_is_critical_is_told_at_once() {
    let world = quiet();
    let critical = ConfigChange { severity: Patch::Set(Severity::Critical), ..registration() };
    world.register("job", critical).await;
    world.report("job", Status::Failed).await;
    world.route().await;
    for channel in ["slack", "pager"] {
        assert_eq!(heard(&world, channel).await, ["opened job"]);
    }
}

#[tokio::test]
async fn the_digest_names_the_worst_first() {
    let world = quiet();
    for (job, severity) in [("low", Severity::Info), ("high", Severity::Error)] {
        let change = ConfigChange { severity: Patch::Set(severity), ..registration() };
        world.register(job, change).await;
        world.report(job, Status::Failed).await;
    }
    world.route().await;
    world.advance(7200);
    world.route().await;
    let deliveries = world.deliveries().await;
    let group = deliveries.iter().find_map(|it| match &it.notice {
        Notice::Group(group) => Some(group),
        _ => None,
    });
    let named: Vec<_> =
        group.expect("a digest").opened.named.iter().map(|it| it.scheduler.to_string()).collect();
    assert_eq!(named, ["high", "low"]);
}

#[tokio::test]
async fn what_fails_below_an_incident_upstream_is_held_back_too() {
    let world = quiet();
    world.register("source", registration()).await;
    let below = ConfigChange { depends_on: Patch::Set(vec![name("source")]), ..registration() };
    world.register("load", below).await;
    for job in ["source", "load"] {
        world.report(job, Status::Failed).await;
        world.route().await;
    }
    world.advance(120);
    world.route().await;
    assert_eq!(heard(&world, "slack").await, Vec::<String>::new());
    assert_eq!(heard(&world, "pager").await, Vec::<String>::new());
    world.advance(7080);
    world.route().await;
    assert_eq!(heard(&world, "slack").await, ["group: 2 opened, 0 updated, 0 resolved, 2 open"]);
    assert_eq!(heard(&world, "pager").await, ["opened source"]);
}

#[tokio::test]
async fn what_ended_before_the_digest_is_put_together_is_told_as_over() {
    let world = quiet();
    world.register("job", registration()).await;
    world.report("job", Status::Failed).await;
    world.route().await;
    world.advance(7200);
    world.report("job", Status::Completed).await;
    world.route().await;
    assert_eq!(
        heard(&world, "slack").await,
        ["resolved job", "group: 0 opened, 0 updated, 1 resolved, 0 open"]
    );
}

#[tokio::test]
async fn jobs_that_are_paused_meanwhile_are_no_news() {
    let world = quiet();
    world.register("job", registration()).await;
    world.report("job", Status::Failed).await;
    world.route().await;
    world.app.pause(&admin(), name("job"), None).await.expect("paused");
    world.route().await;
    world.advance(7200);
    world.route().await;
    assert_eq!(heard(&world, "slack").await, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_left_when_it_is_over_upstream_is_opened_by_itself_when_the_hours_end() {
    let world = quiet();
    let only = |channel: &str| Patch::Set(vec![channel.to_owned()]);
    world.register("source", ConfigChange { channels: only("slack"), ..registration() }).await;
    let below = Patch::Set(vec![name("source")]);
    let below = ConfigChange { depends_on: below, channels: only("pager"), ..registration() };
    world.register("load", below).await;
    for (job, status) in [("source", Status::Failed), ("load", Status::Failed), ("source", Status::Completed)]
    {
        world.report(job, status).await;
        world.route().await;
        world.advance(60);
        world.route().await;
    }
    world.advance(7200);
    world.route().await;
    let all = heard(&world, "pager").await;
    assert_eq!(all.iter().filter(|word| *word == "opened load").count(), 1, "{all:?}");
    assert!(!all.iter().any(|word| word.ends_with(" 1 open")), "no group is left open: {all:?}");
}
