//! Dependencies: while a scheduler upstream has an open incident, what fails below it is told as part of it.

use domain::{ConfigChange, Patch, Status};
use testkit::fixtures::registration;

use super::{heard, keeper};
use crate::world::{World, name};

fn below(upstream: &str) -> ConfigChange {
    ConfigChange { depends_on: Patch::Set(vec![name(upstream)]), ..registration() }
}

async fn chain() -> World {
    let world = World::new();
    world.channels.add("slack", true);
    world.register("source", registration()).await;
    world.register("load", below("source")).await;
    world.register("report", below("load")).await;
    world
}

#[tokio::test]
async fn it_is_told_together_under_the_incident_upstream() {
    let world = chain().await;
    world.report("source", Status::Failed).await;
    world.route().await;
    for job in ["load", "report"] {
        world.report(job, Status::Failed).await;
        world.route().await;
    }
    assert_eq!(heard(&world, "slack").await, ["opened source"]);
    world.advance(60);
    world.route().await;
    let all = heard(&world, "slack").await;
    assert_eq!(all, ["opened source", "group: 2 opened, 0 updated, 0 resolved, 2 open"]);
    assert!(world.view("load").await.scheduler.state.incident.is_some(), "it is recorded all the same");
}

#[tokio::test]
async fn what_is_still_bad_when_it_is_over_upstream_is_told_on_its_own() {
    let world = chain().await;
    world.report("source", Status::Failed).await;
    world.route().await;
    world.report("load", Status::Failed).await;
    world.route().await;
    world.advance(60);
    world.route().await;
    world.report("source", Status::Completed).await;
    world.route().await;
    world.route().await;
    assert_eq!(heard(&world, "slack").await[2..], ["resolved source", "opened load"]);
    world.report("load", Status::Completed).await;
    world.route().await;
    assert_eq!(heard(&world, "slack").await[4..], ["resolved load"]);
}

#[tokio::test]
async fn what_recovers_before_is_told_as_part_of_it_too() {
    let world = chain().await;
    world.report("source", Status::Failed).await;
    world.route().await;
    world.report("load", Status::Failed).await;
    world.route().await;
    world.advance(60);
    world.route().await;
    world.report("load", Status::Completed).await;
    world.route().await;
    world.advance(60);
    world.route().await;
    assert_eq!(heard(&world, "slack").await[2..], ["group: 0 opened, 0 updated, 1 resolved, 0 open"]);
    world.report("source", Status::Completed).await;
    world.route().await;
    world.route().await;
    assert_eq!(heard(&world, "slack").await[3..], ["resolved source"]);
}

#[tokio::test]
async fn a_pager_that_has_the_incident_upstream_is_not_called_again() {
    let world = chain().await;
    keeper(&world, "pager");
    world.report("source", Status::Failed).await;
    world.route().await;
    world.report("load", Status::Failed).await;
    world.route().await;
    world.advance(60);
    world.route().await;
    assert_eq!(heard(&world, "pager").await, ["opened source"]);
}

#[tokio::test]
async fn without_an_incident_upstream_it_is_told_at_once_and_circles_do_no_harm() {
    let world = chain().await;
    world.register("source", below("report")).await;
    world.report("load", Status::Failed).await;
    world.route().await;
    assert_eq!(heard(&world, "slack").await, ["opened load"]);
}

#[tokio::test]
async fn of_a_circle_in_which_all_fail_the_first_is_told_for_itself_and_goes_on_to_be() {
    let world = chain().await;
    keeper(&world, "pager");
    world.register("source", below("report")).await;
    for job in ["load", "report", "source"] {
        world.report(job, Status::Failed).await;
        world.advance(1);
    }
    world.route().await;
    assert_eq!(
        heard(&world, "pager").await,
        ["opened load"],
        "whoever is woken must be woken by one of them"
    );
    world.advance(3600);
    world.report("load", Status::Failed).await;
    world.route().await;
    assert_eq!(heard(&world, "pager").await[1..], ["repeated load"]);
}

#[tokio::test]
async fn a_pager_that_does_not_hear_of_the_incident_upstream_is_called_and_the_call_is_over_with_it() {
    let world = chain().await;
    keeper(&world, "pager");
    let only = |channel: &str| Patch::Set(vec![channel.to_owned()]);
    world.register("source", ConfigChange { channels: only("slack"), ..registration() }).await;
    world.register("load", ConfigChange { channels: only("pager"), ..below("source") }).await;
    for (job, status) in [("source", Status::Failed), ("load", Status::Failed), ("source", Status::Completed)]
    {
        world.report(job, status).await;
        world.route().await;
        world.advance(60);
        world.route().await;
    }
    world.advance(60);
    world.route().await;
    let all = heard(&world, "pager").await;
    assert_eq!(all[0], "group: 1 opened, 0 updated, 0 resolved, 1 open");
    assert_eq!(all[1], "opened load");
    assert!(all[2].ends_with("0 open"), "told by itself, it is no part of the group any more: {all:?}");
}
