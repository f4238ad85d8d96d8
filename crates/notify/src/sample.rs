//! Notices for tests: one of each kind, and one made of the worst text a job can send.

use app::{Group, GroupReason, Member, Notice, Tally, Test, Trouble, TroubleKind, Unobserved};
use domain::id::{AlertId, ChannelId, IncidentId};
use domain::scheduler::Missed;
use domain::{
    Alert, AlertKind, Cause, Duration, Escalated, Instant, ProjectId, RunId, SchedulerId, SchedulerKey,
    Severity, Status, Story,
};

use crate::links::Links;

pub(crate) fn instant(text: &str) -> Instant {
    Instant::parse(text).expect(text)
}

/// 2024-01-15, twelve minutes past two: when all sample alerts are decided.
pub(crate) fn now() -> Instant {
    instant("2024-01-15T02:12:00Z")
}

fn alert(kind: AlertKind, cause: Cause, story: Story) -> Notice {
    Notice::Alert(Box::new(Alert {
        id: AlertId::trusted("inc_1-7"),
        key: SchedulerKey {
            project: ProjectId::default_project(),
            id: SchedulerId::trusted("billing-nightly"),
        },
        incarnation: 1,
        incident: IncidentId::trusted("inc_1"),
        kind,
        at: now(),
        opened_at: if kind == AlertKind::Opened { now() } else { now() - Duration::from_minutes(72) },
        causes: [cause].into_iter().collect(),
        cause: Some(cause),
        severity: Severity::of(Some(cause)),
        story,
    }))
}

fn story(status: Status) -> Story {
    Story {
        service_name: "billing".to_owned(),
        job_name: "nightly".to_owned(),
        status,
        alert_user_id: Some("U123ABC".to_owned()),
        expected: Some(instant("2024-01-16T02:00:00Z")),
        ..Story::default()
    }
}

pub(crate) fn failed_story() -> Story {
    Story {
        error: Some("disk full".to_owned()),
        exit_code: Some(3),
        duration: Some(Duration::from_seconds(725)),
        failures: 1,
        run_id: Some(RunId::trusted("run-42")),
        ..story(Status::Failed)
    }
}

pub(crate) fn failed() -> Notice {
    alert(AlertKind::Opened, Cause::Failing, failed_story())
}

pub(crate) fn stale() -> Notice {
    let story = Story {
        run_id: Some(RunId::trusted("run-42")),
        started_at: Some(instant("2024-01-15T01:30:00Z")),
        heard_at: Some(instant("2024-01-15T02:00:00Z")),
        ..story(Status::Running)
    };
    alert(AlertKind::Opened, Cause::Stale, story)
}

pub(crate) fn overrun() -> Notice {
    let story = Story {
        run_id: Some(RunId::trusted("run-42")),
        started_at: Some(instant("2024-01-15T01:10:00Z")),
        max_runtime: Some(Duration::HOUR),
        ..story(Status::Running)
    };
    alert(AlertKind::Opened, Cause::Overrun, story)
}

pub(crate) fn missed(count: u32) -> Notice {
    let first = instant("2024-01-15T01:00:00Z");
    let last = first + Duration::from_minutes(i64::from(count - 1) * 5);
    let story =
        Story { missed: Some(Missed { first, last, count, recorded_at: now() }), ..story(Status::Completed) };
    alert(AlertKind::Opened, Cause::Missed, story)
}

pub(crate) fn recovered() -> Notice {
    let story = Story {
        run_id: Some(RunId::trusted("run-43")),
        duration: Some(Duration::from_seconds(31)),
        failures: 2,
        ..story(Status::Completed)
    };
    alert(AlertKind::Resolved, Cause::Failing, story)
}

pub(crate) fn dropped() -> Notice {
    alert(AlertKind::Dropped, Cause::Failing, story(Status::Failed))
}

pub(crate) fn repeated() -> Notice {
    alert(AlertKind::Repeated, Cause::Failing, Story { failures: 4, ..failed_story() })
}

pub(crate) fn reminded() -> Notice {
    let story = Story { failures: 3, ..story(Status::Failed) };
    alert(AlertKind::Reminded, Cause::Failing, story)
}

/// Missed for a while, and now it failed as well.
pub(crate) fn widened() -> Notice {
    edit(alert(AlertKind::Widened, Cause::Failing, failed_story()), |alert| {
        alert.causes.put(Cause::Missed, true);
        let slot = instant("2024-01-15T01:00:00Z");
        alert.story.missed = Some(Missed { first: slot, last: slot, count: 1, recorded_at: slot });
    })
}

pub(crate) fn unobserved() -> Notice {
    Notice::Unobserved(Unobserved {
        project: ProjectId::default_project(),
        from: instant("2024-01-15T02:05:00Z"),
        until: now(),
        slots: 3,
    })
}

/// Nobody acknowledged it for more than an hour.
pub(crate) fn escalated() -> Notice {
    let after = Duration::HOUR;
    let escalated = Escalated { step: 1, after, channels: vec!["pager".to_owned()] };
    alert(AlertKind::Escalated, Cause::Failing, Story { escalated: Some(escalated), ..failed_story() })
}

fn tally(count: u64, named: usize, kind: AlertKind) -> Tally {
    let member = |number: usize| Member {
        scheduler: SchedulerId::trusted(format!("job-{number}")),
        service_name: "billing".to_owned(),
        job_name: format!("job {number}"),
        incident: IncidentId::trusted(format!("inc_{number}")),
        kind,
        cause: Some(Cause::Failing),
        severity: Severity::Error,
        at: now(),
    };
    Tally { count, causes: vec![(Cause::Failing, count)], named: (1..=named).map(member).collect() }
}

