//! PagerDuty: what is sent, and what each of its answers means.

use axum::Json;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::receiver::Receiver;
use crate::{broken, deliver, failed, hasty, near, of_kind, permanent, test, transient};

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn config(receiver: &Receiver) -> Value {
    json!({ "kind": "pagerduty", "routing_key": KEY, "api_url": receiver.url("") })
}

async fn accepting() -> Receiver {
    let body = json!({ "status": "success", "message": "Event processed", "dedup_key": "inc_1" });
    Receiver::answering(move || (StatusCode::ACCEPTED, Json(body.clone()))).await
}

async fn refusing(status: u16, body: Value) -> Receiver {
    let status = StatusCode::from_u16(status).expect("a status");
    Receiver::answering(move || (status, Json(body.clone()))).await
}

#[tokio::test]
async fn an_incident_is_triggered_and_resolved_under_its_key() {
    let pagerduty = accepting().await;
    let notifier = near(config(&pagerduty));
    assert!(notifier.keeps_incidents());
    let receipt = deliver(&notifier, &failed()).await.expect("delivered");
    assert_eq!(receipt.answer, "trigger inc_1");
    for over in [domain::AlertKind::Resolved, domain::AlertKind::Dropped] {
        let receipt = deliver(&notifier, &of_kind(over)).await.expect("delivered");
        assert_eq!(receipt.answer, "resolve inc_1");
    }
    let [opened, resolved, dropped] = pagerduty.got().try_into().expect("three requests");
    assert_eq!((opened.method.as_str(), opened.uri.path()), ("POST", "/v2/enqueue"));
    assert_eq!(opened.json()["routing_key"], KEY);
    assert_eq!(opened.json()["event_action"], "trigger");
    assert_eq!(
        resolved.json(),
        json!({ "routing_key": KEY, "event_action": "resolve", "dedup_key": "inc_1" })
    );
    assert_eq!(dropped.json(), resolved.json());
}

#[tokio::test]
async fn a_test_leaves_nothing_open() {
    let pagerduty = accepting().await;
    deliver(&near(config(&pagerduty)), &test()).await.expect("delivered");
    let [trigger, resolve] = pagerduty.got().try_into().expect("two requests");
    assert_eq!(trigger.json()["event_action"], "trigger");
    assert_eq!(resolve.json()["event_action"], "resolve");
    assert_eq!(trigger.json()["dedup_key"], resolve.json()["dedup_key"]);
}

#[tokio::test]
async fn a_key_is_checked_without_opening_anything() {
    let pagerduty = accepting().await;
    near(config(&pagerduty)).check().await.expect("a good key");
    let [got] = pagerduty.got().try_into().expect("one request");
    assert_eq!(got.json()["event_action"], "resolve");
    let errors = json!(["Length of 'routing_key' is incorrect (should be 32 characters)"]);
    let body = json!({ "status": "invalid event", "message": "Event object is invalid", "errors": errors });
    let pagerduty = refusing(400, body).await;
    let reason = broken(near(config(&pagerduty)).check().await);
    assert_eq!(reason, "pagerduty does not know the routing key: check it, and the region");
}

#[tokio::test]
async fn what_refusals_mean() {
    let body = json!({ "status": "invalid event", "message": "Event object is invalid",
        "errors": [format!("'payload.summary' is missing or blank for {KEY}")] });
    let reason = permanent(deliver(&near(config(&refusing(400, body).await)), &failed()).await);
    assert_eq!(
        reason,
        "pagerduty refuses the event: Event object is invalid, 'payload.summary' is missing or blank for …"
    );
    for status in [401, 403, 404] {
        broken(deliver(&near(config(&refusing(status, json!({})).await)), &failed()).await);
    }
    for status in [500, 503] {
        transient(deliver(&near(config(&refusing(status, json!({})).await)), &failed()).await);
    }
    let busy = Receiver::answering(|| (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "120")])).await;
    let (_, wait) = transient(deliver(&near(config(&busy)), &failed()).await);
    assert_eq!(wait, Some(120));
}

#[tokio::test]
async fn a_pagerduty_that_hangs_is_given_up_in_time() {
    let (reason, _) = transient(deliver(&hasty(config(&Receiver::hanging().await)), &failed()).await);
    assert_eq!(reason, "the receiver did not answer in time");
}
