//! Webhooks: what is sent, checked by the reference library, and what each answer means.

use axum::http::StatusCode;
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::receiver::{Got, Receiver};
use crate::{broken, deliver, failed, near, permanent, transient};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OLD_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

fn config(receiver: &Receiver) -> Value {
    json!({ "kind": "webhook", "url": receiver.url("/in?key=t0p"), "secret": SECRET })
}

fn accepts(oracle: &Webhook, got: &Got) -> bool {
    oracle.verify(&got.body, &got.headers).is_ok()
}

fn oracle(secret: &str) -> Webhook {
    Webhook::new(secret).expect("a secret")
}

#[tokio::test]
async fn the_reference_library_accepts_what_is_sent_and_nothing_that_was_changed() {
    let receiver = Receiver::answering(|| StatusCode::NO_CONTENT).await;
    let receipt = deliver(&near(config(&receiver)), &failed()).await.expect("delivered");
    assert_eq!(receipt.answer, "status 204");
    let [mut got] = receiver.got().try_into().expect("one request");
    assert_eq!(got.uri, "/in?key=t0p");
    assert_eq!(got.header("webhook-id"), "dlv_1");
    assert!(accepts(&oracle(SECRET), &got));
    assert!(!accepts(&oracle(OLD_SECRET), &got));
    assert_eq!(got.json()["type"], "alert.opened");
    assert_eq!(got.json()["data"]["scheduler_id"], "nightly");
    got.body = got.body.iter().rev().copied().collect();
    assert!(!accepts(&oracle(SECRET), &got));
}

#[tokio::test]
async fn while_secrets_change_receivers_with_either_accept() {
    let receiver = Receiver::answering(|| "thanks").await;
    let mut config = config(&receiver);
    config["previous_secret"] = json!(OLD_SECRET);
    deliver(&near(config), &failed()).await.expect("delivered");
    let [got] = receiver.got().try_into().expect("one request");
    assert!(accepts(&oracle(SECRET), &got) && accepts(&oracle(OLD_SECRET), &got));
    assert_eq!(got.header("webhook-signature").split(' ').count(), 2);
}

#[tokio::test]
async fn a_secret_of_raw_bytes_signs_too() {
    let receiver = Receiver::answering(|| "thanks").await;
    let mut config = config(&receiver);
    config["secret"] = json!("a secret of raw bytes");
    deliver(&near(config), &failed()).await.expect("delivered");
    let [got] = receiver.got().try_into().expect("one request");
    let oracle = Webhook::from_bytes(b"a secret of raw bytes".to_vec()).expect("a secret");
    assert!(accepts(&oracle, &got));
}

#[tokio::test]
async fn a_repeat_is_the_same_message() {
    let receiver = Receiver::answering(|| "thanks").await;
    let (notifier, notice) = (near(config(&receiver)), failed());
    for _ in 0..2 {
        deliver(&notifier, &notice).await.expect("delivered");
    }
    let [first, second] = receiver.got().try_into().expect("two requests");
    assert_eq!(first.header("webhook-id"), second.header("webhook-id"));
    assert_eq!(first.body, second.body);
}

#[tokio::test]
async fn what_a_status_means() {
    for status in [301, 307, 400, 401, 404] {
        let answer = StatusCode::from_u16(status).expect("a status");
        let receiver = Receiver::answering(move || (answer, [("location", "/elsewhere")])).await;
        let reason = permanent(deliver(&near(config(&receiver)), &failed()).await);
        assert!(reason.contains(&status.to_string()), "{reason}");
        assert_eq!(receiver.got().len(), 1, "no redirect is followed");
    }
    let gone = Receiver::answering(|| StatusCode::GONE).await;
    let reason = broken(deliver(&near(config(&gone)), &failed()).await);
    assert_eq!(reason, "the receiver answered 410 gone: nobody listens there any more");
    for status in [429, 500, 503] {
        let answer = StatusCode::from_u16(status).expect("a status");
        let receiver = Receiver::answering(move || (answer, [("retry-after", "90")])).await;
        let (reason, wait) = transient(deliver(&near(config(&receiver)), &failed()).await);
        assert!(reason.contains(&status.to_string()), "{reason}");
        assert_eq!(wait, Some(90));
    }
}

#[tokio::test]
async fn a_body_of_ones_own_is_sent_as_it_is_asked_for_and_signed_all_the_same() {
    let receiver = Receiver::answering(|| "thanks").await;
    let mut config = config(&receiver);
    config["method"] = json!("PUT");
    config["headers"] = json!({ "Authorization": "Bearer t0ken" });
    config["template"] = json!("{\"message\": {{ data.text | tojson }}}");
    deliver(&near(config), &failed()).await.expect("delivered");
    let [got] = receiver.got().try_into().expect("one request");
    assert_eq!((got.method.as_str(), got.header("authorization")), ("PUT", "Bearer t0ken"));
    assert_eq!(got.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(got.json(), json!({ "message": "billing / nightly failed: exit 3 — disk full" }));
    assert!(accepts(&oracle(SECRET), &got));
}

#[test]
fn headers_are_masked_and_come_back_only_unmasked() {
    let config = json!({
        "kind": "webhook", "url": "https://h.example/", "secret": SECRET, "headers": { "X-Key": "t0ken" },
    });
    let config = notify::ChannelConfig::parse(config).expect("reads");
    assert!(!json!(config).to_string().contains("t0ken") && !format!("{config:?}").contains("t0ken"));
    assert_eq!(config.unmasked()["headers"], json!({ "X-Key": "t0ken" }));
}
