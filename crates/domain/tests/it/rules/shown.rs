//! What people are shown besides: the next deadline, the entries of the history, the words of a refusal.

use domain::history::{Entry, SYSTEM_KINDS, entry};
use domain::{Command, ConfigChange, Instant, Noted, OnConflict, Patch, Rejection, Status, WhilePaused};

use super::{cron, grace, limit, nightly, unscheduled, with};
use crate::moments::at;
use crate::story::{Story, completed, failed, running, scheduled};

fn deadline(story: &Story) -> Option<Instant> {
    domain::shown_deadline(&story.scheduler, &story.facts)
}

#[test]
fn the_deadline_that_is_shown_is_that_of_the_slot_until_a_run_is_open_and_then_the_runs_own() {
    let mut story = with(ConfigChange {
        max_runtime: limit("2h"),
        heartbeat_timeout: limit("30m"),
        ..scheduled(cron("0 2 * * *"))
    });
    assert_eq!(deadline(&story), Some(at("mon 03:00")));
    story.at("mon 02:00").say(running().run("a"));
    assert_eq!(deadline(&story), Some(at("mon 02:30")));
    story.heartbeats_until("mon 03:50", "10m");
    assert_eq!(deadline(&story), Some(at("mon 04:00")));
    story.say(completed().run("a"));
    assert_eq!(deadline(&story), Some(at("tue 03:00")));
}

#[test]
fn no_deadline_is_shown_in_a_pause_and_where_nothing_is_expected() {
    assert_eq!(deadline(&unscheduled()), None);
    let mut story = nightly();
    story.at("mon 01:00").pause();
    assert_eq!(deadline(&story), None);
    story.resume();
    assert_eq!(deadline(&story), Some(at("mon 03:00")));
}

#[test]
fn the_history_holds_what_jobs_said_and_each_thing_that_was_concluded_by_its_word() {
    let mut story = with(ConfigChange {
        max_runtime: limit("2h"),
        heartbeat_timeout: limit("30m"),
        ..scheduled(grace(cron("0 * * * *"), "5m"))
    });
    story.at("mon 01:10").say(running().run("a")).at("mon 06:10").say(failed().run("a"));
    story.say(completed().run("a").filed_if(OnConflict::File));
    story
        .down("mon 06:30", "mon 08:00")
        .at("mon 08:30")
        .say(completed())
        .at("mon 12:00")
        .say(running().run("b"));
    story.at("thu 12:00").note(running(), Noted::Log);
    story
        .configure(ConfigChange { while_paused: Patch::Set(WhilePaused::Ignore), ..ConfigChange::default() });
    story.pause().say(completed());
    let entries: Vec<_> = story.log.iter().filter_map(|event| entry(&event.fact)).collect();
    for kind in SYSTEM_KINDS {
        assert!(entries.contains(&Entry::System(kind)), "{kind} is missing in {entries:?}");
    }
    for status in [Status::Running, Status::Failed, Status::Completed] {
        assert!(entries.contains(&Entry::Report(status)), "{status:?} is missing in {entries:?}");
    }
    let silent = story.log.iter().filter(|event| entry(&event.fact).is_none());
    assert!(silent.clone().any(|event| event.fact.kind() == "incident_opened"), "told by its causes");
    assert!(silent.clone().any(|event| event.fact.kind() == "registered"), "no news of a job");
}

#[test]
fn an_incident_that_a_pause_ends_is_no_recovery_in_the_history() {
    let mut story = unscheduled();
    story.at("mon 01:00").say(failed()).pause();
    let resolved = story.all("incident_resolved");
    assert_eq!((resolved.len(), entry(resolved[0])), (1, None));
}

#[test]
fn a_refusal_names_every_field_in_one_sentence() {
    let mut story = Story::unborn(at("mon 00:00"));
    let refused = story.command(Command::Configure { change: Box::default(), only_if: None });
    let words = refused.expect_err("refused").to_string();
    assert!(words.starts_with("service_name ") && words.contains("; job_name "), "{words}");
}

#[test]
fn a_change_that_names_a_version_of_what_is_not_there_is_not_found() {
    let mut story = Story::unborn(at("mon 00:00"));
    let change = ConfigChange {
        service_name: Some("billing".to_owned()),
        job_name: Some("nightly".to_owned()),
        ..ConfigChange::default()
    };
    let refused = story.command(Command::Configure { change: Box::new(change), only_if: Some(1) });
    assert!(matches!(refused, Err(Rejection::NotFound(_))), "{refused:?}");
}
