//! Someone looks after it: repeats and reminders stop for what was present, and for nothing else.

use domain::{Command, ConfigChange, Rejection};

use super::{limit, nightly, unscheduled, with};
use crate::story::{completed, failed};

#[test]
fn acknowledging_stops_repeats_and_reminders() {
    let mut story = with(ConfigChange { remind_every: limit("2h"), ..ConfigChange::default() });
    story.at("mon 01:00").say(failed()).at("mon 01:30").acknowledge("ann").acknowledge("ann");
    story.saw(["run_finished", "incident_opened", "incident_acknowledged"]);
    story.at("mon 12:00").say(failed()).at("tue 12:00").told(["opened failing"]);
    story.say(completed()).told(["resolved failing"]);
}

#[test]
fn a_cause_that_was_not_present_alerts_again() {
    let mut story = nightly();
    story.at("mon 02:10").say(failed()).acknowledge("ann").at("tue 03:00");
    story.told(["opened failing", "widened missed"]);
    story.acknowledge("ann").at("thu 03:00").told([]);
}

#[test]
fn a_covered_cause_that_leaves_and_comes_back_does_not_alert_again() {
    let mut story = unscheduled();
    let twice = ConfigChange { recovery_threshold: domain::Patch::Set(2), ..ConfigChange::default() };
    story.configure(twice).at("mon 01:00").say(failed()).acknowledge("ann").say(completed()).say(failed());
    story.told(["opened failing"]);
}

#[test]
fn an_acknowledgement_that_is_withdrawn_lets_repeats_come_again() {
    let mut story = unscheduled();
    story.at("mon 01:00").say(failed()).acknowledge("ann").at("mon 03:00").say(failed()).withdraw("ann");
    story.told(["opened failing"]).say(failed()).told(["repeated failing"]);
}

#[test]
fn an_acknowledgement_ends_with_its_incident() {
    let mut story = unscheduled();
    story.at("mon 01:00").say(failed()).acknowledge("ann").say(completed()).say(failed());
    story.told(["opened failing", "resolved failing", "opened failing"]);
    let incident = story.scheduler.state.incident.as_ref().expect("open");
    assert_eq!(incident.acknowledged, None);
}

#[test]
fn there_is_nothing_to_acknowledge_without_an_incident() {
    let mut story = unscheduled();
    for command in [
        Command::Acknowledge { by: "ann".to_owned() },
        Command::WithdrawAcknowledgement { by: "ann".to_owned() },
    ] {
        assert!(matches!(story.command(command), Err(Rejection::NoIncident(_))));
    }
}
