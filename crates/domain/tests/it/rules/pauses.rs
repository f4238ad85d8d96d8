//! A pause suspends what is expected; resuming is like registering.

use domain::{Command, ConfigChange, Health, Rejection, Status};

use super::{limit, nightly, unscheduled, with};
use crate::moments::at;
use crate::story::{completed, failed, running};

#[test]
fn a_slot_inside_a_pause_is_skipped() {
    let mut story = nightly();
    story.at("mon 01:00").pause().is(Health::Paused).at("mon 12:00").resume().expects("tue 02:00");
    story.saw(["paused", "slots_skipped", "resumed"]).is(Health::New).told([]);
}

#[test]
fn a_slot_that_waited_when_the_pause_began_is_forgiven() {
    let mut story = nightly();
    story.at("mon 02:30").pause().at("mon 02:40").resume().at("mon 12:00").is(Health::New).told([]);
}

#[test]
fn what_had_passed_before_the_pause_is_judged_all_the_same() {
    let mut story = nightly();
    story.clock_steps_to("mon 03:00:01").pause().told(["opened missed", "dropped missed"]);
    story.saw(["slots_missed", "incident_opened", "paused", "incident_resolved"]);
}

#[test]
fn an_open_incident_is_closed_without_a_recovery_message() {
    let mut story = unscheduled();
    story.at("mon 01:00").say(failed()).at("mon 02:00").pause().told(["opened failing", "dropped failing"]);
    assert_eq!(story.scheduler.state.incident, None);
}

#[test]
fn reports_are_taken_in_a_pause_and_open_no_incident() {
    let mut story = nightly();
    story.at("mon 01:00").pause().at("mon 02:00").say(running()).at("mon 02:10").say(failed());
    story.reads(Status::Failed).told([]).at("mon 12:00").resume().is(Health::Healthy).told([]);
    story.say(failed()).told(["opened failing"]);
}

#[test]
fn failures_before_a_pause_are_not_held_against_what_comes_after_it() {
    let mut story = nightly();
    story.at("mon 01:00").say(failed()).pause().resume().at("mon 03:00").told([
        "opened failing",
        "dropped failing",
        "opened missed",
    ]);
    story.say(running()).told(["resolved missed"]);
}

#[test]
fn neither_silence_nor_running_time_is_judged_in_a_pause() {
    let config =
        ConfigChange { heartbeat_timeout: limit("10m"), max_runtime: limit("1h"), ..Default::default() };
    let mut story = with(config);
    story.at("mon 01:00").say(running()).at("mon 01:05").pause().at("mon 12:00").is(Health::Paused).resume();
    story.is(Health::Healthy).at("mon 12:09:59").is(Health::Healthy).at("mon 12:10").is(Health::Stale);
    story.heartbeats_until("mon 12:55", "5m").is(Health::Healthy).at("mon 13:00").is(Health::Overrun);
}

#[test]
fn a_pause_may_end_by_itself() {
    let mut story = nightly();
    story.at("mon 01:00").pause_until("tue 12:00").at("tue 11:59").is(Health::Paused);
    story.at("tue 12:00").saw(["paused", "slots_skipped", "resumed"]).expects("wed 02:00");
}

#[test]
fn a_pause_that_has_run_out_is_over_for_a_report_that_comes_before_the_evaluator() {
    let mut story = unscheduled();
    story.at("mon 01:00").pause_until("mon 02:00").clock_steps_to("mon 02:00:01").say(failed());
    story.saw(["paused", "resumed", "run_finished", "incident_opened"]).told(["opened failing"]);
}

#[test]
fn pausing_again_changes_the_end_and_not_the_beginning() {
    let mut story = unscheduled();
    story.at("mon 01:00").pause().pause().pause_until("mon 09:00").saw(["paused", "paused"]);
    story.at("mon 02:00").pause_until("mon 10:00");
    let pause = story.scheduler.state.paused.expect("paused");
    assert_eq!((pause.since, pause.until), (at("mon 01:00"), Some(at("mon 10:00"))));
}

#[test]
fn a_pause_until_the_past_is_refused_and_resuming_what_is_not_paused_is_nothing() {
    let mut story = unscheduled();
    let refused = story.command(Command::Pause { until: Some(story.now) });
    assert!(matches!(refused, Err(Rejection::Invalid(_))), "{refused:?}");
    story.resume().saw([]);
}

#[test]
fn a_start_inside_a_pause_still_moves_what_is_expected() {
    let mut story = nightly();
    story.at("mon 01:00").pause().at("mon 02:00").say(running()).say(completed()).at("mon 02:30").resume();
    story.saw(["paused", "run_started", "run_finished", "resumed"]).expects("tue 02:00");
}
