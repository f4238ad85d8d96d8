//! The facts under the headline: a label, and a value that keeps its type, so that a channel can show an instant in
//! the reader's own time zone.

use app::{Group, Test, Trouble, Unobserved};
use domain::{Alert, AlertKind, Cause, Duration, Instant, ProjectId, Severity};

use crate::text::one_line;

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is: `Run`.
    pub label: &'static str,
    /// The value.
    pub value: Value,
}

/// The value of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A line of text, not escaped.
    Text(String),
    /// A point in time.
    At(Instant),
    /// A length of time.
    Span(Duration),
}

impl Fact {
    pub(super) fn new(label: &'static str, value: Value) -> Self {
        Self { label, value }
    }
}

/// Collects facts that are there, and leaves out those that are not.
struct Facts(Vec<Fact>);

impl Facts {
    fn put(&mut self, label: &'static str, value: Option<Value>) {
        self.0.extend(value.map(|value| Fact::new(label, value)));
    }

    fn text(&mut self, label: &'static str, text: Option<&str>) {
        let text = text.map(one_line).filter(|text| !text.is_empty());
        self.put(label, text.map(Value::Text));
    }

    fn at(&mut self, label: &'static str, at: Option<Instant>) {
        self.put(label, at.map(Value::At));
    }

    fn span(&mut self, label: &'static str, length: Option<Duration>) {
        self.put(label, length.map(Value::Span));
    }

    fn number(&mut self, label: &'static str, number: Option<u32>) {
        self.put(label, number.map(|number| Value::Text(number.to_string())));
    }
}

/// The facts of an alert.
pub(super) fn of(alert: &Alert, cause: Option<Cause>) -> Vec<Fact> {
    let story = &alert.story;
    let mut facts = Facts(Vec::new());
    facts.text("Service", Some(&story.service_name));
    facts.text("Job", Some(&story.job_name));
    facts.text("Status", Some(story.status.as_str()));
    facts.at("Time", Some(alert.at));
    if alert.kind != AlertKind::Opened {
        facts.at("Since", Some(alert.opened_at));
    }
    if alert.causes.iter().count() > 1 {
        facts.text(if over(alert) { "Was wrong" } else { "Wrong now" }, Some(&causes(alert)));
    }
    facts.text("Run", story.run_id.as_ref().map(domain::RunId::as_str));
    about(&mut facts, alert, cause);
    // Worth a line only where its people said so: by the cause alone it says nothing new.
    let said = alert.severity != Severity::of(alert.causes.worst());
    facts.text("Severity", Some(alert.severity.as_str()).filter(|_| said && !over(alert)));
    facts.at("Next run expected", story.expected.filter(|_| alert.kind != AlertKind::Dropped));
    facts.text("Tags", Some(&story.tags.join(", ")));
    facts.text("Scheduler", Some(alert.key.id.as_str()));
    let project = Some(&alert.key.project).filter(|project| **project != ProjectId::default_project());
    facts.text("Project", project.map(ProjectId::as_str));
    facts.0
}

fn over(alert: &Alert) -> bool {
    matches!(alert.kind, AlertKind::Resolved | AlertKind::Dropped)
}

/// Worst first.
fn causes(alert: &Alert) -> String {
    let mut words: Vec<_> = alert.causes.iter().map(Cause::as_str).collect();
    words.reverse();
    words.join(", ")
}

/// What belongs to what happened.
fn about(facts: &mut Facts, alert: &Alert, cause: Option<Cause>) {
    let story = &alert.story;
    let since = |from: Option<Instant>| from.map(|from| alert.at.since(from));
    if over(alert) {
        facts.span("Duration", story.duration);
        facts.span("Incident lasted", Some(alert.at.since(alert.opened_at)));
        return;
    }
    match cause {
        Some(Cause::Failing) => {
            facts.text("Exit code", story.exit_code.map(|code| code.to_string()).as_deref());
            facts.span("Duration", story.duration);
            facts.number("Failures in a row", Some(story.failures).filter(|failures| *failures > 1));
        }
        Some(Cause::Stale) => {
            facts.at("Started", story.started_at);
            facts.at("Last heard", story.heard_at);
            facts.span("Silent for", since(story.heard_at));
        }
        Some(Cause::Overrun) => {
            facts.at("Started", story.started_at);
            facts.span("Running for", since(story.started_at));
            facts.span("Limit", story.max_runtime);
        }
        Some(Cause::Missed) | None => {}
    }
    // Slots missed are worth a line whatever is new: they are what did not happen.
    if let Some(missed) = story.missed.as_ref().filter(|_| alert.causes.has(Cause::Missed)) {
        facts.number("Missed in a row", Some(missed.count));
        facts.at("First missed", Some(missed.first).filter(|first| *first != missed.last));
        facts.at("Last missed", Some(missed.last));
    }
}

/// The facts of a stretch in which we could not see.
pub(super) fn of_gap(gap: &Unobserved) -> Vec<Fact> {
    let mut facts = Facts(Vec::new());
    facts.at("From", Some(gap.from));
    facts.at("Until", Some(gap.until));
    facts.span("Lasted", Some(gap.until.since(gap.from)));
    facts.text("Slots not judged", Some(&gap.slots.to_string()));
    facts.text("Project", Some(gap.project.as_str()));
    facts.0
}

/// The facts of many at once.
pub(super) fn of_group(group: &Group) -> Vec<Fact> {
    let mut facts = Facts(Vec::new());
    facts.at("From", Some(group.from));
    facts.at("Until", Some(group.until));
    facts.text("Open now", Some(&group.still_open.to_string()));
    facts.text("Project", Some(group.project.as_str()));
    facts.0
}

/// The facts of something that is wrong with ourselves.
pub(super) fn of_trouble(trouble: &Trouble) -> Vec<Fact> {
    let mut facts = Facts(Vec::new());
    facts.at("Since", Some(trouble.since));
    facts.at("Time", Some(trouble.at));
    facts.0
}

/// The facts of a test.
pub(super) fn of_test(test: &Test) -> Vec<Fact> {
    let mut facts = Facts(Vec::new());
    facts.text("Channel", Some(&test.channel));
    facts.text("Asked for by", Some(&test.by));
    facts.at("Time", Some(test.at));
    facts.text("Project", Some(test.project.as_str()));
    facts.0
}
