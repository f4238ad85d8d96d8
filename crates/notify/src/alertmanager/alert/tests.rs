//! Each kind of notice as Alertmanager gets it, and what it would not take, under the worst text.

use serde_json::{Value, json};

use super::*;
use crate::sample;

fn sent(notice: &Notice) -> Value {
    json!(firing(notice, sample::now(), &Labels::new(), None))
}

#[test]
fn a_failure_is_exactly_this_alert() {
    let links = sample::links();
    let own =
        Labels::from([("team".to_owned(), "data".to_owned()), ("severity".to_owned(), "mine".to_owned())]);
    let told = telling(&sample::failed(), sample::now(), Some(&links));
    let page = "https://punctual.example.org/portal/schedulers/billing-nightly";
    assert_eq!(
        json!(firing(&sample::failed(), sample::now(), &own, Some(&links))),
        json!({
            "labels": {
                "alertname": "PunctualIncident", "incident": "inc_1", "project": "default",
                "scheduler_id": "billing-nightly", "service": "billing", "job": "nightly",
                "severity": "error", "team": "data",
            },
            "annotations": {
                "summary": "billing / nightly failed: exit 3 — disk full",
                "description": told.plain(),
                "url": page,
                "acknowledge_url": sample::acknowledge(),
            },
            "startsAt": "2024-01-15T02:12:00.000Z",
            "endsAt": "2024-02-14T02:12:00.000Z",
            "generatorURL": page,
        })
    );
}

#[test]
fn each_kind_has_its_name_severity_and_time() {
    for (notice, name, severity, starts, ends) in [
        (
            sample::stale(),
            "PunctualIncident",
            "warning",
            "2024-01-15T02:12:00.000Z",
            "2024-02-14T02:12:00.000Z",
        ),
        (
            sample::reminded(),
            "PunctualIncident",
            "error",
            "2024-01-15T01:00:00.000Z",
            "2024-02-14T02:12:00.000Z",
        ),
        (sample::storm(), "PunctualGroup", "error", "2024-01-15T02:11:00.000Z", "2024-02-14T02:12:00.000Z"),
        (
            sample::trouble(false),
            "PunctualTrouble",
            "error",
            "2024-01-15T02:07:00.000Z",
            "2024-02-14T02:12:00.000Z",
        ),
        (
            sample::unobserved(),
            "PunctualUnobserved",
            "warning",
            "2024-01-15T02:05:00.000Z",
            "2024-01-15T02:17:00.000Z",
        ),
        (sample::test(), "PunctualTest", "info", "2024-01-15T02:12:00.000Z", "2024-01-15T02:17:00.000Z"),
    ] {
        let alert = sent(&notice);
        assert_eq!(alert["labels"]["alertname"], name);
        assert_eq!(alert["labels"]["severity"], severity);
        assert_eq!((&alert["startsAt"], &alert["endsAt"]), (&json!(starts), &json!(ends)), "{name}");
    }
    assert_eq!(sent(&sample::storm())["labels"]["incident"], "storm-default-1705284660000");
}

#[test]
fn an_end_is_known_by_the_labels_that_it_had() {
    let labels = Labels::from([("incident".to_owned(), "inc_1".to_owned())]);
    assert_eq!(
        json!(ended(&sample::recovered(), labels.clone())),
        json!({ "labels": labels, "annotations": {}, "endsAt": "2024-01-15T02:12:00.000Z" })
    );
}

#[test]
fn whatever_jobs_send_makes_no_alert_that_would_be_refused() {
    let links = sample::links();
    for filler in sample::FILLERS {
        for notice in sample::all() {
            let alert =
                json!(firing(&sample::hostile(notice, filler), sample::now(), &Labels::new(), Some(&links)));
            let labels = alert["labels"].as_object().expect("labels");
            assert!(labels.values().all(|value| value.as_str().is_some_and(|text| !text.is_empty())));
            assert!(
                labels.values().all(|value| value.as_str().is_some_and(|text| text.chars().count() <= 256))
            );
            assert!(alert["startsAt"].as_str() <= alert["endsAt"].as_str(), "{alert}");
            assert!(alert.to_string().len() < 128 * 1024);
        }
    }
}
