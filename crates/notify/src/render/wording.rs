//! What happened, in a few words: one wording for each kind of alert and each cause.

use domain::{Alert, AlertKind, Cause};

use crate::text::{counted, one_line, span, utc};

/// What happened, and what to know at once.
pub(super) type Words = (String, Vec<String>);

/// What an alert is about: what is new and worst. A repeat names the worst of all that is wrong, which need not be
/// what happened again; the story tells.
pub(super) fn cause(alert: &Alert) -> Option<Cause> {
    let story = &alert.story;
    let missed_now = story.missed.as_ref().is_some_and(|missed| missed.recorded_at == alert.at);
    match alert.kind {
        AlertKind::Repeated if missed_now && alert.causes.has(Cause::Missed) => Some(Cause::Missed),
        AlertKind::Repeated if story.heard_at.is_some() && alert.causes.has(Cause::Stale) => {
            Some(Cause::Stale)
        }
        _ => alert.cause,
    }
}

/// The words for an alert.
pub(super) fn of(alert: &Alert, cause: Option<Cause>) -> Words {
    let lasted = span(alert.at.since(alert.opened_at));
    match alert.kind {
        AlertKind::Resolved => (format!("recovered after {lasted}"), was(alert)),
        AlertKind::Dropped => ("is no longer watched".to_owned(), was(alert)),
        AlertKind::Reminded => {
            let mut details = vec![format!("for {lasted}")];
            details.extend(tally(alert, cause));
            (still(cause).to_owned(), details)
        }
        AlertKind::Escalated => {
            let mut details = vec![format!("nobody has acknowledged it for {lasted}")];
            details.extend(tally(alert, cause));
            (still(cause).to_owned(), details)
        }
        AlertKind::Opened => (opened(alert, cause), details(alert, cause, false)),
        AlertKind::Widened => (widened(alert, cause), details(alert, cause, false)),
        AlertKind::Repeated => (again(cause).to_owned(), details(alert, cause, true)),
    }
}

fn opened(alert: &Alert, cause: Option<Cause>) -> String {
    match cause {
        Some(Cause::Failing) => "failed".to_owned(),
        Some(Cause::Stale) => "went silent".to_owned(),
        Some(Cause::Overrun) => "is running too long".to_owned(),
        Some(Cause::Missed) => format!("missed {}", missed_runs(alert)),
        None => "is not well".to_owned(),
    }
}

fn widened(alert: &Alert, cause: Option<Cause>) -> String {
    match cause {
        Some(Cause::Failing) => "also failed".to_owned(),
        Some(Cause::Stale) => "also went silent".to_owned(),
        Some(Cause::Overrun) => "is also running too long".to_owned(),
        Some(Cause::Missed) => format!("also missed {}", missed_runs(alert)),
        None => "is not well in another way".to_owned(),
    }
}

const fn again(cause: Option<Cause>) -> &'static str {
    match cause {
        Some(Cause::Failing) => "failed again",
        Some(Cause::Stale) => "went silent again",
        Some(Cause::Overrun) => "is running too long again",
        Some(Cause::Missed) => "missed a run again",
        None => "is not well again",
    }
}

const fn still(cause: Option<Cause>) -> &'static str {
    match cause {
        Some(Cause::Failing) => "is still failing",
        Some(Cause::Stale) => "is still silent",
        Some(Cause::Overrun) => "is still running too long",
        Some(Cause::Missed) => "is still missing its runs",
        None => "is still not well",
    }
}

fn missed_runs(alert: &Alert) -> String {
    match alert.story.missed.as_ref().map(|missed| missed.count) {
        None | Some(..=1) => "a run".to_owned(),
        Some(count) => counted(u64::from(count), "run"),
    }
}

/// What was wrong before it was over.
fn was(alert: &Alert) -> Vec<String> {
    let word = |cause| match cause {
        Cause::Failing => "failing",
        Cause::Stale => "silent",
        Cause::Overrun => "running too long",
        Cause::Missed => "missing its runs",
    };
    let mut words: Vec<_> = alert.causes.iter().map(word).collect();
    words.reverse();
    if words.is_empty() { Vec::new() } else { vec![format!("was {}", words.join(" and "))] }
}

/// What to know at once about a cause.
fn details(alert: &Alert, cause: Option<Cause>, again: bool) -> Vec<String> {
    let story = &alert.story;
    let mut details = Vec::new();
    match cause {
        Some(Cause::Failing) => {
            details.extend(tally(alert, cause));
            details.extend(story.exit_code.map(|code| format!("exit {code}")));
        }
        Some(Cause::Stale) => {
            details.extend(
                story.heard_at.map(|heard| format!("nothing heard for {}", span(alert.at.since(heard)))),
            );
            details.extend(story.run_id.as_ref().map(|run| format!("run {}", short_run(run.as_str()))));
        }
        Some(Cause::Overrun) => {
            details.extend(story.started_at.map(|start| format!("{} so far", span(alert.at.since(start)))));
            details.extend(story.max_runtime.map(|limit| format!("its limit is {}", span(limit))));
        }
        Some(Cause::Missed) => {
            if again {
                details.extend(tally(alert, cause));
            }
            details.extend(story.missed.as_ref().map(|missed| match missed.count {
                ..=1 => format!("expected at {}", utc(missed.last)),
                _ => format!("the last one expected at {}", utc(missed.last)),
            }));
        }
        None => {}
    }
    details
}

/// How often in a row, where it was more than once.
fn tally(alert: &Alert, cause: Option<Cause>) -> Option<String> {
    let missed = alert.story.missed.as_ref().map_or(0, |missed| missed.count);
    match (cause, alert.story.failures) {
        (Some(Cause::Failing), failures @ 2..) => Some(format!("{failures} failures in a row")),
        (Some(Cause::Missed), _) if missed > 1 => Some(format!("{missed} missed in a row")),
        _ => None,
    }
}

fn short_run(run: &str) -> String {
    domain::time::shorten(&one_line(run), 40)
}
