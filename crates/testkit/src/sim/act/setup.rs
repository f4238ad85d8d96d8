//! What people set up, as words, there and back: `from=03-02T22:00 until=03-03T04:00 tags=db`,
//! `cron="0 1 * * *" zone=UTC for=2h`, `severity=error causes=missed,failing channels=pager last`.

use domain::maintenance::When;
use domain::{Cause, Instant, Rule, Selector, Window};

use super::moment;
use super::registration::{ids, names, pairs, read_recurrence, said, severity, show_recurrence};
use super::text::{BadStep, bad, length, read_moment};

pub(super) fn show_window(window: &Window) -> String {
    let mut text = String::new();
    match &window.when {
        When::Once { from, until } => {
            said(&mut text, "from", dashed(*from));
            said(&mut text, "until", dashed(*until));
        }
        When::Recurring { recurrence, length } => {
            show_recurrence(&mut text, recurrence);
            said(&mut text, "for", length);
        }
    }
    show_selector(&mut text, &window.selector);
    text
}

pub(super) fn show_rule(rule: &Rule) -> String {
    let mut text = String::new();
    show_selector(&mut text, &rule.selector);
    let causes: Vec<&str> = rule.causes.iter().map(|cause| cause.as_str()).collect();
    if !causes.is_empty() {
        said(&mut text, "causes", causes.join(","));
    }
    if let Some(severity) = rule.severity {
        said(&mut text, "severity", severity.as_str());
    }
    if !rule.channels.is_empty() {
        said(&mut text, "channels", rule.channels.join(","));
    }
    if rule.last {
        text.push_str(" last");
    }
    text
}

fn show_selector(text: &mut String, selector: &Selector) {
    let schedulers = selector.schedulers.iter().map(ToString::to_string).collect();
    let said_of: [(&str, Vec<String>); 3] =
        [("services", selector.services.clone()), ("tags", selector.tags.clone()), ("jobs", schedulers)];
    for (name, values) in said_of.into_iter().filter(|(_, values)| !values.is_empty()) {
        said(text, name, values.join(","));
    }
}

fn dashed(at: Instant) -> String {
    moment(at).replace(' ', "T")
}

fn read_dashed(text: &str) -> Result<Instant, BadStep> {
    let (date, time) =
        text.split_once('T').ok_or_else(|| BadStep("an instant is `MM-DDTHH:MM`".to_owned()))?;
    read_moment(date, time)
}

/// Reads what is said of schedulers; answers whether it was about them.
fn read_selector(selector: &mut Selector, name: &str, value: &str) -> Result<bool, BadStep> {
    match name {
        "services" => selector.services = names(value)?,
        "tags" => selector.tags = names(value)?,
        "jobs" => selector.schedulers = ids(value)?,
        _ => return Ok(false),
    }
    Ok(true)
}

pub(super) fn read_window(text: &str) -> Result<Window, BadStep> {
    let owned = pairs(text);
    let pairs: Vec<(&str, &str)> = owned.iter().map(|(name, value)| (&**name, &**value)).collect();
    let mut selector = Selector::default();
    for (name, value) in &pairs {
        let known = ["from", "until", "for", "cron", "calendar", "zone"].contains(name);
        if !read_selector(&mut selector, name, value)? && !known {
            return bad(format!("{name:?} is nothing that a window says"));
        }
    }
    let given = |wanted: &str| {
        let found = pairs.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value);
        found.ok_or_else(|| BadStep(format!("a window needs {wanted}")))
    };
    let when = match read_recurrence(&pairs)? {
        Some(recurrence) => When::Recurring { recurrence, length: length(given("for")?)? },
        None => When::Once { from: read_dashed(given("from")?)?, until: read_dashed(given("until")?)? },
    };
    Ok(Window { selector, when })
}

pub(super) fn read_rule(text: &str) -> Result<Rule, BadStep> {
    let mut rule = Rule::default();
    for (name, value) in pairs(text) {
        if read_selector(&mut rule.selector, &name, &value)? {
            continue;
        }
        match &*name {
            "causes" => {
                rule.causes = names(&value)?.iter().map(|word| cause(word)).collect::<Result<_, _>>()?;
            }
            "severity" => rule.severity = Some(severity(&value)?),
            "channels" => rule.channels = names(&value)?,
            "last" => rule.last = true,
            _ => return bad(format!("{name:?} is nothing that a rule says")),
        }
    }
    Ok(rule)
}

fn cause(word: &str) -> Result<Cause, BadStep> {
    let known = Cause::ALL.into_iter().find(|cause| cause.as_str() == word);
    known.ok_or_else(|| BadStep(format!("{word:?} is no cause")))
}
