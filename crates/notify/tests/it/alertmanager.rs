//! Alertmanager: what is sent, what it is asked before, and what its answers mean.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, Command, Stdio};

use axum::Json;
use axum::http::StatusCode;
use domain::AlertKind;
use serde_json::{Value, json};

use crate::receiver::Receiver;
use crate::{broken, deliver, failed, hasty, near, of_kind, permanent, test, transient};

fn config(receiver: &Receiver) -> Value {
    json!({ "kind": "alertmanager", "url": receiver.url("/am/"), "token": "t0ken", "labels": { "team": "data" } })
}

/// An Alertmanager that has these alerts.
async fn having(alerts: Value) -> Receiver {
    Receiver::answering(move || Json(alerts.clone())).await
}

fn known(severity: &str) -> Value {
    json!({ "labels": { "alertname": "PunctualIncident", "incident": "inc_1", "severity": severity } })
}

#[tokio::test]
async fn what_opens_is_posted_at_once_with_the_channels_labels() {
    let alertmanager = having(json!([])).await;
    let notifier = near(config(&alertmanager));
    assert!(notifier.keeps_incidents());
    let receipt = deliver(&notifier, &failed()).await.expect("delivered");
    assert_eq!(receipt.answer, "1 firing, 0 ended");
    let [got] = alertmanager.got().try_into().expect("one request");
    assert_eq!((got.method.as_str(), got.uri.path()), ("POST", "/am/api/v2/alerts"));
    assert_eq!(got.header("authorization"), "Bearer t0ken");
    assert_eq!(got.json()[0]["labels"]["team"], "data");
    assert_eq!(got.json()[0]["labels"]["incident"], "inc_1");
    deliver(&notifier, &test()).await.expect("delivered");
    assert_eq!(alertmanager.got().len(), 2, "a test is posted once, and ends by itself");
}

#[tokio::test]
async fn what_is_over_is_ended_as_alertmanager_knows_it() {
    let alertmanager = having(json!([known("warning"), { "labels": { "incident": "inc_2" } }])).await;
    let receipt =
        deliver(&near(config(&alertmanager)), &of_kind(AlertKind::Resolved)).await.expect("delivered");
    assert_eq!(receipt.answer, "0 firing, 1 ended");
    let [asked, ended] = alertmanager.got().try_into().expect("two requests");
    assert_eq!(asked.method.as_str(), "GET");
    assert_eq!(asked.uri, "/am/api/v2/alerts?filter=incident%3D%22inc_1%22");
    assert_eq!(ended.json()[0]["labels"], known("warning")["labels"]);
    assert!(ended.json()[0]["endsAt"].is_string());
    assert_eq!(ended.json().as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn what_now_matters_more_ends_what_mattered_less() {
    let alertmanager = having(json!([known("warning")])).await;
    let receipt =
        deliver(&near(config(&alertmanager)), &of_kind(AlertKind::Widened)).await.expect("delivered");
    assert_eq!(receipt.answer, "1 firing, 1 ended");
    let [_, posted] = alertmanager.got().try_into().expect("two requests");
    let severities = [0, 1].map(|place: usize| posted.json()[place]["labels"]["severity"].clone());
    assert_eq!(severities, [json!("error"), json!("warning")]);
}

#[tokio::test]
async fn what_alertmanager_forgot_is_ended_by_the_labels_that_it_would_have() {
    for kind in [AlertKind::Resolved, AlertKind::Dropped] {
        let alertmanager = having(json!([])).await;
        let notifier = near(config(&alertmanager));
        deliver(&notifier, &failed()).await.expect("delivered");
        let receipt = deliver(&notifier, &of_kind(kind)).await.expect("done with");
        assert_eq!(receipt.answer, "0 firing, 1 ended");
        let [opened, _, ended] = alertmanager.got().try_into().expect("three requests");
        assert_eq!(ended.json()[0]["labels"], opened.json()[0]["labels"]);
        assert!(ended.json()[0]["endsAt"].is_string() && ended.json()[0]["startsAt"].is_null());
    }
}

#[tokio::test]
async fn an_alertmanager_is_checked_by_its_status() {
    let status = json!({ "cluster": {}, "config": {}, "uptime": "", "versionInfo": { "version": "0.28.0" } });
    let alertmanager = having(status).await;
    near(config(&alertmanager)).check().await.expect("an alertmanager");
    let [got] = alertmanager.got().try_into().expect("one request");
    assert_eq!((got.method.as_str(), got.uri.path()), ("GET", "/am/api/v2/status"));
    let reason = broken(near(config(&having(json!({ "hello": "world" })).await)).check().await);
    assert_eq!(reason, "what answers at this url is no Alertmanager");
}

#[tokio::test]
async fn what_refusals_mean() {
    let said = json!({ "code": 602, "message": "start time must be before end time" });
    for body in [json!("start time must be before end time"), said] {
        let strict = Receiver::answering(move || (StatusCode::BAD_REQUEST, Json(body.clone()))).await;
        let reason = permanent(deliver(&near(config(&strict)), &failed()).await);
        assert_eq!(reason, "the receiver answered 400 bad request: start time must be before end time");
    }
    for status in [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND] {
        broken(deliver(&near(config(&Receiver::answering(move || status).await)), &failed()).await);
    }
    let down = Receiver::answering(|| (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "7")])).await;
    let (_, wait) = transient(deliver(&near(config(&down)), &failed()).await);
    assert_eq!(wait, Some(7));
    let portal = Receiver::answering(|| "<html>please sign in</html>").await;
    let (reason, _) = transient(deliver(&near(config(&portal)), &of_kind(AlertKind::Resolved)).await);
    assert_eq!(reason, "the answer is not one of alertmanager's");
}

