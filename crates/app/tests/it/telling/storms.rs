//! A storm: the first few go out singly, the rest in one message a channel and minute.

use app::Notice;
use domain::config::Escalation;
use domain::{ConfigChange, Duration, Patch, Status};
use testkit::Answer;
use testkit::fixtures::registration;

use super::{heard, keeper};
use crate::world::{World, admin, name};

/// So many that fail at once.
async fn mass_failure(world: &World, jobs: u32) {
    for job in 0..jobs {
        world.register(&format!("job-{job:03}"), registration()).await;
        world.report(&format!("job-{job:03}"), Status::Failed).await;
    }
    settle(world).await;
}

async fn settle(world: &World) {
    for _ in 0..5 {
        world.route().await;
    }
}

#[tokio::test]
async fn the_first_twenty_go_out_singly_and_the_rest_in_one_message_when_the_minute_is_over() {
    let world = World::new();
    world.channels.add("slack", true);
    mass_failure(&world, 50).await;
    let singles = heard(&world, "slack").await;
    assert_eq!(singles.len(), 20, "{singles:?}");
    world.advance(60);
    settle(&world).await;
    let all = heard(&world, "slack").await;
    assert_eq!(all[20..], ["group: 30 opened, 0 updated, 0 resolved, 30 open"]);
}

#[tokio::test]
async fn each_minute_has_room_for_twenty_again() {
    let world = World::new();
    world.channels.add("slack", true);
    mass_failure(&world, 25).await;
    world.advance(60);
    settle(&world).await;
    for job in 100..103 {
        world.register(&format!("job-{job}"), registration()).await;
        world.report(&format!("job-{job}"), Status::Failed).await;
    }
    settle(&world).await;
    assert_eq!(heard(&world, "slack").await[21..], ["opened job-100", "opened job-101", "opened job-102"]);
}

#[tokio::test]
async fn whoever_was_told_in_a_group_hears_of_the_end_in_a_group() {
    let world = World::new();
    world.channels.add("slack", true);
    mass_failure(&world, 23).await;
    world.advance(60);
    settle(&world).await;
    let known = heard(&world, "slack").await.len();
    let mut grouped = Vec::new();
    for job in 0..23 {
        let id = format!("job-{job:03}");
        if !heard(&world, "slack").await.contains(&format!("opened {id}")) {
            grouped.push(id);
        }
    }
    assert_eq!(grouped.len(), 3);
    world.report(&grouped[0], Status::Completed).await;
    settle(&world).await;
    assert_eq!(heard(&world, "slack").await.len(), known, "it waits for the minute's end");
    world.advance(60);
    settle(&world).await;
    assert_eq!(heard(&world, "slack").await[known..], ["group: 0 opened, 0 updated, 1 resolved, 2 open"]);
    for id in &grouped[1..] {
        world.report(id, Status::Completed).await;
    }
    settle(&world).await;
    world.advance(60);
    settle(&world).await;
    assert_eq!(heard(&world, "slack").await[known + 1..], ["group: 0 opened, 0 updated, 2 resolved, 0 open"]);
}

#[tokio::test]
async fn a_receiver_that_keeps_alerts_keeps_one_for_the_storm_and_closes_it_with_its_last_incident() {
    let world = World::new();
    keeper(&world, "pager");
    mass_failure(&world, 22).await;
    world.advance(60);
    settle(&world).await;
    for job in 0..22 {
        world.report(&format!("job-{job:03}"), Status::Completed).await;
    }
    settle(&world).await;
    world.advance(60);
    settle(&world).await;
    let groups: Vec<_> = world
        .deliveries()
        .await
        .into_iter()
        .rev()
        .filter_map(|delivery| match delivery.notice {
            Notice::Group(group) => Some((group.thread.clone(), group.is_over())),
            _ => None,
        })
        .collect();
    assert_eq!(groups.len(), 2, "{groups:?}");
    assert_eq!((groups[0].0.clone(), groups[0].1, groups[1].1), (groups[1].0.clone(), false, true));
    let ends = heard(&world, "pager").await.iter().filter(|it| it.starts_with("resolved")).count();
    assert_eq!(ends, 20, "each that it keeps is closed under its own key");
}

