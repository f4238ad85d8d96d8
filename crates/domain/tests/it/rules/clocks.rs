//! Changes of the clocks: the zone's twice a year, and ours when it is set or when instances disagree.

use domain::{Health, Status};

use super::{cron_in, every, grace, nightly, unscheduled};
use crate::story::{Story, completed, failed, running, scheduled};

#[test]
fn a_nightly_job_at_half_past_three_runs_once_when_the_clocks_go_forward() {
    let mut story = riga("2026-03-28T12:00:00Z");
    story.expects("2026-03-29T01:00:00Z").at("2026-03-29T01:00:03Z").say(running());
    story.at("2026-03-29T01:30:00Z").say(completed()).expects("2026-03-30T00:30:00Z").told([]);
}

#[test]
fn a_nightly_job_at_half_past_three_is_expected_once_when_the_clocks_go_back() {
    let mut story = riga("2026-10-24T12:00:00Z");
    story.expects("2026-10-25T00:30:00Z").at("2026-10-25T00:30:03Z").say(running()).say(completed());
    story.expects("2026-10-26T01:30:00Z").at("2026-10-26T01:00:00Z").is(Health::Healthy).told([]);
}

#[test]
fn an_hourly_job_runs_twice_in_the_hour_that_comes_twice() {
    let hourly = grace(cron_in("0 * * * *", "Europe/Riga"), "5m");
    let mut story = Story::registered("2026-10-24T23:30:00Z", scheduled(hourly));
    for slot in ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"] {
        story.expects(slot).at(slot).say(completed());
    }
    story.told([]);
}

/// The clocks of Riga change at 03:00 in spring and at 04:00 in autumn: half past three is lost, or comes twice.
fn riga(registered: &str) -> Story {
    Story::registered(registered, scheduled(cron_in("30 3 * * *", "Europe/Riga")))
}

#[test]
fn a_clock_that_is_set_back_by_an_hour_does_not_freeze_the_status() {
    let mut story = unscheduled();
    story.at("mon 10:00").say(running()).say(completed());
    story.clock_steps_to("mon 09:00").say(running()).reads(Status::Running);
    story.clock_steps_to("mon 09:01").say(failed()).reads(Status::Failed).is(Health::Failing);
    story.clock_steps_to("mon 09:02").say(running().run("a")).say(completed().run("a"));
    story.reads(Status::Completed).is(Health::Healthy);
    assert!(story.all("report_filed").is_empty());
}

#[test]
fn a_clock_that_is_set_back_under_an_open_run_lets_its_outcome_close_it() {
    let mut story = unscheduled();
    story.at("mon 10:00").say(running()).clock_steps_to("mon 09:59:30").say(completed());
    story.reads(Status::Completed);
    assert!(story.scheduler.state.runs.is_empty());
}

#[test]
fn after_a_clock_was_set_back_the_next_slot_is_reckoned_from_what_is_true_now() {
    let mut story = nightly();
    story.clock_steps_to("tue 02:00").say(running()).say(completed());
    story.clock_steps_to("mon 02:00").say(running()).say(completed()).expects("tue 02:00");
}

#[test]
fn a_period_registered_before_the_clock_was_set_back_goes_on_from_what_is_true_now() {
    let mut story = Story::registered("mon 10:00", scheduled(grace(every("15m"), "5m")));
    story.at("mon 10:10").say(completed());
    story.clock_steps_to("mon 08:00").say(completed()).expects("mon 08:15");
    story.at("mon 08:05").say(completed()).expects("mon 08:20");
    story.at("mon 08:25").is(Health::Missed);
}

#[test]
fn two_instances_whose_clocks_disagree_a_little_keep_the_order_of_arrival() {
    let mut story = unscheduled();
    story.at("mon 10:00:01").say(running());
    story.clock_steps_to("mon 10:00:00").say(completed()).say(running()).reads(Status::Running);
    assert_eq!(story.runs.len(), 2);
    assert_eq!(story.scheduler.state.runs.len(), 1);
}

#[test]
fn what_a_spool_brings_after_a_clock_was_set_back_is_still_history() {
    let mut story = unscheduled();
    story.at("mon 10:00").say(completed());
    story.clock_steps_to("mon 09:59").say(failed().spooled("mon 08:00")).reads(Status::Completed);
}

#[test]
fn a_job_whose_own_clock_is_wrong_is_judged_by_ours() {
    let mut story = nightly();
    story.at("mon 02:10").say(completed().stamped("2019-01-01T00:00:00Z")).expects("tue 02:00");
    story.at("tue 02:10").say(completed().stamped("2031-01-01T00:00:00Z")).expects("wed 02:00");
    story.is(Health::Healthy).told([]);
}
