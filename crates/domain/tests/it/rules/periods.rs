//! Periods: reckoned from the start or the end of the newest run, never while one is open.

use domain::schedule::{ExpectFrom, Schedule};
use domain::{Health, Instant};

use super::{every, grace, looping};
use crate::moments::at;
use crate::story::{Story, completed, running, scheduled};

fn on(schedule: Schedule) -> Story {
    Story::registered("mon 00:00", scheduled(schedule))
}

#[test]
fn the_first_run_is_expected_one_period_after_registration() {
    let mut story = on(grace(every("15m"), "5m"));
    story.expects("mon 00:15").at("mon 00:19:59").is(Health::Late).at("mon 00:20").is(Health::Missed);
}

#[test]
fn the_next_is_expected_one_period_after_the_last_start() {
    let mut story = on(grace(every("15m"), "5m"));
    story.at("mon 00:03").say(running()).at("mon 00:13").say(completed()).expects("mon 00:18");
    story.at("mon 00:22:59").is(Health::Late).at("mon 00:23").is(Health::Missed);
}

#[test]
fn a_run_that_outlasts_its_period_is_expected_again_when_it_ends() {
    let mut story = on(grace(every("15m"), "5m"));
    story.at("mon 00:10").say(running()).at("mon 01:10").is(Health::Healthy).saw(["run_started"]);
    story.say(completed()).expects("mon 01:10").at("mon 01:14:59").is(Health::Late);
    story.at("mon 01:15").is(Health::Missed);
}

#[test]
fn a_loop_counts_from_the_end() {
    let mut story = on(grace(looping("1m"), "1m"));
    story.at("mon 00:01").say(running()).at("mon 03:00").say(completed()).expects("mon 03:01");
    story.at("mon 03:01:59").is(Health::Late).at("mon 03:02").is(Health::Missed);
}

#[test]
fn a_completion_alone_is_the_start_less_its_own_measure() {
    let mut story = on(every("1h"));
    story.at("mon 00:30").say(completed()).expects("mon 01:30");
    story.at("mon 01:20").say(completed().took("10m")).expects("mon 02:10");
    let mut story = on(looping("1h"));
    story.at("mon 00:50").say(completed().took("10m")).expects("mon 01:50");
}

#[test]
fn a_run_that_outlasted_its_period_and_whose_start_comes_after_its_end_is_not_missed() {
    let mut story = on(grace(every("10m"), "1m"));
    story.at("mon 00:20").say(completed().run("a")).say(running().run("a").queued("mon 00:05"));
    story.expects("mon 00:20").is(Health::Late).told(["opened missed", "resolved missed"]);
    let mut story = on(looping("10m"));
    story.at("mon 00:20").say(completed().run("a")).say(running().run("a").queued("mon 00:05"));
    story.expects("mon 00:30");
}

#[test]
fn missed_periods_go_on_from_the_last_one_and_start_anew_with_a_run() {
    let mut story = on(grace(every("10m"), "1m"));
    story.at("mon 00:35").is(Health::Missed).expects("mon 00:40");
    story.say(running()).say(completed()).expects("mon 00:45").is(Health::Healthy);
}

#[test]
fn a_run_that_is_given_up_is_expected_again_from_then_on() {
    let mut story = on(grace(every("1h"), "5m"));
    story.at("mon 01:00").say(running()).at("wed 01:00").is(Health::Late).expects("wed 01:00");
    story.at("wed 01:05").is(Health::Missed);
}

#[test]
fn expected_from_its_first_report_a_period_waits_for_it() {
    let mut story = on(Schedule { expect_from: ExpectFrom::FirstReport, ..every("1h") });
    story.at("sun 00:00").saw([]).say(completed()).expects("sun 01:00");
}

#[test]
fn of_two_overlapping_runs_the_later_end_counts_for_a_loop() {
    let mut story = on(looping("1h"));
    story.at("mon 00:30").say(running().run("a")).say(running().run("b"));
    story.at("mon 02:00").say(completed().run("a"));
    story.say(completed().run("b").spooled("mon 01:00")).expects("mon 03:00");
}

#[test]
fn a_period_of_five_seconds_without_grace_does_not_spin() {
    let mut story = on(grace(every("5s"), "0s"));
    story.at("mon 06:00").is(Health::Missed);
    assert!(story.evaluations < 30, "{} evaluations", story.evaluations);
    let Some(slot) = story.scheduler.state.expected else { panic!("expected") };
    assert!(slot >= Instant::from_millis(at("mon 05:00").as_millis()));
}

#[test]
fn a_slot_of_a_period_that_was_missed_is_not_expected_again_for_a_start_of_before_it() {
    let mut story = on(grace(every("1h"), "5m"));
    story.at("mon 02:05").is(Health::Missed).at("mon 02:30").say(running().run("a").spooled("mon 00:30"));
    story.expects("mon 02:30");
}

#[test]
fn a_run_that_is_only_known_by_its_end_does_not_take_the_place_of_a_newer_start() {
    let mut story = on(every("1h"));
    story.at("mon 02:00").say(running().run("a")).say(completed().run("b").took("1h"));
    assert_eq!(story.scheduler.state.newest_start, Some(at("mon 02:00")));
    story.at("mon 02:30").say(completed().run("c").took("1h"));
    assert_eq!(story.scheduler.state.newest_start, Some(at("mon 02:00")));
}

#[test]
fn a_start_that_comes_after_its_end_does_not_move_what_was_judged_since() {
    let mut story = on(grace(every("1h"), "5m"));
    story.at("mon 00:30").say(completed().run("a")).expects("mon 01:30");
    story.at("mon 01:35").is(Health::Missed).expects("mon 02:30");
    story.say(running().run("a").spooled("mon 00:10")).expects("mon 02:30");
}
