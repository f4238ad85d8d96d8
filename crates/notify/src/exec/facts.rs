//! The facts of a notice for a command's environment: always all of them, empty where there is nothing to say, so that a
//! script may use any under `set -u`. Clean of control characters but line ends in the error, and bounded: the full text
//! is in the payload.

use app::ports::Parcel;
use app::{Effect, Notice};

use crate::links::Links;
use crate::render::telling;
use crate::text::{fit, lines, one_line};

/// Most bytes of a value.
const VALUE_BYTES_MAX: usize = 8 * 1024;

/// The facts, by name.
pub(super) fn of(parcel: &Parcel<'_>, kind: &str, links: Option<&Links>) -> Vec<(&'static str, String)> {
    let notice = parcel.notice;
    let told = telling(notice, parcel.now, links);
    let mut facts = vec![
        ("PUNCTUAL_TYPE", kind.to_owned()),
        ("PUNCTUAL_DELIVERY", parcel.delivery.as_str().to_owned()),
        ("PUNCTUAL_THREAD", one_line(&notice.thread())),
        ("PUNCTUAL_EFFECT", effect(notice).to_owned()),
        ("PUNCTUAL_SEVERITY", notice.severity().as_str().to_owned()),
        ("PUNCTUAL_PROJECT", one_line(notice.project().as_str())),
        ("PUNCTUAL_TEXT", one_line(&told.title())),
        ("PUNCTUAL_ERROR", lines(told.error.as_deref().unwrap_or_default())),
        ("PUNCTUAL_PAGE", told.url.unwrap_or_default()),
        ("PUNCTUAL_ACKNOWLEDGE", told.acknowledge.unwrap_or_default()),
    ];
    facts.extend(of_alert(notice));
    for (_, value) in &mut facts {
        *value = fit(value, VALUE_BYTES_MAX, char::len_utf8);
    }
    facts
}

fn effect(notice: &Notice) -> &'static str {
    match notice.effect() {
        Effect::Open => "open",
        Effect::Close => "close",
        Effect::Tell => "tell",
    }
}

fn of_alert(notice: &Notice) -> [(&'static str, String); 9] {
    let alert = match notice {
        Notice::Alert(alert) => Some(alert),
        _ => None,
    };
    let text = |text: Option<&str>| one_line(text.unwrap_or_default());
    let story = alert.map(|alert| &alert.story);
    [
        ("PUNCTUAL_SCHEDULER", text(alert.map(|alert| alert.key.id.as_str()))),
        ("PUNCTUAL_SERVICE", text(story.map(|story| story.service_name.as_str()))),
        ("PUNCTUAL_JOB", text(story.map(|story| story.job_name.as_str()))),
        ("PUNCTUAL_INCIDENT", text(alert.map(|alert| alert.incident.as_str()))),
        ("PUNCTUAL_KIND", text(alert.map(|alert| alert.kind.as_str()))),
        ("PUNCTUAL_CAUSE", text(alert.and_then(|alert| alert.cause).map(domain::Cause::as_str))),
        ("PUNCTUAL_STATUS", text(story.map(|story| story.status.as_str()))),
        ("PUNCTUAL_RUN", text(story.and_then(|story| story.run_id.as_ref()).map(domain::RunId::as_str))),
        (
            "PUNCTUAL_EXIT_CODE",
            story.and_then(|story| story.exit_code).map_or(String::new(), |code| code.to_string()),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use domain::id::DeliveryId;

    use super::*;
    use crate::sample;

    fn facts(notice: &Notice) -> Vec<(&'static str, String)> {
        let delivery = DeliveryId::trusted("dlv_1");
        let links = Links::new("https://p.example.org").expect("an address");
        of(&Parcel { delivery: &delivery, notice, now: sample::now() }, "some.type", Some(&links))
    }

    #[test]
    fn a_failure_is_exactly_these_facts() {
        let expected = [
            ("PUNCTUAL_TYPE", "some.type"),
            ("PUNCTUAL_DELIVERY", "dlv_1"),
            ("PUNCTUAL_THREAD", "inc_1"),
            ("PUNCTUAL_EFFECT", "open"),
            ("PUNCTUAL_SEVERITY", "error"),
            ("PUNCTUAL_PROJECT", "default"),
            ("PUNCTUAL_TEXT", "billing / nightly failed: exit 3 — disk full"),
            ("PUNCTUAL_ERROR", "disk full"),
            ("PUNCTUAL_PAGE", "https://p.example.org/portal/schedulers/billing-nightly"),
            ("PUNCTUAL_ACKNOWLEDGE", ""),
            ("PUNCTUAL_SCHEDULER", "billing-nightly"),
            ("PUNCTUAL_SERVICE", "billing"),
            ("PUNCTUAL_JOB", "nightly"),
            ("PUNCTUAL_INCIDENT", "inc_1"),
            ("PUNCTUAL_KIND", "opened"),
            ("PUNCTUAL_CAUSE", "failing"),
            ("PUNCTUAL_STATUS", "failed"),
            ("PUNCTUAL_RUN", "run-42"),
            ("PUNCTUAL_EXIT_CODE", "3"),
        ];
        assert_eq!(facts(&sample::failed()), expected.map(|(name, value)| (name, value.to_owned())));
    }

    #[test]
    fn every_notice_has_every_fact_and_no_text_is_too_long_or_holds_what_no_environment_can() {
        let names: Vec<&str> = facts(&sample::failed()).iter().map(|(name, _)| *name).collect();
        for filler in ["x", "\u{0}a", "() { :; }; ", "$(id)\n", "👩"] {
            for notice in sample::all() {
                let facts = facts(&sample::hostile(notice, filler));
                assert_eq!(facts.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names);
                assert!(
                    facts.iter().all(|(_, value)| value.len() <= VALUE_BYTES_MAX && !value.contains('\0'))
                );
            }
        }
    }

    #[test]
    fn what_it_does_is_one_of_three_words() {
        let word = |notice: &Notice| facts(notice)[3].1.clone();
        assert_eq!(word(&sample::recovered()), "close");
        assert_eq!(word(&sample::storm()), "open");
        assert_eq!(word(&sample::test()), "tell");
    }
}
