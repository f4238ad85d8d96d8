//! A notice as a message with one embed. Pure.

use app::Notice;
use domain::Instant;
use serde::Serialize;

use super::escape::{code, inline};
use crate::links::Links;
use crate::people::need_not_hear;
use crate::render::{Fact, Telling, Tone, Value, bulleted, telling};
use crate::text::utc;

/// Discord's limits, and our shares of the 6000 that all texts of an embed may have.
const TITLE_CHARS: usize = 256;
const ERROR_CHARS: usize = 1800;
const LIST_CHARS: usize = 3400;
const LINE_CHARS: usize = 300;
const FACT_CHARS: usize = 300;
const LINK_CHARS: usize = 1024;
const URL_CHARS: usize = 2048;
const FIELDS_MAX: usize = 25;
const TOTAL_CHARS: usize = 5900;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    embeds: [Embed; 1],
    allowed_mentions: AllowedMentions,
}

/// Whom a message may call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct AllowedMentions {
    parse: [&'static str; 0],
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Embed {
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    color: u32,
    fields: Vec<Field>,
    timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    footer: Option<Footer>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Field {
    name: String,
    value: String,
    inline: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Footer {
    text: String,
}

/// The message for a notice; `None` where readers need not hear of it.
pub fn message(
    notice: &Notice,
    now: Instant,
    username: Option<&str>,
    links: Option<&Links>,
) -> Option<Message> {
    if need_not_hear(notice) {
        return None;
    }
    let told = telling(notice, now, links);
    let embeds = [embed(notice, &told)];
    let allowed_mentions = AllowedMentions { parse: [] };
    Some(Message { username: username.map(str::to_owned), embeds, allowed_mentions })
}

fn embed(notice: &Notice, told: &Telling) -> Embed {
    let title = inline(&format!("{} {} {}", told.tone.mark(), told.subject, told.predicate()), TITLE_CHARS);
    let description = description(told);
    let footer = match notice {
        Notice::Alert(alert) => {
            Some(Footer { text: format!("Incident {}", code(alert.incident.as_str(), 200)) })
        }
        _ => None,
    };
    let texts =
        [Some(title.as_str()), description.as_deref(), footer.as_ref().map(|footer| footer.text.as_str())];
    let used: usize = texts.into_iter().flatten().map(length).sum();
    Embed {
        fields: fields(told, TOTAL_CHARS.saturating_sub(used)),
        title,
        url: told.url.clone().filter(|url| url.len() <= URL_CHARS),
        description,
        color: color(told.tone),
        timestamp: notice.decided_at().to_string(),
        footer,
    }
}

const fn color(tone: Tone) -> u32 {
    match tone {
        Tone::Bad => 0x00d9_2d20,
        Tone::Doubtful => 0x00f7_9009,
        Tone::Good => 0x0017_b26a,
        Tone::Neutral => 0x0098_a2b3,
    }
}

/// The error as code, or the members of a group, a line each.
fn description(told: &Telling) -> Option<String> {
    let error = told.error.as_deref()?;
    if !told.is_list {
        return Some(format!("```\n{}\n```", code(error, ERROR_CHARS)));
    }
    let mut list = String::new();
    for line in error.lines() {
        let line = format!("{}\n", bulleted(&inline(line, LINE_CHARS)));
        if length(&list) + length(&line) > LIST_CHARS {
            list.push('…');
            break;
        }
        list.push_str(&line);
    }
    Some(list.trim_end().to_owned())
}

/// The address to acknowledge at, then the facts, as far as there is room.
fn fields(told: &Telling, mut room: usize) -> Vec<Field> {
    let link = told.acknowledge.iter().map(|url| Field {
        name: "Do you look after it?".to_owned(),
        value: format!("[Acknowledge]({url})"),
        inline: false,
    });
    let mut fields = Vec::new();
    for field in link.filter(|field| length(&field.value) <= LINK_CHARS).chain(told.facts.iter().map(field)) {
        let needed = length(&field.name) + length(&field.value);
        if needed <= room && fields.len() < FIELDS_MAX {
            room -= needed;
            fields.push(field);
        }
    }
    fields
}

fn field(fact: &Fact) -> Field {
    let value = match &fact.value {
        Value::At(at) => date(*at),
        Value::Text(_) | Value::Span(_) => inline(&fact.value.to_string(), FACT_CHARS),
    };
    Field { name: fact.label.to_owned(), value, inline: true }
}

/// In the reader's time zone; in UTC where no clock of Discord's would go.
fn date(at: Instant) -> String {
    const YEAR_2100: i64 = 4_102_444_800_000;
    match at.as_millis() {
        millis @ 0..YEAR_2100 => format!("<t:{}:f>", millis / 1000),
        _ => inline(&utc(at), FACT_CHARS),
    }
}

fn length(text: &str) -> usize {
    text.encode_utf16().count()
}
