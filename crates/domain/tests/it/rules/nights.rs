//! Whole stories of ordinary and unlucky jobs.

use domain::{ConfigChange, Health, RunState, Status};

use super::{cron, nightly};
use crate::story::{Story, completed, failed, running, scheduled};

const NIGHTS: [&str; 5] = ["mon", "tue", "wed", "thu", "fri"];

#[test]
fn a_nightly_job_that_reports_only_its_completion_is_well() {
    let mut story = nightly();
    for night in NIGHTS {
        story.at(&format!("{night} 02:50")).is_not_bad().say(completed().took("50m")).is(Health::Healthy);
    }
    story.told([]);
    assert_eq!(story.log.len(), 6);
}

#[test]
fn a_nightly_job_with_start_and_heartbeats_and_completion_is_well() {
    let mut story = nightly();
    for night in NIGHTS {
        story.at(&format!("{night} 02:00:02")).say(running());
        story.heartbeats_until(&format!("{night} 05:30"), "5m").is(Health::Healthy);
        story.say(completed()).is(Health::Healthy);
    }
    story.told([]);
}

#[test]
fn an_hourly_job_of_fifty_minutes_is_well() {
    let mut story = Story::registered("mon 00:30", scheduled(cron("0 * * * *")));
    for hour in 1..24 {
        story.at(&format!("mon {hour:02}:00:01")).say(running());
        story.at(&format!("mon {hour:02}:50:01")).say(completed()).is(Health::Healthy);
    }
    story.told([]);
    assert!(story.all("slots_skipped").is_empty());
}

#[test]
fn a_job_that_fails_every_night_is_told_every_night_and_resolved_once() {
    let mut story = nightly();
    for night in NIGHTS {
        story.at(&format!("{night} 02:00")).say(running()).at(&format!("{night} 02:30")).say(failed());
    }
    story.told([
        "opened failing",
        "repeated failing",
        "repeated failing",
        "repeated failing",
        "repeated failing",
    ]);
    story.at("sat 02:00").say(running()).at("sat 02:30").say(completed()).told(["resolved failing"]);
}

#[test]
fn a_job_that_fails_on_monday_and_hangs_on_tuesday_is_told_both() {
    let mut story = nightly();
    story.at("mon 02:00").say(running()).at("mon 02:30").say(failed()).told(["opened failing"]);
    story.at("tue 02:00").say(running()).at("wed 02:00").told(["widened overrun"]).is(Health::Failing);
    story.say(running()).told([]).at("wed 02:30").say(completed()).told(["resolved failing"]);
}

#[test]
fn a_job_killed_under_a_run_id_and_fine_the_next_nights_recovers_with_the_next() {
    let mut story = nightly();
    story.at("mon 02:00").say(running().run("mon")).at("tue 02:00:03").say(running().run("tue"));
    story.told(["opened overrun"]).at("tue 02:30").say(completed().run("tue")).told(["resolved overrun"]);
    assert_eq!(story.run("mon").state, RunState::Abandoned);
    story.at("wed 02:00:03").say(running().run("wed")).at("wed 02:30").say(completed().run("wed"));
    story.at("thu 01:00").is(Health::Healthy).told([]);
}

#[test]
fn a_job_that_overlaps_itself_without_run_ids_keeps_one_run_open() {
    let mut story = Story::registered("mon 00:30", scheduled(cron("0 * * * *")));
    story.at("mon 01:00").say(running()).at("mon 02:00").say(running()).at("mon 02:20").say(completed());
    story.reads(Status::Completed).at("mon 02:40").say(completed()).reads(Status::Completed);
    assert_eq!(story.runs.len(), 3, "the first end closed the second start; the other is a run of its own");
    story.told([]);
}

#[test]
fn a_job_that_overlaps_itself_with_run_ids_is_well() {
    let mut story = Story::registered("mon 00:30", scheduled(cron("0 * * * *")));
    for hour in 1..12 {
        story.at(&format!("mon {hour:02}:00")).say(running().run(&format!("r{hour}")));
        if hour > 1 {
            story.at(&format!("mon {hour:02}:30")).say(completed().run(&format!("r{}", hour - 1)));
        }
    }
    story.is(Health::Healthy).reads(Status::Running).told([]);
    assert!(story.runs[..10].iter().all(|run| run.state == RunState::Completed));
}

#[test]
fn a_job_whose_machine_died_in_the_middle_is_told_by_its_silence_and_then_by_its_absence() {
    let mut story = nightly();
    story.at("mon 02:00").say(running().run("mon")).heartbeats_until("mon 02:30", "5m");
    story.at("mon 02:40").told(["opened stale"]).at("tue 02:00").told(["widened overrun"]);
    story.at("tue 02:40").told(["resolved stale"]);
    story.at("tue 03:00").told(["opened missed"]);
}

#[test]
fn a_job_that_is_retired_by_pausing_it_is_never_heard_of_again() {
    let mut story = nightly();
    story.at("mon 12:00").told(["opened missed"]).pause().told(["dropped missed"]);
    story.at("sun+4w 00:00").told([]);
}

#[test]
fn a_scheduler_without_schedule_that_completes_now_and_then_is_never_bad() {
    let mut story = super::with(ConfigChange::default());
    story.at("tue 01:00").say(completed()).at("sun+3w 00:00").is(Health::Healthy).told([]);
}

impl Story {
    fn is_not_bad(&mut self) -> &mut Self {
        assert!(self.health() < Health::Paused, "{:?} at {}", self.health(), self.now);
        self
    }
}
