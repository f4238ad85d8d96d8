//! Maintenance: nothing is told during it, and everything that is still bad after it.

use app::ports::{DefinitionKind, Outbox as _};
use domain::config::Escalation;
use domain::maintenance::{When, Window};
use domain::{ConfigChange, Duration, Limit, Patch, Status};
use testkit::fixtures::registration;

use super::{heard, of_tag, set_up};
use crate::world::{World, admin, name};

fn tagged() -> ConfigChange {
    ConfigChange { tags: Patch::Set(vec!["db".to_owned()]), ..registration() }
}

/// A window for everything with the tag `db`, from now on for ten minutes.
async fn maintained() -> World {
    let world = World::new();
    world.channels.add("slack", true);
    let when = When::Once { from: world.now(), until: world.now() + Duration::from_minutes(10) };
    set_up(&world, DefinitionKind::Window, "upgrade", Window { selector: of_tag("db"), when }).await;
    world.register("job", tagged()).await;
    world
}

#[tokio::test]
async fn what_is_still_bad_at_its_end_is_told_then_and_once() {
    let world = maintained().await;
    for _ in 0..3 {
        world.report("job", Status::Failed).await;
        world.route().await;
        world.advance(60);
    }
    assert_eq!(heard(&world, "slack").await, Vec::<String>::new());
    world.advance(7 * 60 - 1);
    world.route().await;
    assert_eq!(heard(&world, "slack").await, Vec::<String>::new());
    world.advance(1);
    world.route().await;
    assert_eq!(heard(&world, "slack").await, ["opened job"]);
    world.report("job", Status::Completed).await;
    world.route().await;
    assert_eq!(heard(&world, "slack").await, ["opened job", "resolved job"]);
}

#[tokio::test]
async fn what_is_well_again_by_its_end_is_never_told() {
    let world = maintained().await;
    world.report("job", Status::Failed).await;
    world.route().await;
    world.report("job", Status::Completed).await;
    world.route().await;
    world.advance(3600);
    world.route().await;
    assert_eq!(heard(&world, "slack").await, Vec::<String>::new());
    assert_eq!(world.app.outbox_counts().await.expect("counts").unrouted, 0);
}

#[tokio::test]
async fn what_somebody_looks_after_by_then_is_not_told() {
    let world = maintained().await;
    world.report("job", Status::Failed).await;
    world.route().await;
    world.app.acknowledge(&admin(), name("job"), true).await.expect("acknowledged");
    world.advance(3600);
    world.route().await;
    assert_eq!(heard(&world, "slack").await, Vec::<String>::new());
}

#[tokio::test]
async fn others_are_told_as_ever() {
    let world = maintained().await;
    world.register("other", registration()).await;
    world.report("other", Status::Failed).await;
    world.route().await;
    assert_eq!(heard(&world, "slack").await, ["opened other"]);
}

#[tokio::test]
async fn an_incident_that_was_told_before_and_ends_in_it_is_told_as_over_at_its_end() {
    let world = World::new();
    world.channels.add("slack", true);
    world.register("job", tagged()).await;
    world.report("job", Status::Failed).await;
    world.route().await;
    let when = When::Once { from: world.now(), until: world.now() + Duration::from_minutes(10) };
    set_up(&world, DefinitionKind::Window, "upgrade", Window { selector: of_tag("db"), when }).await;
    world.report("job", Status::Completed).await;
    world.route().await;
    assert_eq!(heard(&world, "slack").await, ["opened job"]);
    world.advance(600);
    world.route().await;
    assert_eq!(heard(&world, "slack").await, ["opened job", "resolved job"]);
}

#[tokio::test]
async fn a_slot_in_it_need_not_be_met() {
    let world = World::new();
    world.channels.add("slack", true);
    let (from, until) = (world.now(), world.now() + Duration::from_minutes(90));
    let window = Window { selector: domain::Selector::default(), when: When::Once { from, until } };
    set_up(&world, DefinitionKind::Window, "night", window).await;
    world.evaluate().await;
    world.register_hourly("job").await;
    world.advance(3600 + 301);
    world.evaluate().await;
    world.route().await;
    assert_eq!(world.kinds("job").await, ["registered", "slots_skipped"]);
    world.advance(3600);
    world.evaluate().await;
    world.route().await;
    assert_eq!(heard(&world, "slack").await, ["opened job"]);
}

#[tokio::test]
async fn whoever_it_escalates_to_in_it_hears_of_it_at_its_end_and_so_do_those_who_hear_first() {
    let world = maintained().await;
    world.channels.add("pager", false);
    let steps = [2, 4].map(|minutes| Escalation {
        after: Duration::from_minutes(minutes),
        channels: vec![if minutes == 2 { "pager" } else { "slack" }.to_owned()],
    });
    let change = ConfigChange { escalation: Patch::Set(steps.to_vec()), ..tagged() };
    world.register("job", change).await;
    world.report("job", Status::Failed).await;
    world.route().await;
    for _ in 0..2 {
        world.advance(120);
        world.evaluate().await;
        world.route().await;
    }
    assert_eq!(heard(&world, "pager").await, Vec::<String>::new());
    world.advance(360);
    world.route().await;
    assert_eq!(heard(&world, "slack").await, ["opened job", "escalated job"]);
    assert_eq!(heard(&world, "pager").await, ["escalated job"]);
}

#[tokio::test]
async fn what_happens_in_the_moment_of_its_end_is_told_once() {
    let world = maintained().await;
    world.report("job", Status::Failed).await;
    world.route().await;
    let change =
        ConfigChange { remind_every: Patch::Set(Limit::After(Duration::from_minutes(10))), ..tagged() };
    world.register("job", change).await;
    world.advance(600);
    world.evaluate().await;
    world.route().await;
    assert_eq!(heard(&world, "slack").await, ["opened job"]);
}

#[tokio::test]
async fn what_was_put_off_for_days_is_looked_at_again_within_the_hour() {
    let world = World::new();
    world.channels.add("slack", true);
    let when = When::Once { from: world.now(), until: world.now() + Duration::DAY };
    set_up(&world, DefinitionKind::Window, "upgrade", Window { selector: of_tag("db"), when }).await;
    world.register("job", tagged()).await;
    world.report("job", Status::Failed).await;
    world.route().await;
    let waits = async |seconds: i64| {
        let at = world.now() + Duration::from_seconds(seconds);
        world.store.unrouted(at, 10).await.expect("notices").len()
    };
    assert_eq!((waits(3599).await, waits(3600).await), (0, 1));
}
