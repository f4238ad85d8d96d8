//! Each kind of notice as Opsgenie gets it, and Opsgenie's limits under the worst text.

use serde_json::{Value, json};

use super::super::alias;
use super::*;
use crate::render::telling;
use crate::sample;

fn sent(notice: &Notice, extras: &Extras) -> Value {
    json!(create(notice, &telling(notice, sample::now(), None), &alias(notice), extras))
}

fn plain(notice: &Notice) -> Value {
    sent(notice, &Extras::default())
}

#[test]
fn a_failure_is_exactly_this_alert() {
    let links = sample::links();
    let told = telling(&sample::failed(), sample::now(), Some(&links));
    let page = "https://punctual.example.org/portal/schedulers/billing-nightly";
    let acknowledge = sample::acknowledge();
    assert_eq!(
        json!(create(&sample::failed(), &told, "inc_1", &Extras::default())),
        json!({
            "message": "billing / nightly failed: exit 3 — disk full",
            "alias": "inc_1",
            "description": told.plain(),
            "tags": [],
            "details": {
                "Link": page, "Acknowledge": acknowledge,
                "Service": "billing", "Job": "nightly", "Status": "failed", "Time": "2024-01-15 02:12 UTC",
                "Run": "run-42", "Exit code": "3", "Duration": "12m5s",
                "Next run expected": "2024-01-16 02:00 UTC", "Scheduler": "billing-nightly",
            },
            "entity": "billing / nightly",
            "source": "Punctual",
            "priority": "P2",
        })
    );
    assert!(told.plain().contains(&acknowledge));
}

#[test]
fn each_kind_has_its_message_alias_and_priority() {
    for (notice, alias, priority, message) in [
        (sample::stale(), "inc_1", "P3", "billing / nightly went silent: nothing heard for 12m, run run-42"),
        (
            sample::repeated(),
            "inc_1",
            "P2",
            "billing / nightly failed again: 4 failures in a row, exit 3 — disk full",
        ),
        (
            sample::storm(),
            "storm-default-1705284660000",
            "P2",
            "Punctual sees a storm: 480 jobs went bad (480 failing), 2 jobs recovered, 478 still open",
        ),
        (
            sample::trouble(false),
            "trouble-default-evaluator_lag-1705284420000",
            "P2",
            "Punctual notices deadlines late: by 1m35s",
        ),
        (
            sample::test(),
            "test-default-1705284720000",
            "P5",
            "Punctual can reach the channel ops: this is a test, nothing is wrong",
        ),
    ] {
        let alert = plain(&notice);
        assert_eq!(
            (&alert["alias"], &alert["priority"], &alert["message"]),
            (&json!(alias), &json!(priority), &json!(message))
        );
    }
    assert_eq!(plain(&sample::unobserved())["priority"], "P3");
    let critical = sample::edit(sample::failed(), |alert| alert.severity = Severity::Critical);
    assert_eq!(plain(&critical)["priority"], "P1");
}

#[test]
fn a_close_says_how_it_ended() {
    let told = telling(&sample::recovered(), sample::now(), None);
    assert_eq!(
        json!(close(&told)),
        json!({ "source": "Punctual", "note": "billing / nightly recovered after 1h12m: was failing" })
    );
}

#[test]
fn the_channels_responders_and_tags_come_with_the_schedulers_tags_once_each() {
    let team = json!({ "type": "team", "name": "ops" });
    let responders = [serde_json::from_value(team.clone()).expect("reads")];
    let extras = Extras::checked(&responders, &["cron".to_owned(), "prod".to_owned()]).expect("extras");
    let tagged = sample::edit(sample::failed(), |alert| alert.story.tags = vec!["prod".into(), "eu".into()]);
    let alert = sent(&tagged, &extras);
    assert_eq!(alert["tags"], json!(["cron", "prod", "eu"]));
    assert_eq!(alert["responders"], json!([team]));
}

#[test]
fn whatever_jobs_send_stays_within_opsgenies_limits_and_is_no_html() {
    let links = sample::links();
    let extras = Extras::checked(&[], &vec!["t".repeat(50); 10]).expect("extras");
    for filler in sample::FILLERS {
        for notice in sample::all() {
            let notice = sample::hostile(notice, filler);
            let told = telling(&notice, domain::Instant::MAX, Some(&links));
            let alert = json!(create(&notice, &told, &alias(&notice), &extras));
            check_limits(&alert);
            let all = alert.to_string();
            assert!(!all.contains('<') && !all.contains('>'), "{all}");
            assert!(json!(close(&told))["note"].as_str().is_some_and(|note| length(note) <= 25_000));
        }
    }
}

fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

fn check_limits(alert: &Value) {
    let within = |field: &str, most| {
        let text = alert[field].as_str().expect(field);
        assert!((1..=most).contains(&length(text)), "{field}: {text}");
    };
    for (field, most) in
        [("message", 130), ("alias", 512), ("description", 15_000), ("entity", 512), ("source", 100)]
    {
        within(field, most);
    }
    let tags = alert["tags"].as_array().expect("tags");
    assert!(tags.len() <= 20 && tags.iter().all(|tag| length(tag.as_str().expect("text")) <= 50));
    let details = alert["details"].as_object().expect("details");
    let used: usize =
        details.iter().map(|(label, text)| label.len() + length(text.as_str().expect("text"))).sum();
    assert!(used <= 8000, "{used}");
}
