//! A watchdog: an alert that always fires, so that its silence tells that monitoring itself is dead. Alertmanager posts
//! its webhook to `/watchdog/<token>` again and again; each that fires is a run that completed. One in which nothing fires
//! any more is a failure: whatever kept it firing is gone. Any other sender's body means "still there" as well.

use app::ingest::Message;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use domain::{Payload, Report, Status};
use serde_json::{Map, Value};

use super::arrival::Arrival;
use super::push::{Push, Pushed};
use super::{bare, kept, line, refused};
use crate::state::WebState;
use crate::wire::json;

const DIALECT: &str = "watchdog";
/// Most bytes that are read of a webhook. One that is longer still counts, as any other body does.
const BODY_BYTES_MAX: usize = 1024 * 1024;
const GONE: &str =
    "the watchdog alert no longer fires: whatever evaluates it is gone, or no longer reaches Alertmanager";

pub(super) fn routes() -> Router<WebState> {
    Router::new().route("/watchdog/{token}", post(take))
}

async fn take(State(state): State<WebState>, arrival: Arrival, body: Body) -> Response {
    let body = kept(body, BODY_BYTES_MAX).await.bytes;
    let push = Push { state: &state, visit: &arrival.visit, dialect: DIALECT };
    let token = arrival.after("/watchdog/").first().copied().unwrap_or_default();
    let report = report(&state, &arrival, &json::parse(&body).unwrap_or_default());
    match push.to_token(token, &|_| Message::Report(Box::new(report.clone()))).await {
        Ok(Pushed::Heard) => line(StatusCode::OK, "OK"),
        Ok(Pushed::Nobody) => line(StatusCode::NOT_FOUND, "not found"),
        Ok(Pushed::Held(held)) => refused(held, "rate limited"),
        Err(error) => refused(error, "not taken, try again"),
    }
}

fn report(state: &WebState, arrival: &Arrival, webhook: &Value) -> Report {
    let fires = fires(webhook);
    let status = if fires { Status::Completed } else { Status::Failed };
    let metadata = facts(webhook);
    let payload =
        Payload::bounded((!fires).then(|| GONE.to_owned()), (!metadata.is_empty()).then_some(metadata));
    let origin = Some(Box::new(arrival.origin(DIALECT, state)));
    bare(status, arrival.received_at(), Payload { origin, ..payload })
}

/// Whether anything fires. Where there is no list of alerts, whatever does not say that it is over.
fn fires(webhook: &Value) -> bool {
    let resolved = |said: &Value| said.get("status").and_then(Value::as_str) == Some("resolved");
    match webhook.get("alerts").and_then(Value::as_array) {
        Some(alerts) => alerts.iter().any(|alert| !resolved(alert)),
        None => !resolved(webhook),
    }
}

/// What of a webhook is worth keeping.
fn facts(webhook: &Value) -> Map<String, Value> {
    let alert =
        webhook.pointer("/commonLabels/alertname").or_else(|| webhook.pointer("/alerts/0/labels/alertname"));
    let facts = [
        ("alertname", alert),
        ("receiver", webhook.get("receiver")),
        ("external_url", webhook.get("externalURL")),
    ];
    let texts = facts.into_iter().filter_map(|(name, fact)| Some((name, fact?.as_str()?)));
    let kept = texts.filter(|(_, text)| !text.is_empty());
    kept.map(|(name, text)| (name.to_owned(), Value::from(text))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_webhook_fires_while_any_of_its_alerts_does() {
        for (webhook, expected) in [
            (json!({ "status": "firing", "alerts": [{ "status": "firing" }] }), true),
            (
                json!({ "status": "firing", "alerts": [{ "status": "resolved" }, { "status": "firing" }] }),
                true,
            ),
            (json!({ "status": "resolved", "alerts": [{ "status": "resolved" }] }), false),
            (json!({ "status": "firing", "alerts": [] }), false),
            (json!({ "status": "resolved" }), false),
            (json!({ "hello": "world" }), true),
            (json!([1, 2]), true),
            (Value::Null, true),
        ] {
            assert_eq!(fires(&webhook), expected, "{webhook}");
        }
    }

    #[test]
    fn the_alert_and_who_sent_it_are_kept() {
        let webhook = json!({
            "receiver": "punctual", "externalURL": "http://alertmanager", "groupKey": "{}",
            "alerts": [{ "status": "firing", "labels": { "alertname": "Watchdog" } }],
        });
        let expected =
            json!({ "alertname": "Watchdog", "receiver": "punctual", "external_url": "http://alertmanager" });
        assert_eq!(Value::from(facts(&webhook)), expected);
    }
}
