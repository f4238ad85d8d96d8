//! `dry_run=true`: what a change would come to, and that nothing is changed.

use std::sync::Arc;

use app::ports::Role;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::FixedChannels;
use web::WebSettings;

use crate::support::{Ask, World};

fn world() -> World {
    let channels = FixedChannels::new();
    channels.add("ops", true);
    channels.add_wall("wall");
    World::on(WebSettings::default(), |ports| ports.channels = Arc::new(channels))
}

/// Something of each kind that is made, the same said in another way, and the least that can be said of it.
fn cases() -> [(&'static str, Value, Value, Value); 3] {
    let rule =
        json!({ "name": "x", "causes": ["failing", "missed"], "severity": "error", "channels": ["ops"] });
    let same_rule = json!({ "name": "x", "causes": ["missed", "failing", "missed"], "severity": "error",
        "channels": ["ops", "ops"], "selector": { "tags": [] }, "position": "100", "last": false });
    let window = json!({ "name": "x", "schedule": { "cron": "0 3 * * *", "timezone": "Europe/Riga" }, "duration": "2h",
        "selector": { "tags": ["db"] } });
    let same_window = json!({ "name": "x", "schedule": { "cron": "0 3 * * *", "timezone": "europe/riga" },
        "duration": "7200", "selector": { "tags": ["db", "db"] } });
    let board = json!({ "name": "x", "channel": "wall", "start": "00:00", "end": "06:00", "days": ["sun", "mon"],
        "filter": { "tag": "db" } });
    let same_board = json!({ "name": "x", "title": "x", "channel": "wall", "start": "00:00", "end": "06:00",
        "days": ["mon", "sun", "mon"], "filter": { "tag": "db" }, "time_zone": "utc", "cadence": 3600 });
    [
        ("rules", rule, same_rule, json!({ "name": "x", "channels": ["ops"] })),
        (
            "maintenance",
            window,
            same_window,
            json!({ "name": "x", "from": "2026-03-02T08:00:00", "duration": "1h" }),
        ),
        (
            "boards",
            board,
            same_board,
            json!({ "name": "x", "channel": "wall", "start": "00:00", "end": "06:00" }),
        ),
    ]
}

#[tokio::test]
async fn a_dry_run_says_whether_anything_would_be_other_and_changes_nothing() {
    let world = world();
    for (kind, first, same, least) in cases() {
        let made = world.post(&format!("/api/v1/{kind}"), &first.to_string()).await.json();
        let path = format!("/api/v1/{kind}/{}", made["id"].as_str().expect("an id"));
        let dry = format!("{path}?dry_run=true");
        let as_before = world.put(&dry, &same.to_string()).await.json();
        assert_eq!(as_before["changed"], false, "{as_before}");
        let would_be = world.put(&dry, &least.to_string()).await.json();
        assert_eq!(would_be["changed"], true, "{would_be}");
        assert_eq!(world.get(&path).await.json(), made, "nothing is changed");
        let mut replaced = world.put(&path, &least.to_string()).await.json();
        for told_then in ["version", "changed", "updated_at"] {
            replaced[told_then] = would_be[told_then].clone();
        }
        assert_eq!(replaced, would_be, "what was foretold came");
    }
}

#[tokio::test]
async fn a_dry_run_may_name_a_channel_that_is_to_be_made_and_needs_the_role_of_a_real_one() {
    let world = world();
    let viewer = world.key(Role::Viewer, &[]).await;
    for (kind, first, ..) in cases() {
        let made = world.post(&format!("/api/v1/{kind}"), &first.to_string()).await.json();
        let dry = format!("/api/v1/{kind}/{}?dry_run=true", made["id"].as_str().expect("an id"));
        let mut later = first.clone();
        for field in ["channel", "channels"] {
            if let Some(named) = later.get_mut(field) {
                *named = if named.is_array() { json!(["to come"]) } else { json!("to come") };
            }
        }
        assert_eq!(world.put(&dry, &later.to_string()).await.status, StatusCode::OK, "{kind}");
        let theirs = Ask::new(Method::PUT, &dry).body(first.to_string()).key(&viewer);
        assert_eq!(world.ask(theirs).await.status, StatusCode::FORBIDDEN, "{kind}");
        let stale = Ask::new(Method::PUT, &dry).body(first.to_string()).header("if-match", "\"7\"");
        assert_eq!(world.ask(stale).await.status, StatusCode::PRECONDITION_FAILED, "{kind}");
    }
}

#[tokio::test]
async fn a_registration_is_foretold_too() {
    let world = world();
    let register = "/api/v1/schedulers/register";
    let dry = format!("{register}?dry_run=true");
    let body = json!({ "scheduler_id": "a", "service_name": "s", "job_name": "j", "tags": ["x"], "max_runtime": "2h" });
    let foretold = world.post(&dry, &body.to_string()).await;
    assert_eq!(
        (foretold.status, &foretold.json()["changed"]),
        (StatusCode::CREATED, &json!(true)),
        "{foretold}"
    );
    assert_eq!(world.get("/api/v1/schedulers/a").await.status, StatusCode::NOT_FOUND);
    world.post(register, &body.to_string()).await;
    let same = json!({ "scheduler_id": "a", "tags": ["x", "x"], "max_runtime": "7200" });
    let foretold = world.post(&dry, &same.to_string()).await;
    assert_eq!((foretold.status, &foretold.json()["changed"]), (StatusCode::OK, &json!(false)), "{foretold}");
    let other = json!({ "scheduler_id": "a", "tags": ["y"] });
    let foretold = world.post(&dry, &other.to_string()).await.json();
    assert_eq!((&foretold["changed"], &foretold["tags"]), (&json!(true), &json!(["y"])));
    assert_eq!(world.get("/api/v1/schedulers/a").await.json()["tags"], json!(["x"]));
    let viewer = world.key(Role::Viewer, &[]).await;
    let theirs = world.ask(Ask::new(Method::POST, &dry).body(body.to_string()).key(&viewer)).await;
    assert_eq!(theirs.status, StatusCode::FORBIDDEN);
}
