//! Every message, written down: what `cargo xtask receivers` gives to the receivers' own libraries and servers to judge.
//!
//! A new kind says here what it sends, and in `xtask/receivers/judge.py` who judges it.

use std::path::PathBuf;

use app::{Effect, Notice};
use domain::Instant;
use serde_json::{Value, json};

use crate::channel::KINDS;
use crate::render::telling;
use crate::slack::Place;
use crate::{alertmanager, discord, opsgenie, pagerduty, sample, slack, slack_webhook, teams};

/// Where they are written: a folder of each kind.
const FOLDER: &str = "PUNCTUAL_PAYLOADS";

/// What a kind sends for a notice: a name for each call, and its body.
fn bodies(kind: &str, notice: &Notice, now: Instant) -> Vec<(&'static str, Value)> {
    let links = sample::links();
    match kind {
        "alertmanager" => {
            // A real server judges: by its clock it must not be over yet.
            let now = now.max(sample::instant("2100-01-01T00:00:00Z"));
            let firing = alertmanager::firing(notice, now, &alertmanager::Labels::new(), Some(&links));
            let ended = alertmanager::ended(notice, firing.labels().clone());
            let opened = (notice.effect() != Effect::Close).then(|| ("firing", json!([firing])));
            opened.into_iter().chain([("ended", json!([ended]))]).collect()
        }
        "discord" => {
            let message = discord::message(notice, now, Some("Punctual"), Some(&links));
            message.map(|message| ("message", json!(message))).into_iter().collect()
        }
        "jira_service_management" | "opsgenie" => {
            let told = telling(notice, now, Some(&links));
            let alias = opsgenie::alias(notice);
            let create = opsgenie::create(notice, &told, &alias, &opsgenie::Extras::default());
            vec![("create", json!(create)), ("close", json!(opsgenie::close(&told)))]
        }
        "pagerduty" => {
            let events = pagerduty::events(notice, now, Some(&links));
            events.iter().map(|event| (event.action(), json!(event))).collect()
        }
        "slack" => {
            let mention = Some("U999".to_owned());
            let place = Place { channel: "C1".to_owned(), mention, links: Some(links) };
            slack::message(notice, now, &place)
                .map(|message| ("message", json!(message)))
                .into_iter()
                .collect()
        }
        "slack_webhook" => {
            let message = slack_webhook::message(notice, now, None, Some(&links));
            message.map(|message| ("message", json!(message))).into_iter().collect()
        }
        "teams" => vec![("message", teams::card(notice, now, Some(&links)))],
        // The webhook's body is our own contract; what signs it is judged in `tests/it/webhook.rs`. No server of others
        // takes what a command is told. `cargo xtask mail` judges the rest.
        "webhook" | "exec" | "email" | "ntfy" | "telegram" => Vec::new(),
        other => panic!("say here what {other} sends"),
    }
}

#[test]
#[ignore = "cargo xtask receivers runs it, and has judged what it writes"]
fn every_message_is_written_down_for_the_receivers_to_judge() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).expect(FOLDER));
    for kind in KINDS {
        std::fs::create_dir_all(folder.join(kind)).expect("a folder");
        for (number, (notice, now)) in notices().into_iter().enumerate() {
            for (call, body) in bodies(kind, &notice, now) {
                let file = folder.join(kind).join(format!("{number:03}.{call}.json"));
                std::fs::write(file, body.to_string()).expect("written");
            }
        }
    }
}

/// Each kind of notice, plain and in the worst text.
fn notices() -> Vec<(Notice, Instant)> {
    let hostile = sample::FILLERS.into_iter().flat_map(|filler| {
        sample::all().into_iter().map(move |notice| (sample::hostile(notice, filler), Instant::MAX))
    });
    sample::all().into_iter().map(|notice| (notice, sample::now())).chain(hostile).collect()
}
