//! Escalation: while nobody says that they look after an incident, others are told, one step after another.

use domain::config::Escalation;
use domain::{ConfigChange, Patch, Severity};

use super::with;
use crate::moments::span;
use crate::story::{Story, completed, failed};

fn step(after: &str, channel: &str) -> Escalation {
    Escalation { after: span(after), channels: vec![channel.to_owned()] }
}

fn steps() -> Vec<Escalation> {
    vec![step("15m", "lead"), step("1h", "pager")]
}

fn escalating() -> Story {
    with(ConfigChange { escalation: Patch::Set(steps()), ..ConfigChange::default() })
}

#[test]
fn each_step_is_taken_once_when_its_time_comes() {
    let mut story = escalating();
    story.at("mon 01:00").say(failed()).told(["opened failing"]);
    story.at("mon 01:14:59").told([]).at("mon 01:15").told(["escalated failing"]);
    let told = story.alerts.last().and_then(|alert| alert.story.escalated.clone()).expect("a step");
    assert_eq!((told.step, told.after, told.channels), (1, span("15m"), vec!["lead".to_owned()]));
    story.at("mon 02:00").told(["escalated failing"]).at("sun 00:00").told([]);
    let told = story.alerts.last().and_then(|alert| alert.story.escalated.clone()).expect("a step");
    assert_eq!((told.step, told.channels), (2, vec!["pager".to_owned()]));
}

#[test]
fn acknowledging_stops_it_and_withdrawing_goes_on_with_it() {
    let mut story = escalating();
    story.at("mon 01:00").say(failed()).at("mon 01:10").acknowledge("ann").at("mon 03:00");
    story.told(["opened failing"]);
    story.withdraw("ann").told(["escalated failing", "escalated failing"]);
}

#[test]
fn it_begins_anew_with_the_next_incident() {
    let mut story = escalating();
    story.at("mon 01:00").say(failed()).at("mon 01:20").say(completed());
    story.told(["opened failing", "escalated failing", "resolved failing"]);
    story.at("mon 02:00").say(failed()).at("mon 02:14").told(["opened failing"]);
    story.at("mon 02:15").told(["escalated failing"]);
}

#[test]
fn the_servers_steps_serve_where_a_scheduler_names_none_and_an_empty_list_is_none() {
    let mut story = with(ConfigChange::default());
    story.facts.defaults.escalation = steps().into();
    story.at("mon 01:00").say(failed()).at("mon 01:30").told(["opened failing", "escalated failing"]);
    let mut story = with(ConfigChange { escalation: Patch::Set(Vec::new()), ..ConfigChange::default() });
    story.facts.defaults.escalation = steps().into();
    story.at("mon 01:00").say(failed()).at("tue 01:30").told(["opened failing"]);
}

#[test]
fn a_new_cause_that_the_acknowledgement_does_not_cover_escalates_again() {
    let mut story = with(ConfigChange {
        escalation: Patch::Set(vec![step("2h", "pager")]),
        ..crate::story::scheduled(super::grace(super::cron("0 2 * * *"), "30m"))
    });
    story.at("mon 01:00").say(failed()).acknowledge("ann").at("mon 02:30");
    story.told(["opened failing", "widened missed"]).at("mon 03:00").told(["escalated failing"]);
}

#[test]
fn how_much_it_matters_is_what_its_people_say_or_else_the_causes() {
    let mut story = with(ConfigChange::default());
    story.at("mon 01:00").say(failed());
    assert_eq!(story.alerts[0].severity, Severity::Error);
    let critical = ConfigChange { severity: Patch::Set(Severity::Critical), ..ConfigChange::default() };
    let mut story = with(critical);
    story.at("mon 01:00").say(failed());
    assert_eq!(story.alerts[0].severity, Severity::Critical);
}
