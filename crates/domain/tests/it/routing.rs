//! Who hears of an alert, and when a channel wants to be left alone.

use domain::id::SchedulerId;
use domain::routing::{Hearers, QuietHours, Rule, hearers};
use domain::schedule::Zone;
use domain::{Alert, AlertKind, Cause, Escalated, Instant, Selector, Severity};

use crate::moments::span;
use crate::story::{Story, failed};

fn alert() -> Alert {
    let mut story = Story::registered("mon 00:00", domain::ConfigChange::default());
    story.at("mon 01:00").say(failed());
    story.alerts[0].clone()
}

fn to(channel: &str) -> Rule {
    Rule { channels: vec![channel.to_owned()], ..Rule::default() }
}

fn of_service(service: &str, channel: &str) -> Rule {
    Rule { selector: Selector { services: vec![service.to_owned()], ..Selector::default() }, ..to(channel) }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn all_rules_that_apply_are_heard_once_in_their_order() {
    let rules = [of_service("billing", "a"), of_service("shop", "b"), to("c"), to("a")];
    let heard = Hearers::Ruled { rules: vec![0, 2, 3], channels: names(&["a", "c"]) };
    assert_eq!(hearers(&alert(), &rules), heard);
}

#[test]
fn the_last_rule_ends_the_search_and_a_rule_without_channels_silences() {
    let last = Rule { last: true, ..of_service("billing", "a") };
    let ruled = Hearers::Ruled { rules: vec![0], channels: names(&["a"]) };
    assert_eq!(hearers(&alert(), &[last, to("c")]), ruled);
    let mute = Rule { channels: Vec::new(), ..to("") };
    assert_eq!(hearers(&alert(), &[mute]), Hearers::Ruled { rules: vec![0], channels: Vec::new() });
}

#[test]
fn rules_go_by_cause_severity_and_scheduler_too() {
    let nobody = |rule: Rule| assert_eq!(hearers(&alert(), &[rule]), Hearers::Defaults);
    nobody(Rule { causes: vec![Cause::Missed], ..to("a") });
    nobody(Rule { severity: Some(Severity::Critical), ..to("a") });
    let schedulers = vec![SchedulerId::trusted("another")];
    nobody(Rule { selector: Selector { schedulers, ..Selector::default() }, ..to("a") });
    let all = Rule { causes: vec![Cause::Failing], severity: Some(Severity::Error), ..to("a") };
    assert_eq!(hearers(&alert(), &[all]), Hearers::Ruled { rules: vec![0], channels: names(&["a"]) });
}

#[test]
fn a_schedulers_own_list_comes_before_rules_and_an_escalation_before_both() {
    let mut alert = alert();
    alert.story.channels = Some(names(&["own"]));
    assert_eq!(hearers(&alert, &[to("a")]), Hearers::Own(names(&["own"])));
    let channels = names(&["lead"]);
    alert.story.escalated = Some(Escalated { step: 1, after: span("15m"), channels: channels.clone() });
    assert_eq!(hearers(&alert, &[to("a")]), Hearers::Escalation(channels));
    alert.kind = AlertKind::Resolved;
    assert_eq!(hearers(&alert, &[to("a")]), Hearers::Told);
}

fn quiet(zone: &str, from: &str, until: &str, days: &[&str]) -> QuietHours {
    let json = serde_json::json!({ "timezone": zone, "from": from, "until": until, "days": days });
    serde_json::from_value(json).expect("quiet hours")
}

#[test]
fn quiet_hours_are_by_the_wall_clock_through_midnight_and_through_changes_of_the_clocks() {
    let night = quiet("Europe/Berlin", "22:00:00", "07:00:00", &[]);
    for (at, over) in [
        ("2026-01-15T20:59:59Z", None),
        ("2026-01-15T21:00:00Z", Some("2026-01-16T06:00:00.000Z")),
        ("2026-01-16T05:59:59Z", Some("2026-01-16T06:00:00.000Z")),
        ("2026-01-16T06:00:00Z", None),
        ("2026-03-28T22:00:00Z", Some("2026-03-29T05:00:00.000Z")),
        ("2026-10-24T22:00:00Z", Some("2026-10-25T06:00:00.000Z")),
    ] {
        let end = night.over_at(Instant::parse(at).expect(at)).map(|end| end.to_string());
        assert_eq!(end.as_deref(), over, "{at}");
    }
}

#[test]
fn quiet_hours_may_be_those_of_some_days_and_the_day_is_that_of_their_beginning() {
    let weekend = quiet("UTC", "18:00:00", "18:00:00", &["sat"]);
    let over = |at: &str| weekend.over_at(Instant::parse(at).expect(at)).map(|end| end.to_string());
    assert_eq!(over("2026-01-17T17:59:59Z"), None);
    assert_eq!(over("2026-01-17T18:00:00Z").as_deref(), Some("2026-01-18T18:00:00.000Z"));
    assert_eq!(over("2026-01-18T17:59:59Z").as_deref(), Some("2026-01-18T18:00:00.000Z"));
    assert_eq!(over("2026-01-18T18:00:00Z"), None);
}

#[test]
fn what_is_stored_of_rules_and_quiet_hours_is_read_back() {
    let rule = Rule { severity: Some(Severity::Critical), ..of_service("billing", "a") };
    let json = serde_json::to_value(&rule).expect("json");
    assert_eq!(serde_json::from_value::<Rule>(json).expect("reads"), rule);
    let hours = quiet(Zone::utc().name(), "22:00:00", "07:00:00", &["mon", "sun"]);
    let json = serde_json::to_value(&hours).expect("json");
    assert_eq!(json["days"], serde_json::json!(["mon", "sun"]));
    assert_eq!(serde_json::from_value::<QuietHours>(json).expect("reads"), hours);
}
