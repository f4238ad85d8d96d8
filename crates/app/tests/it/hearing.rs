//! Messages that bear no key: where they are heard, and what becomes of those that contradict what is known.

use app::AppError;
use app::ingest::{Address, Found, Message, Place};
use app::ports::{Queries, RunsQuery};
use domain::ping::Filters;
use domain::{ConfigChange, Health, Noted, Patch, PingId, ProjectId, Rejection, Report, RunState, Status};
use testkit::fixtures::{key, registration, report, report_of};

use crate::trouble::Trouble;
use crate::world::{World, admin, name};
use crate::write_path::troubled;

fn token(bits: u128) -> Address {
    Address::Token(PingId::mint(bits).to_string())
}

fn slug(slug: &str) -> Address {
    Address::Slug(ProjectId::default_project(), slug.to_owned())
}

fn heard_at(bits: u128) -> ConfigChange {
    ConfigChange { ping_id: Some(PingId::mint(bits)), ..registration() }
}

async fn place(world: &World, address: Address) -> Place {
    match world.app.place(address).await.expect("looked up") {
        Found::One(place) => place,
        other => panic!("one is there, not {other:?}"),
    }
}

/// Says it at a place, and answers who heard it.
async fn say(world: &World, place: Place, report: Report) -> Option<String> {
    let message = move |_: &Place| Message::Report(Box::new(report.clone()));
    let heard = world.app.hear(place, &message).await.expect("heard");
    heard.map(|heard| heard.after.key.id.to_string())
}

/// Says how a run went, at the address with the number 1.
async fn run(world: &World, run_id: &str, status: Status) {
    let place = place(world, token(1)).await;
    assert_eq!(say(world, place, report_of(run_id, status, world.now())).await.as_deref(), Some("job"));
}

async fn runs(world: &World) -> Vec<(String, RunState)> {
    let query = RunsQuery { from: None, to: None, state: None, limit: 100, cursor: None };
    let runs = world.store.runs(&key("job"), &query).await.expect("runs").items;
    runs.into_iter()
        .map(|run| (run.run_id.map_or_else(String::new, |id| id.to_string()), run.state))
        .collect()
}

#[tokio::test]
async fn an_address_leads_to_one_to_none_or_to_several() {
    let world = World::new();
    world
        .register("job", ConfigChange { aliases: Patch::Set(vec!["token-1".to_owned()]), ..heard_at(1) })
        .await;
    for address in [token(1), Address::Token("token-1".to_owned()), slug("job")] {
        assert_eq!(place(&world, address).await.key, key("job"));
    }
    for address in [token(2), slug("nobody"), Address::Slug(ProjectId::trusted("other"), "job".to_owned())] {
        assert!(matches!(world.app.place(address).await, Ok(Found::None)));
    }
    world.register("other", ConfigChange { slug: Patch::Set("job".to_owned()), ..registration() }).await;
    assert!(
        matches!(world.app.place(slug("job")).await, Ok(Found::Several)),
        "a slug is looked up each time"
    );
}

#[tokio::test]
async fn a_message_goes_where_the_address_leads_by_now() {
    let world = World::new();
    world.register("old", heard_at(1)).await;
    let stale = place(&world, token(1)).await;
    let there = world.restarted();
    there.register("old", heard_at(2)).await;
    there.register("new", heard_at(1)).await;
    assert_eq!(say(&world, stale, report(Status::Completed, world.now())).await.as_deref(), Some("new"));
    assert_eq!(world.view("old").await.scheduler.state.messages, 0);
    assert_eq!(place(&world, token(1)).await.key, key("new"), "and is remembered");
}

#[tokio::test]
async fn a_message_at_an_address_that_leads_nowhere_any_more_is_not_heard() {
    let world = World::new();
    for (bits, change) in [(1, heard_at(3)), (2, registration())] {
        world.register("job", heard_at(bits)).await;
        let stale = place(&world, token(bits)).await;
        let there = world.restarted();
        if bits == 1 {
            there.register("job", change).await;
        } else {
            there.app.delete(&admin(), name("job")).await.expect("deleted");
        }
        assert_eq!(say(&world, stale, report(Status::Completed, world.now())).await, None, "{bits}");
        assert!(matches!(world.app.place(token(bits)).await, Ok(Found::None)), "{bits}");
    }
}

