//! Channels against local servers in the receivers' shape, over real sockets.

mod alertmanager;
mod boards;
mod bounds;
mod email;
mod exec;
mod guard;
mod hooks;
mod mail_pages;
mod mailserver;
mod ntfy;
mod opsgenie;
mod outsider;
mod pagerduty;
mod pages;
mod receiver;
mod slack;
mod telegram;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use app::Notice;
use app::ports::{DeliveryError, Notifier, Parcel, Receipt};
use domain::id::{AlertId, DeliveryId, IncidentId};
use domain::{
    Alert, AlertKind, Cause, Instant, ProjectId, SchedulerId, SchedulerKey, Severity, Status, Story,
};
use notify::{ChannelConfig, Kit, Limits, Outgoing, PrivateTargets};
use serde_json::Value;

/// The time of an attempt: the real one, because the library that checks signatures compares with it.
#[expect(clippy::disallowed_methods, reason = "an outside library reads the real clock")]
fn now() -> Instant {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    Instant::from_millis(i64::try_from(since_epoch.as_millis()).expect("before year 9999"))
}

fn failed() -> Notice {
    Notice::Alert(Box::new(Alert {
        id: AlertId::trusted("inc_1-7"),
        key: SchedulerKey { project: ProjectId::default_project(), id: SchedulerId::trusted("nightly") },
        incarnation: 1,
        incident: IncidentId::trusted("inc_1"),
        kind: AlertKind::Opened,
        at: now(),
        opened_at: now(),
        causes: [Cause::Failing].into_iter().collect(),
        cause: Some(Cause::Failing),
        severity: Severity::Error,
        story: Story {
            service_name: "billing".to_owned(),
            job_name: "nightly".to_owned(),
            status: Status::Failed,
            error: Some("disk full".to_owned()),
            exit_code: Some(3),
            failures: 1,
            ..Story::default()
        },
    }))
}

/// The same incident, at another step.
fn of_kind(kind: AlertKind) -> Notice {
    let mut notice = failed();
    if let Notice::Alert(alert) = &mut notice {
        alert.kind = kind;
    }
    notice
}

/// The same failure, decided so long ago.
fn ago(wait: domain::Duration) -> Notice {
    let mut notice = failed();
    if let Notice::Alert(alert) = &mut notice {
        alert.at = now() - wait;
    }
    notice
}

fn test() -> Notice {
    let (channel, by) = ("ops".to_owned(), "key_1".to_owned());
    Notice::Test(app::Test { project: ProjectId::default_project(), channel, by, at: now() })
}

/// A notifier that may go to this machine.
fn near(config: Value) -> Arc<dyn Notifier> {
    within("127.0.0.0/8,::1", Limits::default(), config)
}

/// A notifier that loses patience soon.
fn hasty(config: Value) -> Arc<dyn Notifier> {
    let soon = Duration::from_millis(200);
    within("true", Limits { connect: soon, total: soon }, config)
}

fn within(targets: &str, limits: Limits, config: Value) -> Arc<dyn Notifier> {
    let targets: PrivateTargets = targets.parse().expect("targets");
    let outgoing = Outgoing::with_limits(targets, limits).expect("a client");
    let config = ChannelConfig::parse(config).expect("a configuration");
    Kit::new(outgoing, None).build(&config).expect("a notifier")
}

async fn deliver(notifier: &Arc<dyn Notifier>, notice: &Notice) -> Result<Receipt, DeliveryError> {
    let delivery = DeliveryId::trusted("dlv_1");
    notifier.deliver(&Parcel { delivery: &delivery, notice, now: now() }).await
}

/// The reason of a failure that may pass, and how long to wait.
fn transient(result: Result<Receipt, DeliveryError>) -> (String, Option<i64>) {
    match result.expect_err("not delivered") {
        DeliveryError::Transient { reason, retry_after } => {
            (reason, retry_after.map(|wait| wait.as_millis() / 1000))
        }
        other => panic!("not transient: {other:?}"),
    }
}

/// The reason of a failure that stays.
fn permanent(result: Result<Receipt, DeliveryError>) -> String {
    match result.expect_err("not delivered") {
        DeliveryError::Permanent { reason } => reason,
        other => panic!("not permanent: {other:?}"),
    }
}

/// The reason of a failure of the channel as a whole.
fn broken(result: Result<Receipt, DeliveryError>) -> String {
    match result.expect_err("not delivered") {
        DeliveryError::Broken { reason } => reason,
        other => panic!("not broken: {other:?}"),
    }
}
