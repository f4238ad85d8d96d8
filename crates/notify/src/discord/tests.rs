//! Each kind of notice as Discord gets it, and Discord's limits under the worst text.

use domain::Instant;
use serde_json::{Value, json};

use super::*;
use crate::sample;

fn sent(notice: &app::Notice) -> Value {
    json!(message(notice, sample::now(), None, None).expect("something to say"))
}

#[test]
fn a_failure_is_exactly_this_message() {
    let links = sample::links();
    let field = |name: &str, value: &str| json!({ "name": name, "value": value, "inline": true });
    let acknowledge = format!("[Acknowledge]({})", sample::acknowledge());
    assert_eq!(
        json!(message(&sample::failed(), sample::now(), Some("Punctual"), Some(&links))),
        json!({
            "username": "Punctual",
            "embeds": [{
                "title": "🔴 billing / nightly failed: exit 3",
                "url": "https://punctual.example.org/portal/schedulers/billing-nightly",
                "description": "```\ndisk full\n```",
                "color": 0x00d9_2d20,
                "fields": [
                    { "name": "Do you look after it?", "value": acknowledge, "inline": false },
                    field("Service", "billing"), field("Job", "nightly"), field("Status", "failed"),
                    field("Time", "<t:1705284720:f>"), field("Run", "run\\-42"), field("Exit code", "3"),
                    field("Duration", "12m5s"), field("Next run expected", "<t:1705370400:f>"),
                    field("Scheduler", "billing\\-nightly"),
                ],
                "timestamp": "2024-01-15T02:12:00.000Z",
                "footer": { "text": "Incident inc_1" },
            }],
            "allowed_mentions": { "parse": [] },
        })
    );
}

#[test]
fn each_kind_has_its_title_and_colour() {
    for (notice, title, color) in [
        (
            sample::stale(),
            "🟠 billing / nightly went silent: nothing heard for 12m, run run\\-42",
            0x00f7_9009,
        ),
        (sample::recovered(), "🟢 billing / nightly recovered after 1h12m: was failing", 0x0017_b26a),
        (
            sample::escalated(),
            "🔴 billing / nightly is still failing: nobody has acknowledged it for 1h12m",
            0x00d9_2d20,
        ),
        (
            sample::test(),
            "⚪ Punctual can reach the channel ops: this is a test, nothing is wrong",
            0x0098_a2b3,
        ),
        (sample::trouble(true), "🟢 Punctual notices deadlines in time again, after 5m", 0x0017_b26a),
    ] {
        let embed = &sent(&notice)["embeds"][0];
        assert_eq!((&embed["title"], &embed["color"]), (&json!(title), &json!(color)));
    }
    let list = sent(&sample::quiet())["embeds"][0]["description"].clone();
    assert_eq!(list.as_str().map(|list| list.lines().next()), Some(Some("• billing / job 1: failing")));
    assert_eq!(message(&sample::dropped(), sample::now(), None, None), None);
}

#[test]
fn whatever_jobs_send_stays_within_discords_limits_and_calls_nobody() {
    let links = sample::links();
    for filler in sample::FILLERS {
        for notice in sample::all() {
            let hostile = sample::hostile(notice, filler);
            let Some(message) = message(&hostile, Instant::MAX, None, Some(&links)) else { continue };
            let message = json!(message);
            assert_eq!(message["allowed_mentions"], json!({ "parse": [] }));
            check_limits(&message["embeds"][0]);
            let all = message.to_string();
            assert!(!all.contains("@everyone") && !all.contains("<@1"), "{all}");
            // In code an address is no link.
            let mut marked_up = message["embeds"][0].clone();
            if marked_up["description"].as_str().is_some_and(|text| text.starts_with("```")) {
                marked_up["description"] = Value::Null;
            }
            assert!(!marked_up.to_string().contains("https://evil"), "{marked_up}");
            assert!(!all.contains('\u{202e}') && all.matches("```").count() % 2 == 0, "{all}");
        }
    }
}

fn check_limits(embed: &Value) {
    let length = |value: &Value| value.as_str().map_or(0, |text| text.encode_utf16().count());
    assert!((1..=256).contains(&length(&embed["title"])));
    assert!(length(&embed["description"]) <= 4096);
    let fields = embed["fields"].as_array().expect("fields");
    assert!(fields.len() <= 25);
    let (mut total, mut shown) = (length(&embed["title"]) + length(&embed["description"]), 0);
    total += length(&embed["footer"]["text"]);
    for field in fields {
        assert!((1..=256).contains(&length(&field["name"])) && (1..=1024).contains(&length(&field["value"])));
        total += length(&field["name"]) + length(&field["value"]);
        shown += 1;
    }
    assert!(total <= 6000 && shown > 2, "{total} in {shown} fields");
}
