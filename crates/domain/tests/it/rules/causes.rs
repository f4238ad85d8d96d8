//! What is wrong, how bad that is, and how often it must happen.

use domain::{Cause, ConfigChange, Health, Patch};

use super::{cron, grace, limit, nightly, unscheduled, with};
use crate::story::{Story, completed, failed, running, scheduled};

#[test]
fn a_worse_cause_hides_the_others() {
    let config = ConfigChange {
        max_runtime: limit("1h"),
        heartbeat_timeout: limit("2h"),
        ..scheduled(grace(cron("0 * * * *"), "5m"))
    };
    let mut story = with(config);
    story.at("mon 01:10").is(Health::Missed);
    story.say(running().run("late").spooled("mon 00:30")).is(Health::Missed);
    story.at("mon 01:30").is(Health::Overrun).at("mon 03:10").is(Health::Stale);
    story.say(failed()).is(Health::Failing);
}

#[test]
fn the_order_of_health_is_failing_stale_overrun_missed_paused_late_new_healthy() {
    let names: Vec<_> = Health::ALL.iter().rev().map(|health| health.as_str()).collect();
    assert_eq!(names, ["failing", "stale", "overrun", "missed", "paused", "late", "new", "healthy"]);
    let mut sorted = Health::ALL;
    sorted.sort();
    assert_eq!(sorted, Health::ALL);
    assert!(Health::ALL.iter().all(|health| Health::parse(health.as_str()) == Some(*health)));
    assert_eq!(Cause::ALL.map(Cause::health).iter().max(), Some(&Health::Failing));
}

#[test]
fn it_is_new_until_its_first_report() {
    let mut story = nightly();
    story.is(Health::New).heartbeat().is(Health::New).at("mon 01:00").say(running()).is(Health::Healthy);
}

#[test]
fn a_threshold_of_three_failures_waits_for_the_third_in_a_row() {
    let mut story = unscheduled();
    story.configure(ConfigChange { failure_threshold: Patch::Set(3), ..ConfigChange::default() });
    story.at("mon 01:00").say(failed()).say(failed()).say(completed()).say(failed()).say(failed());
    story.is(Health::Healthy).told([]).say(failed()).is(Health::Failing).told(["opened failing"]);
}

#[test]
fn a_threshold_of_two_recoveries_keeps_the_incident_open_until_the_second() {
    let mut story = unscheduled();
    story.configure(ConfigChange { recovery_threshold: Patch::Set(2), ..ConfigChange::default() });
    story.at("mon 01:00").say(failed()).told(["opened failing"]).say(completed()).told([]);
    assert!(story.scheduler.state.incident.is_some());
    story.is(Health::Healthy).say(completed()).told(["resolved failing"]);
}

#[test]
fn a_threshold_of_recoveries_asks_nothing_of_what_never_failed() {
    let mut story = nightly();
    story.configure(ConfigChange { recovery_threshold: Patch::Set(5), ..ConfigChange::default() });
    story.at("mon 04:00").told(["opened missed"]).say(running()).told(["resolved missed"]);
}

#[test]
fn a_lower_threshold_is_judged_at_once() {
    let mut story = unscheduled();
    story.configure(ConfigChange { failure_threshold: Patch::Set(3), ..ConfigChange::default() });
    story.at("mon 01:00").say(failed()).say(failed()).is(Health::Healthy);
    story.configure(ConfigChange { failure_threshold: Patch::Set(2), ..ConfigChange::default() });
    story.is(Health::Failing).told(["opened failing"]);
}

#[test]
fn stale_and_overrun_never_fail_a_job_by_themselves() {
    let mut story: Story = unscheduled();
    story.configure(ConfigChange { max_runtime: limit("1h"), ..ConfigChange::default() });
    story.at("mon 01:00").say(running()).heartbeat().at("mon 03:00").is(Health::Stale);
    assert_eq!(story.scheduler.state.failures, 0);
    story.say(completed()).is(Health::Healthy);
}
