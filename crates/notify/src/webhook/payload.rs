//! The body of a webhook: a stable schema. Fields are added, never renamed or taken away; what is not known is `null`.
//! Instants are RFC 3339 in UTC, lengths of time are milliseconds.
//!
//! ```json
//! {
//!   "type": "alert.opened",
//!   "timestamp": "2024-01-15T02:12:00.000Z",
//!   "data": {
//!     "text": "billing / nightly failed: exit 3 — disk full",
//!     "project": "default", "scheduler_id": "billing-nightly", "service_name": "billing", "job_name": "nightly",
//!     "alert": "inc_1-7", "incident": "inc_1", "opened_at": "2024-01-15T02:12:00.000Z",
//!     "kind": "opened", "causes": ["failing"], "cause": "failing", "severity": "error", "status": "failed",
//!     "error": "disk full", "exit_code": 3, "duration_ms": 725000, "failures": 1, "missed": null,
//!     "run_id": "run-42", "started_at": null, "heard_at": null, "max_runtime_ms": null,
//!     "expected_at": "2024-01-16T02:00:00.000Z", "alert_user_id": "U123ABC", "owner_email": null, "tags": [],
//!     "url": "https://punctual.example.org/portal/schedulers/billing-nightly"
//!   }
//! }
//! ```
//! `type` is `alert.` and `opened`, `widened`, `repeated`, `reminded`, `escalated`, `resolved` or
//! `dropped`; or `alert.group`, `monitoring.unobserved`, `punctual.test` or `punctual.` and what is wrong with ourselves,
//! with another `data`.

use app::{Group, GroupReason, Member, Notice, Tally, Unobserved};
use domain::scheduler::Missed;
use domain::{Alert, Duration, Instant};
use serde::Serialize;

use crate::links::Links;
use crate::render::telling;

/// The body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Payload<'a> {
    /// What happened.
    pub r#type: String,
    /// When it was decided that someone must hear.
    pub timestamp: String,
    /// The rest.
    pub data: Data<'a>,
}

/// What belongs to what happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Data<'a> {
    /// Something about a scheduler.
    Alert(Box<AlertData<'a>>),
    /// Many alerts in one.
    Group(GroupData<'a>),
    /// We could not see for a while.
    Unobserved(UnobservedData<'a>),
    /// Something is wrong with ourselves, or is well again; or a test.
    Ours(OursData<'a>),
}

/// An alert, with the whole story; the fields are those of [`Alert`] and its story.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(
    missing_docs,
    reason = "the fields are documented where they come from, and shown in the module's example"
)]
pub struct AlertData<'a> {
    /// All in one line, for receivers that only pass it on.
    pub text: String,
    pub project: &'a str,
    pub scheduler_id: &'a str,
    pub service_name: &'a str,
    pub job_name: &'a str,
    pub alert: &'a str,
    pub incident: &'a str,
    pub opened_at: String,
    pub kind: &'static str,
    pub causes: Vec<&'static str>,
    pub cause: Option<&'static str>,
    pub severity: &'static str,
    pub status: &'static str,
    pub error: Option<&'a str>,
    pub exit_code: Option<i64>,
    pub duration_ms: Option<i64>,
    pub failures: u32,
    pub missed: Option<MissedData>,
    pub run_id: Option<&'a str>,
    pub started_at: Option<String>,
    pub heard_at: Option<String>,
    pub max_runtime_ms: Option<i64>,
    pub expected_at: Option<String>,
    pub alert_user_id: Option<&'a str>,
    pub owner_email: Option<&'a str>,
    pub tags: &'a [String],
    pub url: Option<String>,
}

/// Slots missed in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MissedData {
    /// The first of them.
    pub first: String,
    /// The last of them.
    pub last: String,
    /// How many.
    pub count: u32,
}

/// Many alerts in one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupData<'a> {
    /// All in one line.
    pub text: String,
    pub project: &'a str,
    pub thread: &'a str,
    pub reason: &'static str,
    pub from: String,
    pub until: String,
    pub opened: TallyData<'a>,
    pub updated: TallyData<'a>,
    pub resolved: TallyData<'a>,
    pub still_open: u64,
    pub url: Option<String>,
}

