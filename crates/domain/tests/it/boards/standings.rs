//! How a scheduler stands in a window, as stories of one scheduler. The window is Tuesday, 00:00 to 06:00.

use domain::board::{Standing, standing};
use domain::{ConfigChange, Limit, Patch};

use super::window;
use crate::moments::span;
use crate::rules::cron;
use crate::story::{Story, completed, failed, pending, running, scheduled};

trait Stands {
    fn stands(&mut self, expected: Standing) -> &mut Self;
}

impl Stands for Story {
    #[track_caller]
    fn stands(&mut self, expected: Standing) -> &mut Self {
        let night = window("tue 00:00", "tue 06:00");
        let found = standing(&self.scheduler, &self.facts.liveness, &night);
        assert_eq!(found, expected, "at {}", self.now);
        self
    }
}

fn job() -> Story {
    Story::registered("mon 00:00", ConfigChange::default())
}

fn watched() -> Story {
    let limits = ConfigChange {
        heartbeat_timeout: Patch::Set(Limit::After(span("10m"))),
        max_runtime: Patch::Set(Limit::After(span("2h"))),
        ..ConfigChange::default()
    };
    Story::registered("mon 00:00", limits)
}

#[test]
fn whatever_it_did_yesterday_it_is_pending_until_it_reports() {
    job().at("tue 01:00").stands(Standing::Pending);
    job().at("mon 23:59").say(completed()).at("tue 01:00").stands(Standing::Pending);
    job().at("mon 23:59").say(failed()).at("tue 01:00").stands(Standing::Pending);
}

#[test]
fn what_it_reports_in_the_window_is_how_it_stands() {
    job().at("tue 00:00").say(completed()).stands(Standing::Completed);
    let mut story = job();
    story.at("tue 01:00").say(running()).stands(Standing::Running);
    story.at("tue 01:30").say(failed()).stands(Standing::Failed);
    story.at("tue 02:00").say(running()).stands(Standing::Running);
    story.at("tue 02:30").say(completed()).stands(Standing::Completed);
    story.at("tue 03:00").say(pending()).stands(Standing::Pending);
}

#[test]
fn a_run_of_yesterday_is_running_only_once_it_was_heard() {
    let mut story = job();
    story.at("mon 23:00").say(running()).at("tue 00:30").stands(Standing::Pending);
    story.heartbeat().stands(Standing::Running);
    story.at("tue 01:00").say(completed()).stands(Standing::Completed);
}

#[test]
fn what_happened_before_the_window_counts_there_however_late_it_is_told() {
    job().at("tue 01:00").say(completed().spooled("mon 23:00")).stands(Standing::Pending);
    job().at("tue 01:00").say(completed().spooled("tue 00:10")).stands(Standing::Completed);
}

#[test]
fn what_is_wrong_now_is_shown_as_such() {
    let mut story = watched();
    story.at("tue 01:00").say(running()).at("tue 01:10").stands(Standing::Stale);
    story.heartbeat().stands(Standing::Running);
    story.heartbeats_until("tue 03:00", "5m").stands(Standing::Overrun);
    story.say(completed()).stands(Standing::Completed);
    let mut silent = watched();
    silent.at("mon 23:00").say(running()).at("tue 01:00").stands(Standing::Stale);
}

#[test]
fn a_slot_that_nobody_met_is_missed_until_it_comes() {
    let mut story = Story::registered("mon 12:00", scheduled(cron("0 1 * * *")));
    story.at("tue 01:30").stands(Standing::Pending);
    story.at("tue 02:00").stands(Standing::Missed);
    story.at("tue 02:30").say(running()).stands(Standing::Running);
    story.at("tue 03:00").say(failed()).stands(Standing::Failed);
}

#[test]
fn the_worst_that_is_so_is_shown() {
    let mut story = watched();
    story.at("tue 01:00").say(running().run("a")).say(completed().run("b"));
    story.stands(Standing::Running).at("tue 01:10").stands(Standing::Stale);
    story.at("tue 01:20").say(failed().run("c")).stands(Standing::Stale);
}

#[test]
fn a_paused_one_is_not_pending_but_what_it_reported_counts() {
    job().at("mon 23:00").pause().at("tue 01:00").stands(Standing::Paused);
    job().at("tue 01:00").say(completed()).pause().stands(Standing::Completed);
}

#[test]
fn to_be_resumed_is_not_to_be_heard() {
    let mut story = job();
    story.at("mon 22:00").say(running()).at("mon 23:00").pause();
    story.at("tue 01:00").resume().stands(Standing::Pending);
    story.heartbeat().stands(Standing::Pending).at("tue 01:01").heartbeat().stands(Standing::Running);
}

#[test]
fn the_order_is_worst_first() {
    let mut sorted = Standing::ALL;
    sorted.sort_unstable();
    assert_eq!(sorted, Standing::ALL);
    let words: Vec<_> = sorted.iter().map(|standing| standing.as_str()).collect();
    let order = ["failed", "stale", "overrun", "missed", "running", "pending", "completed", "paused"];
    assert_eq!(words, order);
}
