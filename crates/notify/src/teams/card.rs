//! A notice as an Adaptive Card. Pure.
//!
//! Every text that is not ours stands in a `TextRun`, in which markup means nothing: no mention, no link, no format can come
//! out of it. Teams refuses messages past 28 KB: what comes last is left out until there is room.

use app::Notice;
use domain::Instant;
use serde_json::{Value, json};

use crate::links::Links;
use crate::render::{Telling, Tone, bulleted, telling};
use crate::text::cut;

/// Most bytes of a message, with some to spare below Teams' 28 KB.
pub const BYTES_MAX: usize = 24 * 1024;
/// Most characters of the headline, of a line of an error, and of a fact.
const HEADLINE_CHARS: usize = 400;
const LINE_CHARS: usize = 300;
const FACT_CHARS: usize = 300;
/// Most lines of an error, and of a list.
const LINES: usize = 20;
const MEMBERS: usize = 45;
/// Longest address of a button.
const URL_BYTES: usize = 2000;

/// The message for a notice.
pub fn card(notice: &Notice, now: Instant, links: Option<&Links>) -> Value {
    let told = telling(notice, now, links);
    let mut body = vec![headline(&told)];
    body.extend(lines(&told));
    body.extend(told.facts.iter().map(|fact| {
        let value = cut(&fact.value.to_string(), FACT_CHARS);
        text(&[run(&format!("{}: ", fact.label), "Bolder", false), run(&value, "Default", false)])
    }));
    if let Notice::Alert(alert) = notice {
        body.push(text(&[run(&format!("Incident {}", alert.incident), "Lighter", false)]));
    }
    let actions = actions(&told);
    let mut message = message(&body, &actions);
    while message.to_string().len() > BYTES_MAX && body.len() > 1 {
        body.pop();
        message = self::message(&body, &actions);
    }
    message
}

fn message(body: &[Value], actions: &[Value]) -> Value {
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "msteams": { "width": "Full" },
                "body": body,
                "actions": actions,
            },
        }],
    })
}

fn headline(told: &Telling) -> Value {
    let style = match told.tone {
        Tone::Bad => "attention",
        Tone::Doubtful => "warning",
        Tone::Good => "good",
        Tone::Neutral => "emphasis",
    };
    let subject = cut(&told.subject, HEADLINE_CHARS);
    let predicate = cut(&told.predicate(), HEADLINE_CHARS);
    let runs = [
        run(&format!("{} {subject} ", told.tone.mark()), "Bolder", false),
        run(&predicate, "Default", false),
    ];
    json!({ "type": "Container", "style": style, "bleed": true, "items": [text(&runs)] })
}

/// The error in letters of one width, or the members of a group: a line each.
fn lines(told: &Telling) -> Vec<Value> {
    let all: Vec<&str> = told.error.as_deref().unwrap_or_default().lines().collect();
    let most = if told.is_list { MEMBERS } else { LINES };
    let mut shown: Vec<String> = all.iter().take(most).map(|line| cut(line, LINE_CHARS)).collect();
    if all.len() > most {
        shown.push(format!("… {} lines more", all.len() - most));
    }
    let line = |line: &String| {
        let line = if told.is_list { bulleted(line) } else { line.clone() };
        text(&[run(&line, "Default", !told.is_list)])
    };
    shown.iter().filter(|line| !line.is_empty()).map(line).collect()
}

fn text(inlines: &[Value]) -> Value {
    json!({ "type": "RichTextBlock", "spacing": "Small", "inlines": inlines })
}

fn run(text: &str, weight: &str, is_code: bool) -> Value {
    let font = if is_code { "Monospace" } else { "Default" };
    json!({ "type": "TextRun", "text": text, "weight": weight, "fontType": font })
}

fn actions(told: &Telling) -> Vec<Value> {
    let links = [("Open in Punctual", &told.url), ("Acknowledge", &told.acknowledge)];
    let links = links.into_iter().filter_map(|(title, url)| Some((title, url.as_ref()?)));
    let fitting = links.filter(|(_, url)| url.len() <= URL_BYTES);
    fitting.map(|(title, url)| json!({ "type": "Action.OpenUrl", "title": title, "url": url })).collect()
}