/// How many, and the first of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TallyData<'a> {
    /// How many.
    pub count: u64,
    /// At most 20 of them.
    pub named: Vec<MemberData<'a>>,
}

/// One alert of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemberData<'a> {
    pub scheduler_id: &'a str,
    pub service_name: &'a str,
    pub job_name: &'a str,
    pub incident: &'a str,
    pub kind: &'static str,
    pub cause: Option<&'static str>,
    pub severity: &'static str,
}

/// A word about ourselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OursData<'a> {
    /// All in one line.
    pub text: String,
    /// The project.
    pub project: &'a str,
    /// What beginning and end have in common.
    pub thread: String,
    /// Whether it is over.
    pub over: bool,
}

/// A stretch in which we could not see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnobservedData<'a> {
    /// All in one line.
    pub text: String,
    /// The project.
    pub project: &'a str,
    /// From when on.
    pub from: String,
    /// Until when.
    pub until: String,
    /// How many slots were not judged for that.
    pub slots: u64,
}

/// The body for a notice: the same at every attempt.
pub fn payload<'a>(notice: &'a Notice, links: Option<&Links>) -> Payload<'a> {
    // Said as of the decision, not of the attempt: the body must not change.
    let told = telling(notice, Instant::MIN, links);
    match notice {
        Notice::Alert(alert) => Payload {
            r#type: format!("alert.{}", alert.kind.as_str()),
            timestamp: alert.at.to_string(),
            data: Data::Alert(Box::new(data(alert, told.title(), told.url))),
        },
        Notice::Group(group) => Payload {
            r#type: "alert.group".to_owned(),
            timestamp: group.until.to_string(),
            data: Data::Group(group_data(group, told.title(), told.url)),
        },
        Notice::Trouble(trouble) => Payload {
            r#type: format!("punctual.{}", trouble.what.as_str()),
            timestamp: trouble.at.to_string(),
            data: Data::Ours(OursData {
                text: told.title(),
                project: trouble.project.as_str(),
                thread: notice.thread(),
                over: trouble.over,
            }),
        },
        Notice::Test(test) => Payload {
            r#type: "punctual.test".to_owned(),
            timestamp: test.at.to_string(),
            data: Data::Ours(OursData {
                text: told.title(),
                project: test.project.as_str(),
                thread: notice.thread(),
                over: false,
            }),
        },
        Notice::Unobserved(gap) => Payload {
            r#type: "monitoring.unobserved".to_owned(),
            timestamp: gap.until.to_string(),
            data: Data::Unobserved(gap_data(gap, told.title())),
        },
    }
}

fn data(alert: &Alert, text: String, url: Option<String>) -> AlertData<'_> {
    let story = &alert.story;
    let shown = |at: &Instant| at.to_string();
    AlertData {
        text,
        project: alert.key.project.as_str(),
        scheduler_id: alert.key.id.as_str(),
        service_name: &story.service_name,
        job_name: &story.job_name,
        alert: alert.id.as_str(),
        incident: alert.incident.as_str(),
        opened_at: alert.opened_at.to_string(),
        kind: alert.kind.as_str(),
        causes: alert.causes.iter().map(domain::Cause::as_str).collect(),
        cause: alert.cause.map(domain::Cause::as_str),
        severity: alert.severity.as_str(),
        status: story.status.as_str(),
        error: story.error.as_deref(),
        exit_code: story.exit_code,
        duration_ms: story.duration.map(Duration::as_millis),
        failures: story.failures,
        missed: story.missed.as_ref().map(missed),
        run_id: story.run_id.as_ref().map(domain::RunId::as_str),
        started_at: story.started_at.as_ref().map(shown),
        heard_at: story.heard_at.as_ref().map(shown),
        max_runtime_ms: story.max_runtime.map(Duration::as_millis),
        expected_at: story.expected.as_ref().map(shown),
        alert_user_id: story.alert_user_id.as_deref(),
        owner_email: story.owner_email.as_deref(),
        tags: &story.tags,
        url,
    }
}

