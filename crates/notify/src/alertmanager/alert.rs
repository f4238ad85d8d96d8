//! A notice as an alert of Alertmanager's. Pure.
//!
//! Labels are what an alert is known by, and what routes go by; everything else is an annotation.

use std::collections::BTreeMap;

use app::{Effect, Notice};
use domain::{Duration, Instant};
use serde::Serialize;

use crate::links::Links;
use crate::render::telling;
use crate::text::{cut, one_line};

/// The names and values of labels or annotations.
pub type Labels = BTreeMap<String, String>;

/// How long an alert fires where nothing more is heard of it.
const KEPT_FOR: Duration = Duration::DAY.times(30);
/// How long what is told once fires: longer than groups are waited for.
const TOLD_FOR: Duration = Duration::from_minutes(5);
/// Most characters of a label's value.
const LABEL_CHARS: usize = 256;
/// Most characters of an annotation.
const TEXT_CHARS: usize = 12_000;
const SUMMARY_CHARS: usize = 1000;

/// An alert as it is posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Posted {
    labels: Labels,
    annotations: Labels,
    #[serde(skip_serializing_if = "Option::is_none")]
    starts_at: Option<String>,
    ends_at: String,
    #[serde(rename = "generatorURL", skip_serializing_if = "Option::is_none")]
    generator_url: Option<String>,
}

impl Posted {
    /// What it is known by.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }
}

/// The alert that fires for a notice, with the channel's own labels beside ours.
pub fn firing(notice: &Notice, now: Instant, own: &Labels, links: Option<&Links>) -> Posted {
    let told = telling(notice, now, links);
    let starts_at = began(notice);
    let until = if notice.effect() == Effect::Tell { TOLD_FOR } else { KEPT_FOR };
    let annotations = [
        ("summary", cut(&told.title(), SUMMARY_CHARS)),
        ("description", cut(&told.plain(), TEXT_CHARS)),
        ("url", told.url.clone().unwrap_or_default()),
        ("acknowledge_url", told.acknowledge.unwrap_or_default()),
    ];
    Posted {
        labels: labels(notice, own),
        annotations: filled(annotations),
        starts_at: Some(starts_at.to_string()),
        ends_at: (now.max(starts_at) + until).to_string(),
        generator_url: told.url,
    }
}

/// The end of an alert that is known by these labels.
pub fn ended(notice: &Notice, labels: Labels) -> Posted {
    let ends_at = notice.decided_at().to_string();
    Posted { labels, annotations: Labels::new(), starts_at: None, ends_at, generator_url: None }
}

fn began(notice: &Notice) -> Instant {
    match notice {
        Notice::Alert(alert) => alert.opened_at,
        Notice::Group(group) => group.from,
        Notice::Unobserved(gap) => gap.from,
        Notice::Trouble(trouble) => trouble.since,
        Notice::Test(test) => test.at,
    }
}

/// What the alert of a notice is known by. Ours win over the channel's: an alert must be found again by them.
pub(super) fn labels(notice: &Notice, own: &Labels) -> Labels {
    let label = |text: &str| cut(&one_line(text), LABEL_CHARS);
    let (name, about) = match notice {
        Notice::Alert(alert) => (
            "PunctualIncident",
            [
                ("scheduler_id", label(alert.key.id.as_str())),
                ("service", label(&alert.story.service_name)),
                ("job", label(&alert.story.job_name)),
            ],
        ),
        Notice::Group(_) => ("PunctualGroup", Default::default()),
        Notice::Unobserved(_) => ("PunctualUnobserved", Default::default()),
        Notice::Trouble(_) => ("PunctualTrouble", Default::default()),
        Notice::Test(_) => ("PunctualTest", Default::default()),
    };
    let ours = [
        ("alertname", name.to_owned()),
        ("incident", notice.thread()),
        ("project", label(notice.project().as_str())),
        ("severity", notice.severity().as_str().to_owned()),
    ];
    let mut labels = own.clone();
    labels.extend(filled(ours.into_iter().chain(about)));
    labels
}

/// Alertmanager takes no label without a value.
fn filled<'a>(pairs: impl IntoIterator<Item = (&'a str, String)>) -> Labels {
    let filled = pairs.into_iter().filter(|(name, value)| !name.is_empty() && !value.is_empty());
    filled.map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests;
