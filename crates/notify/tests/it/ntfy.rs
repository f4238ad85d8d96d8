//! ntfy: what is published, and what each answer means.

use axum::Json;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::receiver::Receiver;
use crate::{broken, deliver, failed, hasty, near, permanent, transient};

fn config(receiver: &Receiver) -> Value {
    json!({ "kind": "ntfy", "topic": "ops", "server": receiver.url(""), "token": "tk_t0ken" })
}

async fn ntfy_says(status: u16, reply: Value) -> Receiver {
    let status = StatusCode::from_u16(status).expect("a status");
    Receiver::answering(move || (status, [("retry-after", "30")], Json(reply.clone()))).await
}

#[tokio::test]
async fn a_notification_is_published_to_the_root_and_its_id_is_the_receipt() {
    let ntfy = ntfy_says(200, json!({ "id": "hwQ2YpKdmg", "event": "message", "topic": "ops" })).await;
    let receipt = deliver(&near(config(&ntfy)), &failed()).await.expect("delivered");
    assert_eq!(receipt.answer, "message hwQ2YpKdmg");
    let [got] = ntfy.got().try_into().expect("one request");
    assert_eq!((got.method.as_str(), got.uri.path()), ("POST", "/"));
    assert_eq!(got.header("authorization"), "Bearer tk_t0ken");
    assert_eq!(
        (&got.json()["topic"], &got.json()["title"]),
        (&json!("ops"), &json!("billing / nightly failed: exit 3"))
    );
}

#[tokio::test]
async fn what_each_answer_means() {
    for (status, reason) in [
        (401, "ntfy does not know the token (401)"),
        (403, "ntfy does not let the token write to the topic (403)"),
        (404, "there is no ntfy server at this address (404)"),
    ] {
        let ntfy = ntfy_says(status, json!({ "code": 40301, "http": status, "error": "no" })).await;
        assert_eq!(broken(deliver(&near(config(&ntfy)), &failed()).await), reason);
    }
    let ntfy = ntfy_says(413, json!({})).await;
    assert_eq!(
        permanent(deliver(&near(config(&ntfy)), &failed()).await),
        "the receiver answered 413 payload too large"
    );
    for status in [429, 507] {
        let ntfy = ntfy_says(status, json!({})).await;
        assert_eq!(transient(deliver(&near(config(&ntfy)), &failed()).await).1, Some(30));
    }
    let portal = Receiver::answering(|| "<html>please sign in</html>").await;
    let (reason, _) = transient(deliver(&near(config(&portal)), &failed()).await);
    assert_eq!(reason, "the answer is not one of ntfy's");
    let hanging = Receiver::hanging().await;
    let (reason, _) = transient(deliver(&hasty(config(&hanging)), &failed()).await);
    assert_eq!(reason, "the receiver did not answer in time");
}

#[tokio::test]
async fn a_check_asks_for_health_and_the_token_and_publishes_nothing() {
    let ntfy = ntfy_says(200, json!({ "healthy": true })).await;
    near(config(&ntfy)).check().await.expect("well");
    let asked: Vec<String> =
        ntfy.got().iter().map(|got| format!("{} {}", got.method, got.uri.path())).collect();
    assert_eq!(asked, ["GET /v1/health", "GET /v1/account"]);
    let other = ntfy_says(200, json!({})).await;
    let (reason, _) = transient(near(config(&other)).check().await);
    assert_eq!(reason, "the server does not say that it is a healthy ntfy");
    let refusing = ntfy_says(401, json!({})).await;
    assert_eq!(broken(near(config(&refusing)).check().await), "ntfy does not know the token (401)");
}

#[tokio::test]
async fn no_failure_tells_the_token() {
    let refusing = ntfy_says(403, json!({ "error": "tk_t0ken is not allowed" })).await;
    let hanging = Receiver::hanging().await;
    for receiver in [refusing, hanging] {
        let error = deliver(&hasty(config(&receiver)), &failed()).await.expect_err("not delivered");
        assert!(!format!("{error} {error:?}").contains("t0ken"), "{error:?}");
    }
}
