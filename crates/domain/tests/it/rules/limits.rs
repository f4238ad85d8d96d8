//! Three limits, each with one meaning; what a change of them does; what is advised where they do not fit.

use domain::{ConfigChange, Facts, Health, Limit, Patch, Status, hints};

use super::{cron, grace, limit, nightly, unscheduled, with};
use crate::moments::span;
use crate::story::{Story, completed, failed, running, scheduled};

#[test]
fn a_slot_is_missed_at_the_end_of_its_grace_and_not_before() {
    let mut story = nightly();
    story.at("mon 02:00").is(Health::Late).at("mon 02:59:59").is(Health::Late);
    story.at("mon 03:00").is(Health::Missed).saw(["slots_missed", "incident_opened"]);
}

#[test]
fn a_run_may_be_open_for_a_day_unless_said_otherwise() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running()).at("tue 01:59:59").is(Health::Healthy);
    story.at("tue 02:00").is(Health::Overrun).told(["opened overrun"]).reads(Status::Running);
    story.at("tue 04:00").say(completed()).is(Health::Healthy).told(["resolved overrun"]);
}

#[test]
fn max_runtime_counts_from_the_start_and_may_be_off() {
    let mut story = with(ConfigChange { max_runtime: limit("30s"), ..ConfigChange::default() });
    story.at("mon 02:00").say(running()).at("mon 02:00:30").is(Health::Overrun);
    let off = ConfigChange { max_runtime: Patch::Set(Limit::Off), ..ConfigChange::default() };
    let mut story = with(off);
    story.at("mon 02:00").say(running()).at("sun+9w 02:00").is(Health::Healthy);
}

#[test]
fn heartbeats_do_not_excuse_an_overrun() {
    let mut story = with(ConfigChange { max_runtime: limit("1h"), ..ConfigChange::default() });
    story.at("mon 02:00").say(running()).heartbeats_until("mon 03:00", "5m").is(Health::Overrun);
}

#[test]
fn an_overrun_that_the_evaluator_was_too_slow_to_see_is_told_all_the_same() {
    let mut story = with(ConfigChange { max_runtime: limit("1h"), ..ConfigChange::default() });
    story.at("mon 02:00").say(running());
    story.clock_steps_to("mon 03:30").say(completed()).told(["opened overrun", "resolved overrun"]);
    story.saw(["run_started", "run_overran", "incident_opened", "run_finished", "incident_resolved"]);
}

#[test]
fn a_longer_limit_lifts_the_mark_and_a_shorter_one_sets_it_at_once() {
    let mut story = with(ConfigChange { max_runtime: limit("1h"), ..ConfigChange::default() });
    story.at("mon 02:00").say(running()).at("mon 03:30").is(Health::Overrun);
    story.configure(ConfigChange { max_runtime: limit("2h"), ..ConfigChange::default() });
    story.is(Health::Healthy).told(["opened overrun", "resolved overrun"]);
    story.configure(ConfigChange { max_runtime: limit("10m"), ..ConfigChange::default() });
    story.is(Health::Overrun).told(["opened overrun"]);
}

#[test]
fn a_limit_that_changes_and_is_still_exceeded_alerts_nobody_again() {
    let mut story = with(ConfigChange { heartbeat_timeout: limit("1m"), ..ConfigChange::default() });
    story.at("mon 02:00").say(running()).at("mon 02:30").told(["opened stale"]);
    story.configure(ConfigChange { heartbeat_timeout: limit("2m"), ..ConfigChange::default() });
    story.is(Health::Stale).told([]);
}

#[test]
fn a_longer_grace_counts_for_the_slot_that_waits() {
    let mut story = nightly();
    story.at("mon 02:30").configure(scheduled(grace(cron("0 2 * * *"), "4h")));
    story.at("mon 05:59").is(Health::Late).say(completed()).is(Health::Healthy).told([]);
}

#[test]
fn registration_advises_where_limits_do_not_fit_what_was_seen() {
    let mut story = nightly();
    story.at("mon 02:50").say(completed());
    let advice = |story: &Story, longest| hints(&story.scheduler, Some(span(longest)), &Facts::default());
    assert!(advice(&story, "30m").is_empty());
    assert!(advice(&story, "2h")[0].contains("reported no start"));
    assert!(advice(&story, "25h").iter().any(|hint| hint.contains("max_runtime")));
    let tight = ConfigChange { heartbeat_timeout: limit("5m"), ..ConfigChange::default() };
    story.configure(tight).say(failed());
    assert!(advice(&story, "10m")[0].contains("without any heartbeat"));
    assert!(hints(&story.scheduler, None, &Facts::default()).is_empty());
}
