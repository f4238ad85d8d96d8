//! Which slot of a calendar is expected next, and what meets it.

use domain::schedule::{ExpectFrom, Schedule};
use domain::{Health, Status};

use super::{cron, grace, nightly};
use crate::moments::span;
use crate::story::{Story, completed, failed, pending, running, scheduled};

fn on(schedule: Schedule) -> Story {
    Story::registered("mon 00:00", scheduled(schedule))
}

#[test]
fn a_start_meets_its_slot_and_the_next_is_expected() {
    let mut story = nightly();
    story.expects("mon 02:00").at("mon 02:00:05").say(running()).expects("tue 02:00").is(Health::Healthy);
}

#[test]
fn a_completion_that_reports_no_start_meets_its_slot() {
    let mut story = nightly();
    story.at("mon 02:50").say(completed()).expects("tue 02:00");
    story.at("tue 02:50").say(completed().took("51m")).expects("wed 02:00");
}

#[test]
fn a_failed_run_meets_its_slot_too() {
    let mut story = nightly();
    story.at("mon 02:50").say(failed()).expects("tue 02:00").is(Health::Failing).told(["opened failing"]);
}

#[test]
fn heartbeats_and_pending_never_meet_a_slot() {
    let mut story = nightly();
    story.at("mon 02:05").say(pending()).heartbeat().reads(Status::Pending).is(Health::Late);
    story.at("mon 03:00").is(Health::Missed);
}

#[test]
fn a_start_two_seconds_early_is_for_the_coming_slot() {
    let mut story = nightly();
    story.at("mon 01:59:58").say(running()).expects("tue 02:00").at("mon 02:10").say(completed());
    story.at("tue 01:00").is(Health::Healthy).told([]);
}

#[test]
fn a_start_ninety_seconds_early_is_not() {
    let mut story = nightly();
    story.at("mon 01:58:30").say(running()).expects("mon 02:00").at("mon 02:10").say(completed());
    story.at("mon 03:00").is(Health::Missed);
    let lenient = Schedule { early: Some(span("2m")), ..cron("0 2 * * *") };
    let mut story = on(lenient);
    story.at("mon 01:58:30").say(running()).expects("tue 02:00");
}

#[test]
fn early_is_half_the_gap_where_slots_are_close() {
    let mut story = on(grace(cron("* * * * *"), "10s"));
    story.at("mon 00:00:31").say(completed()).expects("mon 00:02");
    let mut story = on(grace(cron("* * * * *"), "10s"));
    story.at("mon 00:00:29").say(completed()).expects("mon 00:01");
}

#[test]
fn a_start_while_a_slot_waits_is_late_for_that_one_and_not_early_for_the_next() {
    let mut story = on(cron("0 * * * *"));
    story.at("mon 01:59:58").say(running()).expects("mon 02:00");
}

#[test]
fn a_job_that_is_always_two_seconds_early_is_not_missed_for_ever_after_one_miss() {
    let mut story = nightly();
    story.at("mon 12:00").is(Health::Missed).told(["opened missed"]);
    for night in ["tue", "wed"] {
        story.at(&format!("{night} 01:59:58")).say(running()).at(&format!("{night} 02:30")).say(completed());
    }
    story.at("thu 01:00").is(Health::Healthy).told(["resolved missed"]);
}

#[test]
fn one_start_meets_every_slot_that_still_waits() {
    let mut story = on(grace(cron("*/10 * * * *"), "1h"));
    story.at("mon 00:45").say(completed()).expects("mon 00:50").told([]);
}

#[test]
fn the_base_is_the_newest_start_and_not_the_last_report() {
    let mut story = on(cron("0 * * * *"));
    story.at("mon 01:00").say(running()).at("mon 01:50").say(completed()).expects("mon 02:00");
    story.at("mon 02:00:10").say(running()).at("mon 02:50").say(completed()).expects("mon 03:00");
}

#[test]
fn a_start_that_meets_nothing_new_keeps_the_slot() {
    let mut story = nightly();
    story.at("mon 01:00").say(running()).say(completed()).expects("mon 02:00");
    story.at("mon 12:00").is(Health::Missed);
}

#[test]
fn a_scheduler_that_never_reported_is_expected_from_its_registration_on() {
    let mut story = Story::registered("mon 01:59", scheduled(cron("0 2 * * *")));
    story.is(Health::New).expects("mon 02:00").at("mon 02:00").is(Health::Late);
    story.at("mon 03:00").is(Health::Missed).told(["opened missed"]);
}

#[test]
fn registered_on_its_slot_it_is_expected_at_the_next() {
    Story::registered("mon 02:00", scheduled(cron("0 2 * * *"))).expects("tue 02:00");
}

#[test]
fn expected_from_its_first_report_it_may_stay_away_until_then() {
    let patient = Schedule { expect_from: ExpectFrom::FirstReport, ..cron("0 2 * * *") };
    let mut story = on(patient);
    story.at("sun 12:00").is(Health::New).saw([]);
    story.say(running()).say(completed()).expects("mon+1w 02:00");
    story.at("mon+1w 12:00").is(Health::Missed);
}

#[test]
fn it_is_late_from_its_slot_to_the_end_of_its_grace_and_late_is_no_event() {
    let mut story = nightly();
    story.at("mon 02:00").is(Health::Late).saw([]).say(running()).is(Health::Healthy).told([]);
}

#[test]
fn without_a_schedule_nothing_is_expected() {
    let mut story = super::unscheduled();
    story.at("sun+4w 00:00").is(Health::New).saw([]);
    assert_eq!(story.scheduler.state.expected, None);
}

#[test]
fn the_end_of_a_run_does_not_make_its_late_start_an_early_one() {
    for end in [completed(), failed(), pending()] {
        let mut story = on(Schedule { early: Some(span("10m")), ..cron("0 * * * *") });
        story.at("mon 01:55").say(running()).expects("mon 02:00");
        story.at("mon 01:57").say(end).expects("mon 02:00");
    }
}

#[test]
fn a_start_at_the_very_end_of_the_grace_meets_its_slot_and_a_moment_later_is_late() {
    let mut story = nightly();
    story.clock_steps_to("mon 03:00").say(running()).saw(["run_started"]);
    let mut story = nightly();
    story.clock_steps_to("2026-01-05T03:00:00.001").say(running());
    story.saw(["slots_missed", "incident_opened", "run_started", "incident_resolved"]);
}

#[test]
fn a_slot_that_was_missed_is_not_expected_again_for_a_start_of_before_it() {
    let mut story = nightly();
    story.at("mon 03:00").is(Health::Missed).at("mon 04:00").say(running().run("a").spooled("mon 00:30"));
    story.expects("tue 02:00");
}
