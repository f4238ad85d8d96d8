//! Where requests may go, with a listener that would notice one that went there.

use notify::Limits;
use serde_json::{Value, json};

use crate::receiver::Receiver;
use crate::{deliver, failed, permanent, transient, within};

fn webhook(url: &str) -> Value {
    json!({ "kind": "webhook", "url": url, "secret": "sixteen bytes or more" })
}

#[tokio::test]
async fn an_address_in_numbers_is_refused_for_good() {
    let receiver = Receiver::answering(|| "reached").await;
    let port = receiver.address.port();
    for host in ["127.0.0.1", "2130706433", "0x7f.1", "0177.1", "[::ffff:127.0.0.1]", "[::1]", "0"] {
        let notifier = within("false", Limits::default(), webhook(&format!("http://{host}:{port}/")));
        let reason = permanent(deliver(&notifier, &failed()).await);
        assert!(reason.ends_with("address, which is not allowed"), "{host}: {reason}");
    }
    assert!(receiver.got().is_empty());
}

#[tokio::test]
async fn a_name_that_leads_here_is_refused_for_now() {
    let receiver = Receiver::answering(|| "reached").await;
    let url = format!("http://localhost:{}/", receiver.address.port());
    let notifier = within("10.0.0.0/8", Limits::default(), webhook(&url));
    let (reason, _) = transient(deliver(&notifier, &failed()).await);
    assert_eq!(reason, "the name leads to a loopback address, which is not allowed");
    assert!(receiver.got().is_empty());
}

#[tokio::test]
async fn what_is_allowed_is_reached_by_number_and_by_name() {
    let receiver = Receiver::answering(|| "reached").await;
    let port = receiver.address.port();
    for (targets, host) in [("127.0.0.0/8", "127.0.0.1"), ("127.0.0.1", "localhost"), ("true", "localhost")] {
        let notifier = within(targets, Limits::default(), webhook(&format!("http://{host}:{port}/")));
        deliver(&notifier, &failed()).await.expect("delivered");
    }
    assert_eq!(receiver.got().len(), 3);
}

#[tokio::test]
async fn a_slack_elsewhere_is_guarded_as_well() {
    let slack = Receiver::answering(|| "reached").await;
    let config = json!({ "kind": "slack", "token": "xoxb-1", "channel": "C1", "api_url": slack.url("/api") });
    permanent(deliver(&within("false", Limits::default(), config), &failed()).await);
    assert!(slack.got().is_empty());
}

#[tokio::test]
async fn a_check_goes_nowhere_that_a_message_may_not_go() {
    let receiver = Receiver::answering(|| "reached").await;
    let url = receiver.url("/t0p");
    for config in [
        json!({ "kind": "alertmanager", "url": url }),
        json!({ "kind": "discord", "url": url }),
        json!({ "kind": "jira_service_management", "api_key": "k", "api_url": url }),
        json!({ "kind": "opsgenie", "api_key": "k", "api_url": url }),
        json!({ "kind": "pagerduty", "routing_key": "0".repeat(32), "api_url": url }),
        json!({ "kind": "slack", "token": "k", "channel": "C1", "api_url": url }),
        json!({ "kind": "slack_webhook", "url": url }),
    ] {
        permanent(within("false", Limits::default(), config).check().await);
    }
    assert!(receiver.got().is_empty());
}
