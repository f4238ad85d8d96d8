//! Each kind of notice as Slack gets it, whom it calls, and Slack's limits under the worst text.

use serde_json::{Value, json};

use super::*;
use crate::sample;

fn place() -> Place {
    Place { channel: "C1".to_owned(), mention: Some("U999".to_owned()), links: None }
}

fn sent(notice: &Notice) -> SlackMessage {
    message(notice, sample::now(), &place()).expect("something to say")
}

/// The texts of a message, block by block, fields joined: what a reader sees.
fn shown(message: &SlackMessage) -> Vec<String> {
    let texts = |texts: &[Mrkdwn]| {
        texts.iter().map(|text| text.text.replace('\n', " ")).collect::<Vec<_>>().join(" | ")
    };
    let block = |block: &Block| match block {
        Block::Section { text: Some(text), .. } => text.text.clone(),
        Block::Section { fields, .. } => texts(fields),
        Block::Context { elements } => texts(elements),
    };
    message.blocks.iter().map(block).collect()
}

const NOW: &str = "<!date^1705284720^{date_short_pretty} {time_secs}|2024-01-15 02:12 UTC>";
const NEXT: &str = "<!date^1705370400^{date_short_pretty} {time_secs}|2024-01-16 02:00 UTC>";
const ONE: &str = "<!date^1705280400^{date_short_pretty} {time_secs}|2024-01-15 01:00 UTC>";

#[test]
fn a_failure_is_exactly_this_json() {
    let field = |text: String| json!({ "type": "mrkdwn", "text": text, "verbatim": true });
    let links = Some(Links::new("https://punctual.example.org").expect("an address"));
    let message = message(&sample::failed(), sample::now(), &Place { links, ..place() }).expect("a message");
    assert_eq!(
        json!(message),
        json!({
            "channel": "C1",
            "text": "🔴 billing / nightly failed: exit 3 — disk full",
            "blocks": [
                { "type": "section", "text": field(
                    "🔴 *<https://punctual.example.org/portal/schedulers/billing-nightly|billing / nightly>* failed: exit 3\n\
                     <@U123ABC>".to_owned()) },
                { "type": "section", "text": field("```disk full```".to_owned()) },
                { "type": "section", "fields": [
                    field("*Service*\nbilling".to_owned()),
                    field("*Job*\nnightly".to_owned()),
                    field("*Status*\nfailed".to_owned()),
                    field(format!("*Time*\n{NOW}")),
                    field("*Run*\nrun-42".to_owned()),
                    field("*Exit code*\n3".to_owned()),
                    field("*Duration*\n12m5s".to_owned()),
                    field(format!("*Next run expected*\n{NEXT}")),
                    field("*Scheduler*\nbilling-nightly".to_owned()),
                ] },
                { "type": "context", "elements": [field("Incident inc_1".to_owned())] },
            ],
            "parse": "none", "link_names": false, "unfurl_links": false, "unfurl_media": false,
        })
    );
}

#[test]
fn silence_and_overrun_say_for_how_long_and_which_run() {
    let started = |secs: i64, utc: &str| format!("<!date^{secs}^{{date_short_pretty}} {{time_secs}}|{utc}>");
    assert_eq!(
        shown(&sent(&sample::stale())),
        [
            "🟠 *billing / nightly* went silent: nothing heard for 12m, run run-42\n<@U123ABC>".to_owned(),
            format!(
                "*Service* billing | *Job* nightly | *Status* running | *Time* {NOW} | *Run* run-42 | *Started* {} | \
             *Last heard* {} | *Silent for* 12m | *Next run expected* {NEXT} | *Scheduler* billing-nightly",
                started(1_705_282_200, "2024-01-15 01:30 UTC"),
                started(1_705_284_000, "2024-01-15 02:00 UTC"),
            ),
            "Incident inc_1".to_owned(),
        ]
    );
    assert_eq!(
        shown(&sent(&sample::overrun())),
        [
            "🟠 *billing / nightly* is running too long: 1h2m so far, its limit is 1h\n<@U123ABC>".to_owned(),
            format!(
                "*Service* billing | *Job* nightly | *Status* running | *Time* {NOW} | *Run* run-42 | *Started* {} | \
             *Running for* 1h2m | *Limit* 1h | *Next run expected* {NEXT} | *Scheduler* billing-nightly",
                started(1_705_281_000, "2024-01-15 01:10 UTC"),
            ),
            "Incident inc_1".to_owned(),
        ]
    );
}

