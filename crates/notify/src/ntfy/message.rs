//! A notice as an ntfy message. Pure: the same notice, time and place make the same message.
//!
//! ntfy takes 4096 bytes of message and 8192 of the whole JSON; what is longer becomes an attachment or is refused. So
//! texts are measured as JSON writes them. The message is plain text: no markup is read in it.

use app::{Effect, Notice};
use domain::{Instant, Severity};
use serde::Serialize;

use crate::links::Links;
use crate::render::{Telling, Tone, telling};
use crate::text::fit;

/// Of 8192 bytes of JSON; a title fits on a phone.
const TITLE_BUDGET: usize = 250;
/// Of 4096 bytes of message, measured as JSON.
const MESSAGE_BUDGET: usize = 4000;
const ERROR_BUDGET: usize = 1800;
/// A link that is longer is left out.
const URL_BYTES_MAX: usize = 1200;

/// A message, as it is published to a server's root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NtfyMessage {
    /// The topic.
    pub topic: String,
    /// The first line.
    pub title: String,
    /// The rest.
    pub message: String,
    /// 1 (nobody is disturbed) to 5 (it rings until it is heard).
    pub priority: u8,
    /// The first is shown as a coloured circle before the title.
    pub tags: Vec<&'static str>,
    /// Where a tap leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click: Option<String>,
    /// Buttons.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
}

/// A button that opens a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Action {
    #[serde(rename = "action")]
    does: &'static str,
    label: &'static str,
    /// The page.
    pub url: String,
}

/// The message for a notice.
pub fn message(notice: &Notice, now: Instant, topic: &str, links: Option<&Links>) -> NtfyMessage {
    let told = telling(notice, now, links);
    let short = |url: &String| url.len() <= URL_BYTES_MAX;
    let acknowledge = told.acknowledge.clone().filter(short);
    NtfyMessage {
        topic: topic.to_owned(),
        title: fit(&format!("{} {}", told.subject, told.predicate()), TITLE_BUDGET, json_bytes),
        message: body(&told),
        priority: priority(notice),
        tags: vec![circle(told.tone), notice.severity().as_str()],
        click: told.url.filter(short),
        actions: acknowledge
            .map(|url| Action { does: "view", label: "Acknowledge", url })
            .into_iter()
            .collect(),
    }
}

fn body(told: &Telling) -> String {
    let facts = told.facts.iter().map(|fact| format!("{}: {}", fact.label, fact.value));
    let facts = facts.collect::<Vec<_>>().join("\n");
    let error = told.error.as_deref().map(|error| fit(error, ERROR_BUDGET, json_bytes));
    let parts = [error, Some(facts)].into_iter().flatten().filter(|part| !part.is_empty());
    fit(&parts.collect::<Vec<_>>().join("\n\n"), MESSAGE_BUDGET, json_bytes)
}

/// What is over needs nobody's ear.
fn priority(notice: &Notice) -> u8 {
    match (notice.effect(), notice.severity()) {
        (Effect::Close, _) | (_, Severity::Info) => 2,
        (_, Severity::Warning) => 3,
        (_, Severity::Error) => 4,
        (_, Severity::Critical) => 5,
    }
}

fn circle(tone: Tone) -> &'static str {
    match tone {
        Tone::Bad => "red_circle",
        Tone::Doubtful => "orange_circle",
        Tone::Good => "green_circle",
        Tone::Neutral => "white_circle",
    }
}

/// How many bytes JSON takes for a sign.
fn json_bytes(c: char) -> usize {
    match c {
        '"' | '\\' | '\n' => 2,
        c if c.is_control() => 6,
        c => c.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sample;

    fn links() -> Links {
        Links::new("https://punctual.example.org").expect("an address").signing(app::AckKey::new([7; 32]))
    }

    fn sent(notice: &Notice) -> NtfyMessage {
        message(notice, sample::now(), "ops", Some(&links()))
    }

    #[test]
    fn a_failure_is_exactly_this_json() {
        let mut json = json!(sent(&sample::failed()));
        let acknowledge = json["actions"][0]["url"].take();
        assert!(
            acknowledge
                .as_str()
                .is_some_and(|url| url.starts_with("https://punctual.example.org/acknowledge/"))
        );
        assert_eq!(
            json,
            json!({
                "topic": "ops", "title": "billing / nightly failed: exit 3", "priority": 4,
                "tags": ["red_circle", "error"],
                "message": "disk full\n\nService: billing\nJob: nightly\nStatus: failed\nTime: 2024-01-15 02:12 UTC\n\
                    Run: run-42\nExit code: 3\nDuration: 12m5s\nNext run expected: 2024-01-16 02:00 UTC\n\
                    Scheduler: billing-nightly",
                "click": "https://punctual.example.org/portal/schedulers/billing-nightly",
                "actions": [{ "action": "view", "label": "Acknowledge", "url": null }],
            })
        );
    }

    #[test]
    fn what_matters_more_rings_louder_and_what_is_over_does_not_ring() {
        let rank = |notice: &Notice| (sent(notice).priority, sent(notice).tags);
        let critical = sample::edit(sample::failed(), |alert| alert.severity = Severity::Critical);
        for (notice, priority, tags) in [
            (critical, 5, ["red_circle", "critical"]),
            (sample::missed(1), 4, ["red_circle", "error"]),
            (sample::stale(), 3, ["orange_circle", "warning"]),
            (sample::unobserved(), 3, ["orange_circle", "warning"]),
            (sample::recovered(), 2, ["green_circle", "error"]),
            (sample::storm(), 4, ["red_circle", "error"]),
            (sample::storm_over(), 2, ["green_circle", "info"]),
            (sample::trouble(false), 4, ["red_circle", "error"]),
            (sample::test(), 2, ["white_circle", "info"]),
        ] {
            assert_eq!(rank(&notice), (priority, tags.to_vec()));
        }
    }

    #[test]
    fn each_kind_of_notice_has_a_title_and_says_something() {
        for notice in sample::all() {
            let message = sent(&notice);
            let told = telling(&notice, sample::now(), None);
            assert_eq!(message.title, format!("{} {}", told.subject, told.predicate()));
            assert!(!message.message.is_empty());
        }
        assert!(
            sent(&sample::storm())
                .message
                .starts_with("billing / job 1: failing\nbilling / job 2: failing\n")
        );
        assert_eq!(sent(&sample::recovered()).actions, []);
    }

    #[test]
    fn a_hundred_kilobytes_of_error_are_cut() {
        let notice = sample::edit(sample::failed(), |alert| alert.story.error = Some("\"\n".repeat(50_000)));
        assert!(json!(sent(&notice)).to_string().len() < 3000);
    }

    #[test]
    fn whatever_jobs_send_stays_within_ntfys_limits() {
        for filler in ["x", "\"", "\\", "é\n", "👩", "](javascript:x)", "\u{202e}\u{7}"] {
            for notice in sample::all() {
                let hostile = sample::hostile(notice, filler);
                let message = message(&hostile, Instant::MAX, "ops", Some(&links()));
                let whole = json!(message).to_string();
                assert!(message.message.len() <= 4096 && whole.len() < 8192, "{}", whole.len());
                assert!(!message.title.contains('\n') && !whole.contains('\u{202e}'));
            }
        }
    }
}
