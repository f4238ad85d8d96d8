//! `GET /schedulers/{id}/route`.

use std::sync::Arc;

use app::ports::{Channel, Role};
use axum::http::{Method, StatusCode};
use domain::{ProjectId, QuietHours};
use insta::assert_snapshot;
use serde_json::Value;
use testkit::{FixedChannels, ScriptedNotifier};
use web::WebSettings;

use crate::support::{Ask, World};

const ROUTE: &str = "/api/v1/schedulers/billing-nightly/route";

/// A world with the default `ops`, `night` in quiet hours, and `broken`, which is switched off.
async fn world() -> World {
    let channels = Arc::new(FixedChannels::new());
    channels.add("ops", true);
    let quiet: QuietHours =
        serde_json::from_str(r#"{"timezone":"UTC","from":"07:00:00","until":"09:30:00"}"#)
            .expect("quiet hours");
    let night = Channel { quiet: Some(quiet), ..Channel::new("night", "scripted", false) };
    let broken =
        Channel { disabled: Some("token revoked".to_owned()), ..Channel::new("broken", "scripted", false) };
    for channel in [night, broken] {
        channels.list(ProjectId::default_project(), channel, Arc::new(ScriptedNotifier::willing()));
    }
    let world = World::on(WebSettings::default(), |ports| ports.channels = channels);
    world.billing().await;
    world
}

async fn change(world: &World, body: &str) {
    let reply = world.patch("/api/v1/schedulers/billing-nightly", body).await;
    assert_eq!(reply.status, StatusCode::OK, "{reply}");
}

async fn post(world: &World, path: &str, body: &str) {
    let reply = world.post(path, body).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{reply}");
}

/// Of each cause, what is said at the opening: where names come from, and who hears.
async fn openings(world: &World) -> Vec<String> {
    let route = world.get(ROUTE).await.json();
    let causes = route["causes"].as_array().expect("causes").iter();
    let step = |cause: &Value| {
        let step = &cause["steps"][0];
        let names = step["hearers"]
            .as_array()
            .expect("hearers")
            .iter()
            .map(|it| it["name"].as_str().expect("a name"));
        format!(
            "{}: {} {} -> {}",
            cause["cause"],
            step["by"],
            step["rules"],
            names.collect::<Vec<_>>().join(",")
        )
    };
    causes.map(step).collect()
}

#[tokio::test]
async fn without_rules_the_defaults_hear() {
    let world = world().await;
    assert_snapshot!(world.get(ROUTE).await.text(), @r#"{"scheduler_id":"billing-nightly","at":"2026-03-02T08:00:00.000Z","realert_after":"1h","causes":[{"cause":"failing","severity":"error","steps":[{"by":"defaults","hearers":[{"channel":"ops","name":"ops","kind":"scripted"}]}]},{"cause":"stale","severity":"warning","steps":[{"by":"defaults","hearers":[{"channel":"ops","name":"ops","kind":"scripted"}]}]},{"cause":"overrun","severity":"warning","steps":[{"by":"defaults","hearers":[{"channel":"ops","name":"ops","kind":"scripted"}]}]},{"cause":"missed","severity":"error","steps":[{"by":"defaults","hearers":[{"channel":"ops","name":"ops","kind":"scripted"}]}]}]}"#);
}

#[tokio::test]
async fn rules_are_told_by_name_for_the_causes_that_they_are_about() {
    let world = world().await;
    post(&world, "/api/v1/rules", r#"{"name":"later","channels":["ops"]}"#).await;
    post(&world, "/api/v1/rules", r#"{"name":"stale","position":1,"causes":["stale"],"channels":["night"]}"#)
        .await;
    post(
        &world,
        "/api/v1/rules",
        r#"{"name":"bad","position":2,"severity":"error","channels":["night"],"last":true}"#,
    )
    .await;
    assert_eq!(
        openings(&world).await,
        [
            r#""failing": "rules" ["bad"] -> night"#,
            r#""stale": "rules" ["stale","later"] -> ops,night"#,
            r#""overrun": "rules" ["later"] -> ops"#,
            r#""missed": "rules" ["bad"] -> night"#,
        ]
    );
}

#[tokio::test]
async fn own_channels_quiet_hours_escalation_and_reminders_are_told() {
    let world = world().await;
    change(&world, r#"{"channels":["night","gone"],"escalation":[{"after":"15m","channels":["ops"]}],"remind_every":"4h","severity":"critical"}"#).await;
    let critical = world.get(ROUTE).await.json();
    assert_eq!((&critical["remind_every"], &critical["realert_after"]), (&"4h".into(), &"1h".into()));
    assert_eq!(
        critical["causes"][0]["steps"][0]["hearers"][0]["quiet_until"],
        Value::Null,
        "critical passes"
    );
    change(&world, r#"{"severity":null}"#).await;
    let route = world.get(ROUTE).await.json();
    assert_snapshot!(route["causes"][0], @r#"{"cause":"failing","severity":"error","steps":[{"by":"own","hearers":[{"channel":"night","kind":"scripted","name":"night","quiet_until":"2026-03-02T09:30:00.000Z"}],"unknown":["gone"]},{"after":"15m","by":"escalation","hearers":[{"channel":"ops","kind":"scripted","name":"ops"}]}]}"#);
}

#[tokio::test]
async fn where_those_named_are_switched_off_the_defaults_stand_in() {
    let world = world().await;
    change(&world, r#"{"channels":["broken"]}"#).await;
    assert_snapshot!(world.get(ROUTE).await.json()["causes"][0]["steps"], @r#"[{"by":"own","hearers":[{"channel":"ops","kind":"scripted","name":"ops","stands_in":true},{"channel":"broken","disabled":"token revoked","kind":"scripted","name":"broken"}]}]"#);
    change(&world, r#"{"channels":[]}"#).await;
    assert_eq!(openings(&world).await[0], r#""failing": "own" null -> "#);
}

#[tokio::test]
async fn maintenance_an_incident_upstream_and_a_pause_are_told_as_they_hold_now() {
    let world = world().await;
    let body = r#"{"scheduler_id":"upstream","service_name":"dw","job_name":"load"}"#;
    post(&world, "/api/v1/schedulers/register", body).await;
    world.put("/api/v1/schedulers/upstream/status", r#"{"status":"failed"}"#).await;
    change(&world, r#"{"depends_on":["upstream"]}"#).await;
    post(
        &world,
        "/api/v1/maintenance",
        r#"{"name":"upgrade","selector":{"services":["billing"]},"duration":"1h"}"#,
    )
    .await;
    post(
        &world,
        "/api/v1/maintenance",
        r#"{"name":"elsewhere","selector":{"services":["shop"]},"duration":"2h"}"#,
    )
    .await;
    world.put("/api/v1/schedulers/billing-nightly/pause", "").await;
    let route = world.get(ROUTE).await.json();
    assert_eq!(
        route["maintenance"].to_string(),
        r#"{"until":"2026-03-02T09:00:00.000Z","windows":["upgrade"]}"#
    );
    let incident = world.get("/api/v1/incidents").await.json()[0]["id"].clone();
    assert_eq!(
        (&route["upstream"]["incident"], &route["upstream"]["scheduler_id"]),
        (&incident, &"upstream".into())
    );
    assert_eq!(route["paused_since"], "2026-03-02T08:00:00.000Z");
    assert_eq!(
        openings(&world).await[0],
        r#""failing": "defaults" null -> ops"#,
        "who hears when all that is over"
    );
}

#[tokio::test]
async fn it_is_told_to_those_who_may_see_the_scheduler() {
    let world = world().await;
    let (shop, viewer) =
        (world.key(Role::Viewer, &["shop"]).await, world.key(Role::Viewer, &["billing"]).await);
    let stranger = world.key_in(ProjectId::parse("other").expect("a project"), Role::Admin, &[]).await;
    for (key, status) in
        [(shop, StatusCode::FORBIDDEN), (viewer, StatusCode::OK), (stranger, StatusCode::NOT_FOUND)]
    {
        assert_eq!(world.ask(Ask::new(Method::GET, ROUTE).key(&key)).await.status, status);
    }
}
