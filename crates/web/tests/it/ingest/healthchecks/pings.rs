//! Pings: what came in, in Healthchecks' words, and what each printed.

use axum::http::{Method, StatusCode};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{made, ping, uuid, world};
use crate::support::Ask;

const RID: &str = "f618072a-7bde-4eee-af63-71a77c5723bc";

#[tokio::test]
async fn pings_are_listed_newest_first_with_what_is_known_of_them() {
    let world = world();
    let id = uuid(&made(&world, r#"{"name":"a"}"#).await);
    for (place, body) in [
        (format!("{id}/start?rid={RID}"), ""),
        (format!("{id}/log"), "halfway"),
        (format!("{id}?rid={RID}"), "all\n"),
        (format!("{id}/7"), "no room"),
    ] {
        ping(&world, &place, body).await;
        world.pass(3);
    }
    let reply = world.get(&format!("/api/v3/checks/{id}/pings/")).await;
    assert_snapshot!(reply.text().replace(&id, "ID"), @r#"{"pings":[{"type":"fail","date":"2026-03-02T08:00:09.000000+00:00","n":4,"scheme":"https","remote_addr":"0.0.0.0","method":"POST","ua":"curl/8.5","rid":null,"body_url":"https://hc.example/api/v3/checks/ID/pings/4/body"},{"type":"success","date":"2026-03-02T08:00:06.000000+00:00","n":3,"scheme":"https","remote_addr":"0.0.0.0","method":"POST","ua":"curl/8.5","rid":"f618072a-7bde-4eee-af63-71a77c5723bc","body_url":"https://hc.example/api/v3/checks/ID/pings/3/body","duration":6.0},{"type":"log","date":"2026-03-02T08:00:03.000000+00:00","n":2,"scheme":"https","remote_addr":"0.0.0.0","method":"POST","ua":"curl/8.5","rid":null,"body_url":"https://hc.example/api/v3/checks/ID/pings/2/body"},{"type":"start","date":"2026-03-02T08:00:00.000000+00:00","n":1,"scheme":"https","remote_addr":"0.0.0.0","method":"POST","ua":"curl/8.5","rid":"f618072a-7bde-4eee-af63-71a77c5723bc","body_url":null}]}"#);
}

#[tokio::test]
async fn what_a_ping_printed_comes_back_byte_for_byte() {
    let world = world();
    let id = uuid(&made(&world, "{}").await);
    let bytes: Vec<u8> = (0..=255).collect();
    let ask = Ask::new(Method::POST, &format!("/ping/{id}")).body(bytes.clone());
    world.ask(ask.without("x-api-key")).await;
    ping(&world, &id, "").await;
    let reply = world.get(&format!("/api/v3/checks/{id}/pings/1/body")).await;
    assert_eq!((reply.status, reply.header("content-type")), (StatusCode::OK, Some("text/plain")));
    assert_eq!(reply.body, bytes);
    for number in ["0", "2", "3", "99999999999999999999999"] {
        let reply = world.get(&format!("/api/v3/checks/{id}/pings/{number}/body")).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{number}");
    }
}

#[tokio::test]
async fn what_was_ignored_is_a_ping_too_and_changes_nothing() {
    let world = world();
    let check = made(&world, r#"{"methods":"POST","manual_resume":true}"#).await;
    let id = uuid(&check);
    let got = Ask::new(Method::GET, &format!("/ping/{id}"));
    world.ask(got.without("x-api-key")).await;
    world.post(&format!("/api/v3/checks/{id}/pause"), "").await;
    ping(&world, &format!("{id}/fail"), "").await;
    let pings = world.get(&format!("/api/v3/checks/{id}/pings/")).await.json();
    let kinds: Vec<&Value> = pings["pings"].as_array().expect("pings").iter().map(|it| &it["type"]).collect();
    assert_eq!(kinds, ["ign", "ign"]);
    let check = world.get(&format!("/api/v3/checks/{id}")).await.json();
    assert_eq!((&check["status"], &check["n_pings"]), (&json!("paused"), &json!(2)));
}

#[tokio::test]
async fn what_our_own_api_was_told_is_a_ping_as_well() {
    let world = world();
    world.billing().await;
    world
        .put("/api/v1/schedulers/billing-nightly/status", r#"{"status":"completed","run_id":"2026-03-02"}"#)
        .await;
    let checks = world.get("/api/v3/checks/").await.json();
    let id = uuid(&checks["checks"][0]);
    let pings = world.get(&format!("/api/v3/checks/{id}/pings/")).await;
    assert_snapshot!(pings.text(), @r#"{"pings":[{"type":"success","date":"2026-03-02T08:00:00.000000+00:00","n":1,"scheme":"http","remote_addr":"","method":"","ua":"","rid":null,"body_url":null}]}"#);
}
