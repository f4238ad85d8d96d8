//! Our own blindness is never blamed on the jobs.

use domain::{ConfigChange, Fact, Gap, Health, wake_at};

use super::{cron, every, grace, limit, nightly, unscheduled, with};
use crate::moments::at;
use crate::story::{Story, completed, running, scheduled};

#[test]
fn a_slot_whose_grace_ends_while_the_server_is_down_is_unobserved() {
    let mut story = nightly();
    story.down("mon 01:00", "mon 04:00").at("mon 04:00:59").is(Health::Late).saw([]);
    story.at("mon 12:00").saw(["slots_unobserved"]).is(Health::New).told([]).expects("tue 02:00");
}

#[test]
fn a_job_that_ran_while_the_server_was_down_and_kept_its_reports_has_met_its_slot() {
    let mut story = nightly();
    story.down("mon 01:00", "mon 04:00").at("mon 04:00:30");
    story.say(running().spooled("mon 02:00")).say(completed().spooled("mon 02:50"));
    story.at("mon 12:00").is(Health::Healthy).saw(["run_started", "run_finished"]);
}

#[test]
fn a_slot_whose_grace_ends_after_the_outage_is_judged_as_ever() {
    let mut story = nightly();
    story.down("mon 01:00", "mon 02:30").at("mon 03:00").is(Health::Missed);
}

#[test]
fn of_the_slots_of_an_outage_only_those_outside_it_are_missed() {
    let mut story = Story::registered("mon 00:00", scheduled(grace(cron("0 * * * *"), "10m")));
    story.down("mon 02:05", "mon 05:05").at("mon 06:10");
    let verdicts: Vec<_> = story.log.iter().filter_map(|event| stretch(&event.fact)).collect();
    let slot = |hour: &str| at(&format!("mon {hour}:00"));
    assert_eq!(
        verdicts,
        [
            ("slots_missed", slot("01"), slot("01")),
            ("slots_unobserved", slot("02"), slot("04")),
            ("slots_missed", slot("05"), slot("05")),
            ("slots_missed", slot("06"), slot("06")),
        ]
    );
}

fn stretch(fact: &Fact) -> Option<(&'static str, domain::Instant, domain::Instant)> {
    match fact {
        Fact::SlotsMissed(slots) | Fact::SlotsUnobserved(slots) => {
            Some((fact.kind(), slots.first, slots.last))
        }
        _ => None,
    }
}

#[test]
fn silence_is_not_counted_through_an_outage() {
    let mut story = unscheduled();
    story.at("mon 01:55").say(running()).heartbeat();
    story.down("mon 02:00", "mon 05:00").at("mon 05:05:59").is(Health::Healthy);
    story.at("mon 05:06").is(Health::Stale);
}

#[test]
fn a_limit_that_ends_in_an_outage_is_moved_to_its_end() {
    let mut story = with(ConfigChange { max_runtime: limit("1h"), ..ConfigChange::default() });
    story.at("mon 02:00").say(running()).down("mon 02:30", "mon 05:00");
    story.at("mon 05:00:59").is(Health::Healthy).at("mon 05:01").is(Health::Overrun);
}

#[test]
fn a_run_that_could_not_be_heard_for_two_days_is_not_told_to_stop() {
    let mut story = with(ConfigChange { max_runtime: limit("1h"), ..ConfigChange::default() });
    story.at("mon 02:00").say(running().run("a")).heartbeat().heartbeats_until("mon 03:00", "5m");
    story.is(Health::Overrun).down("mon 03:02", "wed 09:00").at("wed 09:00:20").heartbeat_of("a");
    story.is(Health::Overrun).at("wed 09:05").heartbeat_of("a").say(completed().run("a"));
    story.is(Health::Healthy);
}

#[test]
fn several_outages_in_a_row_are_one() {
    let mut story = nightly();
    story.down("mon 02:50", "mon 02:59:30").down("mon 03:00", "mon 03:30");
    story.at("mon 03:30:59").saw([]).at("mon 03:31").saw(["slots_unobserved"]);
}

#[test]
fn an_outage_under_an_open_run_skips_its_slots() {
    let mut story = Story::registered("mon 00:00", scheduled(grace(cron("0 * * * *"), "10m")));
    story.at("mon 01:00").say(running()).down("mon 01:30", "mon 04:30");
    story.say(completed().spooled("mon 04:20")).at("mon 05:00").say(completed()).told([]);
    assert!(story.all("slots_missed").is_empty());
}

#[test]
fn an_outage_makes_nothing_due_earlier_than_it_was_indexed() {
    let mut story = Story::registered("mon 00:00", scheduled(grace(every("5m"), "1h")));
    story.at("mon 04:50").is(Health::Missed);
    let indexed = wake_at(&story.scheduler, &story.facts);
    story.facts.gaps.push(Gap { from: at("mon 04:51"), until: at("mon 05:11") });
    assert!(wake_at(&story.scheduler, &story.facts) >= indexed);
}
