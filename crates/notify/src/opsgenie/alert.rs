//! A notice as Opsgenie takes it. Pure.
//!
//! Message and description may hold HTML there: what would be markup is replaced by signs that look the same and mean
//! nothing.

use std::collections::BTreeMap;

use app::Notice;
use domain::Severity;
use serde::Serialize;

use super::{Extras, Responder};
use crate::render::Telling;
use crate::text::{cut, one_line};

/// Most characters of each field.
const MESSAGE_CHARS: usize = 130;
const DESCRIPTION_CHARS: usize = 15_000;
const ENTITY_CHARS: usize = 512;
const TAG_CHARS: usize = 50;
const TAGS_MAX: usize = 20;
/// Of all details together, labels and values.
const DETAILS_CHARS: usize = 8000;
/// Of one detail, so that there is room for all.
const DETAIL_CHARS: usize = 400;
/// Of the 25 000 of a note.
const NOTE_CHARS: usize = 1000;

/// An alert to create.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Create {
    message: String,
    alias: String,
    description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    responders: Vec<Responder>,
    tags: Vec<String>,
    details: BTreeMap<&'static str, String>,
    entity: String,
    source: &'static str,
    priority: &'static str,
}

/// An alert to close.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Close {
    source: &'static str,
    note: String,
}

impl Close {
    pub(super) fn new(note: &str) -> Self {
        Self { source: "Punctual", note: cut(note, NOTE_CHARS) }
    }
}

/// The alert for a notice.
pub fn create(notice: &Notice, told: &Telling, alias: &str, extras: &Extras) -> Create {
    Create {
        message: cut(&plain(&told.title()), MESSAGE_CHARS),
        alias: alias.to_owned(),
        description: cut(&plain(&told.plain()), DESCRIPTION_CHARS),
        responders: extras.responders.clone(),
        tags: tags(notice, extras),
        details: details(told),
        entity: cut(&plain(&told.subject), ENTITY_CHARS),
        source: "Punctual",
        priority: priority(notice.severity()),
    }
}

/// The word with which an alert is closed.
pub fn close(told: &Telling) -> Close {
    Close::new(&plain(&told.title()))
}

const fn priority(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "P1",
        Severity::Error => "P2",
        Severity::Warning => "P3",
        Severity::Info => "P5",
    }
}

/// The channel's own first, then the scheduler's, as far as there is room.
fn tags(notice: &Notice, extras: &Extras) -> Vec<String> {
    let theirs = match notice {
        Notice::Alert(alert) => alert.story.tags.as_slice(),
        _ => &[],
    };
    let mut tags: Vec<String> = Vec::new();
    for tag in extras.tags.iter().chain(theirs) {
        let tag = cut(&plain(&one_line(tag)), TAG_CHARS);
        if !tag.is_empty() && !tags.contains(&tag) && tags.len() < TAGS_MAX {
            tags.push(tag);
        }
    }
    tags
}

/// The facts, and the addresses, as far as there is room.
fn details(told: &Telling) -> BTreeMap<&'static str, String> {
    let links = [("Link", &told.url), ("Acknowledge", &told.acknowledge)];
    let links = links.into_iter().filter_map(|(label, url)| Some((label, url.clone()?)));
    let facts =
        told.facts.iter().map(|fact| (fact.label, cut(&plain(&fact.value.to_string()), DETAIL_CHARS)));
    let mut room = DETAILS_CHARS;
    let fits = |(label, value): &(&str, String)| {
        let needed = label.len() + value.encode_utf16().count();
        let fits = needed <= room;
        room -= if fits { needed } else { 0 };
        fits
    };
    links.chain(facts).filter(fits).collect()
}

fn plain(text: &str) -> String {
    text.replace('<', "‹").replace('>', "›")
}

#[cfg(test)]
mod tests;
