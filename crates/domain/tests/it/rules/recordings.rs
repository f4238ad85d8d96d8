//! How slots are recorded: missed one by one and then at most hourly, skipped under a run, counted in one event.

use domain::{ConfigChange, Fact, Health, Patch};

use super::{cron, grace, nightly};
use crate::moments::at;
use crate::story::{Story, completed, running, scheduled};

fn counts(story: &Story, kind: &str) -> Vec<u32> {
    let counted = |fact: &&Fact| match fact {
        Fact::SlotsMissed(slots) | Fact::SlotsSkipped(slots) | Fact::SlotsUnobserved(slots) => slots.count,
        _ => 0,
    };
    story.all(kind).iter().map(counted).collect()
}

#[test]
fn a_missed_slot_stays_missed_until_the_next_start_and_the_schedule_goes_on() {
    let mut story = nightly();
    story.at("mon 03:00").is(Health::Missed).expects("tue 02:00").at("tue 01:00").is(Health::Missed);
    story.at("tue 03:00").saw(["slots_missed", "incident_opened", "slots_missed", "incident_repeated"]);
    story.at("tue 04:00").say(running()).is(Health::Healthy).expects("wed 02:00");
    assert_eq!(counts(&story, "slots_missed"), [1, 1]);
}

#[test]
fn a_completion_without_start_ends_it_too() {
    let mut story = nightly();
    story.at("mon 12:00").say(completed()).is(Health::Healthy).told(["opened missed", "resolved missed"]);
}

#[test]
fn a_job_of_every_minute_that_is_gone_for_a_day_is_recorded_ten_times_and_then_hourly() {
    let mut story = Story::registered("mon 00:00", scheduled(grace(cron("* * * * *"), "30s")));
    story.at("tue 00:00");
    let counts = counts(&story, "slots_missed");
    assert_eq!(counts[..10], [1; 10]);
    assert!(counts[10..].iter().all(|count| *count == 60), "{counts:?}");
    assert_eq!(counts.len(), 10 + 23);
    assert!(story.evaluations < 40);
    let alerts = story.alerts.len();
    assert!((20..=25).contains(&alerts), "about hourly: {alerts}");
}

#[test]
fn what_was_missed_meanwhile_is_recorded_before_the_start_that_ends_it() {
    let mut story = Story::registered("mon 00:00", scheduled(grace(cron("* * * * *"), "30s")));
    story.at("mon 00:40:10").say(running());
    assert_eq!(counts(&story, "slots_missed").iter().sum::<u32>(), 39);
    story.is(Health::Healthy);
    assert_eq!(story.scheduler.state.missed, None);
}

#[test]
fn slots_that_passed_since_the_last_look_are_one_event() {
    let mut story = Story::registered("mon 00:00", scheduled(grace(cron("*/10 * * * *"), "1m")));
    story.clock_steps_to("mon 00:45").evaluate();
    let Some(Fact::SlotsMissed(slots)) = story.all("slots_missed").first().copied() else { panic!("missed") };
    assert_eq!((slots.first, slots.last, slots.count), (at("mon 00:10"), at("mon 00:40"), 4));
}

#[test]
fn a_slot_whose_grace_ends_under_an_open_run_is_skipped() {
    let mut story = Story::registered("mon 00:00", scheduled(grace(cron("0 * * * *"), "10m")));
    story.at("mon 01:00").say(running()).at("mon 02:30").is(Health::Healthy);
    story.saw(["run_started", "slots_skipped"]).at("mon 02:40").say(completed()).expects("mon 03:00");
    story.told([]);
}

#[test]
fn a_slot_whose_grace_ends_after_the_run_did_is_missed() {
    let mut story = Story::registered("mon 00:00", scheduled(grace(cron("0 * * * *"), "10m")));
    story.at("mon 01:00").say(running()).at("mon 02:05").say(completed());
    story.at("mon 02:10").is(Health::Missed);
}

#[test]
fn a_job_of_every_minute_under_a_run_of_a_day_is_recorded_at_most_hourly() {
    let mut story = Story::registered("mon 00:00", scheduled(grace(cron("* * * * *"), "30s")));
    story.at("mon 00:01").say(running()).at("mon 23:00:10").say(completed());
    let counts = counts(&story, "slots_skipped");
    assert!(counts.len() < 30, "{} events", counts.len());
    assert_eq!(counts.iter().sum::<u32>(), 22 * 60 + 58);
    story.told([]);
}

#[test]
fn slots_under_a_run_that_is_given_up_are_skipped_and_not_missed() {
    let mut story = Story::registered("mon 00:00", scheduled(grace(cron("* * * * *"), "30s")));
    story.at("mon 00:01").say(running()).at("wed 00:01:29").told(["opened overrun", "resolved overrun"]);
    story.at("wed 00:01:30").is(Health::Missed);
    let Some(Fact::SlotsMissed(slots)) = story.all("slots_missed").first().copied() else { panic!("missed") };
    assert_eq!(slots.first, at("wed 00:01"));
}

#[test]
fn a_threshold_of_missed_slots_is_reached_by_slots_and_not_by_events() {
    let change =
        ConfigChange { missed_threshold: Patch::Set(3), ..scheduled(grace(cron("0 * * * *"), "5m")) };
    let mut story = Story::registered("mon 00:00", change);
    story
        .at("mon 02:30")
        .is(Health::Late)
        .told([])
        .at("mon 03:05")
        .is(Health::Missed)
        .told(["opened missed"]);
    let mut slow = story.clone();
    slow.at("mon 03:30").say(completed()).is(Health::Healthy).at("mon 05:30").is(Health::Late);
}

#[test]
fn slots_of_a_pause_are_counted_up_to_its_end_and_no_further() {
    let mut story = nightly();
    story.at("mon 01:00").pause().at("wed 02:00").resume();
    assert_eq!(counts(&story, "slots_skipped"), [3]);
    story.expects("thu 02:00");
}

#[test]
fn of_more_slots_than_are_counted_the_next_is_the_first_that_still_has_its_grace() {
    let mut story = Story::registered("mon 00:00", scheduled(grace(cron("* * * * *"), "1h")));
    story.clock_steps_to("mon+2w 00:00").evaluate();
    assert_eq!(counts(&story, "slots_missed"), [10_000]);
    story.expects("sun+1w 23:01");
}
