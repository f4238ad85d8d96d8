//! What a receiver cannot make us do: read without end, wait without end, or tell a secret.

use axum::http::StatusCode;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::receiver::{Receiver, in_the_background};
use crate::{deliver, failed, hasty, near, transient};

/// Answers 200 and then sends a body until nobody takes it any more; tells how much was taken.
async fn endless() -> (String, tokio::task::JoinHandle<usize>) {
    endless_with("200 OK").await
}

async fn endless_with(status: &'static str) -> (String, tokio::task::JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let server = in_the_background(async move {
        let (mut socket, _) = listener.accept().await.expect("a connection");
        let mut request = vec![0; 16 * 1024];
        let _ = socket.read(&mut request).await;
        let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\n\r\n");
        let _ = socket.write_all(head.as_bytes()).await;
        let mut sent = 0;
        while socket.write_all(&[b' '; 4096]).await.is_ok() {
            sent += 4096;
        }
        sent
    });
    (url, server)
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let (url, server) = endless().await;
    let config = json!({ "kind": "slack", "token": "xoxb-1", "channel": "C1", "api_url": url });
    let error = deliver(&near(config), &failed()).await.expect_err("no answer of slack's");
    assert_eq!(error.to_string(), "the answer is not one of slack's");
    let sent = server.await.expect("the server ends, because the connection does");
    assert!(sent < 64 * 1024 * 1024, "{sent} bytes");
}

#[tokio::test]
async fn an_endless_answer_to_a_webhook_is_a_receipt() {
    let (url, server) = endless().await;
    let config = json!({ "kind": "webhook", "url": url, "secret": "sixteen bytes or more" });
    let receipt = deliver(&near(config), &failed()).await.expect("2xx is delivered");
    assert_eq!(receipt.answer, "status 200");
    server.await.expect("the server ends, because the connection does");
}

/// A configuration of each kind that reads what is answered.
fn readers(url: &str) -> Vec<serde_json::Value> {
    vec![
        json!({ "kind": "alertmanager", "url": url }),
        json!({ "kind": "discord", "url": url }),
        json!({ "kind": "jira_service_management", "api_key": "k", "api_url": url }),
        json!({ "kind": "opsgenie", "api_key": "k", "api_url": url }),
        json!({ "kind": "pagerduty", "routing_key": "0".repeat(32), "api_url": url }),
        json!({ "kind": "slack", "token": "k", "channel": "C1", "api_url": url }),
        json!({ "kind": "slack_webhook", "url": url }),
        json!({ "kind": "teams", "url": url }),
    ]
}

#[tokio::test]
async fn whoever_answers_or_refuses_without_end_is_cut_off() {
    for status in ["200 OK", "400 Bad Request", "503 Service Unavailable"] {
        for kind in 0..readers("http://h.example").len() {
            let (url, server) = endless_with(status).await;
            let notifier = near(readers(&url)[kind].clone());
            let result = deliver(&notifier, &failed()).await;
            assert!(result.is_err() || status == "200 OK", "{result:?}");
            let sent = server.await.expect("the server ends, because the connection does");
            assert!(sent < 64 * 1024 * 1024, "{sent} bytes");
        }
    }
}

#[tokio::test]
async fn no_failure_tells_a_secret() {
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    let hanging = Receiver::hanging().await;
    let refusing = Receiver::answering(|| (StatusCode::FORBIDDEN, "key t0p and token t0ken are wrong")).await;
    let redirecting =
        Receiver::answering(|| (StatusCode::FOUND, [("location", "http://h.example/?key=t0p")])).await;
    for address in [closed, hanging.address, refusing.address, redirecting.address] {
        let at = format!("http://me:pa55@{address}/in?key=t0p");
        let webhook = json!({ "kind": "webhook", "url": at, "secret": "s3cret s3cret s3cret" });
        let slack = json!({ "kind": "slack", "token": "xoxb-t0ken", "channel": "C1", "api_url": at });
        let hook = |kind: &str| json!({ "kind": kind, "url": format!("http://me:pa55@{address}/t0p/t0ken") });
        let opsgenie = json!({ "kind": "opsgenie", "api_key": "t0ken", "api_url": at });
        let jira = json!({ "kind": "jira_service_management", "api_key": "t0ken", "api_url": at });
        let pagerduty =
            json!({ "kind": "pagerduty", "routing_key": "t0kent0pt0kent0pt0kent0pt0kent0p", "api_url": at });
        let alertmanager = json!({ "kind": "alertmanager", "url": at, "token": "t0ken" });
        let keepers = [opsgenie, jira, pagerduty, alertmanager];
        let hooks = ["slack_webhook", "teams", "discord"].map(hook);
        for config in keepers.into_iter().chain(hooks).chain([webhook, slack]) {
            let notifier = hasty(config);
            let error = deliver(&notifier, &failed()).await.expect_err("not delivered");
            let told = format!("{error} {error:?} {:?}", notifier.check().await);
            for secret in ["pa55", "t0p", "t0ken", "s3cret", "me:", &address.port().to_string()] {
                assert!(!told.contains(secret), "{told}");
            }
        }
    }
}

#[tokio::test]
async fn a_receiver_without_tls_is_not_spoken_to_in_plain_text() {
    let plain = Receiver::answering(|| "reached").await;
    let url = format!("https://{}/in", plain.address);
    let config = json!({ "kind": "webhook", "url": url, "secret": "sixteen bytes or more" });
    let (reason, _) = transient(deliver(&near(config), &failed()).await);
    assert!(reason.starts_with("could not connect: "), "{reason}");
    assert!(plain.got().is_empty());
}
