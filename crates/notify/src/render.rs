//! What there is to say, worded once for all channels. A channel lays it out and escapes it; it words nothing.
//!
//! All text here is plain: clean of control characters and of marks that turn or hide text, but not escaped for any
//! receiver's markup. Reads no clock: the time of the attempt comes in, to say how late a message is.

mod facts;
mod ours;
mod wording;

use app::{Group, GroupReason, Notice, Trouble};
use domain::{Alert, AlertKind, Cause, Duration, Instant, SchedulerKey};

use crate::links::Links;
use crate::text::{lines, one_line, span, utc};

pub use facts::{Fact, Value};

/// Most characters of a service's or a job's name in a headline; the facts hold it in full.
const NAME_CHARS: usize = 80;
/// Most characters of an error text in a headline.
const GIST_CHARS: usize = 120;
/// From when on a message says that it comes late.
const LATE_FROM: Duration = Duration::from_minutes(2);

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Work failed or was not done.
    Bad,
    /// Work hangs, or may not have been seen.
    Doubtful,
    /// It is over.
    Good,
    /// Nothing to worry about.
    Neutral,
}

impl Tone {
    /// A mark for receivers that show text only.
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Bad => "🔴",
            Self::Doubtful => "🟠",
            Self::Good => "🟢",
            Self::Neutral => "⚪",
        }
    }
}

/// A notice in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// How bad it is.
    pub tone: Tone,
    /// Whom it is about, in one short line: `billing / nightly`.
    pub subject: String,
    /// What happened, after the subject: `failed`, `went silent`, `recovered after 12m`.
    pub says: String,
    /// What to know at once: `exit 3`.
    pub details: Vec<String>,
    /// The error text, as far as the alert holds it; or the members of a group, one a line.
    pub error: Option<String>,
    /// Whether that is a list of members.
    pub is_list: bool,
    /// Everything else, in the order of interest.
    pub facts: Vec<Fact>,
    /// Where to find more.
    pub url: Option<String>,
    /// Where to say that one looks after it.
    pub acknowledge: Option<String>,
}

/// Puts a notice into words. `now` is the time of the attempt.
pub fn telling(notice: &Notice, now: Instant, links: Option<&Links>) -> Telling {
    let mut told = match notice {
        Notice::Alert(alert) => tell_alert(alert, links),
        Notice::Group(group) => tell_group(group, links),
        Notice::Unobserved(gap) => tell_ourselves(Tone::Doubtful, ours::of_gap(gap), facts::of_gap(gap)),
        Notice::Trouble(trouble) => tell_trouble(trouble),
        Notice::Test(test) => tell_ourselves(Tone::Neutral, ours::of_test(test), facts::of_test(test)),
    };
    let late = now.since(notice.decided_at());
    if late >= LATE_FROM {
        told.facts
            .push(Fact::new("Delivered late", Value::Text(format!("{} after it was decided", span(late)))));
    }
    told
}

fn tell_alert(alert: &Alert, links: Option<&Links>) -> Telling {
    let cause = wording::cause(alert);
    let (says, details) = wording::of(alert, cause);
    Telling {
        tone: tone(alert.kind, cause),
        subject: subject(alert),
        says,
        details,
        error: alert.story.error.as_deref().map(lines).filter(|error| !error.is_empty()),
        is_list: false,
        facts: facts::of(alert, cause),
        url: links.map(|links| links.scheduler(&alert.key)),
        acknowledge: links.and_then(|links| links.acknowledge(alert)),
    }
}