#[tokio::test]
async fn a_message_is_read_by_the_rules_that_hold_when_it_is_written() {
    let world = World::new();
    world.register("job", heard_at(1)).await;
    let stale = place(&world, token(1)).await;
    let filters = Filters { http_body: true, failure: "error".to_owned(), ..Filters::default() };
    let change = ConfigChange { filters: Patch::Set(Box::new(filters)), ..heard_at(1) };
    world.restarted().register("job", change).await;
    let now = world.now();
    let read = move |place: &Place| {
        let status = if place.config.filters.is_some() { Status::Failed } else { Status::Completed };
        Message::Report(Box::new(report(status, now)))
    };
    let heard = world.app.hear(stale, &read).await.expect("heard").expect("there");
    assert_eq!(heard.after.status(), Status::Failed);
    assert_eq!(heard.after.state.messages, 1);
}

#[tokio::test]
async fn a_place_is_looked_up_once_and_believed_until_it_is_proved_wrong() {
    let (world, store) = troubled();
    world.register("job", heard_at(1)).await;
    run(&world, "a", Status::Running).await;
    store.loads();
    run(&world, "a", Status::Completed).await;
    assert_eq!(store.loads(), 0);
}

#[tokio::test]
async fn a_failure_after_a_success_is_a_run_of_its_own_once() {
    let world = World::new();
    world.register("job", heard_at(1)).await;
    run(&world, "a", Status::Running).await;
    run(&world, "a", Status::Completed).await;
    for _ in 0..3 {
        run(&world, "a", Status::Failed).await;
    }
    let expected = [("a again", RunState::Failed), ("a", RunState::Completed)];
    assert_eq!(runs(&world).await, expected.map(|(id, state)| (id.to_owned(), state)));
    assert_eq!(world.view("job").await.scheduler.health(world.now()), Health::Failing);
    assert_eq!(world.kinds("job").await.iter().filter(|kind| **kind == "incident_opened").count(), 1);
}

#[tokio::test]
async fn a_success_after_a_failure_is_written_down_as_a_conflict() {
    let world = World::new();
    world.register("job", heard_at(1)).await;
    run(&world, "a", Status::Failed).await;
    run(&world, "a", Status::Failed).await;
    run(&world, "a", Status::Completed).await;
    assert_eq!(runs(&world).await, [("a".to_owned(), RunState::Failed)]);
    assert_eq!(world.kinds("job").await.last(), Some(&"report_filed"));
    let strict = world.try_report("job", report_of("a", Status::Completed, world.now())).await;
    assert!(matches!(strict, Err(AppError::Rejected(Rejection::InvalidStatusTransition(_)))));
}

#[tokio::test]
async fn a_name_of_a_run_that_is_as_long_as_one_may_be_can_fail_again() {
    let world = World::new();
    world.register("job", heard_at(1)).await;
    let long = "r".repeat(128);
    for status in [Status::Completed, Status::Failed, Status::Failed] {
        run(&world, &long, status).await;
    }
    let runs = runs(&world).await;
    assert_eq!(runs.len(), 2);
    assert!(runs[0].0.ends_with(" again") && runs[0].0.chars().count() <= 128, "{}", runs[0].0);
}

#[tokio::test]
async fn notes_and_heartbeats_are_heard_too() {
    let world = World::new();
    world.register("job", heard_at(1)).await;
    run(&world, "a", Status::Running).await;
    world.advance(60);
    let now = world.now();
    let note = move |_: &Place| Message::Note(Box::new(report(Status::Pending, now)), Noted::Log);
    world.app.hear(place(&world, token(1)).await, &note).await.expect("heard");
    let beat = move |_: &Place| Message::Heartbeat { run_id: None, received_at: now };
    world.app.hear(place(&world, token(1)).await, &beat).await.expect("heard");
    assert_eq!(world.kinds("job").await, ["registered", "run_started", "noted", "heartbeats_began"]);
    assert_eq!(world.loaded("job").await.liveness.last, Some(now));
    assert_eq!(world.view("job").await.scheduler.status(), Status::Running);
}

#[tokio::test(start_paused = true)]
async fn a_message_survives_conflicts_and_lost_answers_and_counts_once() {
    let (world, store) = troubled();
    world.register("job", heard_at(1)).await;
    for trouble in [Trouble::Conflict, Trouble::AnswerLost, Trouble::Lost, Trouble::Late] {
        let before = world.view("job").await.scheduler.state.messages;
        store.next([trouble]);
        let place = place(&world, token(1)).await;
        assert!(say(&world, place, report(Status::Completed, world.now())).await.is_some());
        assert_eq!(world.view("job").await.scheduler.state.messages, before + 1, "{trouble:?}");
    }
}
