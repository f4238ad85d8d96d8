//! A notice as events of PagerDuty's. Pure: the same notice, time and links make the same events.

use std::collections::BTreeMap;

use app::{Effect, Notice};
use domain::{Cause, Instant};
use serde::Serialize;

use crate::key::fitted;
use crate::links::Links;
use crate::render::{Telling, telling};
use crate::text::{cut, one_line};

/// Most characters of a key.
const KEY_CHARS: usize = 255;
/// Most characters of a summary.
const SUMMARY_CHARS: usize = 1024;
/// Of the 512 KB that an event may have.
const DETAIL_CHARS: usize = 12_000;
/// Of what says where and what it is; PagerDuty names no limit.
const NAME_CHARS: usize = 255;

/// An event, without the key that routes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    #[serde(rename = "event_action")]
    action: &'static str,
    dedup_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Payload>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_url: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
}

/// What is wrong, in PagerDuty's common event format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Payload {
    summary: String,
    source: String,
    severity: &'static str,
    timestamp: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    component: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    group: String,
    class: &'static str,
    custom_details: BTreeMap<&'static str, String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Link {
    href: String,
    text: &'static str,
}

impl Event {
    pub(super) fn resolve(dedup_key: String) -> Self {
        Self {
            action: "resolve",
            dedup_key,
            payload: None,
            client: None,
            client_url: None,
            links: Vec::new(),
        }
    }

    /// `trigger` or `resolve`.
    pub const fn action(&self) -> &'static str {
        self.action
    }

    /// Which alert of PagerDuty's it is about.
    pub fn dedup_key(&self) -> &str {
        &self.dedup_key
    }
}

/// The events for a notice: one, or a trigger that is resolved at once for what is told and over.
pub fn events(notice: &Notice, now: Instant, links: Option<&Links>) -> Vec<Event> {
    let key = fitted(&notice.thread(), KEY_CHARS);
    let trigger = || trigger(notice, &telling(notice, now, links), key.clone());
    match notice.effect() {
        Effect::Open => vec![trigger()],
        Effect::Close => vec![Event::resolve(key)],
        Effect::Tell => vec![trigger(), Event::resolve(key)],
    }
}

fn trigger(notice: &Notice, told: &Telling, dedup_key: String) -> Event {
    let open = told.url.iter().map(|href| Link { href: href.clone(), text: "Open in Punctual" });
    let acknowledge =
        told.acknowledge.iter().map(|href| Link { href: href.clone(), text: "Acknowledge in Punctual" });
    Event {
        action: "trigger",
        dedup_key,
        payload: Some(payload(notice, told)),
        client: Some("Punctual"),
        client_url: told.url.clone(),
        links: open.chain(acknowledge).collect(),
    }
}

fn payload(notice: &Notice, told: &Telling) -> Payload {
    let name = |text: &str| cut(&one_line(text), NAME_CHARS);
    let (source, component, group) = match notice {
        Notice::Alert(alert) => {
            (name(alert.key.id.as_str()), name(&alert.story.job_name), name(&alert.story.service_name))
        }
        _ => (String::new(), String::new(), name(notice.project().as_str())),
    };
    Payload {
        summary: cut(&told.title(), SUMMARY_CHARS),
        source: if source.is_empty() { "punctual".to_owned() } else { source },
        severity: notice.severity().as_str(),
        timestamp: notice.decided_at().to_string(),
        component,
        group,
        class: class(notice),
        custom_details: details(told),
    }
}

fn class(notice: &Notice) -> &'static str {
    match notice {
        Notice::Alert(alert) => alert.cause.map_or("incident", Cause::as_str),
        Notice::Group(_) => "group",
        Notice::Unobserved(_) => "unobserved",
        Notice::Trouble(trouble) => trouble.what.as_str(),
        Notice::Test(_) => "test",
    }
}

fn details(told: &Telling) -> BTreeMap<&'static str, String> {
    let listed = if told.is_list { "Jobs" } else { "Error" };
    let error = told.error.iter().map(|error| (listed, cut(error, DETAIL_CHARS)));
    let facts = told.facts.iter().map(|fact| (fact.label, cut(&fact.value.to_string(), DETAIL_CHARS)));
    error.chain(facts).collect()
}

#[cfg(test)]
mod tests;
