//! Incidents for people: what happened in one, and that one is acknowledged and no other.

use app::AppError;
use app::ports::{IncidentQuery, IncidentState, Role};
use app::roles::{Janitor, Role as _};
use domain::id::IncidentId;
use domain::{Duration, Event, Patch, Status};
use testkit::fixtures::registration;

use Status::{Completed, Failed};

use crate::world::{World, admin, limited, of_service};

async fn newest(world: &World) -> IncidentId {
    let query = IncidentQuery { limit: 1, ..IncidentQuery::default() };
    world.app.incidents(&admin(), query).await.expect("incidents").items[0].id.clone()
}

async fn kinds(world: &World, id: &IncidentId) -> Vec<&'static str> {
    let story = world.app.incident(&admin(), id).await.expect("an incident");
    story.timeline.entries.iter().map(|event: &Event| event.fact.kind()).collect()
}

#[tokio::test]
async fn a_timeline_begins_with_the_failures_that_led_to_it_and_ends_with_its_own_end() {
    let world = World::new();
    let change = domain::ConfigChange { failure_threshold: Patch::Set(3), ..registration() };
    world.register("job", change).await;
    for status in [Failed, Completed, Failed, Failed, Failed, Failed, Completed, Failed, Failed, Failed] {
        world.advance(60);
        world.report("job", status).await;
    }
    let query = IncidentQuery { limit: 10, ..IncidentQuery::default() };
    let incidents = world.app.incidents(&admin(), query).await.expect("incidents").items;
    let (second, first) = (&incidents[0].id, &incidents[1].id);
    let (failed, opened, resolved) = ("run_finished", "incident_opened", "incident_resolved");
    assert_eq!(kinds(&world, first).await, [failed, failed, failed, opened, failed, resolved]);
    assert_eq!(kinds(&world, second).await, [failed, failed, failed, opened], "none of the one before");
}

#[tokio::test]
async fn of_a_long_incident_the_newest_part_is_told() {
    let world = World::new();
    world.register("job", registration()).await;
    for _ in 0..1300 {
        world.advance(60);
        world.report("job", Status::Running).await;
        world.report("job", Status::Failed).await;
    }
    let story = world.app.incident(&admin(), &newest(&world).await).await.expect("an incident");
    assert_eq!((story.timeline.entries.len(), story.timeline.is_whole), (500, false));
    let newest = story.timeline.entries.last().expect("entries").version;
    assert_eq!(newest, world.loaded("job").await.scheduler.version);
}

#[tokio::test]
async fn of_a_pruned_log_what_is_left_is_told() {
    let world = World::new();
    world.register("job", registration()).await;
    world.report("job", Status::Failed).await;
    let id = newest(&world).await;
    for _ in 0..40 {
        world.clock.advance(Duration::DAY);
        world.report("job", Status::Failed).await;
    }
    let before = world.app.incident(&admin(), &id).await.expect("an incident").timeline;
    let janitor = Janitor::new(world.app.clone());
    for _ in 0..5 {
        janitor.run_once().await.expect("pruned");
    }
    let after = world.app.incident(&admin(), &id).await.expect("an incident").timeline;
    assert_eq!((before.is_whole, after.is_whole), (true, false));
    assert!(
        after.entries.len() < before.entries.len(),
        "{} of {}",
        after.entries.len(),
        before.entries.len()
    );
    assert_eq!(after.entries[..], before.entries[before.entries.len() - after.entries.len()..]);
}

#[tokio::test]
async fn acknowledging_one_that_is_over_leaves_the_next_alone() {
    let world = World::new();
    world.register("job", registration()).await;
    world.report("job", Status::Failed).await;
    let first = newest(&world).await;
    world.report("job", Status::Completed).await;
    world.report("job", Status::Failed).await;
    let second = newest(&world).await;
    for acknowledged in [true, false] {
        let refused = world.app.acknowledge_incident(&admin(), &first, acknowledged).await;
        assert!(
            matches!(&refused, Err(AppError::Conflict(text)) if text.contains(first.as_str())),
            "{refused:?}"
        );
    }
    let answer = world.app.acknowledge_linked(&first, Some("Ada")).await.expect("answered").expect("known");
    assert!(!answer.1 && answer.0.incident.over.is_some());
    let open = world.loaded("job").await.scheduler.state.incident.expect("open");
    assert_eq!((open.id, open.acknowledged), (second, None));
}

#[tokio::test]
async fn a_link_acknowledges_whichever_service_the_scheduler_moved_to() {
    let world = World::new();
    world.register("job", of_service("billing")).await;
    world.report("job", Status::Failed).await;
    let id = newest(&world).await;
    world.register("job", of_service("shop")).await;
    let owner = limited(Role::ServiceOwner, &["billing"]);
    let refused = world.app.acknowledge_incident(&owner, &id, true).await;
    assert!(matches!(refused, Err(AppError::Forbidden(_))), "it is another's by now: {refused:?}");
    let (linked, changed) = world.app.acknowledge_linked(&id, None).await.expect("answered").expect("known");
    assert!(changed && linked.is_heeded);
    assert_eq!(linked.incident.acknowledged.expect("acknowledged").by, "someone (by link)");
    assert_eq!(world.app.linked_incident(&IncidentId::mint(1)).await, Ok(None));
}

#[tokio::test]
async fn an_open_incident_is_that_of_the_service_its_scheduler_moved_to() {
    let world = World::new();
    world.register("job", of_service("billing")).await;
    world.report("job", Status::Failed).await;
    let id = newest(&world).await;
    world.register("job", of_service("shop")).await;
    let (before, after) = (limited(Role::ServiceOwner, &["billing"]), limited(Role::ServiceOwner, &["shop"]));
    let refused = world.app.incident(&before, &id).await;
    assert!(matches!(refused, Err(AppError::Forbidden(_))), "{refused:?}");
    world.app.incident(&after, &id).await.expect("it is theirs");
    world.app.acknowledge_incident(&after, &id, true).await.expect("acknowledged");
}

#[tokio::test]
async fn an_incident_that_grew_worse_waits_for_somebody_again() {
    let world = World::new();
    let limit = Patch::Set(domain::Limit::After(Duration::HOUR));
    world.register("job", domain::ConfigChange { max_runtime: limit, ..registration() }).await;
    world.report("job", Status::Failed).await;
    let id = newest(&world).await;
    world.app.acknowledge_incident(&admin(), &id, true).await.expect("acknowledged");
    let unacknowledged = async || {
        let query = IncidentQuery {
            state: Some(IncidentState::Unacknowledged),
            limit: 9,
            ..IncidentQuery::default()
        };
        world.app.incidents(&admin(), query).await.expect("incidents").items.len()
    };
    assert_eq!(unacknowledged().await, 0);
    world.report("job", Status::Running).await;
    world.advance(3601);
    world.observe().await;
    world.evaluate().await;
    assert_eq!(world.kinds("job").await.last(), Some(&"incident_widened"));
    assert_eq!(unacknowledged().await, 1);
    world.app.acknowledge_incident(&admin(), &id, true).await.expect("acknowledged");
    assert_eq!(unacknowledged().await, 0);
}
