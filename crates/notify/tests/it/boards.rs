//! Boards in Slack: what is asked of it, and what each of its answers means.

use app::ports::{DeliveryError, Edited, Notifier};
use axum::Json;
use domain::board::{BoardPage, Counts, Window};
use domain::{Duration, Instant, ProjectId};
use serde_json::{Value, json};

use crate::near;
use crate::receiver::Receiver;

fn page() -> BoardPage {
    let start = Instant::parse("2026-11-23T17:00:00Z").expect("an instant");
    BoardPage {
        project: ProjectId::default_project(),
        board: "default".to_owned(),
        title: "Nightly jobs".to_owned(),
        time_zone: "UTC".to_owned(),
        window: Window { start, end: start + Duration::HOUR.times(6) },
        updated_at: start,
        counts: Counts::default(),
        rows: Vec::new(),
        left_out: 0,
        unread: false,
        total_execution_time: Duration::ZERO,
        closing: false,
        all_clear: false,
    }
}

async fn slack_says(reply: Value) -> Receiver {
    Receiver::answering(move || Json(reply.clone())).await
}

fn slack(receiver: &Receiver) -> std::sync::Arc<dyn Notifier> {
    let api = receiver.url("/api");
    near(json!({ "kind": "slack", "token": "xoxb-t0ken", "channel": "C1", "api_url": api }))
}

async fn post(receiver: &Receiver) -> Result<String, DeliveryError> {
    slack(receiver).boards().expect("slack shows boards").post(&page()).await
}

async fn edit(reply: Value) -> Result<Edited, DeliveryError> {
    let receiver = slack_says(reply).await;
    slack(&receiver).boards().expect("slack shows boards").edit("C9/1700000000.000100", &page()).await
}

async fn find(receiver: &Receiver) -> Result<Option<String>, DeliveryError> {
    slack(receiver).boards().expect("slack shows boards").find(&page()).await
}

fn metadata(board: &str) -> Value {
    let payload = json!({ "project": "default", "board": board, "window": 1_795_453_200_000_i64 });
    json!({ "event_type": "punctual_board", "event_payload": payload })
}

#[tokio::test]
async fn a_board_is_posted_with_metadata_and_known_by_channel_and_timestamp() {
    let receiver = slack_says(json!({ "ok": true, "channel": "C9", "ts": "1700000000.000100" })).await;
    assert_eq!(post(&receiver).await.as_deref(), Ok("C9/1700000000.000100"));
    let [got] = receiver.got().try_into().expect("one request");
    assert_eq!((got.uri.path(), got.header("authorization")), ("/api/chat.postMessage", "Bearer xoxb-t0ken"));
    let sent = got.json();
    assert_eq!((&sent["channel"], &sent["metadata"]), (&json!("C1"), &metadata("default")));
    assert_eq!(sent["text"], "Nightly jobs: no scheduler");
    assert!(sent.get("ts").is_none() && sent["blocks"].as_array().is_some_and(|blocks| blocks.len() == 3));
}

#[tokio::test]
async fn an_edit_names_the_message_by_the_channels_id() {
    let receiver = slack_says(json!({ "ok": true })).await;
    let notifier = slack(&receiver);
    let poster = notifier.boards().expect("slack shows boards");
    assert_eq!(poster.edit("C9/1700000000.000100", &page()).await, Ok(Edited::Done));
    let [got] = receiver.got().try_into().expect("one request");
    assert_eq!((got.uri.path(), &got.json()["channel"]), ("/api/chat.update", &json!("C9")));
    assert_eq!(got.json()["ts"], "1700000000.000100");
}

#[tokio::test]
async fn what_an_edit_comes_to_is_told_apart() {
    let refused = |code: &str| json!({ "ok": false, "error": code });
    assert_eq!(edit(refused("message_not_found")).await, Ok(Edited::Gone));
    assert_eq!(edit(refused("edit_window_closed")).await, Ok(Edited::Fixed));
    assert_eq!(edit(refused("cant_update_message")).await, Ok(Edited::Fixed));
    assert!(matches!(edit(refused("internal_error")).await, Err(DeliveryError::Transient { .. })));
    assert!(edit(refused("invalid_auth")).await.is_err());
}

#[tokio::test]
async fn a_refusal_is_no_message() {
    let receiver = slack_says(json!({ "ok": false, "error": "not_in_channel" })).await;
    let problem = post(&receiver).await.expect_err("refused").to_string();
    assert!(problem.contains("invite the app to the channel"), "{problem}");
    let receiver = slack_says(json!({ "ok": false, "error": "message_not_found" })).await;
    assert!(post(&receiver).await.is_err(), "nothing was posted");
}

#[tokio::test]
async fn the_message_of_a_window_is_found_by_its_metadata() {
    let said = |ts: &str, metadata: Value| json!({ "type": "message", "ts": ts, "metadata": metadata });
    let messages = json!([
        said("1.1", json!({ "event_type": "deploy", "event_payload": { "x": [1] } })),
        said("1.2", metadata("another")),
        { "type": "message", "ts": "1.3" },
        said("1.4", metadata("default")),
    ]);
    let receiver = slack_says(json!({ "ok": true, "messages": messages })).await;
    assert_eq!(find(&receiver).await, Ok(Some("C1/1.4".to_owned())));
    let [got] = receiver.got().try_into().expect("one request");
    assert_eq!(got.uri.path(), "/api/conversations.history");
    let body = String::from_utf8(got.body.to_vec()).expect("text");
    assert_eq!(body, "channel=C1&oldest=1795452900%2E000000&include_all_metadata=true&limit=10");
}

#[tokio::test]
async fn a_long_history_is_read_in_measure() {
    let page = json!({ "ok": true, "messages": [], "response_metadata": { "next_cursor": "more=" } });
    let receiver = slack_says(page).await;
    assert_eq!(find(&receiver).await, Ok(None));
    assert_eq!(receiver.got().len(), 5);
    let last = receiver.got().pop().expect("a request");
    assert!(String::from_utf8(last.body.to_vec()).expect("text").ends_with("&cursor=more%3D"));
}

#[tokio::test]
async fn where_slack_may_not_be_asked_nothing_is_found_and_where_it_cannot_it_is_asked_again() {
    for code in ["missing_scope", "not_in_channel", "channel_not_found"] {
        let receiver = slack_says(json!({ "ok": false, "error": code })).await;
        assert_eq!(find(&receiver).await, Ok(None), "{code}");
    }
    let receiver = Receiver::answering(|| "x".repeat(100_000)).await;
    assert_eq!(find(&receiver).await, Ok(None));
    let receiver = slack_says(json!({ "ok": false, "error": "ratelimited" })).await;
    assert!(matches!(find(&receiver).await, Err(DeliveryError::Transient { .. })));
}
