//! Each kind of notice as Teams gets it, and Teams' limits under the worst text.

use app::Notice;
use domain::Instant;
use serde_json::{Value, json};

use super::*;
use crate::sample;

/// What a reader sees, line by line.
fn shown(notice: &Notice) -> Vec<String> {
    let card = card(notice, sample::now(), None);
    let body = card["attachments"][0]["content"]["body"].as_array().expect("a body").clone();
    body.iter().map(line).collect()
}

fn line(element: &Value) -> String {
    let element = if element["type"] == "Container" { &element["items"][0] } else { element };
    let runs = element["inlines"].as_array().expect("runs");
    runs.iter().map(|run| run["text"].as_str().expect("text")).collect()
}

#[test]
fn a_failure_is_exactly_this_card() {
    let links = sample::links();
    let message = card(&sample::failed(), sample::now(), Some(&links));
    let content = &message["attachments"][0]["content"];
    assert_eq!(message["type"], "message");
    assert_eq!(message["attachments"][0]["contentType"], "application/vnd.microsoft.card.adaptive");
    assert_eq!((&content["type"], &content["version"]), (&json!("AdaptiveCard"), &json!("1.4")));
    assert_eq!(
        content["body"][0],
        json!({
            "type": "Container", "style": "attention", "bleed": true,
            "items": [{ "type": "RichTextBlock", "spacing": "Small", "inlines": [
                { "type": "TextRun", "text": "🔴 billing / nightly ", "weight": "Bolder", "fontType": "Default" },
                { "type": "TextRun", "text": "failed: exit 3", "weight": "Default", "fontType": "Default" },
            ] }],
        })
    );
    assert_eq!(content["body"][1]["inlines"][0]["fontType"], "Monospace");
    assert_eq!(
        content["actions"],
        json!([
            { "type": "Action.OpenUrl", "title": "Open in Punctual",
              "url": "https://punctual.example.org/portal/schedulers/billing-nightly" },
            { "type": "Action.OpenUrl", "title": "Acknowledge", "url": sample::acknowledge() },
        ])
    );
    assert_eq!(
        shown(&sample::failed()),
        [
            "🔴 billing / nightly failed: exit 3",
            "disk full",
            "Service: billing",
            "Job: nightly",
            "Status: failed",
            "Time: 2024-01-15 02:12 UTC",
            "Run: run-42",
            "Exit code: 3",
            "Duration: 12m5s",
            "Next run expected: 2024-01-16 02:00 UTC",
            "Scheduler: billing-nightly",
            "Incident inc_1",
        ]
    );
}

#[test]
fn each_kind_has_its_headline() {
    for (notice, headline) in [
        (sample::missed(1), "🔴 billing / nightly missed a run: expected at 2024-01-15 01:00 UTC"),
        (sample::recovered(), "🟢 billing / nightly recovered after 1h12m: was failing"),
        (sample::test(), "⚪ Punctual can reach the channel ops: this is a test, nothing is wrong"),
        (sample::trouble(false), "🔴 Punctual notices deadlines late: by 1m35s"),
    ] {
        assert_eq!(shown(&notice)[0], headline);
    }
    let storm = shown(&sample::storm());
    assert_eq!(storm[1], "• billing / job 1: failing");
    assert_eq!(
        storm[21..24],
        ["… and 460 more", "• billing / job 1: recovered", "• billing / job 2: recovered"]
    );
}

#[test]
fn whatever_jobs_send_stays_within_teams_limit_and_means_nothing() {
    let links = sample::links();
    for filler in sample::FILLERS {
        for notice in sample::all() {
            let card = card(&sample::hostile(notice, filler), Instant::MAX, Some(&links));
            assert!(card.to_string().len() <= BYTES_MAX, "{}", card.to_string().len());
            only_plain_text(&card["attachments"][0]["content"]["body"]);
        }
    }
}

/// No element in which markup would mean something.
fn only_plain_text(value: &Value) {
    match value {
        Value::Array(items) => items.iter().for_each(only_plain_text),
        Value::Object(fields) => {
            let kind = fields["type"].as_str().expect("a type");
            assert!(["Container", "RichTextBlock", "TextRun"].contains(&kind), "{kind}");
            let within = ["items", "inlines"].iter().filter_map(|name| fields.get(*name));
            within.for_each(only_plain_text);
        }
        _ => {}
    }
}

#[test]
fn a_connector_that_says_too_late_that_teams_refused_is_heard() {
    let said = |status| {
        belated(&format!(
            "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error {status} with x"
        ))
    };
    assert_eq!(belated("1"), Ok(()));
    assert_eq!(said(429), Err(DeliveryError::transient("teams could not show the message: 429")));
    assert_eq!(said(413), Err(DeliveryError::permanent("teams could not show the message: 413")));
    assert_eq!(said(404), Err(DeliveryError::broken("teams could not show the message: 404")));
}