fn tell_group(group: &Group, links: Option<&Links>) -> Telling {
    let tone = match group.is_over() {
        true => Tone::Good,
        false if group.opened.count == 0 && group.updated.count == 0 => Tone::Neutral,
        false => Tone::Bad,
    };
    let (says, details) = ours::of_group(group);
    let (subject, upstream) = match &group.reason {
        GroupReason::Storm | GroupReason::Quiet => ("Punctual".to_owned(), None),
        GroupReason::Upstream { scheduler } => (
            domain::time::shorten(&one_line(scheduler.as_str()), NAME_CHARS),
            Some(SchedulerKey { project: group.project.clone(), id: scheduler.clone() }),
        ),
    };
    Telling {
        tone,
        subject,
        says,
        details,
        error: Some(ours::list(group)).filter(|list| !list.is_empty()),
        is_list: true,
        facts: facts::of_group(group),
        url: upstream.zip(links).map(|(key, links)| links.scheduler(&key)),
        acknowledge: None,
    }
}

fn tell_trouble(trouble: &Trouble) -> Telling {
    let tone = if trouble.over { Tone::Good } else { Tone::Bad };
    tell_ourselves(tone, ours::of_trouble(trouble), facts::of_trouble(trouble))
}

/// A word about ourselves.
fn tell_ourselves(tone: Tone, (says, details): wording::Words, facts: Vec<Fact>) -> Telling {
    Telling {
        tone,
        subject: "Punctual".to_owned(),
        says,
        details,
        error: None,
        is_list: false,
        facts,
        url: None,
        acknowledge: None,
    }
}

fn tone(kind: AlertKind, cause: Option<Cause>) -> Tone {
    match (kind, cause) {
        (AlertKind::Resolved, _) => Tone::Good,
        (AlertKind::Dropped, _) => Tone::Neutral,
        (_, Some(Cause::Stale | Cause::Overrun)) => Tone::Doubtful,
        (_, Some(Cause::Failing | Cause::Missed) | None) => Tone::Bad,
    }
}

/// Service and job; the scheduler's id where it has no names.
fn subject(alert: &Alert) -> String {
    let short = |name: &str| domain::time::shorten(&one_line(name), NAME_CHARS);
    match (short(&alert.story.service_name), short(&alert.story.job_name)) {
        (service, job) if service.is_empty() && job.is_empty() => short(alert.key.id.as_str()),
        (name, empty) | (empty, name) if empty.is_empty() => name,
        (service, job) => format!("{service} / {job}"),
    }
}

impl Telling {
    /// What happened with its details, after the subject: `failed: exit 3`.
    pub fn predicate(&self) -> String {
        match self.details.as_slice() {
            [] => self.says.clone(),
            details => format!("{}: {}", self.says, details.join(", ")),
        }
    }

    /// One line for a phone: `🔴 billing / nightly failed: exit 3 — disk full`.
    pub fn headline(&self) -> String {
        format!("{} {}", self.tone.mark(), self.title())
    }

    /// The headline without its mark, for subjects and titles.
    pub fn title(&self) -> String {
        let line = format!("{} {}", self.subject, self.predicate());
        match self.gist() {
            None => line,
            Some(gist) if self.details.is_empty() => format!("{line}: {gist}"),
            Some(gist) => format!("{line} — {gist}"),
        }
    }

    /// The beginning of the error text on one line.
    pub fn gist(&self) -> Option<String> {
        self.error
            .as_deref()
            .filter(|_| !self.is_list)
            .map(|error| domain::time::shorten(&one_line(error), GIST_CHARS))
    }

    /// Everything as plain text: headline, error, facts, link.
    pub fn plain(&self) -> String {
        let facts = self.facts.iter().map(|fact| format!("{}: {}", fact.label, fact.value));
        let parts = [
            Some(self.headline()),
            self.error.clone(),
            Some(facts.collect::<Vec<_>>().join("\n")),
            self.url.clone(),
            self.acknowledge.as_ref().map(|url| format!("Acknowledge: {url}")),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        parts.join("\n\n")
    }
}

/// A line of a list of members, with a bullet where it is a member.
pub(crate) fn bulleted(line: &str) -> String {
    if line.starts_with('…') { line.to_owned() } else { format!("• {line}") }
}

/// A value in plain text; instants in UTC.
impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::At(at) => f.write_str(&utc(*at)),
            Self::Span(length) => f.write_str(&span(*length)),
        }
    }
}

#[cfg(test)]
mod tests;
