//! What is only written down, and what becomes of reports in a pause; ping addresses.

use domain::{Command, Config, ConfigChange, Fact, Health, Noted, Patch, PingId, Status, WhilePaused};

use super::{nightly, unscheduled, with};
use crate::story::{Story, completed, failed, running};

fn pausing(policy: WhilePaused) -> Story {
    let mut story = with(ConfigChange { while_paused: Patch::Set(policy), ..ConfigChange::default() });
    story.at("mon 01:00").say(completed()).pause().at("mon 02:00");
    story
}

#[test]
fn a_note_is_history_and_changes_nothing_else() {
    let mut story = nightly();
    story.at("mon 02:00").say(running().run("a"));
    let before = story.scheduler.clone();
    story.note(failed().run("a").id("n1"), Noted::Log).note(failed().run("a").id("n1"), Noted::Log);
    assert_eq!(story.all("noted").len(), 1, "the same message twice is one");
    let mut after = story.scheduler.clone();
    assert_eq!(after.state.messages, before.state.messages + 1);
    (after.state.messages, after.state.updated_at) = (before.state.messages, before.state.updated_at);
    assert_eq!(after.state, before.state);
}

#[test]
fn messages_of_every_kind_are_numbered_in_their_order() {
    let mut story = unscheduled();
    story.at("mon 01:00").say(running()).note(running(), Noted::Log).say(completed()).say(failed());
    let numbers: Vec<u64> = story.log.iter().filter_map(|event| Some(event.fact.report()?.no)).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    assert_eq!(story.scheduler.state.messages, 4);
}

#[test]
fn a_report_in_a_pause_counts_and_leaves_it_where_nothing_is_said() {
    let mut story = pausing(WhilePaused::Record);
    story.say(failed());
    assert!(story.scheduler.state.paused.is_some());
    assert_eq!(story.scheduler.status(), Status::Failed);
}

#[test]
fn a_report_ends_the_pause_where_that_is_asked_and_is_judged() {
    let mut story = pausing(WhilePaused::Resume);
    story.say(failed());
    assert_eq!(story.scheduler.state.paused, None);
    assert_eq!(story.scheduler.health(story.now), Health::Failing);
    let kinds: Vec<_> = story.log.iter().rev().take(3).map(|event| event.fact.kind()).collect();
    assert_eq!(kinds, ["incident_opened", "run_finished", "resumed"]);
}

#[test]
fn a_report_in_a_pause_is_only_written_down_where_that_is_asked() {
    let mut story = pausing(WhilePaused::Ignore);
    story.say(failed()).say(running());
    assert_eq!(story.scheduler.status(), Status::Completed);
    let noted = story.all("noted");
    assert!(noted.iter().all(|fact| matches!(fact, Fact::Noted { noted: Noted::Ignored, .. })));
    assert_eq!(noted.len(), 2);
    story.resume().say(failed());
    assert_eq!(story.scheduler.status(), Status::Failed);
}

#[test]
fn every_scheduler_has_a_ping_address_from_its_registration_on_and_keeps_it() {
    let mut story = unscheduled();
    let minted = story.scheduler.config.ping_id.clone().expect("an address");
    story.configure(ConfigChange { description: Patch::Set("x".to_owned()), ..ConfigChange::default() });
    assert_eq!(story.scheduler.config.ping_id.as_ref(), Some(&minted));
    let chosen = PingId::parse("11111111-2222-4333-8444-555555555555");
    story.configure(ConfigChange { ping_id: chosen.clone(), ..ConfigChange::default() });
    assert_eq!(story.scheduler.config.ping_id, chosen);
    assert!(story.scheduler.config.answers_to("11111111-2222-4333-8444-555555555555"));
    assert!(!story.scheduler.config.answers_to(minted.as_str()));
}

#[test]
fn one_that_was_registered_before_there_were_addresses_is_given_one_when_it_is_registered_again() {
    let mut story = unscheduled();
    let config = Config { ping_id: None, ..(*story.scheduler.config).clone() };
    story.scheduler.config = config.into();
    story.command(Command::Configure { change: Box::default(), only_if: None }).expect("registered");
    let given = story.scheduler.config.ping_id.clone().expect("an address");
    story.command(Command::Configure { change: Box::default(), only_if: None }).expect("registered");
    assert_eq!(story.scheduler.config.ping_id, Some(given));
    assert_eq!(story.all("configured").len(), 1, "again changes nothing");
}
