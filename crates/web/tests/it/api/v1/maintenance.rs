//! `/maintenance`.

use std::sync::Arc;

use app::ports::Role;
use app::roles::{Role as _, Router};
use axum::http::{Method, StatusCode};
use domain::ProjectId;
use insta::assert_snapshot;
use serde_json::{Value, json};
use testkit::FixedChannels;
use web::WebSettings;

use crate::support::{Ask, World};

const WINDOWS: &str = "/api/v1/maintenance";

async fn made(world: &World, body: &Value) -> Value {
    let reply = world.post(WINDOWS, &body.to_string()).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{reply}");
    reply.json()
}

fn path(window: &Value) -> String {
    format!("{WINDOWS}/{}", window["id"].as_str().expect("an id"))
}

#[tokio::test]
async fn a_window_comes_once_for_so_long_or_until_or_again_and_again() {
    let world = World::new();
    let lasting =
        made(&world, &json!({ "name": "b", "selector": { "services": ["billing"] }, "duration": "2h" }))
            .await;
    assert_snapshot!(lasting, @r#"{"active":true,"created_at":"2026-03-02T08:00:00.000Z","current":{"from":"2026-03-02T08:00:00.000Z","until":"2026-03-02T10:00:00.000Z"},"from":"2026-03-02T08:00:00.000Z","id":"win_01kjprzb00anf73gc6j3q45j8b","name":"b","selector":{"services":["billing"]},"until":"2026-03-02T10:00:00.000Z","updated_at":"2026-03-02T08:00:00.000Z","version":1}"#);
    let until = made(
        &world,
        &json!({ "name": "a", "from": "2026-03-02T09:00:00Z", "until": "2026-03-02T10:00:00Z" }),
    )
    .await;
    assert_snapshot!(until, @r#"{"active":false,"created_at":"2026-03-02T08:00:00.000Z","from":"2026-03-02T09:00:00.000Z","id":"win_01kjprzb007jjrbsxv1w92f1bn","name":"a","next":{"from":"2026-03-02T09:00:00.000Z","until":"2026-03-02T10:00:00.000Z"},"selector":{},"until":"2026-03-02T10:00:00.000Z","updated_at":"2026-03-02T08:00:00.000Z","version":1}"#);
    let recurring = json!({ "name": "c", "schedule": { "cron": "0 7 * * *", "timezone": "Asia/Jakarta" }, "duration": 7200 });
    let recurring = made(&world, &recurring).await;
    assert_snapshot!(recurring, @r#"{"active":false,"created_at":"2026-03-02T08:00:00.000Z","duration":"2h","id":"win_01kjprzb009xgsnz6m9macz2zy","name":"c","next":{"from":"2026-03-03T00:00:00.000Z","until":"2026-03-03T02:00:00.000Z"},"schedule":{"cron":"0 7 * * *","timezone":"Asia/Jakarta"},"selector":{},"updated_at":"2026-03-02T08:00:00.000Z","version":1}"#);
    assert_eq!(world.get(WINDOWS).await.json(), json!([until, lasting, recurring]));
    assert_eq!(world.get(&format!("{WINDOWS}?active=true")).await.json(), json!([lasting]));
    assert_eq!(world.get(&format!("{WINDOWS}?active=false")).await.json(), json!([until, recurring]));
    assert_eq!(world.get(&format!("{WINDOWS}?active=yes")).await.status, StatusCode::BAD_REQUEST);
    let shown = world.get(&path(&lasting)).await;
    assert_eq!((shown.json(), shown.header("etag")), (lasting, Some("\"1\"")));
}

#[tokio::test]
async fn what_is_wrong_with_a_window_is_named() {
    let world = World::new();
    for (body, details) in [
        (json!({ "name": "a" }), "until: must be given, or duration, and not both"),
        (
            json!({ "name": "a", "until": "2026-03-03T00:00:00Z", "duration": "1h" }),
            "until: must be given, or duration, and not both",
        ),
        (json!({ "duration": "1h" }), "name: is required, was absent"),
        (
            json!({ "name": "a", "until": "2026-03-02T08:00:00Z" }),
            "until: must come after from (2026-03-02T08:00:00.000Z), was 2026-03-02T08:00:00.000Z",
        ),
        (
            json!({ "name": "a", "until": "2027-04-02T08:00:00Z" }),
            "until: must come within 366d of from (2026-03-02T08:00:00.000Z), was 2027-04-02T08:00:00.000Z",
        ),
        (
            json!({ "name": "a", "duration": "59s" }),
            "duration: must be a duration from 1m to 31d, such as 90s or 2h30m, was '59s'",
        ),
        (
            json!({ "name": "a", "duration": "32d" }),
            "duration: must be a duration from 1m to 31d, such as 90s or 2h30m, was '32d'",
        ),
        (
            json!({ "name": "a", "schedule": { "cron": "@daily" } }),
            "duration: is required with a schedule, was absent",
        ),
        (
            json!({ "name": "a", "schedule": { "cron": "@daily" }, "duration": "1h", "from": "2026-03-02T08:00:00Z" }),
            "from: belongs to a window that comes once, and schedule makes it recur",
        ),
        (
            json!({ "name": "a", "schedule": {}, "duration": "1h" }),
            "schedule: must have exactly one of cron and on_calendar",
        ),
        (
            json!({ "name": "a", "schedule": { "every": "1h" }, "duration": "1h" }),
            "schedule: must have exactly one of cron and on_calendar\nschedule.every: is not a field of the schedule of a maintenance window",
        ),
        (
            json!({ "name": "a", "schedule": { "cron": "* * * * *" }, "duration": "9h" }),
            "schedule: begins more than 500 times within 9h: once is enough",
        ),
        (
            json!({ "name": "a", "schedule": { "on_calendar": "2020-01-01" }, "duration": "1h" }),
            "schedule: never comes any more",
        ),
        (
            json!({ "name": "a", "duration": "1h", "grace": "1h" }),
            "grace: is not a field of a maintenance window",
        ),
    ] {
        let reply = world.post(WINDOWS, &body.to_string()).await;
        assert_eq!((reply.status, reply.details().as_str()), (StatusCode::BAD_REQUEST, details), "{body}");
    }
    assert_eq!(world.get(WINDOWS).await.text(), "[]");
}

#[tokio::test]
async fn a_window_is_replaced_from_the_version_that_was_seen_and_deleted() {
    let world = World::new();
    let window = made(&world, &json!({ "name": "a", "duration": "2h" })).await;
    made(&world, &json!({ "name": "b", "duration": "2h" })).await;
    let put = |body: &'static str, tag: &str| {
        world.ask(Ask::new(Method::PUT, &path(&window)).body(body).header("if-match", tag))
    };
    assert_eq!(put(r#"{"name":"a","duration":"1h"}"#, "\"2\"").await.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(put(r#"{"name":"b","duration":"1h"}"#, "\"1\"").await.status, StatusCode::CONFLICT);
    let replaced = put(r#"{"name":"c","duration":"1h"}"#, "*").await;
    assert_eq!(
        (replaced.status, replaced.json()["until"].as_str()),
        (StatusCode::OK, Some("2026-03-02T09:00:00.000Z"))
    );
    assert_eq!(world.delete(&path(&window)).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.delete(&path(&window)).await.status, StatusCode::NOT_FOUND);
}

/// A world with the channel `ops`, the failed job `billing-nightly`, and a window for its service.
async fn under_maintenance() -> (World, Value) {
    let channels = Arc::new(FixedChannels::new());
    channels.add("ops", true);
    let world = World::on(WebSettings::default(), |ports| ports.channels = channels);
    world.billing().await;
    let window =
        made(&world, &json!({ "name": "w", "selector": { "services": ["billing"] }, "duration": "2h" }))
            .await;
    assert_eq!(
        world.put("/api/v1/schedulers/billing-nightly/status", r#"{"status":"failed"}"#).await.status,
        StatusCode::OK
    );
    assert_eq!(told(&world).await, 0, "it is held back");
    (world, window)
}

/// How many deliveries there are once everything is routed.
async fn told(world: &World) -> usize {
    Router::new(world.app().clone()).run_once().await.expect("routed");
    world.get("/api/v1/deliveries").await.json().as_array().expect("deliveries").len()
}

#[tokio::test]
async fn what_a_window_held_back_is_told_when_it_is_deleted() {
    let (world, window) = under_maintenance().await;
    world.pass(60);
    assert_eq!(told(&world).await, 0);
    assert_eq!(world.delete(&path(&window)).await.status, StatusCode::NO_CONTENT);
    assert_eq!(told(&world).await, 1);
}

#[tokio::test]
async fn what_a_window_held_back_is_told_at_its_new_end() {
    let (world, window) = under_maintenance().await;
    let shorter = r#"{"name":"w","selector":{"services":["billing"]},"from":"2026-03-02T08:00:00Z","until":"2026-03-02T08:30:00Z"}"#;
    assert_eq!(world.put(&path(&window), shorter).await.status, StatusCode::OK);
    world.pass(29 * 60);
    assert_eq!(told(&world).await, 0, "it holds still");
    world.pass(61);
    assert_eq!(told(&world).await, 1);
}

#[tokio::test]
async fn another_window_that_holds_still_goes_on_holding_back() {
    let (world, window) = under_maintenance().await;
    made(&world, &json!({ "name": "other", "duration": "1h" })).await;
    assert_eq!(world.delete(&path(&window)).await.status, StatusCode::NO_CONTENT);
    assert_eq!(told(&world).await, 0);
    world.pass(3601);
    assert_eq!(told(&world).await, 1);
}

#[tokio::test]
async fn whoever_looks_after_services_writes_windows_for_these() {
    let world = World::new();
    let owner = world.key(Role::ServiceOwner, &["billing", "mail"]).await;
    let stranger = world.key_in(ProjectId::parse("other").expect("a project"), Role::Admin, &[]).await;
    let ask = |key: &str, method: Method, path: &str, services: Value| {
        let name = services.to_string();
        let body = json!({ "name": name, "selector": { "services": services }, "duration": "1h" });
        world.ask(Ask::new(method, path).key(key).body(body.to_string()))
    };
    let ours = ask(&owner, Method::POST, WINDOWS, json!(["billing"])).await;
    assert_eq!(ours.status, StatusCode::CREATED, "{ours}");
    for services in [json!([]), json!(["shop"]), json!(["billing", "shop"])] {
        assert_eq!(
            ask(&owner, Method::POST, WINDOWS, services.clone()).await.status,
            StatusCode::FORBIDDEN,
            "{services}"
        );
        assert_eq!(
            ask(&owner, Method::PUT, &path(&ours.json()), services).await.status,
            StatusCode::FORBIDDEN
        );
    }
    assert_eq!(ask(&owner, Method::PUT, &path(&ours.json()), json!(["mail"])).await.status, StatusCode::OK);
    let theirs =
        made(&world, &json!({ "name": "shop", "selector": { "services": ["shop"] }, "duration": "1h" }))
            .await;
    let all = made(&world, &json!({ "name": "all", "duration": "1h" })).await;
    for (window, status) in [(&theirs, StatusCode::NOT_FOUND), (&all, StatusCode::OK)] {
        assert_eq!(ask(&owner, Method::GET, &path(window), json!([])).await.status, status);
        for method in [Method::PUT, Method::DELETE] {
            assert_eq!(
                ask(&owner, method.clone(), &path(window), json!(["mail"])).await.status,
                StatusCode::FORBIDDEN
            );
            assert_eq!(ask(&stranger, method, &path(window), json!([])).await.status, StatusCode::NOT_FOUND);
        }
    }
    assert_eq!(ask(&stranger, Method::GET, WINDOWS, json!([])).await.text(), "[]");
    assert_eq!(
        ask(&owner, Method::DELETE, &path(&ours.json()), json!([])).await.status,
        StatusCode::NO_CONTENT
    );
}
