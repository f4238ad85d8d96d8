//! What a ping means to its scheduler: runs and their lengths, pauses, and what its people set besides.

use app::Caller;
use axum::http::{Method, StatusCode};
use domain::ping::Filters;
use domain::{ConfigChange, Patch, ProjectId, SchedulerId};
use insta::assert_snapshot;
use serde_json::json;

use super::{get, history, ping, post, told, with_billing, world};
use crate::support::World;

const PATH: &str = "/api/v1/schedulers/billing-nightly";

/// Sets what only other dialects' management can set.
async fn set(world: &World, change: ConfigChange) {
    let caller = Caller::local(ProjectId::default_project());
    let id = SchedulerId::parse("billing-nightly").expect("an id");
    world.app().register(&caller, id, change).await.expect("set");
}

async fn paused(while_paused: &str) -> World {
    let world = World::new();
    with_billing(&world, json!({ "while_paused": while_paused })).await;
    assert_eq!(world.put(&format!("{PATH}/pause"), "{}").await.status, StatusCode::OK);
    world
}

#[tokio::test]
async fn a_start_and_an_outcome_are_one_run() {
    let world = world().await;
    for (path, seconds) in [("ID/start", 90), ("ID", 60), ("ID/start?rid=RID", 5), ("ID/3?rid=RID", 0)] {
        assert_eq!(told(&get(&world, path).await), (200, "OK".to_owned()), "{path}");
        world.pass(seconds);
    }
    let runs = world.get(&format!("{PATH}/runs")).await;
    assert_snapshot!(runs.text().replace("},{", "},\n{"), @r#"
[{"run":2,"run_id":"0b9d3c5e-7c7f-4b5a-9d53-1d3e4d0c2f22","status":"failed","started_at":"2026-03-02T08:02:30.000Z","start_reported":true,"ended_at":"2026-03-02T08:02:35.000Z","duration_ms":5000,"exit_code":3},
{"run":1,"status":"completed","started_at":"2026-03-02T08:00:00.000Z","start_reported":true,"ended_at":"2026-03-02T08:01:30.000Z","duration_ms":90000}]
"#);
}

#[tokio::test]
async fn a_failure_after_a_success_of_its_run_is_a_failure_once() {
    let world = world().await;
    for path in ["ID?rid=RID", "ID/fail?rid=RID", "ID/fail?rid=RID", "ID?rid=RID"] {
        assert_eq!(told(&get(&world, path).await), (200, "OK".to_owned()), "{path}");
    }
    assert_snapshot!(history(&world, &["run_id"]).await, @r#"
completed run_id="0b9d3c5e-7c7f-4b5a-9d53-1d3e4d0c2f22"
failed run_id="0b9d3c5e-7c7f-4b5a-9d53-1d3e4d0c2f22 again"
"#);
    assert_eq!(world.get(PATH).await.json()["health"], "failing");
}

#[tokio::test]
async fn a_ping_ends_a_pause_where_that_is_set() {
    let world = paused("resume").await;
    assert_eq!(told(&get(&world, "ID/log").await).0, 200);
    assert_eq!(world.get(PATH).await.json()["health"], "paused", "a note is no report");
    assert_eq!(told(&get(&world, "ID").await).0, 200);
    assert_eq!(world.get(PATH).await.json()["health"], "healthy");
}

#[tokio::test]
async fn a_ping_during_a_pause_is_only_written_down_where_that_is_set() {
    let world = paused("ignore").await;
    for path in ["ID", "ID/fail", "ID/start"] {
        assert_eq!(told(&post(&world, path, "printed").await), (200, "OK".to_owned()), "{path}");
    }
    assert_eq!(history(&world, &["output_bytes"]).await, ["ignored output_bytes=7"; 3].join("\n"));
    assert_eq!(world.get(PATH).await.json()["health"], "paused");
    assert_eq!(world.delete(&format!("{PATH}/pause")).await.status, StatusCode::OK);
    get(&world, "ID").await;
    assert_eq!(world.get(PATH).await.json()["status"], "completed");
}

#[tokio::test]
async fn a_ping_during_a_pause_counts_and_leaves_it_where_nothing_is_set() {
    let world = paused("record").await;
    get(&world, "ID/fail").await;
    let shown = world.get(PATH).await.json();
    assert_eq!((&shown["status"], &shown["paused"]["by"].is_null()), (&json!("failed"), &true));
    assert_eq!(history(&world, &[]).await, "failed");
}

#[tokio::test]
async fn only_posts_count_where_that_is_set() {
    let world = world().await;
    set(&world, ConfigChange { post_only: Some(true), ..ConfigChange::default() }).await;
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::POST] {
        assert_eq!(world.ask(ping(method.clone(), "ID/fail")).await.status, StatusCode::OK, "{method}");
    }
    assert_eq!(history(&world, &[]).await, "ignored\nignored\nignored\nfailed");
}

#[tokio::test]
async fn words_in_the_body_say_what_a_ping_means_where_that_is_set() {
    let world = world().await;
    let filters = Filters {
        http_body: true,
        start: "begin".to_owned(),
        success: "done, ok".to_owned(),
        failure: "error".to_owned(),
        ..Filters::default()
    };
    let change =
        |filters: Filters| ConfigChange { filters: Patch::Set(Box::new(filters)), ..ConfigChange::default() };
    set(&world, change(filters.clone())).await;
    let bodies = ["begin", "begin; all ok", "ok, but error", "nothing", "ERROR", ""];
    for body in bodies {
        assert_eq!(told(&post(&world, "ID/log", body).await), (200, "OK".to_owned()), "{body}");
        world.pass(60);
    }
    post(&world, "ID/7", "done").await;
    world.pass(60);
    set(&world, change(Filters { default_fail: true, ..filters })).await;
    post(&world, "ID", "nothing").await;
    assert_snapshot!(history(&world, &["exit_code", "error_message"]).await, @r#"
running
completed
failed error_message="ok, but error"
ignored
ignored
ignored
completed exit_code=7
recovered
failed error_message="nothing"
"#);
}

#[tokio::test]
async fn words_beyond_what_is_kept_of_a_body_are_not_looked_for() {
    let world = World::with(web::WebSettings { ping_body_limit: 5, ..web::WebSettings::default() });
    with_billing(&world, json!({})).await;
    let filters = Filters { http_body: true, failure: "error".to_owned(), ..Filters::default() };
    set(&world, ConfigChange { filters: Patch::Set(Box::new(filters)), ..ConfigChange::default() }).await;
    post(&world, "ID", "errors").await;
    post(&world, "ID", "an error").await;
    assert_eq!(history(&world, &[]).await, "failed\nignored");
}
