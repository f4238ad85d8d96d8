//! A notice as a Slack message. Pure: the same notice, time and place make the same message.
//!
//! First the headline, with the link and whom it calls; then the error as it was sent, or the members of a group; then
//! the facts in two columns, instants in the reader's own time zone; last, in small print, where to acknowledge, and the
//! incident.

use app::Notice;
use domain::{AlertKind, Instant};

use super::blocks::{Block, FIELDS_MAX, Mrkdwn, SlackMessage};
use super::escape::{code, inline};
use crate::links::Links;
use crate::people::need_not_hear;
use crate::render::{Fact, Telling, Value, bulleted, telling};
use crate::text::{one_line, utc};

/// Slack recommends at most 4000 for the notification; a phone shows far less.
const TEXT_BUDGET: usize = 1000;
/// Of a section's 3000.
const ERROR_BUDGET: usize = 1000;
/// Of a section's 3000, for members of a group; how many of them are shown, and how much of each.
const LIST_BUDGET: usize = 2900;
const LIST_LINES: usize = 66;
/// Of the about 12 000 that Slack takes in all blocks together, for all members.
const LISTS_BUDGET: usize = 9000;
const LINE_BUDGET: usize = 300;
/// Of a section's 3000, for the subject and for what happened.
const HEADLINE_BUDGET: usize = 800;
/// Of a section's 3000. The address of an id made of the rarest signs is longer; the id stands among the facts.
const URL_BUDGET: usize = 1000;
/// Of a section's 3000: for someone who is no user of Slack's.
const NAME_BUDGET: usize = 200;
/// Of a field's 2000: an id of 255 characters fits.
const FIELD_BUDGET: usize = 400;

/// Where a message goes, and what is known there.
#[derive(Clone, Debug)]
pub struct Place {
    /// The channel's id.
    pub channel: String,
    /// Whom to call where a scheduler names nobody.
    pub mention: Option<String>,
    /// Where our pages are.
    pub links: Option<Links>,
}

/// The message for a notice; `None` where Slack's readers need not hear of it.
pub fn message(notice: &Notice, now: Instant, place: &Place) -> Option<SlackMessage> {
    let Words { text, blocks } = words(notice, now, place.mention.as_deref(), place.links.as_ref())?;
    Some(SlackMessage::new(&place.channel, text, blocks))
}

/// What a message says, wherever it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// What a notification shows.
    pub(crate) text: String,
    /// What the channel shows.
    pub(crate) blocks: Vec<Block>,
}

/// The words for a notice; `None` where readers need not hear of it: an alert that was dropped.
pub(crate) fn words(
    notice: &Notice,
    now: Instant,
    fallback: Option<&str>,
    links: Option<&Links>,
) -> Option<Words> {
    if need_not_hear(notice) {
        return None;
    }
    let told = telling(notice, now, links);
    let mut blocks = vec![Block::text(headline(&told, called(notice, fallback).as_deref()))];
    blocks.extend(body(&told));
    let fields: Vec<Mrkdwn> = told.facts.iter().map(field).collect();
    blocks.extend(fields.chunks(FIELDS_MAX).map(|some| Block::fields(some.to_vec())));
    blocks.extend(small_print(notice, &told).map(Block::context));
    Some(Words { text: inline(&told.headline(), TEXT_BUDGET), blocks })
}

/// The error as code, or the members of a group as a list: in as many sections as it takes, up to a bound.
fn body(told: &Telling) -> Vec<Block> {
    let Some(error) = told.error.as_deref() else { return Vec::new() };
    if !told.is_list {
        return vec![Block::text(format!("```{}```", code(error, ERROR_BUDGET)))];
    }
    sections(&members(error)).into_iter().map(|text| Block::text(text.trim_end().to_owned())).collect()
}

/// A line for each member, as far as there is room.
fn members(list: &str) -> Vec<String> {
    let mut room = LISTS_BUDGET;
    let mut lines = Vec::new();
    for line in list.lines().take(LIST_LINES) {
        let line = format!("{}\n", bulleted(&inline(line, LINE_BUDGET)));
        let Some(left) = room.checked_sub(line.chars().count()) else {
            lines.push("…\n".to_owned());
            break;
        };
        room = left;
        lines.push(line);
    }
    lines
}

/// The lines in as few sections as hold them.
fn sections(lines: &[String]) -> Vec<String> {
    let mut sections: Vec<String> = Vec::new();
    for line in lines {
        let section =
            sections.last_mut().filter(|text| text.chars().count() + line.chars().count() <= LIST_BUDGET);
        match section {
            Some(text) => text.push_str(line),
            None => sections.push(line.clone()),
        }
    }
    sections
}

/// Whether a text is a user's id, and so can be mentioned.
pub(crate) fn is_user_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

fn headline(told: &Telling, called: Option<&str>) -> String {
    let name = inline(&told.subject, HEADLINE_BUDGET);
    let url = told.url.as_deref().map(|url| url.replace('&', "&amp;"));
    let subject = match url.filter(|url| url.len() <= URL_BUDGET) {
        Some(url) => format!("*<{url}|{name}>*"),
        None => format!("*{name}*"),
    };
    let line = format!("{} {subject} {}", told.tone.mark(), inline(&told.predicate(), HEADLINE_BUDGET));
    match called {
        Some(called) => format!("{line}\n{called}"),
        None => line,
    }
}

/// Who is called: whom the scheduler names, else the place's own. Nobody is called because something is over.
fn called(notice: &Notice, fallback: Option<&str>) -> Option<String> {
    let Notice::Alert(alert) = notice else { return None };
    if alert.kind == AlertKind::Resolved {
        return None;
    }
    let named = alert.story.alert_user_id.as_deref().map(one_line).filter(|user| !user.is_empty());
    match (named, fallback.map(mention)) {
        (Some(user), _) if is_user_id(&user) => Some(mention(&user)),
        // Slack would call nobody by this name: it is shown, and the place's own user is called.
        (Some(name), fallback) => {
            let shown = format!("for {}", inline(&name, NAME_BUDGET));
            Some(fallback.map_or(shown.clone(), |fallback| format!("{shown} {fallback}")))
        }
        (None, fallback) => fallback,
    }
}

fn mention(user: &str) -> String {
    format!("<@{user}>")
}

fn field(fact: &Fact) -> Mrkdwn {
    let value = match &fact.value {
        Value::At(at) => date(*at),
        Value::Text(_) | Value::Span(_) => inline(&fact.value.to_string(), FIELD_BUDGET),
    };
    Mrkdwn::new(format!("*{}*\n{value}", fact.label))
}

/// In the reader's time zone; in UTC where it cannot be, and where no clock of Slack's would go.
fn date(at: Instant) -> String {
    const YEAR_2100: i64 = 4_102_444_800_000;
    if !(0..YEAR_2100).contains(&at.as_millis()) {
        return utc(at);
    }
    format!("<!date^{}^{{date_short_pretty}} {{time_secs}}|{}>", at.as_millis() / 1000, utc(at))
}

/// Where to acknowledge, and which incident it is.
fn small_print(notice: &Notice, told: &Telling) -> Option<String> {
    let url = told.acknowledge.as_deref().map(|url| url.replace('&', "&amp;"));
    let link = url.filter(|url| url.len() <= URL_BUDGET).map(|url| format!("<{url}|Acknowledge>"));
    let incident = match notice {
        Notice::Alert(alert) => Some(format!("Incident {}", inline(alert.incident.as_str(), 100))),
        _ => None,
    };
    let parts: Vec<_> = link.into_iter().chain(incident).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

#[cfg(test)]
mod tests;
