//! A board as Slack gets it: exactly, under hostile names, and at five thousand schedulers.

use domain::board::{BoardPage, BoardRow, Gathering, Standing, Window};
use domain::{Duration, Instant, ProjectId};

use super::*;

fn at(text: &str) -> Instant {
    Instant::parse(text).expect(text)
}

fn row(job: &str, standing: Standing) -> BoardRow {
    BoardRow {
        id: job.to_owned(),
        service: "billing".to_owned(),
        job: job.to_owned(),
        standing,
        at: Some(at("2026-11-23T18:05:00Z")),
        took: matches!(standing, Standing::Completed | Standing::Failed).then(|| Duration::from_seconds(754)),
        error: (standing == Standing::Failed).then(|| "disk full\non /data".to_owned()),
    }
}

fn page(rows: impl IntoIterator<Item = BoardRow>, closing: bool) -> BoardPage {
    let mut gathering = Gathering::default();
    rows.into_iter().for_each(|row| gathering.add(row));
    let window = Window { start: at("2026-11-23T17:00:00Z"), end: at("2026-11-23T23:00:00Z") };
    let blank = BoardPage {
        project: ProjectId::default_project(),
        board: "default".to_owned(),
        title: "Nightly jobs".to_owned(),
        time_zone: "Asia/Jakarta".to_owned(),
        window,
        updated_at: at("2026-11-23T20:00:00Z"),
        counts: Counts::default(),
        rows: Vec::new(),
        left_out: 0,
        unread: false,
        total_execution_time: Duration::ZERO,
        closing,
        all_clear: false,
    };
    gathering.into_page(blank, false)
}

fn texts(page: &BoardPage) -> Vec<String> {
    let links = Links::new("https://p.example.org").expect("an address");
    layout(page, Some(&links)).blocks.iter().map(text).collect()
}

fn text(block: &Block) -> String {
    match block {
        Block::Section { text: Some(text), .. } => text.text.clone(),
        Block::Section { fields, .. } => panic!("{fields:?}"),
        Block::Context { elements } => elements[0].text.clone(),
    }
}

#[test]
fn a_board_in_its_window_shows_everyone_worst_first() {
    let page = page(
        [
            row("backup", Standing::Completed),
            row("a job whose name goes on and on", Standing::Failed),
            row("report", Standing::Running),
            BoardRow { at: None, ..row("cleanup", Standing::Pending) },
        ],
        false,
    );
    let expected = [
        "📋 *Nightly jobs* · Tue 24 Nov 00:00–06:00 Asia/Jakarta",
        "🔴 1 failed · 🔵 1 running · ⚪ 1 pending · 🟢 1 completed\nTotal execution time so far 12m34s",
        "🔴 *Failed* (1)\n```\n01:05 a job whose name goes on… 12m34s\n      disk full on /data\n```",
        "🔵 *Running* (1)\n```\n01:05 report · billing\n```",
        "⚪ *Pending* (1)\n```\n  -   cleanup · billing\n```",
        "🟢 *Completed* (1)\n```\n01:05 backup · billing          12m34s\n```",
        "Updated 03:00 · 4 schedulers · <https://p.example.org/portal/boards/default|the board>",
    ];
    assert_eq!(texts(&page), expected);
    assert_eq!(layout(&page, None).text, "Nightly jobs: 1 failed · 1 running · 1 pending · 1 completed");
}

#[test]
fn a_summary_says_all_clear_or_what_did_not_complete() {
    let clear = page([row("backup", Standing::Completed), row("report", Standing::Completed)], true);
    let expected = [
        "✅ *Nightly jobs* · Tue 24 Nov 00:00–06:00 Asia/Jakarta",
        "*All clear.* 🟢 2 completed\nTotal execution time 25m8s",
        "Closed 03:00 · 2 schedulers · <https://p.example.org/portal/boards/default|the board>",
    ];
    assert_eq!(texts(&clear), expected);
    let bad = page([row("backup", Standing::Completed), row("report", Standing::Missed)], true);
    let expected = [
        "⚠️ *Nightly jobs* · Tue 24 Nov 00:00–06:00 Asia/Jakarta",
        "*Not everything completed.* 🟡 1 missed · 🟢 1 completed\nTotal execution time 12m34s",
        "🟡 *Missed* (1)\n```\n01:05 report · billing\n```",
        "Closed 03:00 · 2 schedulers · <https://p.example.org/portal/boards/default|the board>",
    ];
    assert_eq!(texts(&bad), expected);
    assert_eq!(texts(&page([], true))[1], "No scheduler matches this board.");
}

fn holds_slacks_limits(page: &BoardPage) {
    let told = layout(page, None);
    assert!(told.blocks.len() <= 50, "{} blocks", told.blocks.len());
    let lengths: Vec<_> = told.blocks.iter().map(|block| text(block).chars().count()).collect();
    assert!(lengths.iter().all(|length| (1..=3000).contains(length)), "{lengths:?}");
    assert!(lengths.iter().sum::<usize>() <= 11_000, "{lengths:?}");
    assert!(serde_json::json!(told.blocks).to_string().chars().count() <= 13_000);
    assert!(told.text.chars().count() <= 400);
}

#[test]
fn five_thousand_schedulers_fit_and_the_rest_is_counted() {
    for closing in [false, true] {
        for worst in [Standing::Failed, Standing::Pending, Standing::Completed] {
            let many = (0..5000).map(|number| {
                let name = format!("job-{number:04}-{}", "x".repeat(240));
                row(&name, if number % 3 == 0 { worst } else { Standing::Completed })
            });
            holds_slacks_limits(&page(many, closing));
        }
    }
    let many = page((0..5000).map(|number| row(&format!("job-{number:04}"), Standing::Pending)), false);
    let rest = texts(&many)[texts(&many).len() - 2].clone();
    assert_eq!(rest, "And 4900 more: 4900 pending");
}

#[test]
fn hostile_names_break_neither_the_layout_nor_call_anybody() {
    for hostile in [
        "```\n<!channel> *x* ```",
        "<@U1> <https://evil.example|click> & co",
        "@channel @here @everyone",
        "line\nbreak\r\u{2028}and \u{202e}turned",
        &"<&>".repeat(1000),
        &"`".repeat(1000),
        "",
    ] {
        let bad = |standing| BoardRow {
            service: hostile.to_owned(),
            error: Some(hostile.to_owned()),
            ..row(hostile, standing)
        };
        let rows = Standing::ALL
            .into_iter()
            .map(bad)
            .chain((0..300).map(|number| BoardRow { id: number.to_string(), ..bad(Standing::Failed) }));
        let page = BoardPage { title: hostile.to_owned(), ..page(rows, false) };
        holds_slacks_limits(&page);
        for block in texts(&page) {
            assert!(
                ["<!", "<@", "@channel", "@here", "@everyone"].iter().all(|bad| !block.contains(bad)),
                "{block}"
            );
            assert!(!block.contains("<https://evil"), "{block}");
            assert!(matches!(block.matches("```").count(), 0 | 2), "{block}");
        }
    }
}
