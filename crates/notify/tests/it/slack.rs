//! Slack: what is sent, and what each of its answers means.

use axum::Json;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::receiver::Receiver;
use crate::{broken, deliver, failed, hasty, near, permanent, transient};

fn config(receiver: &Receiver) -> Value {
    json!({ "kind": "slack", "token": "xoxb-t0ken", "channel": "C1", "mention": "U9", "api_url": receiver.url("/api") })
}

async fn slack_says(reply: Value) -> Receiver {
    Receiver::answering(move || Json(reply.clone())).await
}

#[tokio::test]
async fn a_message_is_posted_with_the_bots_token_and_its_timestamp_is_the_receipt() {
    let slack = slack_says(json!({ "ok": true, "channel": "C1", "ts": "1700000000.000100" })).await;
    let receipt = deliver(&near(config(&slack)), &failed()).await.expect("delivered");
    assert_eq!(receipt.answer, "message 1700000000.000100");
    let [got] = slack.got().try_into().expect("one request");
    assert_eq!((got.method.as_str(), got.uri.path()), ("POST", "/api/chat.postMessage"));
    assert_eq!(got.header("authorization"), "Bearer xoxb-t0ken");
    assert_eq!(got.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(got.json()["text"], "🔴 billing / nightly failed: exit 3 — disk full");
    assert_eq!(got.json()["channel"], "C1");
    assert_eq!(got.json()["blocks"][0]["text"]["text"], "🔴 *billing / nightly* failed: exit 3\n<@U9>");
}

#[tokio::test]
async fn a_refusal_in_a_200_is_a_refusal() {
    let slack = slack_says(json!({ "ok": false, "error": "not_in_channel" })).await;
    let reason = broken(deliver(&near(config(&slack)), &failed()).await);
    assert_eq!(reason, "slack refuses with not_in_channel: invite the app to the channel");
    let slack = slack_says(json!({ "ok": false, "error": "msg_too_long" })).await;
    let reason = permanent(deliver(&near(config(&slack)), &failed()).await);
    assert_eq!(reason, "slack refuses with msg_too_long");
    let slack = slack_says(json!({ "ok": false, "error": "internal_error" })).await;
    let reason = transient(deliver(&near(config(&slack)), &failed()).await);
    assert_eq!(reason, ("slack cannot now: internal_error".to_owned(), None));
}

#[tokio::test]
async fn too_many_requests_wait_as_long_as_slack_says() {
    let body = || Json(json!({ "ok": false, "error": "ratelimited" }));
    let strict =
        Receiver::answering(move || (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "30")], body())).await;
    let (reason, wait) = transient(deliver(&near(config(&strict)), &failed()).await);
    assert_eq!((reason.as_str(), wait), ("the receiver answered 429 too many requests", Some(30)));
    let mild = Receiver::answering(move || ([("retry-after", "12")], body())).await;
    let (reason, wait) = transient(deliver(&near(config(&mild)), &failed()).await);
    assert_eq!((reason.as_str(), wait), ("slack cannot now: ratelimited", Some(12)));
}

#[tokio::test]
async fn a_broken_slack_is_tried_again() {
    let down = Receiver::answering(|| StatusCode::INTERNAL_SERVER_ERROR).await;
    let (reason, _) = transient(deliver(&near(config(&down)), &failed()).await);
    assert_eq!(reason, "the receiver answered 500 internal server error");
    let portal = Receiver::answering(|| "<html>please sign in</html>").await;
    let (reason, _) = transient(deliver(&near(config(&portal)), &failed()).await);
    assert_eq!(reason, "the answer is not one of slack's");
}

#[tokio::test]
async fn a_slack_that_hangs_is_given_up_in_time() {
    let slack = Receiver::hanging().await;
    let (reason, _) = transient(deliver(&hasty(config(&slack)), &failed()).await);
    assert_eq!(reason, "the receiver did not answer in time");
    assert_eq!(slack.got().len(), 1);
}

#[tokio::test]
async fn a_dropped_alert_is_a_receipt_without_a_request() {
    let slack = slack_says(json!({ "ok": true })).await;
    let mut notice = failed();
    if let app::Notice::Alert(alert) = &mut notice {
        alert.kind = domain::AlertKind::Dropped;
    }
    let receipt = deliver(&near(config(&slack)), &notice).await.expect("done with");
    assert_eq!(receipt.answer, "nothing to say");
    assert!(slack.got().is_empty());
}

#[tokio::test]
async fn a_token_and_a_channel_are_checked_without_a_message() {
    let slack = slack_says(json!({ "ok": true, "channel": { "id": "C1", "is_archived": false } })).await;
    let receipt = near(config(&slack)).check().await.expect("both are there");
    assert_eq!(receipt.answer, "slack knows the token, and the channel");
    let [token, channel] = slack.got().try_into().expect("two requests");
    assert_eq!((token.method.as_str(), token.uri.path()), ("POST", "/api/auth.test"));
    assert_eq!(channel.uri, "/api/conversations.info?channel=C1");
    assert_eq!(channel.header("authorization"), "Bearer xoxb-t0ken");
    let archived = slack_says(json!({ "ok": true, "channel": { "is_archived": true } })).await;
    assert_eq!(
        broken(near(config(&archived)).check().await),
        "slack refuses with is_archived: the channel is archived"
    );
    let revoked = slack_says(json!({ "ok": false, "error": "token_revoked" })).await;
    assert_eq!(
        broken(near(config(&revoked)).check().await),
        "slack refuses with token_revoked: the token was revoked"
    );
}

#[tokio::test]
async fn a_token_that_may_not_ask_for_channels_is_good_enough() {
    for (channel, error, is_good) in [
        ("C0123456789", "missing_scope", true),
        ("#ops", "channel_not_found", true),
        ("C0123456789", "channel_not_found", false),
    ] {
        let slack = asked_twice(error).await;
        let mut config = config(&slack);
        config["channel"] = json!(channel);
        assert_eq!(near(config).check().await.is_ok(), is_good, "{channel} {error}");
    }
}

/// A Slack that knows the token, and then refuses to tell of the channel.
async fn asked_twice(error: &'static str) -> Receiver {
    let first = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    Receiver::answering(move || {
        let is_first = first.swap(false, std::sync::atomic::Ordering::SeqCst);
        Json(if is_first { json!({ "ok": true }) } else { json!({ "ok": false, "error": error }) })
    })
    .await
}
