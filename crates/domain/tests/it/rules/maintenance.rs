//! Maintenance: slots that touch it need not be met, and everything else is judged as ever.

use std::sync::Arc;

use domain::maintenance::{When, Window, over_at, touches};
use domain::schedule::{Recurrence, Zone};
use domain::{Health, Instant, Selector};

use super::{cron, grace, nightly, with};
use crate::moments::{at, span};
use crate::story::{Story, failed, running, scheduled};

fn once(from: &str, until: &str) -> Window {
    Window { selector: Selector::default(), when: When::Once { from: at(from), until: at(until) } }
}

fn recurring(cron: &str, zone: &str, length: &str) -> Window {
    let recurrence = Recurrence::Cron {
        expression: domain::schedule::Cron::parse(cron).expect(cron),
        timezone: Zone::parse(zone).expect(zone),
    };
    Window { selector: Selector::default(), when: When::Recurring { recurrence, length: span(length) } }
}

fn often() -> Story {
    with(scheduled(grace(cron("*/10 * * * *"), "5m")))
}

#[test]
fn a_slot_whose_grace_touches_a_window_need_not_be_met_and_the_next_one_must() {
    let mut story = nightly();
    story.facts.windows = [Arc::new(once("mon 02:30", "mon 02:40"))].into();
    story.at("mon 05:00").told([]).saw(["slots_skipped"]).is(Health::New);
    story.at("tue 03:00").told(["opened missed"]);
}

#[test]
fn both_ends_of_a_slots_time_count_and_the_windows_end_does_not() {
    for (from, until, missed) in [
        ("mon 03:00", "mon 03:10", false),
        ("mon 03:00:01", "mon 03:10", true),
        ("mon 01:00", "mon 02:00", true),
        ("mon 01:00", "mon 02:00:01", false),
    ] {
        let mut story = nightly();
        story.facts.windows = [Arc::new(once(from, until))].into();
        story.at("mon 04:00");
        assert_eq!(!story.alerts.is_empty(), missed, "{from} to {until}");
    }
}

#[test]
fn after_a_window_the_first_missed_slot_is_noticed_at_once() {
    let mut story = often();
    story.facts.windows = [Arc::new(once("mon 00:00", "mon 03:00"))].into();
    story.at("mon 03:04:59").told([]).at("mon 03:05").told(["opened missed"]);
}

#[test]
fn a_failure_in_a_window_is_recorded_all_the_same() {
    let mut story = nightly();
    story.facts.windows = [Arc::new(once("mon 00:00", "sun 00:00"))].into();
    story.at("mon 02:00").say(running()).at("mon 02:10").say(failed()).told(["opened failing"]);
}

#[test]
fn windows_recur_by_the_wall_clock_across_a_change_of_the_clocks() {
    let window = recurring("0 1 * * *", "Europe/Berlin", "2h");
    let moment = |text: &str| Instant::parse(text).expect(text);
    let is_in = |text: &str| over_at(&[&window], moment(text)).map(|end| end.to_string());
    assert_eq!(is_in("2026-10-24T23:30:00Z").as_deref(), Some("2026-10-25T01:00:00.000Z"));
    assert_eq!(is_in("2026-10-25T00:59:59Z").as_deref(), Some("2026-10-25T01:00:00.000Z"));
    assert_eq!(is_in("2026-10-25T01:00:00Z"), None);
    assert_eq!(is_in("2026-10-26T00:00:00Z").as_deref(), Some("2026-10-26T02:00:00.000Z"));
}

#[test]
fn windows_that_follow_upon_one_another_are_over_with_the_last() {
    let windows =
        [once("mon 03:00", "mon 04:00"), once("mon 01:00", "mon 02:00"), once("mon 02:00", "mon 03:00")];
    assert_eq!(over_at(&&windows, at("mon 01:30")), Some(at("mon 04:00")));
    assert_eq!(over_at(&&windows, at("mon 04:00")), None);
    assert_eq!(over_at(&&windows, at("mon 00:59:59")), None);
    assert!(touches(&windows, at("mon 00:00"), at("mon 01:00")));
    assert!(!touches(&windows, at("mon 04:00"), at("mon 05:00")));
}
