//! Telegram: what is sent, and what each of its answers means.

use axum::Json;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::receiver::Receiver;
use crate::{broken, deliver, failed, hasty, near, permanent, transient};

fn config(receiver: &Receiver) -> Value {
    json!({ "kind": "telegram", "token": "123456:t0ken", "chat_id": -1001, "api_url": receiver.url("/at") })
}

async fn telegram_says(status: u16, reply: Value) -> Receiver {
    let status = StatusCode::from_u16(status).expect("a status");
    Receiver::answering(move || (status, Json(reply.clone()))).await
}

fn refusal(code: u16, description: &str) -> Value {
    json!({ "ok": false, "error_code": code, "description": description })
}

#[tokio::test]
async fn a_message_is_sent_by_the_bot_and_its_id_is_the_receipt() {
    let telegram = telegram_says(200, json!({ "ok": true, "result": { "message_id": 42 } })).await;
    let receipt = deliver(&near(config(&telegram)), &failed()).await.expect("delivered");
    assert_eq!(receipt.answer, "message 42");
    let [got] = telegram.got().try_into().expect("one request");
    assert_eq!((got.method.as_str(), got.uri.path()), ("POST", "/at/bot123456:t0ken/sendMessage"));
    assert_eq!(got.json()["chat_id"], "-1001");
    assert!(
        got.json()["text"]
            .as_str()
            .is_some_and(|text| text.starts_with("🔴 <b>billing / nightly</b> failed"))
    );
}

#[tokio::test]
async fn a_bot_that_is_out_breaks_the_channel_and_a_bad_message_is_only_given_up() {
    let telegram = telegram_says(403, refusal(403, "Forbidden: bot was kicked from the group chat")).await;
    let reason = broken(deliver(&near(config(&telegram)), &failed()).await);
    assert_eq!(reason, "telegram refuses the bot: Forbidden: bot was kicked from the group chat");
    let telegram = telegram_says(400, refusal(400, "Bad Request: message text is empty")).await;
    let reason = permanent(deliver(&near(config(&telegram)), &failed()).await);
    assert_eq!(reason, "telegram refuses the message: Bad Request: message text is empty");
}

#[tokio::test]
async fn a_flood_and_a_broken_telegram_are_tried_again() {
    let mut flood = refusal(429, "Too Many Requests: retry after 30");
    flood["parameters"] = json!({ "retry_after": 30 });
    let telegram = telegram_says(429, flood).await;
    let (_, wait) = transient(deliver(&near(config(&telegram)), &failed()).await);
    assert_eq!(wait, Some(30));
    let telegram = Receiver::answering(|| (StatusCode::BAD_GATEWAY, "<html>")).await;
    let (reason, _) = transient(deliver(&near(config(&telegram)), &failed()).await);
    assert_eq!(reason, "the answer (502) is not one of telegram's");
    let telegram = Receiver::hanging().await;
    let (reason, _) = transient(deliver(&hasty(config(&telegram)), &failed()).await);
    assert_eq!(reason, "the receiver did not answer in time");
}

#[tokio::test]
async fn a_check_asks_for_the_bot_and_the_chat_and_sends_nothing() {
    let telegram = telegram_says(200, json!({ "ok": true, "result": {} })).await;
    near(config(&telegram)).check().await.expect("well");
    let asked: Vec<String> = telegram.got().iter().map(|got| got.uri.path().to_owned()).collect();
    assert_eq!(asked, ["/at/bot123456:t0ken/getMe", "/at/bot123456:t0ken/getChat"]);
    let telegram = telegram_says(401, refusal(401, "Unauthorized")).await;
    let reason = broken(near(config(&telegram)).check().await);
    assert_eq!(reason, "telegram does not know the token (401)");
}

#[tokio::test]
async fn no_failure_tells_the_token() {
    let refusing = telegram_says(404, refusal(404, "Not Found")).await;
    let hanging = Receiver::hanging().await;
    for receiver in [refusing, hanging] {
        let error = deliver(&hasty(config(&receiver)), &failed()).await.expect_err("not delivered");
        let told = format!("{error} {error:?}");
        assert!(!told.contains("t0ken") && !told.contains("123456"), "{told}");
    }
}
