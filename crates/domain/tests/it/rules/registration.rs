//! Registering, registering again, and changes across a slot.

use domain::schedule::Schedule;
use domain::{Command, ConfigChange, Health, Patch, Rejection};

use super::{cron, every, grace, nightly};
use crate::moments::{at, span};
use crate::story::{Story, completed, running, scheduled};

#[test]
fn both_names_are_required_to_register() {
    let mut story = Story::unborn(at("mon 00:00"));
    let empty = Command::Configure { change: Box::default(), only_if: None };
    let Err(Rejection::Invalid(problems)) = story.command(empty) else { panic!("refused") };
    let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["service_name", "job_name"]);
}

#[test]
fn what_was_never_registered_is_not_found() {
    let mut story = Story::unborn(at("mon 00:00"));
    assert!(matches!(story.try_say(completed()), Err(Rejection::NotFound(_))));
    assert!(matches!(story.try_heartbeat(None), Err(Rejection::NotFound(_))));
    assert!(matches!(story.command(Command::Evaluate), Err(Rejection::NotFound(_))));
}

#[test]
fn registering_again_changes_nothing_unless_a_value_changed() {
    let mut story = nightly();
    story.at("mon 02:30").configure(scheduled(cron("0 2 * * *"))).saw([]).expects("mon 02:00");
    story.configure(ConfigChange { tags: Patch::Set(vec!["etl".to_owned()]), ..ConfigChange::default() });
    story.saw(["configured"]).expects("mon 02:00").at("mon 03:00").is(Health::Missed);
}

#[test]
fn a_schedule_changed_across_its_slot_is_judged_from_the_change_on() {
    let mut story = nightly();
    story.at("mon 02:30").configure(scheduled(cron("0 4 * * *"))).expects("mon 04:00").is(Health::New);
    story.at("mon 04:59").told([]).at("mon 05:00").is(Health::Missed);
}

#[test]
fn a_slot_that_had_passed_before_the_change_is_missed_all_the_same() {
    let mut story = nightly();
    story.clock_steps_to("mon 03:00:01").configure(scheduled(cron("0 4 * * *")));
    story.saw(["slots_missed", "configured", "incident_opened"]).expects("mon 04:00");
}

#[test]
fn a_run_before_the_change_meets_no_slot_of_the_new_schedule() {
    let mut story = nightly();
    story.at("mon 02:00").say(running()).at("mon 02:10").say(completed());
    story.at("mon 12:00").configure(scheduled(grace(every("1h"), "5m"))).expects("mon 13:00");
    story.at("mon 12:30").configure(scheduled(cron("0 2 * * *"))).expects("tue 02:00");
}

#[test]
fn a_schedule_that_is_taken_away_expects_nothing_any_more() {
    let mut story = nightly();
    story.at("mon 01:00").configure(ConfigChange { schedule: Patch::Clear, ..ConfigChange::default() });
    story.at("sun 00:00").is(Health::New).told([]);
}

#[test]
fn a_schedule_that_changes_under_an_open_run_leaves_the_run_alone() {
    let mut story = nightly();
    story.at("mon 02:00").say(running()).at("mon 02:30").configure(scheduled(cron("0 3 * * *")));
    story.expects("mon 03:00").at("mon 04:00").is(Health::Healthy).say(completed()).expects("tue 03:00");
}

#[test]
fn a_change_that_saw_another_version_is_refused() {
    let mut story = nightly();
    let rename = ConfigChange { job_name: Some("renamed".to_owned()), ..ConfigChange::default() };
    let command = |only_if| Command::Configure { change: Box::new(rename.clone()), only_if: Some(only_if) };
    story.command(command(1)).expect("the version it has");
    let refused = story.command(command(1));
    assert!(matches!(refused, Err(Rejection::VersionMismatch { expected: 1, current: 2 })), "{refused:?}");
}

#[test]
fn a_wider_early_counts_from_the_change_on() {
    let mut story = nightly();
    let early = Schedule { early: Some(span("10m")), ..cron("0 2 * * *") };
    story.at("mon 01:00").configure(scheduled(early)).at("mon 01:55").say(running()).expects("tue 02:00");
}

#[test]
fn only_a_change_of_the_schedule_judges_what_had_passed_and_none_does_in_a_pause() {
    let tags = ConfigChange { tags: Patch::Set(vec!["etl".to_owned()]), ..ConfigChange::default() };
    let mut story = nightly();
    story.clock_steps_to("mon 03:00:01").configure(tags).saw(["configured"]);
    let mut story = nightly();
    story.at("mon 01:00").pause().clock_steps_to("mon 03:00:01").configure(scheduled(cron("0 4 * * *")));
    story.saw(["paused", "configured"]).is(Health::Paused);
}

#[test]
fn no_slot_of_before_the_registration_is_expected_for_a_run_of_before_it() {
    let mut story = nightly();
    story.at("mon 00:30").say(completed().spooled("2026-01-02T02:30:00Z")).expects("mon 02:00");
}
