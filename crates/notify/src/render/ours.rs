//! The words for what is about ourselves, or about many at once.

use app::{Group, GroupReason, Member, Tally, Test, Trouble, TroubleKind, Unobserved};
use domain::{AlertKind, Cause};

use super::wording::Words;
use crate::text::{counted, one_line, span, utc};

/// Most characters of a member's names.
const MEMBER_CHARS: usize = 120;

/// A stretch in which we could not see.
pub(super) fn of_gap(gap: &Unobserved) -> Words {
    let slots = match gap.slots {
        0 => "no slot fell into it".to_owned(),
        slots => format!("{} not judged", counted(slots, "slot")),
    };
    let says = format!("could not watch for {}", span(gap.until.since(gap.from)));
    (says, vec![format!("from {} to {}", utc(gap.from), utc(gap.until)), slots])
}

/// Somebody tries a channel out.
pub(super) fn of_test(test: &Test) -> Words {
    let channel = domain::time::shorten(&one_line(&test.channel), 80);
    (format!("can reach the channel {channel}"), vec!["this is a test, nothing is wrong".to_owned()])
}

/// Something is wrong with ourselves, or is well again.
pub(super) fn of_trouble(trouble: &Trouble) -> Words {
    let lasted = || span(trouble.at.since(trouble.since));
    match (&trouble.what, trouble.over) {
        (TroubleKind::EvaluatorLag { lag_ms }, false) => {
            let lag = domain::Duration::from_millis(i64::try_from(*lag_ms).unwrap_or(i64::MAX));
            ("notices deadlines late".to_owned(), vec![format!("by {}", span(lag))])
        }
        (TroubleKind::EvaluatorLag { .. }, true) => {
            (format!("notices deadlines in time again, after {}", lasted()), Vec::new())
        }
        (TroubleKind::DeadLetters { count }, false) => {
            ("gave messages up".to_owned(), vec![format!("{} given up", counted(*count, "message"))])
        }
        (TroubleKind::DeadLetters { .. }, true) => {
            ("has given no more messages up for a while".to_owned(), Vec::new())
        }
        (TroubleKind::StoreRefuses { reason }, false) => (
            "cannot write to its store, reports are refused".to_owned(),
            vec![domain::time::shorten(&one_line(reason), 200)],
        ),
        (TroubleKind::StoreRefuses { .. }, true) => {
            (format!("can write to its store again, after {}", lasted()), Vec::new())
        }
        (TroubleKind::ChannelDisabled { name, reason, .. }, false) => {
            let says = format!("switched the channel {} off", domain::time::shorten(&one_line(name), 80));
            (says, vec![domain::time::shorten(&one_line(reason), 200)])
        }
        (TroubleKind::ChannelDisabled { name, .. }, true) => {
            (format!("uses the channel {} again", domain::time::shorten(&one_line(name), 80)), Vec::new())
        }
    }
}

/// Many at once.
pub(super) fn of_group(group: &Group) -> Words {
    let jobs = |count: u64| counted(count, "job");
    let says = match &group.reason {
        GroupReason::Storm if group.is_over() => "sees the end of a storm".to_owned(),
        GroupReason::Storm => "sees a storm".to_owned(),
        GroupReason::Quiet => "held back messages in the quiet hours".to_owned(),
        GroupReason::Upstream { .. } if group.is_over() => "holds nothing up any more".to_owned(),
        GroupReason::Upstream { .. } => "holds others up".to_owned(),
    };
    let mut details = Vec::new();
    if group.opened.count > 0 {
        details.push(format!("{} went bad{}", jobs(group.opened.count), causes(&group.opened)));
    }
    if group.updated.count > 0 {
        details.push(format!("{} still bad", jobs(group.updated.count)));
    }
    if group.resolved.count > 0 {
        details.push(format!("{} recovered", jobs(group.resolved.count)));
    }
    if group.still_open > 0 && group.resolved.count > 0 {
        details.push(format!("{} still open", group.still_open));
    }
    (says, details)
}

/// ` (40 failing, 2 missed)`, where there is more than one kind.
fn causes(tally: &Tally) -> String {
    let words: Vec<_> =
        tally.causes.iter().map(|(cause, count)| format!("{count} {}", cause.as_str())).collect();
    if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
}

/// Those that are named, one a line, and how many are not.
pub(super) fn list(group: &Group) -> String {
    let tallies = [&group.opened, &group.updated, &group.resolved];
    let mut lines = Vec::new();
    for tally in tallies {
        lines.extend(tally.named.iter().map(line));
        let unnamed = tally.count.saturating_sub(tally.named.len() as u64);
        if unnamed > 0 && !tally.named.is_empty() {
            lines.push(format!("… and {unnamed} more"));
        }
    }
    lines.join("\n")
}

fn line(member: &Member) -> String {
    let names = [&member.service_name, &member.job_name].map(|name| one_line(name));
    let name = match names.iter().filter(|name| !name.is_empty()).cloned().collect::<Vec<_>>() {
        names if names.is_empty() => one_line(member.scheduler.as_str()),
        names => names.join(" / "),
    };
    let what = match (member.kind, member.cause) {
        (AlertKind::Resolved, _) => "recovered",
        (AlertKind::Dropped, _) => "is no longer watched",
        (_, cause) => cause.map_or("is not well", Cause::as_str),
    };
    format!("{}: {what}", domain::time::shorten(&name, MEMBER_CHARS))
}
