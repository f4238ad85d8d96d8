//! Runs with ids: overlap, the order of their messages, and what a closed one still takes.

use domain::{Rejection, RunState, Status};

use super::{limit, nightly, unscheduled, with};
use crate::moments::{at, span};
use crate::story::{completed, failed, running};

#[test]
fn runs_with_ids_may_overlap_and_each_is_closed_by_its_own_outcome() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running().run("a")).at("mon 02:30").say(running().run("b"));
    story.at("mon 02:40").say(completed().run("b")).reads(Status::Running);
    story.at("mon 03:00").say(failed().run("a")).reads(Status::Failed);
    assert_eq!(story.run("a").duration, Some(span("1h")));
    assert_eq!(story.run("b").duration, Some(span("10m")));
}

#[test]
fn at_most_twenty_runs_are_open_and_the_oldest_is_given_up() {
    let mut story = unscheduled();
    for number in 0..25 {
        story.at(&format!("mon 02:{number:02}")).say(running().run(&format!("r{number}")));
    }
    assert_eq!(story.scheduler.state.runs.len(), 20);
    assert_eq!(story.run("r4").state, RunState::Abandoned);
    assert_eq!(story.run("r5").state, RunState::Running);
    assert_eq!(story.all("run_abandoned").len(), 5);
}

#[test]
fn the_same_outcome_again_changes_nothing() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running().run("a")).say(completed().run("a")).say(completed().run("a"));
    story.saw(["run_started", "run_finished"]);
}

#[test]
fn another_outcome_for_a_closed_run_is_refused() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running().run("a")).say(completed().run("a"));
    let refused = story.try_say(failed().run("a"));
    assert!(matches!(refused, Err(Rejection::InvalidStatusTransition(_))), "{refused:?}");
    story.reads(Status::Completed);
}

#[test]
fn another_outcome_for_a_closed_run_out_of_a_queue_is_filed_as_a_conflict() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running().run("a")).say(completed().run("a"));
    story.say(failed().run("a").queued("mon 02:00")).saw(["run_started", "run_finished", "report_filed"]);
    let last = &story.log.last().expect("filed").fact;
    assert_eq!(domain::history::entry(last), Some(domain::history::Entry::System("conflict")));
    story.reads(Status::Completed);
}

#[test]
fn a_completion_that_overtook_its_start_is_filled_in_by_it() {
    let mut story = nightly();
    story.at("mon 02:51").say(completed().run("a").queued("mon 02:50"));
    assert_eq!(story.run("a").duration, None);
    story.say(running().run("a").queued("mon 02:00")).saw(["run_finished", "start_filled"]);
    let run = story.run("a");
    assert_eq!((run.started_at, run.duration), (Some(at("mon 02:00")), Some(span("50m"))));
    assert_eq!(run.state, RunState::Completed);
    story.reads(Status::Completed).expects("tue 02:00");
    story.say(running().run("a").queued("mon 02:00")).saw([]);
    assert!(story.scheduler.state.starts_seen);
}

#[test]
fn within_a_run_the_state_machine_orders_and_not_the_clocks() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running().run("a"));
    story.at("mon 03:00").say(completed().run("a").spooled("mon 01:00"));
    let run = story.run("a");
    assert_eq!((run.state, run.duration), (RunState::Completed, Some(span("0s"))));
    assert!(run.ended_at >= run.started_at);
    story.reads(Status::Completed);
}

#[test]
fn running_again_for_an_open_run_is_a_sign_of_life() {
    let mut story = with(domain::ConfigChange { heartbeat_timeout: limit("10m"), ..Default::default() });
    story.at("mon 02:00").say(running().run("a")).at("mon 02:09").say(running().run("a"));
    story.saw(["run_started"]).at("mon 02:18:59").saw([]);
    story.at("mon 02:19").saw(["run_went_stale", "incident_opened"]);
    story.say(running().run("a")).saw(["run_revived", "incident_resolved"]);
}

#[test]
fn running_again_is_an_event_when_it_brings_something_new() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running().run("a")).say(running().run("a").id("again"));
    story.say(running().run("a").error("disk nearly full"));
    story.saw(["run_started", "run_refreshed", "run_refreshed"]);
}

#[test]
fn a_network_duplicate_of_a_start_does_not_arm_the_default_heartbeat_timeout() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running().run("a")).say(running().run("a"));
    story.at("mon 12:00").saw(["run_started"]);
}

#[test]
fn the_status_is_the_outcome_that_happened_last() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running().run("a")).say(running().run("b"));
    story.at("mon 04:00").say(completed().run("a"));
    story.say(failed().run("b").spooled("mon 03:00")).reads(Status::Completed);
    assert_eq!(story.scheduler.state.failures, 0, "older than what is known: history");
    assert_eq!(story.run("b").state, RunState::Failed);
}