#[test]
fn missed_slots_are_counted_and_the_first_and_last_are_named() {
    assert_eq!(
        shown(&sent(&sample::missed(1))),
        [
            "🔴 *billing / nightly* missed a run: expected at 2024-01-15 01:00 UTC\n<@U123ABC>".to_owned(),
            format!(
                "*Service* billing | *Job* nightly | *Status* completed | *Time* {NOW} | *Missed in a row* 1 | \
             *Last missed* {ONE} | *Next run expected* {NEXT} | *Scheduler* billing-nightly"
            ),
            "Incident inc_1".to_owned(),
        ]
    );
    let three = shown(&sent(&sample::missed(3)));
    assert!(
        three[1].contains(&format!(
            "*Missed in a row* 3 | *First missed* {ONE} | *Last missed* <!date^1705281000^"
        ))
    );
}

#[test]
fn what_follows_in_an_incident_says_that_it_follows() {
    for (notice, line) in [
        (sample::widened(), "🔴 *billing / nightly* also failed: exit 3\n<@U123ABC>"),
        (sample::repeated(), "🔴 *billing / nightly* failed again: 4 failures in a row, exit 3\n<@U123ABC>"),
        (
            sample::reminded(),
            "🔴 *billing / nightly* is still failing: for 1h12m, 3 failures in a row\n<@U123ABC>",
        ),
    ] {
        let shown = shown(&sent(&notice));
        assert_eq!(shown[0], line);
        assert!(shown.iter().any(|text| text.contains(&format!("*Since* {ONE}"))), "{shown:?}");
    }
    assert!(shown(&sent(&sample::widened()))[2].contains("*Wrong now* failing, missed"));
}

#[test]
fn a_recovery_says_how_long_it_lasted_and_calls_nobody() {
    assert_eq!(
        shown(&sent(&sample::recovered())),
        [
            "🟢 *billing / nightly* recovered after 1h12m: was failing".to_owned(),
            format!(
                "*Service* billing | *Job* nightly | *Status* completed | *Time* {NOW} | *Since* {ONE} | *Run* run-43 | \
             *Duration* 31s | *Incident lasted* 1h12m | *Next run expected* {NEXT} | *Scheduler* billing-nightly"
            ),
            "Incident inc_1".to_owned(),
        ]
    );
}

#[test]
fn our_own_blindness_is_told_without_calling_anybody() {
    let message = sent(&sample::unobserved());
    assert_eq!(shown(&message), [
        "🟠 *Punctual* could not watch for 7m: from 2024-01-15 02:05 UTC to 2024-01-15 02:12 UTC, 3 slots not judged"
            .to_owned(),
        format!(
            "*From* <!date^1705284300^{{date_short_pretty}} {{time_secs}}|2024-01-15 02:05 UTC> | *Until* {NOW} | \
             *Lasted* 7m | *Slots not judged* 3 | *Project* default"
        ),
    ]);
}

#[test]
fn who_is_told_can_acknowledge_and_who_is_told_of_a_recovery_need_not() {
    let place = Place { links: Some(sample::links()), ..place() };
    let last = |notice: &Notice| {
        let message = message(notice, sample::now(), &place).expect("a message");
        shown(&message).last().cloned().unwrap_or_default()
    };
    assert_eq!(last(&sample::failed()), format!("<{}|Acknowledge> · Incident inc_1", sample::acknowledge()));
    assert_eq!(last(&sample::recovered()), "Incident inc_1");
}

