//! Each kind of notice as Telegram gets it, and Telegram's limits under the worst text.

use domain::Instant;
use serde_json::json;

use super::*;
use crate::sample;

fn links() -> Links {
    Links::new("https://punctual.example.org").expect("an address")
}

fn text(notice: &Notice) -> String {
    message(notice, sample::now(), "-1001", None, None).text
}

#[test]
fn a_failure_is_exactly_this_json() {
    assert_eq!(
        json!(message(&sample::failed(), sample::now(), "-1001", Some(7), Some(&links()))),
        json!({
            "chat_id": "-1001", "message_thread_id": 7, "parse_mode": "HTML",
            "link_preview_options": { "is_disabled": true },
            "text": "🔴 <a href=\"https://punctual.example.org/portal/schedulers/billing-nightly\">\
                <b>billing / nightly</b></a> failed: exit 3\n\n<pre>disk full</pre>\n\n\
                <b>Service:</b> billing\n<b>Job:</b> nightly\n<b>Status:</b> failed\n\
                <b>Time:</b> 2024-01-15 02:12 UTC\n<b>Run:</b> run-42\n<b>Exit code:</b> 3\n\
                <b>Duration:</b> 12m5s\n<b>Next run expected:</b> 2024-01-16 02:00 UTC\n\
                <b>Scheduler:</b> billing-nightly\n\n<i>Incident inc_1</i>",
        })
    );
}

#[test]
fn each_kind_of_notice_begins_with_what_happened() {
    let first = |notice: &Notice| text(notice).lines().next().expect("a line").to_owned();
    let lines: Vec<String> = sample::all().iter().map(first).collect();
    assert_eq!(
        lines,
        [
            "🔴 <b>billing / nightly</b> failed: exit 3",
            "🟠 <b>billing / nightly</b> went silent: nothing heard for 12m, run run-42",
            "🟠 <b>billing / nightly</b> is running too long: 1h2m so far, its limit is 1h",
            "🔴 <b>billing / nightly</b> missed a run: expected at 2024-01-15 01:00 UTC",
            "🔴 <b>billing / nightly</b> missed 3 runs: the last one expected at 2024-01-15 01:10 UTC",
            "🔴 <b>billing / nightly</b> also failed: exit 3",
            "🔴 <b>billing / nightly</b> failed again: 4 failures in a row, exit 3",
            "🔴 <b>billing / nightly</b> is still failing: for 1h12m, 3 failures in a row",
            "🟢 <b>billing / nightly</b> recovered after 1h12m: was failing",
            "⚪ <b>billing / nightly</b> is no longer watched: was failing",
            "🟠 <b>Punctual</b> could not watch for 7m: from 2024-01-15 02:05 UTC to 2024-01-15 02:12 UTC, 3 slots not judged",
            "🔴 <b>Punctual</b> sees a storm: 480 jobs went bad (480 failing), 2 jobs recovered, 478 still open",
            "🟢 <b>Punctual</b> sees the end of a storm: 2 jobs recovered",
            "🔴 <b>Punctual</b> held back messages in the quiet hours: 3 jobs went bad (3 failing), 2 jobs recovered, 3 still open",
            "🔴 <b>Punctual</b> notices deadlines late: by 1m35s",
            "🟢 <b>Punctual</b> notices deadlines in time again, after 5m",
            "⚪ <b>Punctual</b> can reach the channel ops: this is a test, nothing is wrong",
            "🔴 <b>billing / nightly</b> is still failing: nobody has acknowledged it for 1h12m",
        ]
    );
}

#[test]
fn a_group_lists_its_members_and_a_link_says_how_to_take_it_on() {
    let storm = text(&sample::storm());
    assert!(storm.contains("\n\nbilling / job 1: failing\nbilling / job 2: failing\n"), "{storm}");
    let links = links().signing(app::AckKey::new([7; 32]));
    let opened = message(&sample::failed(), sample::now(), "1", None, Some(&links)).text;
    assert!(opened.contains("\n<a href=\"https://punctual.example.org/acknowledge/"), "{opened}");
    let over = message(&sample::recovered(), sample::now(), "1", None, Some(&links)).text;
    assert!(!over.contains("/acknowledge/"), "{over}");
}

/// What a reader sees: tags taken away, entities resolved. Panics where the markup is not as Telegram takes it.
fn seen(html: &str) -> String {
    let (mut seen, mut open, mut rest) = (String::new(), Vec::new(), html);
    while let Some(at) = rest.find(['<', '&']) {
        seen.push_str(&rest[..at]);
        let end = if rest[at..].starts_with('<') { '>' } else { ';' };
        let until = at + rest[at..].find(end).expect("an end");
        let inner = &rest[at + 1..until];
        match inner {
            "amp" => seen.push('&'),
            "lt" => seen.push('<'),
            "gt" => seen.push('>'),
            "quot" => seen.push('"'),
            "#39" => seen.push('\''),
            tag if tag.starts_with('/') => assert_eq!(open.pop(), Some(&tag[1..]), "{html}"),
            tag => {
                let name = tag.split(' ').next().expect("a name");
                assert!(["a", "b", "i", "pre"].contains(&name), "<{tag}> in {html}");
                open.push(name);
            }
        }
        rest = &rest[until + 1..];
    }
    assert!(open.is_empty(), "{html}");
    seen + rest
}

#[test]
fn whatever_jobs_send_stays_within_telegrams_limits_marks_nothing_up_and_calls_nobody() {
    for filler in
        ["x", "&", "<b>", "</pre><a href=\"tg://user?id=1\">", "@admin ", "👩", "\u{202e}\u{7}\n", "\"'"]
    {
        for notice in sample::all() {
            let hostile = sample::hostile(notice, filler);
            let text = message(&hostile, Instant::MAX, "1", None, Some(&links())).text;
            let seen = seen(&text);
            assert!((1..=4096).contains(&seen.encode_utf16().count()), "{}", seen.encode_utf16().count());
            assert!(!text.contains("tg://user?id=1\">") || text.contains("tg://user?id=1&quot;&gt;"));
            assert!(!text.contains("@admin") && !text.contains('\u{202e}'), "{text}");
        }
    }
}

#[test]
fn a_hundred_kilobytes_of_error_are_cut() {
    let notice = sample::edit(sample::failed(), |alert| alert.story.error = Some("<@a\n".repeat(25_000)));
    assert!(seen(&text(&notice)).encode_utf16().count() < 2500);
}

#[test]
#[ignore = "needs aiogram: cargo xtask mail"]
fn what_is_written_is_what_the_receivers_own_types_take() {
    let mut checker = crate::python::Program::start("phones.py", &[]);
    let links = links().signing(app::AckKey::new([7; 32]));
    let mut count = 0;
    for filler in [None, Some("x"), Some("</pre><b>&"), Some("@admin \"'"), Some("👩")] {
        for notice in sample::all() {
            let notice = filler.map_or(notice.clone(), |filler| sample::hostile(notice, filler));
            let telegram = message(&notice, sample::now(), "-1001", Some(7), Some(&links));
            let ntfy = crate::ntfy::message(&notice, sample::now(), "ops", Some(&links));
            checker.say(&json!({ "telegram": telegram }).to_string());
            checker.say(&json!({ "ntfy": ntfy }).to_string());
            count += 2;
        }
    }
    assert_eq!(checker.finish(), count.to_string());
}
