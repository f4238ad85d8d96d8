//! A watchdog's webhook.

use axum::http::Method;
use insta::assert_snapshot;

use super::kept::{TOKEN, said};
use crate::support::World;

/// As Alertmanager posts it.
fn webhook(status: &str, alerts: &str) -> String {
    format!(
        r#"{{"receiver":"punctual","status":"{status}","alerts":[{alerts}],"groupLabels":{{"alertname":"Watchdog"}},"commonLabels":{{"alertname":"Watchdog","severity":"none"}},"commonAnnotations":{{}},"externalURL":"http://alertmanager:9093","version":"4","groupKey":"{{}}:{{alertname=\"Watchdog\"}}","truncatedAlerts":0}}"#
    )
}

fn alert(status: &str) -> String {
    format!(
        r#"{{"status":"{status}","labels":{{"alertname":"Watchdog"}},"annotations":{{}},"startsAt":"2026-03-01T00:00:00Z","endsAt":"0001-01-01T00:00:00Z","fingerprint":"e25963d69425c836"}}"#
    )
}

#[tokio::test]
async fn each_webhook_that_fires_is_a_run_and_one_that_does_not_a_failure() {
    let world = World::heard().await;
    let (firing, resolved) = (alert("firing"), alert("resolved"));
    let path = format!("/watchdog/{TOKEN}");
    assert_snapshot!(world.tell(Method::POST, &path, &webhook("firing", &firing)).await, @r#"
200 OK
cache-control: no-store
content-length: 2
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: text/plain; charset=utf-8
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac003da8cb435c8e74616796

OK
"#);
    for body in [
        webhook("firing", &format!("{resolved},{firing}")),
        webhook("resolved", &resolved),
        webhook("firing", ""),
        r#"{"alive":true}"#.to_owned(),
        "no JSON at all".to_owned(),
        String::new(),
    ] {
        world.pass(60);
        assert_eq!(said(&world.tell(Method::POST, &path, &body).await), "200 OK", "{body}");
    }
    assert_snapshot!(world.backup().await, @r#"
completed {"alertname":"Watchdog","external_url":"http://alertmanager:9093","receiver":"punctual"} by watchdog POST
completed {"alertname":"Watchdog","external_url":"http://alertmanager:9093","receiver":"punctual"} by watchdog POST
failed error="the watchdog alert no longer fires: whatever evaluates it is gone, or no longer reaches Alertmanager" {"alertname":"Watchdog","external_url":"http://alertmanager:9093","receiver":"punctual"} by watchdog POST
failed error="the watchdog alert no longer fires: whatever evaluates it is gone, or no longer reaches Alertmanager" {"alertname":"Watchdog","external_url":"http://alertmanager:9093","receiver":"punctual"} by watchdog POST
completed by watchdog POST
completed by watchdog POST
completed by watchdog POST
"#);
}

#[tokio::test]
async fn a_watchdog_of_nobody_is_not_found_and_counted() {
    let world = World::heard().await;
    let reply = world.tell(Method::POST, "/watchdog/nobody-there", &webhook("firing", "")).await;
    assert_eq!(said(&reply), "404 not found");
    assert_eq!(world.tell(Method::GET, &format!("/watchdog/{TOKEN}"), "").await.status, 405);
    assert_eq!(world.vain().await, "watchdog unknown_address nobody… ×1");
}