#[test]
fn a_group_lists_its_members_and_is_no_code() {
    let quiet = shown(&sent(&sample::quiet()));
    assert_eq!(
        quiet[..2],
        [
            "🔴 *Punctual* held back messages in the quiet hours: 3 jobs went bad (3 failing), 2 jobs recovered, \
             3 still open"
                .to_owned(),
            "• billing / job 1: failing\n• billing / job 2: failing\n• billing / job 3: failing\n\
             • billing / job 1: recovered\n• billing / job 2: recovered"
                .to_owned(),
        ]
    );
    let storm = shown(&sent(&sample::storm()));
    assert!(storm[1].contains("\n… and 460 more\n"), "{}", storm[1]);
    assert_eq!(
        shown(&sent(&sample::storm_over()))[0],
        "🟢 *Punctual* sees the end of a storm: 2 jobs recovered"
    );
}

#[test]
fn troubles_of_our_own_and_tests_say_so_in_a_line() {
    for (notice, line) in [
        (sample::trouble(false), "🔴 *Punctual* notices deadlines late: by 1m35s"),
        (sample::trouble(true), "🟢 *Punctual* notices deadlines in time again, after 5m"),
        (sample::test(), "⚪ *Punctual* can reach the channel ops: this is a test, nothing is wrong"),
    ] {
        assert_eq!(shown(&sent(&notice))[0], line);
    }
}

#[test]
fn a_dropped_alert_is_no_message() {
    assert_eq!(message(&sample::dropped(), sample::now(), &place()), None);
}

#[test]
fn the_schedulers_user_is_called_else_the_channels_and_a_name_that_is_no_id_calls_nobody() {
    let called = |user: Option<&str>, mention: Option<&str>| {
        let notice =
            sample::edit(sample::stale(), |alert| alert.story.alert_user_id = user.map(str::to_owned));
        let place = Place { mention: mention.map(str::to_owned), ..place() };
        let message = message(&notice, sample::now(), &place).expect("a message");
        shown(&message)[0].split_once('\n').map(|(_, called)| called.to_owned())
    };
    assert_eq!(called(Some("W12"), Some("U999")).as_deref(), Some("<@W12>"));
    assert_eq!(called(None, Some("U999")).as_deref(), Some("<@U999>"));
    assert_eq!(called(None, None), None);
    assert_eq!(called(Some("bob> <!channel"), None).as_deref(), Some("for bob&gt; &lt;!channel"));
    assert_eq!(called(Some("@here"), Some("U999")).as_deref(), Some("for @\u{2060}here <@U999>"));
}

#[test]
fn whatever_jobs_send_stays_within_slacks_limits_and_marks_nothing_up() {
    let place = Place { links: Some(sample::links()), ..place() };
    for filler in sample::FILLERS.into_iter().chain(["@here\n> "]) {
        for notice in sample::all() {
            let hostile = sample::hostile(notice, filler);
            let Some(message) = message(&hostile, Instant::MAX, &place) else { continue };
            check_limits(&message);
            let all = json!(message).to_string();
            assert!(
                !all.contains("<!channel") && !all.contains("@here") && !all.contains('\u{202e}'),
                "{all}"
            );
            let marked = all.matches("```").count();
            assert!(marked == 0 || marked == 2, "{all}");
        }
    }
}

#[test]
fn a_group_of_many_with_long_names_is_cut_before_slack_refuses_the_message() {
    let Notice::Group(mut group) = sample::storm() else { panic!("a group") };
    (group.updated, group.resolved) = (group.opened.clone(), group.opened.clone());
    for filler in sample::FILLERS {
        check_limits(&sent(&sample::hostile(Notice::Group(group.clone()), filler)));
    }
}

fn check_limits(message: &SlackMessage) {
    let length = |value: &Value| value["text"].as_str().expect("a text").chars().count();
    assert!((1..=4000).contains(&message.text.chars().count()));
    assert!((1..=50).contains(&message.blocks.len()));
    let mut total = 0;
    for block in json!(message)["blocks"].as_array().expect("blocks") {
        if let Some(text) = block.get("text") {
            assert!((1..=3000).contains(&length(text)), "{block}");
            total += length(text);
        }
        for list in ["fields", "elements"] {
            let Some(texts) = block.get(list).and_then(Value::as_array) else { continue };
            assert!((1..=10).contains(&texts.len()));
            assert!(texts.iter().all(|text| (1..=2000).contains(&length(text))), "{block}");
            total += texts.iter().map(length).sum::<usize>();
        }
    }
    assert!(total <= 12_000, "{total} in all blocks together");
}
