//! Heartbeats move the last one and nothing else; silence means something once it was armed.

use domain::{ConfigChange, Health, Limit, Patch, Rejection, Status};

use super::{limit, unscheduled, with};
use crate::moments::at;
use crate::story::{Story, completed, running};

#[test]
fn only_the_first_heartbeat_of_a_run_is_an_event() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running());
    story.heartbeats_until("mon 03:00", "5m").saw(["run_started", "heartbeats_began"]);
    assert_eq!(story.facts.liveness.last, Some(at("mon 03:00")));
    story.reads(Status::Running).is(Health::Healthy);
}

#[test]
fn the_default_timeout_of_ten_minutes_is_armed_by_the_first_heartbeat() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running()).at("mon 05:00").is(Health::Healthy);
    story.heartbeat().at("mon 05:09:59").is(Health::Healthy);
    story.at("mon 05:10").is(Health::Stale).told(["opened stale"]);
}

#[test]
fn a_heartbeat_of_an_earlier_run_arms_it_from_the_start_of_the_next() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running()).heartbeat().say(completed());
    story.at("tue 02:00").say(running()).at("tue 02:09:59").is(Health::Healthy);
    story.at("tue 02:10").is(Health::Stale);
}

#[test]
fn a_heartbeat_of_a_later_run_does_not_arm_it_for_one_that_never_had_any() {
    let mut story = unscheduled();
    story
        .at("mon 02:00")
        .say(running().run("old"))
        .at("mon 03:00")
        .say(running().run("new"))
        .heartbeat_of("new");
    story.say(completed().run("new")).at("mon 12:00").is(Health::Healthy);
}

#[test]
fn a_timeout_that_was_set_counts_from_the_start() {
    let mut story = with(ConfigChange { heartbeat_timeout: limit("2m"), ..ConfigChange::default() });
    story.at("mon 02:00").say(running()).at("mon 02:01:59").is(Health::Healthy);
    story.at("mon 02:02").is(Health::Stale);
}

#[test]
fn a_timeout_of_the_server_counts_from_the_start_too_and_off_overrules_it() {
    let mut story = unscheduled();
    story.facts.defaults.heartbeat_timeout = Some(Limit::After(domain::Duration::from_minutes(5)));
    story.at("mon 02:00").say(running()).at("mon 02:05").is(Health::Stale);
    let off = ConfigChange { heartbeat_timeout: Patch::Set(Limit::Off), ..ConfigChange::default() };
    story.configure(off).is(Health::Healthy).at("mon 12:00").is(Health::Healthy);
}

#[test]
fn a_heartbeat_ends_silence_and_the_run_may_complete() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running()).heartbeat().at("mon 02:30").is(Health::Stale);
    story.reads(Status::Running).heartbeat().is(Health::Healthy).told(["opened stale", "resolved stale"]);
    story.saw([
        "run_started",
        "heartbeats_began",
        "run_went_stale",
        "incident_opened",
        "run_revived",
        "incident_resolved",
    ]);
    story.say(completed()).reads(Status::Completed).told([]);
}

#[test]
fn a_heartbeat_that_a_queue_held_back_does_not_end_a_later_silence() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running()).heartbeat().at("mon 02:05").heartbeat();
    story.at("mon 02:20").is(Health::Stale);
    let held_back = domain::Command::Heartbeat { run_id: None, received_at: at("mon 02:01") };
    story.command(held_back).expect("taken");
    story.is(Health::Stale);
}

#[test]
fn a_heartbeat_may_name_its_run() {
    let mut story = two_runs();
    story.heartbeats_of_one_of_two();
    story.is(Health::Stale);
    let silent: Vec<_> = story.scheduler.state.runs.iter().map(|run| run.stale_at.is_some()).collect();
    assert_eq!(silent, [false, true]);
}

#[test]
fn a_heartbeat_that_names_none_of_several_runs_speaks_for_all() {
    let mut story = two_runs();
    story.heartbeats_until("mon 03:00", "5m").is(Health::Healthy);
}

#[test]
fn a_heartbeat_of_a_run_that_is_not_known_yet_is_taken_and_means_nothing() {
    let mut story = unscheduled();
    story.at("mon 02:00").heartbeat_of("unheard of").heartbeat().saw([]);
    story.say(running().run("other")).at("mon 03:00").is(Health::Healthy);
}

#[test]
fn a_heartbeat_of_a_closed_or_abandoned_run_is_told_to_stop() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running().run("closed")).say(completed().run("closed"));
    story.say(running().run("lost")).at("tue 02:00").at("wed 02:00");
    for (name, state) in [("closed", "completed"), ("lost", "abandoned")] {
        let refused = story.try_heartbeat(Some(name));
        assert!(
            matches!(refused, Err(Rejection::StaleScheduler { state: s, .. }) if s == state),
            "{refused:?}"
        );
    }
}

fn two_runs() -> Story {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running().run("a")).say(running().run("b"));
    story
}

impl Story {
    fn heartbeats_of_one_of_two(&mut self) {
        for minute in (5..60).step_by(5) {
            self.at(&format!("mon 02:{minute:02}")).heartbeat_of("a");
        }
    }
}
