//! A notice as a Telegram message, in the HTML that `parse_mode` allows. Pure: the same notice, time and place make the
//! same message.
//!
//! Telegram counts what is read, in UTF-16 units, and takes 4096: texts are cut before they are escaped, and the parts'
//! budgets add up to less.

use app::Notice;
use domain::Instant;
use serde::Serialize;

use crate::escape::html;
use crate::links::Links;
use crate::render::{Telling, telling};
use crate::text::{fit, one_line};

/// Of 4096, for whom it is about, for what happened, for the error, for all facts and for each.
const SUBJECT_BUDGET: usize = 250;
const PREDICATE_BUDGET: usize = 500;
const ERROR_BUDGET: usize = 1500;
const FACTS_BUDGET: usize = 1500;
const FACT_BUDGET: usize = 300;
const SMALL_BUDGET: usize = 100;
/// The address of an id made of the rarest signs is longer than anybody's browser likes.
const URL_CHARS_MAX: usize = 2000;

/// A message, as `sendMessage` takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TelegramMessage {
    /// The chat.
    pub chat_id: String,
    /// Its topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_thread_id: Option<u32>,
    /// What is read.
    pub text: String,
    parse_mode: &'static str,
    link_preview_options: LinkPreview,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct LinkPreview {
    is_disabled: bool,
}

/// The message for a notice.
pub fn message(
    notice: &Notice,
    now: Instant,
    chat: &str,
    topic: Option<u32>,
    links: Option<&Links>,
) -> TelegramMessage {
    let told = telling(notice, now, links);
    let parts = [Some(headline(&told)), error(&told), facts(&told), foot(notice, &told)];
    TelegramMessage {
        chat_id: chat.to_owned(),
        message_thread_id: topic,
        text: parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n"),
        parse_mode: "HTML",
        link_preview_options: LinkPreview { is_disabled: true },
    }
}

fn headline(told: &Telling) -> String {
    let subject = format!("<b>{}</b>", cut(&told.subject, SUBJECT_BUDGET));
    let subject = link(told.url.as_deref(), &subject).unwrap_or(subject);
    format!("{} {subject} {}", told.tone.mark(), cut(&told.predicate(), PREDICATE_BUDGET))
}

fn error(told: &Telling) -> Option<String> {
    let text = cut(told.error.as_deref()?, ERROR_BUDGET);
    Some(if told.is_list { text } else { format!("<pre>{text}</pre>") })
}

fn facts(told: &Telling) -> Option<String> {
    let mut left = FACTS_BUDGET;
    let mut lines = Vec::new();
    for fact in &told.facts {
        let value = fit(&calling_nobody(&fact.value.to_string()), FACT_BUDGET, char::len_utf16);
        let cost = units(fact.label) + units(&value) + 3;
        if cost > left {
            break;
        }
        left -= cost;
        lines.push(format!("<b>{}:</b> {}", fact.label, html(&value)));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn foot(notice: &Notice, told: &Telling) -> Option<String> {
    let incident = match notice {
        Notice::Alert(alert) => Some(cut(&one_line(alert.incident.as_str()), SMALL_BUDGET)),
        _ => None,
    };
    let lines: Vec<String> = [
        link(told.acknowledge.as_deref(), "Acknowledge"),
        incident.map(|incident| format!("<i>Incident {incident}</i>")),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn link(url: Option<&str>, inner: &str) -> Option<String> {
    let url = url.filter(|url| url.len() <= URL_CHARS_MAX)?;
    Some(format!("<a href=\"{}\">{inner}</a>", html(url)))
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

fn cut(text: &str, budget: usize) -> String {
    html(&fit(&calling_nobody(text), budget, char::len_utf16))
}

/// Telegram calls whoever is written `@name`, without any markup: a sign without width takes that from it. Inside a
/// word, as in an address, it calls nobody.
fn calling_nobody(text: &str) -> String {
    let mut quiet = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        quiet.push(c);
        if c == '@' && !inside {
            quiet.push('\u{2060}');
        }
        inside = c.is_alphanumeric() || c == '_';
    }
    quiet
}

#[cfg(test)]
mod tests;