#[tokio::test]
async fn an_alertmanager_that_hangs_is_given_up_in_time() {
    let (reason, _) = transient(deliver(&hasty(config(&Receiver::hanging().await)), &failed()).await);
    assert_eq!(reason, "the receiver did not answer in time");
}

/// A real Alertmanager at a free port; it is gone when the test is.
struct Real {
    child: Child,
    url: String,
    /// What it says further on: nobody reads it, but it must not speak into a closed pipe.
    _said: BufReader<ChildStderr>,
}

impl Real {
    fn start() -> Self {
        let config = concat!(env!("CARGO_MANIFEST_DIR"), "/../../xtask/receivers/alertmanager.yml");
        let mut command = Command::new("prometheus-alertmanager");
        command.arg(format!("--config.file={config}"));
        command.arg(concat!("--storage.path=", env!("CARGO_TARGET_TMPDIR"), "/alertmanager"));
        command.args(["--cluster.listen-address=", "--web.listen-address=127.0.0.1:0"]);
        let mut child = command.stderr(Stdio::piped()).spawn().expect("an Alertmanager");
        let mut said = BufReader::new(child.stderr.take().expect("its log"));
        let address = said.by_ref().lines().find_map(|line| {
            let line = line.expect("text");
            line.split_once(" address=127.0.0.1:").map(|(_, port)| format!("http://127.0.0.1:{port}"))
        });
        Self { child, url: address.expect("an address"), _said: said }
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
#[ignore = "needs a real Alertmanager: cargo xtask receivers runs it"]
async fn a_real_one_holds_an_incident_from_its_beginning_to_its_end() {
    let real = Real::start();
    let notifier = near(json!({ "kind": "alertmanager", "url": real.url }));
    notifier.check().await.expect("an Alertmanager");
    let mut worse = of_kind(AlertKind::Widened);
    if let app::Notice::Alert(alert) = &mut worse {
        alert.severity = domain::Severity::Critical;
    }
    for (notice, answer) in [
        (failed(), "1 firing, 0 ended"),
        (of_kind(AlertKind::Repeated), "1 firing, 0 ended"),
        (worse, "1 firing, 1 ended"),
        (of_kind(AlertKind::Resolved), "0 firing, 1 ended"),
        // It does not know it any more, and may have told people before it was started anew.
        (of_kind(AlertKind::Resolved), "0 firing, 1 ended"),
        (test(), "1 firing, 0 ended"),
    ] {
        assert_eq!(deliver(&notifier, &notice).await.expect("delivered").answer, answer);
    }
}
