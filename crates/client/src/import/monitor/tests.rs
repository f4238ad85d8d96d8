//! Monitors become proposals for a server that may have some of them already.

use super::*;

const UUID: &str = "5e0b9d3c-7f7c-4a5b-9d53-1d3e4d0c2f11";

fn check(name: &str, token: &str) -> Monitor {
    Monitor {
        kind: "check",
        name: name.to_owned(),
        wanted_id: name.to_owned(),
        token: Some(Token::of(token).expect("a token")),
        ..Monitor::default()
    }
}

fn proposed(monitors: Vec<Monitor>, schedulers: &[Value], channels: &[Value]) -> Survey {
    let mut reading = Reading::default();
    for monitor in monitors {
        reading.add(monitor).expect("room");
    }
    reading.proposals(&Places::of(schedulers, channels), None, "healthchecks")
}

fn ids(survey: &Survey) -> Vec<&str> {
    survey.proposals.iter().map(Proposal::id).collect()
}

fn notes(survey: &Survey) -> Vec<String> {
    survey.notes.iter().map(|note| format!("{}: {}", note.place, note.text)).collect()
}

#[test]
fn a_token_is_a_ping_id_or_an_alias_or_none() {
    let ping = Token::Ping(UUID.to_owned());
    for text in [UUID, "5E0B9D3C-7F7C-4A5B-9D53-1D3E4D0C2F11", "5e0b9d3c7f7c4a5b9d531d3e4d0c2f11"] {
        assert_eq!(Token::of(text), Some(ping.clone()), "{text}");
    }
    assert_eq!(Token::of("c2354d53d2"), Some(Token::Alias("c2354d53d2".to_owned())));
    for text in ["", "short", "with space", "a/b/c/d", &"x".repeat(129)] {
        assert_eq!(Token::of(text), None, "{text}");
    }
}

#[test]
fn tokens_are_shown_to_nobody() {
    let token = Token::of(UUID).expect("a token");
    assert_eq!(format!("{token:?}"), "5e0b9d…");
    assert_eq!(beginning("abc"), "…", "what is short would be shown whole");
    assert_eq!(check("", UUID).place(), "check 5e0b9d…");
}

#[test]
fn the_scheduler_that_has_the_address_is_the_same_whatever_it_is_called() {
    let there = [
        json!({ "scheduler_id": "by hand", "ping_url": format!("https://host/ping/{UUID}") }),
        json!({ "scheduler_id": "other", "aliases": ["c2354d53d2"] }),
    ];
    let survey = proposed(vec![check("Renamed", UUID), check("Snitch", "c2354d53d2")], &there, &[]);
    assert_eq!(ids(&survey), ["by hand", "other"]);
}

#[test]
fn an_id_that_another_scheduler_has_is_not_taken_from_it() {
    let there =
        [json!({ "scheduler_id": "backup", "ping_url": "/ping/00000000-0000-4000-8000-000000000000" })];
    let survey = proposed(vec![check("backup", UUID), check("backup", "c2354d53d2")], &there, &[]);
    let ids = ids(&survey);
    assert!(ids.iter().all(|id| id.starts_with("backup-") && id.len() == 11), "{ids:?}");
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn without_a_name_the_kind_is_the_name() {
    let survey = proposed(vec![check("", UUID)], &[], &[]);
    assert_eq!(survey.proposals[0].body["job_name"], "check");
    assert_eq!(ids(&survey), ["check"]);
}

#[test]
fn one_address_is_one_scheduler() {
    let survey = proposed(vec![check("a", UUID), check("b", UUID)], &[], &[]);
    assert_eq!(ids(&survey), ["a"]);
    assert_eq!(notes(&survey), ["check b: passed over: check a has the same address"]);
}

#[test]
fn channels_are_those_of_the_same_name_and_of_others_it_is_said_once() {
    let told = |name: &str, token: &str| Monitor {
        channels: vec!["OPS".to_owned(), "Pager".to_owned()],
        ..check(name, token)
    };
    let survey = proposed(
        vec![told("a", UUID), told("b", "c2354d53d2")],
        &[],
        &[json!({ "name": "ops" }), json!({ "name": "night" })],
    );
    assert_eq!(survey.proposals[0].body["channels"], json!(["ops"]));
    assert_eq!(
        notes(&survey),
        ["channel Pager: there is none of that name here, and 2 of them name it: make it and import again"]
    );
}

#[test]
fn a_proposal_has_the_address_and_what_the_product_knows() {
    let mut monitor = check("Back\tup ", UUID);
    monitor.description = "copies".to_owned();
    monitor.tags = vec!["prod".to_owned(), "t".repeat(65)];
    monitor.schedule = Some(every(86_400, "end", 400 * 86_400));
    monitor.is_paused = true;
    monitor.set("max_runtime", runtime(90));
    let proposal = proposed(vec![monitor], &[], &[]).proposals.remove(0);
    assert!(proposal.is_paused && !proposal.has_usual_grace && proposal.knows.contains(&"ping_id"));
    let schedule = json!({ "every": "1d", "from": "end", "grace": "366d", "expect_from": "first_report" });
    let body = json!({
        "scheduler_id": "Back-up", "service_name": "healthchecks", "job_name": "Back up", "description": "copies",
        "tags": ["prod"], "schedule": schedule, "max_runtime": "1m30s", "ping_id": UUID,
    });
    assert_eq!(Value::Object(proposal.body), body);
}

#[test]
fn there_is_an_end_to_monitors() {
    let mut reading = Reading::default();
    for _ in 0..MONITORS_MAX {
        reading.add(Monitor::default()).expect("room");
    }
    let problem = reading.add(Monitor::default()).expect_err("no room");
    assert_eq!(problem, "there are more than 10000 of them");
}
