//! Receivers whose address is the secret: Discord, Teams, and Slack's incoming webhooks. What is sent, and what their
//! answers mean.

use axum::Json;
use axum::http::StatusCode;
use domain::AlertKind;
use serde_json::{Value, json};

use crate::receiver::Receiver;
use crate::{broken, deliver, failed, hasty, near, of_kind, permanent, transient};

const KINDS: [&str; 3] = ["discord", "slack_webhook", "teams"];

fn config(kind: &str, receiver: &Receiver) -> Value {
    json!({ "kind": kind, "url": receiver.url("/services/t0p?thread_id=1") })
}

async fn saying(status: u16, body: impl Into<String>) -> Receiver {
    let (status, body) = (StatusCode::from_u16(status).expect("a status"), body.into());
    Receiver::answering(move || (status, body.clone())).await
}

async fn refused(
    kind: &str,
    status: u16,
    body: impl Into<String>,
) -> Result<app::ports::Receipt, app::ports::DeliveryError> {
    deliver(&near(config(kind, &saying(status, body).await)), &failed()).await
}

#[tokio::test]
async fn a_message_is_posted_to_the_address() {
    let slack = saying(200, "ok").await;
    let receipt = deliver(&near(config("slack_webhook", &slack)), &failed()).await.expect("delivered");
    assert_eq!(receipt.answer, "status 200");
    let [got] = slack.got().try_into().expect("one request");
    assert_eq!(got.uri, "/services/t0p?thread_id=1");
    assert_eq!(got.json()["text"], "🔴 billing / nightly failed: exit 3 — disk full");

    let teams = saying(202, "").await;
    deliver(&near(config("teams", &teams)), &failed()).await.expect("delivered");
    let [got] = teams.got().try_into().expect("one request");
    assert_eq!(got.json()["attachments"][0]["content"]["type"], "AdaptiveCard");

    let discord = Receiver::answering(|| Json(json!({ "id": "1200000000000000000" }))).await;
    let receipt = deliver(&near(config("discord", &discord)), &failed()).await.expect("delivered");
    assert_eq!(receipt.answer, "message 1200000000000000000");
    let [got] = discord.got().try_into().expect("one request");
    assert_eq!(got.uri, "/services/t0p?thread_id=1&wait=true");
    assert_eq!(got.json()["allowed_mentions"], json!({ "parse": [] }));
}

#[tokio::test]
async fn a_dropped_alert_is_a_receipt_without_a_request() {
    for kind in KINDS {
        let receiver = saying(200, "ok").await;
        let notifier = near(config(kind, &receiver));
        assert!(!notifier.keeps_incidents());
        let receipt = deliver(&notifier, &of_kind(AlertKind::Dropped)).await.expect("done with");
        assert_eq!(receipt.answer, "nothing to say");
        assert!(receiver.got().is_empty());
    }
}

#[tokio::test]
async fn an_address_that_is_dead_breaks_the_channel() {
    for (status, code) in [
        (403, "action_prohibited"),
        (403, "invalid_token"),
        (404, "channel_not_found"),
        (404, "no_service"),
        (410, "channel_is_archived"),
        (500, "no_active_hooks"),
    ] {
        let reason = broken(refused("slack_webhook", status, code).await);
        assert!(reason.starts_with(&format!("slack refuses with {code}: ")), "{reason}");
    }
    for (status, code) in [(404, 10_015), (401, 50_027), (404, 10_003), (403, 50_013)] {
        let body = json!({ "code": code, "message": "…" }).to_string();
        broken(refused("discord", status, body).await);
    }
    for (status, code) in [
        (401, "DirectApiAuthorizationRequired"),
        (404, "WorkflowNotFound"),
        (400, "WorkflowTriggerIsNotEnabled"),
    ] {
        let body = json!({ "error": { "code": code, "message": "…" } }).to_string();
        let reason = broken(refused("teams", status, body).await);
        assert!(reason.starts_with(&format!("teams refuses with {code}: ")), "{reason}");
    }
    for kind in KINDS {
        broken(refused(kind, 404, "<html>").await);
        broken(refused(kind, 410, "").await);
    }
}

#[tokio::test]
async fn a_message_that_is_refused_breaks_nothing() {
    assert_eq!(
        permanent(refused("slack_webhook", 400, "invalid_payload").await),
        "slack refuses with invalid_payload"
    );
    let body = json!({ "code": 50_035, "message": "Invalid Form Body", "errors": {} }).to_string();
    assert_eq!(permanent(refused("discord", 400, body).await), "discord refuses the message: 50035");
    permanent(refused("teams", 413, "").await);
    for kind in KINDS {
        permanent(refused(kind, 400, "t0p is wrong").await);
    }
}

#[tokio::test]
async fn what_passes_is_tried_again_and_not_too_soon() {
    for kind in KINDS {
        transient(refused(kind, 503, "").await);
        let busy = Receiver::answering(|| (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "9")])).await;
        let (_, wait) = transient(deliver(&near(config(kind, &busy)), &failed()).await);
        assert_eq!(wait, Some(9));
    }
    let body = json!({ "message": "You are being rate limited.", "retry_after": 1.3, "global": false });
    let (_, wait) = transient(refused("discord", 429, body.to_string()).await);
    assert_eq!(wait, Some(1));
    let (reason, _) = transient(refused("slack_webhook", 500, "rollup_error").await);
    assert_eq!(reason, "slack cannot now: rollup_error");
    let late =
        "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with x";
    transient(refused("teams", 200, late).await);
}

#[tokio::test]
async fn an_address_is_checked_without_a_message() {
    let discord = Receiver::answering(|| Json(json!({ "id": "1", "channel_id": "2", "type": 1 }))).await;
    near(config("discord", &discord)).check().await.expect("a webhook");
    let [got] = discord.got().try_into().expect("one request");
    assert_eq!((got.method.as_str(), got.uri.to_string().as_str()), ("GET", "/services/t0p"));
    let gone = saying(404, json!({ "code": 10_015, "message": "Unknown Webhook" }).to_string()).await;
    broken(near(config("discord", &gone)).check().await);

    let slack = saying(400, "no_text").await;
    near(config("slack_webhook", &slack)).check().await.expect("a webhook");
    assert_eq!(slack.got()[0].json()["text"], "");
    broken(near(config("slack_webhook", &saying(404, "no_service").await)).check().await);

    let teams = saying(202, "").await;
    near(config("teams", &teams)).check().await.expect("cannot be asked");
    assert!(teams.got().is_empty());
}

#[tokio::test]
async fn a_receiver_that_hangs_is_given_up_in_time() {
    for kind in KINDS {
        let (reason, _) =
            transient(deliver(&hasty(config(kind, &Receiver::hanging().await)), &failed()).await);
        assert_eq!(reason, "the receiver did not answer in time");
    }
}