/// Too many at once: 480 went bad, some recovered.
pub(crate) fn storm() -> Notice {
    Notice::Group(Box::new(Group {
        project: ProjectId::default_project(),
        id: "storm-default-1705284660000.ops.1".to_owned(),
        thread: "storm-default-1705284660000".to_owned(),
        reason: GroupReason::Storm,
        from: now() - Duration::MINUTE,
        until: now(),
        opened: tally(480, 20, AlertKind::Opened),
        updated: Tally::default(),
        resolved: tally(2, 2, AlertKind::Resolved),
        still_open: 478,
    }))
}

/// All of them recovered.
pub(crate) fn storm_over() -> Notice {
    let Notice::Group(mut group) = storm() else { return storm() };
    group.opened = Tally::default();
    group.still_open = 0;
    Notice::Group(group)
}

/// What was held back in the quiet hours.
pub(crate) fn quiet() -> Notice {
    let Notice::Group(mut group) = storm() else { return storm() };
    group.reason = GroupReason::Quiet;
    group.opened = tally(3, 3, AlertKind::Opened);
    group.still_open = 3;
    Notice::Group(group)
}

pub(crate) fn trouble(over: bool) -> Notice {
    let what = TroubleKind::EvaluatorLag { lag_ms: 95_000 };
    let since = now() - Duration::from_minutes(5);
    Notice::Trouble(Trouble { project: ProjectId::default_project(), since, at: now(), what, over })
}

pub(crate) fn test() -> Notice {
    let (channel, by) = ("ops".to_owned(), "key_1".to_owned());
    Notice::Test(Test { project: ProjectId::default_project(), channel, by, at: now() })
}

/// Each kind of notice.
pub(crate) fn all() -> Vec<Notice> {
    let once =
        [failed(), stale(), overrun(), missed(1), missed(3), widened(), repeated(), reminded(), recovered()];
    let ours = [storm(), storm_over(), quiet(), trouble(false), trouble(true), test(), escalated()];
    once.into_iter().chain([dropped(), unobserved()]).chain(ours).collect()
}

/// Where our pages are, with addresses to acknowledge at.
pub(crate) fn links() -> Links {
    let key = app::AckKey::new([7; 32]);
    Links::new("https://punctual.example.org").expect("an address").signing(key)
}

/// Where [`failed`] is acknowledged.
pub(crate) fn acknowledge() -> String {
    let Notice::Alert(alert) = failed() else { return String::new() };
    links().acknowledge(&alert).expect("an address")
}

/// Texts that would be markup, mentions or line ends somewhere, or are longer as sent than as read.
pub(crate) const FILLERS: [&str; 12] = [
    "x",
    "&",
    "\"\\",
    "<!channel>",
    "<@123456>",
    "```\n",
    "*_~`|",
    "\u{202e}\u{7}é",
    "👩",
    "@everyone\n> ",
    "[a](https://evil.example) ",
    "<a href=\"https://evil.example\">",
];

/// A notice with something changed about its alert.
pub(crate) fn edit(mut notice: Notice, change: impl FnOnce(&mut Alert)) -> Notice {
    if let Notice::Alert(alert) = &mut notice {
        change(alert);
    }
    notice
}

/// A notice whose every text is as long as it may be, and made of `filler`.
pub(crate) fn hostile(notice: Notice, filler: &str) -> Notice {
    let text = |chars: usize| filler.chars().cycle().take(chars).collect::<String>();
    let notice = match notice {
        Notice::Group(mut group) => {
            for tally in [&mut group.opened, &mut group.updated, &mut group.resolved] {
                tally.count = u64::MAX;
                for member in &mut tally.named {
                    (member.service_name, member.job_name) = (text(255), text(255));
                }
            }
            group.still_open = group.still_open.min(1) * u64::MAX;
            group.reason = GroupReason::Upstream { scheduler: SchedulerId::trusted(text(255)) };
            Notice::Group(group)
        }
        Notice::Trouble(trouble) => {
            let channel = ChannelId::trusted("chn_1");
            let what = TroubleKind::ChannelDisabled { channel, name: text(255), reason: text(10_000) };
            Notice::Trouble(Trouble { what, ..trouble })
        }
        Notice::Test(try_out) => Notice::Test(Test { channel: text(255), by: text(255), ..try_out }),
        other => other,
    };
    edit(notice, |alert| {
        alert.key.id = SchedulerId::trusted(text(255));
        alert.key.project = ProjectId::trusted(text(64));
        alert.causes = Cause::ALL.into_iter().collect();
        let story = &mut alert.story;
        story.service_name = text(255);
        story.job_name = text(255);
        // In characters of four bytes, 100 kB.
        story.error = Some(text(25_000));
        story.run_id = Some(RunId::trusted(text(128)));
        story.tags = vec![text(64); 20];
        story.alert_user_id = Some(text(64));
        story.failures = u32::MAX;
        story.exit_code = Some(i64::MIN);
        story.started_at = Some(Instant::MIN);
        story.heard_at = Some(Instant::MIN);
        story.expected = Some(Instant::MAX);
        story.max_runtime = Some(Duration::from_millis(i64::MAX));
        story.duration = Some(Duration::from_millis(i64::MAX));
        story.missed = Some(Missed {
            first: Instant::MIN,
            last: Instant::MAX,
            count: u32::MAX,
            recorded_at: Instant::MAX,
        });
    })
}
