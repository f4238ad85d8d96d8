//! An incident: opened once, widened by what is new, repeated in measure, reminded of if asked, resolved once.

use domain::{Cause, ConfigChange, Health, Limit, Patch};

use super::{cron, grace, limit, nightly, unscheduled, with};
use crate::moments::at;
use crate::story::{Story, completed, failed, running, scheduled};

#[test]
fn it_opens_with_the_first_cause_and_is_resolved_with_the_last() {
    let mut story = nightly();
    story.at("mon 02:00").say(running()).at("mon 02:10").say(failed().error("no space"));
    story.told(["opened failing"]).saw(["run_started", "run_finished", "incident_opened"]);
    let alert = &story.alerts[0];
    assert_eq!(alert.story.error.as_deref(), Some("no space"));
    assert_eq!((alert.at, alert.opened_at), (at("mon 02:10"), at("mon 02:10")));
    story.at("mon 03:00").say(completed()).told(["resolved failing"]).is(Health::Healthy);
    assert_eq!(story.alerts[0].incident, story.alerts[1].incident);
    assert_ne!(story.alerts[0].id, story.alerts[1].id);
    assert!(story.alerts[1].causes.has(Cause::Failing), "what it recovered from");
}

#[test]
fn a_new_cause_is_told_at_once() {
    let mut story = nightly();
    story.at("mon 02:10").say(failed()).at("tue 03:00").told(["opened failing", "widened missed"]);
    story.is(Health::Failing);
    assert_eq!(story.alerts[1].causes.iter().count(), 2);
}

#[test]
fn the_same_again_is_told_only_after_an_hour() {
    let mut story = unscheduled();
    story.at("mon 01:00").say(failed()).told(["opened failing"]);
    story.at("mon 01:59:59").say(failed()).told([]);
    story.at("mon 02:00").say(failed()).told(["repeated failing"]);
    story.at("mon 02:30").say(failed()).told([]).at("mon 05:00").told([]);
    assert_eq!(story.alerts[1].story.failures, 3);
}

#[test]
fn repeats_may_be_off() {
    let off = ConfigChange { realert_after: Patch::Set(Limit::Off), ..ConfigChange::default() };
    let mut story = with(off);
    story.at("mon 01:00").say(failed()).at("fri 01:00").say(failed()).told(["opened failing"]);
}

#[test]
fn repeats_may_be_immediate_and_are_then_one_for_each_bad_mark() {
    let at_once = ConfigChange { realert_after: limit("0s"), ..scheduled(grace(cron("0 * * * *"), "5m")) };
    let mut story = with(at_once);
    story.at("mon 01:10").told(["opened missed"]).at("mon 02:10").told(["repeated missed"]);
    story.clock_steps_to("mon 03:10").say(failed()).told(["repeated missed", "widened failing"]);
    story.say(failed()).told(["repeated failing"]);
}

#[test]
fn another_run_that_goes_stale_is_a_further_bad_mark() {
    let mut story = with(ConfigChange { heartbeat_timeout: limit("10m"), ..ConfigChange::default() });
    story.at("mon 01:00").say(running().run("a")).at("mon 02:30").say(running().run("b"));
    story.at("mon 02:40").told(["opened stale", "repeated stale"]);
}

#[test]
fn reminders_come_only_where_asked_for() {
    let mut story = unscheduled();
    story.at("mon 01:00").say(failed()).at("fri 00:00").told(["opened failing"]);
    story.configure(ConfigChange { remind_every: limit("6h"), ..ConfigChange::default() });
    story.told(["reminded failing"]).at("fri 12:00").told(["reminded failing", "reminded failing"]);
    story.say(completed()).told(["resolved failing"]).at("sun 00:00").told([]);
}

#[test]
fn reminders_without_a_pause_do_not_spin() {
    let mut story = with(ConfigChange { remind_every: limit("0s"), ..ConfigChange::default() });
    story.at("mon 01:00").say(failed()).at("mon 01:10");
    assert!(story.evaluations <= 10, "{}", story.evaluations);
}

#[test]
fn stale_ends_with_a_report_of_its_run_and_overrun_with_its_end() {
    let config =
        ConfigChange { heartbeat_timeout: limit("10m"), max_runtime: limit("1h"), ..Default::default() };
    let mut story = with(config);
    story.at("mon 01:00").say(running().run("a")).at("mon 02:00").told(["opened stale", "widened overrun"]);
    story.say(running().run("a")).is(Health::Overrun).told([]);
    story.say(completed().run("a")).is(Health::Healthy).told(["resolved stale"]);
}

#[test]
fn a_miss_and_its_end_in_one_decision_are_both_told() {
    let mut story = nightly();
    story.clock_steps_to("mon 04:00").say(completed());
    story.told(["opened missed", "resolved missed"]);
    assert!(story.alerts[1].causes.has(Cause::Missed), "what it recovered from");
}

#[test]
fn a_second_incident_is_another_one() {
    let mut story = unscheduled();
    story.at("mon 01:00").say(failed()).say(completed()).at("mon 02:00").say(failed());
    story.told(["opened failing", "resolved failing", "opened failing"]);
    assert_ne!(story.alerts[0].incident, story.alerts[2].incident);
}

#[test]
fn a_failure_of_the_past_opens_nothing() {
    let mut story = unscheduled();
    story.at("tue 01:00").say(completed()).say(failed().spooled("mon 01:00")).told([]).is(Health::Healthy);
}

#[test]
fn deletion_closes_what_receivers_keep_open() {
    let mut story: Story = unscheduled();
    assert_eq!(domain::react_to_deletion(&story.scheduler, story.now), None);
    story.at("mon 01:00").say(failed());
    let alert = domain::react_to_deletion(&story.scheduler, story.now).expect("an alert");
    assert_eq!((alert.kind.as_str(), alert.incident), ("dropped", story.alerts[0].incident.clone()));
}

#[test]
fn neither_a_failure_of_the_past_nor_a_success_that_does_not_suffice_is_told_again() {
    let mut story = with(ConfigChange { recovery_threshold: Patch::Set(2), ..ConfigChange::default() });
    story.at("mon 01:00").say(failed()).told(["opened failing"]).at("mon 03:00");
    story.say(failed().spooled("mon 00:30")).told([]);
    story.say(completed()).told([]).say(failed()).told(["widened failing"]);
}
