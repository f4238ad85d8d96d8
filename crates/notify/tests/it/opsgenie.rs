//! Opsgenie, and Jira Service Management, which speaks the same language: what is sent, and what answers mean.

use axum::Json;
use axum::http::StatusCode;
use domain::AlertKind;
use serde_json::{Value, json};

use crate::receiver::Receiver;
use crate::{broken, deliver, failed, hasty, near, of_kind, permanent, test, transient};

const KEY: &str = "c2f1a0b4-0000-4a4a-8b8b-key0key0key0";

/// One configuration of each.
fn configs(receiver: &Receiver) -> [Value; 2] {
    [
        json!({ "kind": "opsgenie", "api_key": KEY, "api_url": receiver.url("/place") }),
        json!({ "kind": "jira_service_management", "api_key": KEY, "api_url": receiver.url("/place") }),
    ]
}

async fn accepting() -> Receiver {
    let body = json!({ "result": "Request will be processed", "took": 0.1, "requestId": "43a29c5c-3dbf" });
    Receiver::answering(move || (StatusCode::ACCEPTED, Json(body.clone()))).await
}

async fn refusing(status: u16, body: Value) -> Receiver {
    let status = StatusCode::from_u16(status).expect("a status");
    Receiver::answering(move || (status, Json(body.clone()))).await
}

#[tokio::test]
async fn an_incident_is_created_and_closed_by_its_alias() {
    let opsgenie = accepting().await;
    for config in configs(&opsgenie) {
        let notifier = near(config);
        assert!(notifier.keeps_incidents());
        let receipt = deliver(&notifier, &failed()).await.expect("delivered");
        assert_eq!(receipt.answer, "created, request 43a29c5c-3dbf");
        let receipt = deliver(&notifier, &of_kind(AlertKind::Dropped)).await.expect("delivered");
        assert_eq!(receipt.answer, "closed, request 43a29c5c-3dbf");
    }
    let got = opsgenie.got();
    let (created, closed) = (&got[0], &got[1]);
    assert_eq!(got.len(), 4);
    assert_eq!((created.method.as_str(), created.uri.path()), ("POST", "/place/v2/alerts"));
    assert_eq!(created.header("authorization"), format!("GenieKey {KEY}"));
    assert_eq!(created.json()["alias"], "inc_1");
    assert_eq!(closed.uri, "/place/v2/alerts/inc_1/close?identifierType=alias");
    assert_eq!(closed.json()["source"], "Punctual");
}

#[tokio::test]
async fn a_test_leaves_nothing_open() {
    let opsgenie = accepting().await;
    deliver(&near(configs(&opsgenie)[0].clone()), &test()).await.expect("delivered");
    let [created, closed] = opsgenie.got().try_into().expect("two requests");
    let alias = created.json()["alias"].as_str().expect("an alias").to_owned();
    assert_eq!(closed.uri.path(), format!("/place/v2/alerts/{alias}/close"));
}

#[tokio::test]
async fn that_nothing_is_open_is_no_failure_to_close_it() {
    let opsgenie = refusing(404, json!({ "message": "Alert does not exist" })).await;
    for config in configs(&opsgenie) {
        let notifier = near(config);
        let receipt = deliver(&notifier, &of_kind(AlertKind::Resolved)).await.expect("nothing to do");
        assert_eq!(receipt.answer, "no such alert is open");
        broken(deliver(&notifier, &failed()).await);
    }
}

#[tokio::test]
async fn a_key_is_checked_without_opening_anything() {
    let opsgenie = accepting().await;
    for config in configs(&opsgenie) {
        near(config).check().await.expect("a good key");
    }
    assert!(opsgenie.got().iter().all(|got| got.uri.path().ends_with("/punctual-check/close")));
    let opsgenie = refusing(401, json!({ "message": "Could not authenticate", "took": 0.0 })).await;
    for config in configs(&opsgenie) {
        let reason = broken(near(config).check().await);
        assert!(reason.ends_with("the api key is not valid here, or its integration is off"), "{reason}");
    }
}

#[tokio::test]
async fn an_address_that_leads_elsewhere_is_not_taken_for_an_alert_that_is_closed() {
    let ours = json!({ "message": "Alert does not exist", "took": 0.1, "requestId": "43a29c5c" });
    near(configs(&refusing(404, ours).await)[0].clone()).check().await.expect("a good key");
    for body in [json!({}), json!({ "message": "404 page not found" }), json!("Alert does not exist")] {
        let elsewhere = refusing(404, body).await;
        for config in configs(&elsewhere) {
            let notifier = near(config);
            let reason = broken(notifier.check().await);
            assert!(reason.ends_with("no such api: check region and api_url"), "{reason}");
            broken(deliver(&notifier, &of_kind(AlertKind::Resolved)).await);
        }
    }
}

#[tokio::test]
async fn what_refusals_mean() {
    let body = json!({ "message": "Request body is not processable. Please check the errors.",
        "errors": { "message": format!("Message can not be empty. {KEY}") } });
    let unfit = refusing(422, body).await;
    let reason = permanent(deliver(&near(configs(&unfit)[0].clone()), &failed()).await);
    let said =
        "Request body is not processable. Please check the errors. message: Message can not be empty. …";
    assert_eq!(reason, format!("opsgenie refuses the alert: {said}"));
    for status in [401, 402, 403] {
        broken(deliver(&near(configs(&refusing(status, json!({})).await)[1].clone()), &failed()).await);
    }
    let busy = Receiver::answering(|| (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "20")])).await;
    let (_, wait) = transient(deliver(&near(configs(&busy)[0].clone()), &failed()).await);
    assert_eq!(wait, Some(20));
    let down = refusing(503, json!({})).await;
    transient(deliver(&near(configs(&down)[0].clone()), &failed()).await);
}

#[tokio::test]
async fn an_opsgenie_that_hangs_is_given_up_in_time() {
    let hanging = Receiver::hanging().await;
    let (reason, _) = transient(deliver(&hasty(configs(&hanging)[0].clone()), &failed()).await);
    assert_eq!(reason, "the receiver did not answer in time");
}
