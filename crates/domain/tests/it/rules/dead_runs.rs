//! Runs that will not come back: given up when something shows it, or a day after they went bad.

use domain::{ConfigChange, Health, RunState, Status};

use super::{limit, nightly, unscheduled, with};
use crate::story::{Story, completed, failed, pending, running};

/// A run of an hour at most, overrun and silent.
fn overrun() -> Story {
    let mut story = with(ConfigChange { max_runtime: limit("1h"), ..ConfigChange::default() });
    story
        .at("mon 02:00")
        .say(running().run("dead"))
        .at("mon 03:00")
        .is(Health::Overrun)
        .told(["opened overrun"]);
    story
}

#[test]
fn a_run_that_went_bad_is_given_up_after_a_day() {
    let mut story = overrun();
    story.at("tue 02:59:59").is(Health::Overrun).at("tue 03:00").is(Health::Healthy);
    assert_eq!(story.run("dead").state, RunState::Abandoned);
    story.told(["resolved overrun"]);
}

#[test]
fn a_run_that_went_bad_is_given_up_when_one_that_started_later_completes() {
    let mut story = overrun();
    story.at("mon 04:00").say(running().run("next")).is(Health::Overrun);
    story.at("mon 04:10").say(completed().run("next")).is(Health::Healthy).told(["resolved overrun"]);
    assert_eq!(story.run("dead").state, RunState::Abandoned);
}

#[test]
fn one_that_fails_or_started_before_does_not_bury_it() {
    let mut story = with(ConfigChange { max_runtime: limit("1h"), ..ConfigChange::default() });
    story.at("mon 01:30").say(running().run("before")).at("mon 02:00").say(running().run("dead"));
    story.at("mon 03:10").say(completed().run("before"));
    story.say(running().run("next")).say(failed().run("next"));
    assert_eq!(story.run("dead").state, RunState::Running);
}

#[test]
fn pending_buries_it() {
    let mut story = overrun();
    story.at("mon 04:00").say(pending()).is(Health::Healthy).reads(Status::Pending);
}

#[test]
fn a_stale_run_is_given_up_like_an_overrun_one() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running().run("dead")).heartbeat().at("tue 02:09:59").is(Health::Stale);
    story.at("tue 02:10").is(Health::Healthy);
    assert_eq!(story.run("dead").state, RunState::Abandoned);
}

#[test]
fn a_run_that_is_overrun_and_still_heard_is_not_dead() {
    let mut story = overrun();
    story.at("mon 03:30").heartbeat_of("dead").at("mon 03:35");
    story.say(running().run("next")).say(completed().run("next"));
    assert_eq!(story.run("dead").state, RunState::Running);
    story.heartbeats_until("wed 03:00", "5m").is(Health::Overrun);
    story.say(completed().run("dead")).is(Health::Healthy);
}

#[test]
fn the_late_outcome_of_a_run_that_was_given_up_still_closes_it() {
    let mut story = overrun();
    story.at("wed 02:00").say(failed().run("dead").error("killed")).reads(Status::Failed).is(Health::Failing);
    assert_eq!(story.run("dead").state, RunState::Failed);
    assert!(story.try_say(completed().run("dead")).is_err(), "now it is final");
}

#[test]
fn the_late_outcome_is_history_where_another_run_came_since() {
    let mut story = overrun();
    story.at("mon 04:00").say(running().run("next")).at("mon 04:10").say(completed().run("next"));
    story.at("mon 05:00").say(failed().run("dead").spooled("mon 03:30"));
    assert_eq!(story.run("dead").state, RunState::Failed);
    story.reads(Status::Completed).is(Health::Healthy);
}

#[test]
fn giving_up_is_no_outcome() {
    let mut story = nightly();
    story
        .at("mon 02:00")
        .say(running())
        .at("mon 02:50")
        .say(failed())
        .at("tue 02:00")
        .say(running().run("dead"));
    story.at("thu 01:59").reads(Status::Running).at("thu 02:00").reads(Status::Failed);
    assert_eq!(story.scheduler.state.failures, 1);
}

#[test]
fn a_run_that_completes_buries_those_before_it_and_none_that_began_with_it() {
    let mut story = with(ConfigChange { heartbeat_timeout: limit("10m"), ..ConfigChange::default() });
    story.at("mon 00:59").say(running().run("before")).at("mon 01:00");
    story.say(running().run("a")).say(running().run("b")).at("mon 02:00").is(Health::Stale);
    story.say(completed().run("a"));
    assert_eq!(story.run("before").state, RunState::Abandoned);
    assert_eq!(story.run("b").state, RunState::Running);
}
