//! Each kind of notice as PagerDuty gets it, and PagerDuty's limits under the worst text.

use serde_json::{Value, json};

use super::*;
use crate::sample;

fn sent(notice: &Notice) -> Vec<Value> {
    events(notice, sample::now(), None).iter().map(|event| json!(event)).collect()
}

#[test]
fn a_failure_is_exactly_this_event() {
    let links = sample::links();
    let [event] = events(&sample::failed(), sample::now(), Some(&links)).try_into().expect("one event");
    let page = "https://punctual.example.org/portal/schedulers/billing-nightly";
    assert_eq!(
        json!(event),
        json!({
            "event_action": "trigger",
            "dedup_key": "inc_1",
            "payload": {
                "summary": "billing / nightly failed: exit 3 — disk full",
                "source": "billing-nightly",
                "severity": "error",
                "timestamp": "2024-01-15T02:12:00.000Z",
                "component": "nightly",
                "group": "billing",
                "class": "failing",
                "custom_details": {
                    "Error": "disk full", "Service": "billing", "Job": "nightly", "Status": "failed",
                    "Time": "2024-01-15 02:12 UTC", "Run": "run-42", "Exit code": "3", "Duration": "12m5s",
                    "Next run expected": "2024-01-16 02:00 UTC", "Scheduler": "billing-nightly",
                },
            },
            "client": "Punctual",
            "client_url": page,
            "links": [
                { "href": page, "text": "Open in Punctual" },
                { "href": sample::acknowledge(), "text": "Acknowledge in Punctual" },
            ],
        })
    );
}

#[test]
fn what_is_over_is_resolved_under_the_key_of_its_incident() {
    for (notice, key) in [
        (sample::recovered(), "inc_1"),
        (sample::dropped(), "inc_1"),
        (sample::storm_over(), "storm-default-1705284660000"),
        (sample::trouble(true), "trouble-default-evaluator_lag-1705284420000"),
    ] {
        assert_eq!(sent(&notice), [json!({ "event_action": "resolve", "dedup_key": key })]);
    }
}

#[test]
fn what_is_told_once_is_triggered_and_resolved_in_one_go() {
    for (notice, key, severity, class) in [
        (sample::test(), "test-default-1705284720000", "info", "test"),
        (sample::unobserved(), "unobserved-default-1705284300000", "warning", "unobserved"),
    ] {
        let [trigger, resolve] = sent(&notice).try_into().expect("two events");
        assert_eq!(resolve, json!({ "event_action": "resolve", "dedup_key": key }));
        assert_eq!((&trigger["event_action"], &trigger["dedup_key"]), (&json!("trigger"), &json!(key)));
        assert_eq!(trigger["payload"]["severity"], severity);
        assert_eq!(trigger["payload"]["class"], class);
        assert_eq!(trigger["payload"]["source"], "punctual");
    }
}

#[test]
fn each_kind_that_opens_says_what_it_is() {
    for (notice, severity, class, summary) in [
        (
            sample::stale(),
            "warning",
            "stale",
            "billing / nightly went silent: nothing heard for 12m, run run-42",
        ),
        (
            sample::overrun(),
            "warning",
            "overrun",
            "billing / nightly is running too long: 1h2m so far, its limit is 1h",
        ),
        (
            sample::missed(1),
            "error",
            "missed",
            "billing / nightly missed a run: expected at 2024-01-15 01:00 UTC",
        ),
        (sample::widened(), "error", "failing", "billing / nightly also failed: exit 3 — disk full"),
        (
            sample::escalated(),
            "error",
            "failing",
            "billing / nightly is still failing: nobody has acknowledged it for 1h12m — disk full",
        ),
        (
            sample::storm(),
            "error",
            "group",
            "Punctual sees a storm: 480 jobs went bad (480 failing), 2 jobs recovered, 478 still open",
        ),
        (sample::trouble(false), "error", "evaluator_lag", "Punctual notices deadlines late: by 1m35s"),
    ] {
        let [event] = sent(&notice).try_into().expect("one event");
        let payload = &event["payload"];
        assert_eq!(
            (&payload["severity"], &payload["class"], &payload["summary"]),
            (&json!(severity), &json!(class), &json!(summary))
        );
    }
    let jobs = &sent(&sample::quiet())[0]["payload"]["custom_details"]["Jobs"];
    assert!(jobs.as_str().is_some_and(|jobs| jobs.starts_with("billing / job 1: failing\n")), "{jobs}");
}

#[test]
fn whatever_jobs_send_stays_within_pagerdutys_limits() {
    let links = sample::links();
    for filler in sample::FILLERS {
        for notice in sample::all() {
            for event in events(&sample::hostile(notice, filler), Instant::MAX, Some(&links)) {
                let event = json!(event);
                let chars = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
                assert!(event.to_string().len() < 256 * 1024, "half of what PagerDuty takes");
                assert!((1..=255).contains(&chars(&event["dedup_key"])));
                if event["event_action"] == "trigger" {
                    assert!((1..=1024).contains(&chars(&event["payload"]["summary"])));
                    assert!((1..=255).contains(&chars(&event["payload"]["source"])));
                }
            }
        }
    }
}