#[tokio::test]
async fn what_opened_and_ended_within_the_minute_is_told_as_over() {
    let world = World::new();
    world.channels.add("slack", true);
    mass_failure(&world, 21).await;
    let told = heard(&world, "slack").await;
    let held = (0..21).map(|job| format!("job-{job:03}")).find(|id| !told.contains(&format!("opened {id}")));
    world.report(&held.expect("one is held"), Status::Completed).await;
    settle(&world).await;
    world.advance(60);
    settle(&world).await;
    assert_eq!(heard(&world, "slack").await[20..], ["group: 0 opened, 0 updated, 1 resolved, 0 open"]);
}

#[tokio::test]
async fn a_restart_in_the_minute_changes_nothing() {
    let world = World::new();
    world.channels.add("slack", true);
    mass_failure(&world, 30).await;
    let world = world.restarted();
    settle(&world).await;
    world.advance(60);
    settle(&world).await;
    world.restarted().route().await;
    let all = heard(&world, "slack").await;
    assert_eq!((all.len(), all[20].as_str()), (21, "group: 10 opened, 0 updated, 0 resolved, 10 open"));
}

#[tokio::test]
async fn a_keeper_closes_the_storm_when_what_is_left_of_it_is_escalated_singly() {
    let world = World::new();
    keeper(&world, "pager");
    mass_failure(&world, 20).await;
    let step = Escalation { after: Duration::from_minutes(5), channels: vec!["pager".to_owned()] };
    let change = ConfigChange { escalation: Patch::Set(vec![step]), ..registration() };
    world.register("last", change).await;
    world.report("last", Status::Failed).await;
    settle(&world).await;
    for seconds in [60, 300, 60] {
        world.advance(seconds);
        world.evaluate().await;
        settle(&world).await;
    }
    let heard = heard(&world, "pager").await;
    let groups: Vec<_> = heard[20..].iter().filter(|it| it.ends_with(" open")).collect();
    assert_eq!(groups.len(), 2, "{heard:?}");
    assert!(groups[1].ends_with("0 open") && heard.contains(&"escalated last".to_owned()), "{heard:?}");
}

#[tokio::test]
async fn thirty_jobs_that_are_paused_at_once_are_told_to_nobody_as_recovered() {
    let world = World::new();
    world.channels.add("slack", true);
    mass_failure(&world, 30).await;
    world.advance(60);
    settle(&world).await;
    for job in 0..30 {
        world.app.pause(&admin(), name(&format!("job-{job:03}")), None).await.expect("paused");
    }
    settle(&world).await;
    world.advance(60);
    settle(&world).await;
    let all = heard(&world, "slack").await;
    assert_eq!(all[20], "group: 10 opened, 0 updated, 0 resolved, 10 open");
    assert!(all[21..].iter().all(|word| word.starts_with("dropped ")), "{all:?}");
}

#[tokio::test]
async fn messages_of_storms_keep_their_order_when_one_is_refused_for_now() {
    let world = World::new();
    let slack = world.channels.add("slack", true);
    mass_failure(&world, 22).await;
    while world.dispatch().await > 0 {}
    let later = Duration::from_minutes(2);
    slack.then(Answer::Transient { retry_after: Some(later) });
    world.advance(60);
    world.deliver().await;
    for job in 0..22 {
        world.report(&format!("job-{job:03}"), Status::Completed).await;
    }
    settle(&world).await;
    for _ in 0..4 {
        world.advance(60);
        world.route().await;
        while world.dispatch().await > 0 {}
    }
    let groups = slack.arrivals().into_iter().filter_map(|it| match it.notice {
        Notice::Group(group) => Some((group.opened.count, group.resolved.count)),
        _ => None,
    });
    let groups: Vec<_> = groups.collect();
    assert_eq!(groups[..2], [(2, 0), (2, 0)], "{groups:?}");
    assert!(groups[2..].iter().all(|(opened, resolved)| *opened == 0 && *resolved > 0), "{groups:?}");
}
