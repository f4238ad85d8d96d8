//! Reports that were held up: on the job's machine, or in a queue before us.

use domain::{ConfigChange, Health, RunState, Status};

use super::{limit, nightly, unscheduled, with};
use crate::moments::span;
use crate::story::{completed, failed, running};

#[test]
fn a_report_through_a_spool_clears_the_slot_it_was_for() {
    let mut story = nightly();
    story.at("mon 03:00").is(Health::Missed).at("mon 09:00").say(running().spooled("mon 02:00:05"));
    story.is(Health::Healthy).say(completed().spooled("mon 02:50")).expects("tue 02:00");
    assert_eq!(story.last_run().duration, Some(span("49m55s")));
    story.told(["opened missed", "resolved missed"]);
}

#[test]
fn a_report_that_comes_a_day_late_does_not_clear_todays_miss() {
    let mut story = nightly();
    story.at("tue 03:00").is(Health::Missed);
    story.at("tue 03:10").say(running().spooled("mon 02:00")).say(completed().spooled("mon 02:50"));
    story.is(Health::Missed).told(["opened missed", "repeated missed"]);
    story.say(completed()).is(Health::Healthy);
}

#[test]
fn a_report_that_comes_a_day_late_does_not_undo_what_came_since() {
    let mut story = nightly();
    story.at("mon 03:00").at("tue 02:00").say(running()).at("tue 02:50").say(failed());
    story.say(running().spooled("mon 02:00")).say(completed().spooled("mon 02:50"));
    story.reads(Status::Failed).is(Health::Failing).expects("wed 02:00");
}

#[test]
fn a_late_start_under_a_run_id_opens_a_run_and_its_late_outcome_closes_it() {
    let mut story = nightly();
    story.at("mon 02:50").say(completed()).at("tue 02:50").say(completed());
    story.say(running().run("old").spooled("mon 12:00")).reads(Status::Running).expects("wed 02:00");
    story.say(failed().run("old").spooled("mon 12:30"));
    assert_eq!(story.run("old").state, RunState::Failed);
    story.reads(Status::Completed).is(Health::Healthy).told([]);
}

#[test]
fn a_run_opened_by_a_late_start_has_a_minute_to_end_before_it_is_called_overrun() {
    let mut story = with(ConfigChange { max_runtime: limit("1h"), ..ConfigChange::default() });
    story.at("tue 02:00").say(running().run("a").spooled("mon 02:00"));
    story.at("tue 02:00:59").is(Health::Healthy).at("tue 02:01").is(Health::Overrun);
}

#[test]
fn a_start_that_took_a_moment_on_the_wire_is_not_a_late_one() {
    let mut story = with(ConfigChange { max_runtime: limit("10s"), ..ConfigChange::default() });
    story.at("mon 02:00:01").say(running().spooled("mon 02:00:00")).at("mon 02:00:10").is(Health::Overrun);
}

#[test]
fn an_outcome_out_of_a_spool_does_not_close_a_run_that_began_after_it() {
    let mut story = unscheduled();
    story.at("mon 03:00").say(running()).at("mon 03:10").say(completed().spooled("mon 02:00"));
    story.reads(Status::Running);
    assert_eq!(story.runs.len(), 2);
}

#[test]
fn what_a_queue_delivers_late_counts_from_when_it_came_in() {
    let mut story = nightly();
    story.at("mon 02:59:30").at("mon 02:59:59").say(running().queued("mon 02:10")).is(Health::Healthy);
    let run = &story.scheduler.state.runs[0];
    assert_eq!(run.started_at, crate::moments::at("mon 02:10"));
}

#[test]
fn an_hour_of_work_out_of_a_spool_leaves_the_status_of_its_last_report() {
    let mut story = nightly();
    story.at("mon 12:00");
    for minute in (0..60).step_by(10) {
        story.say(running().spooled(&format!("mon 02:{minute:02}")));
        story.say(completed().spooled(&format!("mon 02:{minute:02}:30")));
    }
    story.reads(Status::Completed).is(Health::Healthy);
    assert_eq!(story.runs.iter().filter(|run| run.state == RunState::Completed).count(), 6);
}

#[test]
fn what_happened_a_moment_before_what_came_in_just_now_is_history() {
    let mut story = unscheduled();
    story.at("mon 01:00").say(completed()).say(failed().spooled("mon 00:59:58"));
    story.reads(Status::Completed).is(Health::Healthy).told([]);
}

#[test]
fn a_start_within_the_grace_meets_its_slot_however_late_it_comes_and_anybody_looks() {
    let mut story = nightly();
    story.clock_steps_to("mon 04:00").say(running().spooled("mon 02:30")).saw(["run_started"]);
    story.expects("tue 02:00").told([]);
}

#[test]
fn slots_under_a_run_that_turns_out_to_have_ended_long_ago_are_skipped_all_the_same() {
    let mut story = nightly();
    story.at("mon 01:00").say(running().run("a")).expects("mon 02:00");
    story.clock_steps_to("mon 12:00").say(completed().run("a").spooled("mon 01:30"));
    story.saw(["run_started", "slots_skipped", "run_finished"]).expects("tue 02:00").told([]);
}