fn missed(missed: &Missed) -> MissedData {
    MissedData { first: missed.first.to_string(), last: missed.last.to_string(), count: missed.count }
}

fn group_data(group: &Group, text: String, url: Option<String>) -> GroupData<'_> {
    GroupData {
        text,
        project: group.project.as_str(),
        thread: &group.thread,
        reason: match group.reason {
            GroupReason::Storm => "storm",
            GroupReason::Quiet => "quiet_hours",
            GroupReason::Upstream { .. } => "upstream",
        },
        from: group.from.to_string(),
        until: group.until.to_string(),
        opened: tally(&group.opened),
        updated: tally(&group.updated),
        resolved: tally(&group.resolved),
        still_open: group.still_open,
        url,
    }
}

fn tally(tally: &Tally) -> TallyData<'_> {
    TallyData { count: tally.count, named: tally.named.iter().map(member).collect() }
}

fn member(member: &Member) -> MemberData<'_> {
    MemberData {
        scheduler_id: member.scheduler.as_str(),
        service_name: &member.service_name,
        job_name: &member.job_name,
        incident: member.incident.as_str(),
        kind: member.kind.as_str(),
        cause: member.cause.map(domain::Cause::as_str),
        severity: member.severity.as_str(),
    }
}

fn gap_data(gap: &Unobserved, text: String) -> UnobservedData<'_> {
    UnobservedData {
        text,
        project: gap.project.as_str(),
        from: gap.from.to_string(),
        until: gap.until.to_string(),
        slots: gap.slots,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sample;

    #[test]
    fn an_alert_is_exactly_the_documented_json() {
        let links = Links::new("https://punctual.example.org").expect("an address");
        assert_eq!(
            json!(payload(&sample::failed(), Some(&links))),
            json!({
                "type": "alert.opened",
                "timestamp": "2024-01-15T02:12:00.000Z",
                "data": {
                    "text": "billing / nightly failed: exit 3 — disk full",
                    "project": "default", "scheduler_id": "billing-nightly",
                    "service_name": "billing", "job_name": "nightly",
                    "alert": "inc_1-7", "incident": "inc_1", "opened_at": "2024-01-15T02:12:00.000Z",
                    "kind": "opened", "causes": ["failing"], "cause": "failing", "severity": "error", "status": "failed",
                    "error": "disk full", "exit_code": 3, "duration_ms": 725_000, "failures": 1, "missed": null,
                    "run_id": "run-42", "started_at": null, "heard_at": null, "max_runtime_ms": null,
                    "expected_at": "2024-01-16T02:00:00.000Z", "alert_user_id": "U123ABC", "owner_email": null,
                    "tags": [], "url": "https://punctual.example.org/portal/schedulers/billing-nightly",
                },
            })
        );
    }

    #[test]
    fn each_kind_has_its_type() {
        let types: Vec<String> = sample::all().iter().map(|notice| payload(notice, None).r#type).collect();
        let opened = ["alert.opened"; 5];
        let rest =
            ["widened", "repeated", "reminded", "resolved", "dropped"].map(|kind| format!("alert.{kind}"));
        assert_eq!(types[..5], opened);
        assert_eq!(types[5..10], rest);
        assert_eq!(types[10], "monitoring.unobserved");
    }

    #[test]
    fn missed_slots_and_our_own_blindness_are_data_too() {
        let missed = json!(payload(&sample::missed(3), None));
        assert_eq!(
            missed["data"]["missed"],
            json!({ "first": "2024-01-15T01:00:00.000Z", "last": "2024-01-15T01:10:00.000Z", "count": 3 })
        );
        assert_eq!(
            json!(payload(&sample::unobserved(), None))["data"],
            json!({
                "text": "Punctual could not watch for 7m: from 2024-01-15 02:05 UTC to 2024-01-15 02:12 UTC, \
                         3 slots not judged",
                "project": "default", "from": "2024-01-15T02:05:00.000Z", "until": "2024-01-15T02:12:00.000Z",
                "slots": 3,
            })
        );
    }
}
