//! A notice of each kind to try templates on: once with every fact, once with none that can be missing, and with texts
//! that break a body which does not escape them.

use app::{Group, GroupReason, Member, Notice, Tally, Test, Trouble, TroubleKind, Unobserved};
use domain::id::{AlertId, ChannelId, IncidentId};
use domain::scheduler::Missed;
use domain::{
    Alert, AlertKind, Cause, Duration, Instant, ProjectId, RunId, SchedulerId, SchedulerKey, Severity,
    Status, Story,
};

/// What jobs write, at its most awkward for JSON.
const TEXT: &str = "disk \"sda\" full\n\tat C:\\backup\u{8} {{ 7 }}";

/// 2024-01-15, twelve minutes past two.
fn now() -> Instant {
    Instant::from_seconds(1_705_284_720)
}

/// One of each kind, alerts twice.
pub(super) fn all() -> Vec<Notice> {
    let troubles = [
        TroubleKind::EvaluatorLag { lag_ms: 95_000 },
        TroubleKind::DeadLetters { count: 3 },
        TroubleKind::StoreRefuses { reason: TEXT.to_owned() },
        TroubleKind::ChannelDisabled {
            channel: ChannelId::trusted("chn_1"),
            name: TEXT.to_owned(),
            reason: TEXT.to_owned(),
        },
    ];
    let mut notices: Vec<Notice> = KINDS.into_iter().map(|kind| alert(kind, full_story())).collect();
    notices.push(alert(AlertKind::Opened, Story::default()));
    notices.extend([group(GroupReason::Storm), group(GroupReason::Quiet)]);
    notices.push(group(GroupReason::Upstream { scheduler: SchedulerId::trusted("upstream") }));
    notices.extend(troubles.into_iter().map(trouble));
    notices.extend([unobserved(), test()]);
    notices
}

const KINDS: [AlertKind; 7] = [
    AlertKind::Opened,
    AlertKind::Widened,
    AlertKind::Repeated,
    AlertKind::Reminded,
    AlertKind::Escalated,
    AlertKind::Resolved,
    AlertKind::Dropped,
];

fn alert(kind: AlertKind, story: Story) -> Notice {
    let is_full = !story.service_name.is_empty();
    Notice::Alert(Box::new(Alert {
        id: AlertId::trusted("inc_1-7"),
        key: SchedulerKey { project: ProjectId::default_project(), id: SchedulerId::trusted("nightly") },
        incarnation: 1,
        incident: IncidentId::trusted("inc_1"),
        kind,
        at: now(),
        opened_at: now(),
        causes: Cause::ALL.into_iter().filter(|_| is_full).collect(),
        cause: Some(Cause::Failing).filter(|_| is_full),
        severity: Severity::Error,
        story,
    }))
}

fn full_story() -> Story {
    Story {
        service_name: TEXT.to_owned(),
        job_name: TEXT.to_owned(),
        status: Status::Failed,
        error: Some(TEXT.to_owned()),
        exit_code: Some(3),
        failures: 2,
        run_id: Some(RunId::trusted("run-42")),
        tags: vec![TEXT.to_owned(), "billing".to_owned()],
        alert_user_id: Some("U123ABC".to_owned()),
        owner_email: Some("owner@example.org".to_owned()),
        started_at: Some(now()),
        heard_at: Some(now()),
        expected: Some(now()),
        max_runtime: Some(Duration::HOUR),
        duration: Some(Duration::MINUTE),
        missed: Some(Missed { first: now(), last: now(), count: 1, recorded_at: now() }),
        ..Story::default()
    }
}

fn group(reason: GroupReason) -> Notice {
    let member = Member {
        scheduler: SchedulerId::trusted("nightly"),
        service_name: TEXT.to_owned(),
        job_name: TEXT.to_owned(),
        incident: IncidentId::trusted("inc_1"),
        kind: AlertKind::Opened,
        cause: Some(Cause::Failing),
        severity: Severity::Error,
        at: now(),
    };
    let opened = Tally { count: 2, causes: vec![(Cause::Failing, 2)], named: vec![member; 2] };
    Notice::Group(Box::new(Group {
        project: ProjectId::default_project(),
        id: "group-1".to_owned(),
        thread: "group".to_owned(),
        reason,
        from: now(),
        until: now(),
        opened,
        updated: Tally::default(),
        resolved: Tally::default(),
        still_open: 2,
    }))
}

fn trouble(what: TroubleKind) -> Notice {
    let project = ProjectId::default_project();
    Notice::Trouble(Trouble { project, since: now(), at: now(), what, over: false })
}

fn unobserved() -> Notice {
    let project = ProjectId::default_project();
    Notice::Unobserved(Unobserved { project, from: now(), until: now(), slots: 3 })
}

fn test() -> Notice {
    let (channel, by) = (TEXT.to_owned(), "key_1".to_owned());
    Notice::Test(Test { project: ProjectId::default_project(), channel, by, at: now() })
}
