//! What an alert tells: all that a message needs, as it stood when it was decided.

use domain::alert::Story as Told;
use domain::{ConfigChange, Patch, Status};

use super::{cron, limit, nightly, with};
use crate::moments::{at, span};
use crate::story::{completed, failed, running, scheduled};

fn text(text: &str) -> Patch<String> {
    Patch::Set(text.to_owned())
}

#[test]
fn everything_that_a_message_needs_is_in_the_alert() {
    let mut story = with(ConfigChange {
        alert_user_id: text("U123"),
        owner_email: text("ops@example.com"),
        tags: Patch::Set(vec!["etl".to_owned()]),
        channels: Patch::Set(vec!["night-watch".to_owned()]),
        ..scheduled(cron("0 2 * * *"))
    });
    story.at("mon 02:00").say(running().run("a")).at("mon 02:10");
    story.say(failed().run("a").error("no space").made(|report| report.exit_code = Some(28)));
    let expected = Told {
        service_name: "billing".to_owned(),
        job_name: "nightly".to_owned(),
        status: Status::Failed,
        error: Some("no space".to_owned()),
        exit_code: Some(28),
        duration: Some(span("10m")),
        failures: 1,
        run_id: story.run("a").run_id.clone(),
        started_at: Some(at("mon 02:00")),
        expected: Some(at("tue 02:00")),
        alert_user_id: Some("U123".to_owned()),
        owner_email: Some("ops@example.com".to_owned()),
        tags: vec!["etl".to_owned()],
        channels: Some(vec!["night-watch".to_owned()]),
        ..Told::default()
    };
    assert_eq!(story.alerts[0].story, expected);
}

#[test]
fn of_a_silent_run_it_is_told_when_it_was_last_heard() {
    let mut story = with(ConfigChange { heartbeat_timeout: limit("10m"), ..ConfigChange::default() });
    story.at("mon 02:00").say(running().run("a")).at("mon 02:05").heartbeat_of("a").at("mon 02:15");
    let told = &story.told(["opened stale"]).alerts[0].story;
    assert_eq!((told.heard_at, told.started_at), (Some(at("mon 02:05")), Some(at("mon 02:00"))));
    assert_eq!((told.run_id.clone(), told.max_runtime), (story.run("a").run_id.clone(), None));
}

#[test]
fn of_a_run_that_takes_too_long_its_limit_is_told() {
    let mut story = with(ConfigChange { max_runtime: limit("1h"), ..ConfigChange::default() });
    story.at("mon 02:00").say(running().run("a")).at("mon 03:00");
    let told = &story.told(["opened overrun"]).alerts[0].story;
    assert_eq!((told.max_runtime, told.started_at), (Some(span("1h")), Some(at("mon 02:00"))));
    assert_eq!((told.run_id.clone(), told.heard_at), (story.run("a").run_id.clone(), None));
}

#[test]
fn of_a_run_that_took_too_long_and_ended_before_anybody_looked_the_limit_is_told_too() {
    let mut story = with(ConfigChange { max_runtime: limit("1h"), ..ConfigChange::default() });
    story.at("mon 02:00").say(running().run("a")).clock_steps_to("mon 04:00").say(completed().run("a"));
    story.told(["opened overrun", "resolved overrun"]);
    assert_eq!(story.alerts[0].story.max_runtime, Some(span("1h")));
}

#[test]
fn of_slots_that_nobody_met_it_is_told_how_many_and_which() {
    let mut story = nightly();
    story.at("tue 03:00").told(["opened missed", "repeated missed"]);
    let missed = story.alerts[1].story.missed.clone().expect("missed slots");
    assert_eq!((missed.count, missed.last), (2, at("tue 02:00")));
    assert_eq!(story.alerts[1].story.expected, Some(at("wed 02:00")));
}

#[test]
fn a_resolution_tells_what_is_over() {
    let mut story = nightly();
    story.at("mon 02:10").say(failed()).say(failed()).at("mon 03:00").say(completed());
    let told = &story.told(["opened failing", "resolved failing"]).alerts[1].story;
    assert_eq!((told.failures, told.status), (2, Status::Completed));
}

#[test]
fn what_was_told_when_it_widened_is_not_repeated_within_the_hour() {
    let mut story = nightly();
    story.at("mon 02:10").say(failed()).at("tue 03:00").told(["opened failing", "widened missed"]);
    story.at("tue 03:59:59").say(failed()).told([]).at("tue 04:00").say(failed()).told(["repeated failing"]);
    let incident = story.scheduler.state.incident.as_ref().expect("an incident");
    assert_eq!(incident.causes.iter().count(), 2);
}
