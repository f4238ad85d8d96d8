//! What a page says, and its bounds.

use domain::board::page::{BoardPage, BoardRow, Counts, ERROR_CHARS_MAX, Gathering, ROWS_MAX};
use domain::board::{Standing, Window};
use domain::{ConfigChange, Duration, Instant, ProjectId};

use super::window;
use crate::story::{Story, completed, failed, running};

fn night() -> Window {
    window("tue 00:00", "tue 06:00")
}

fn blank() -> BoardPage {
    BoardPage {
        project: ProjectId::default_project(),
        board: "night".to_owned(),
        title: "Night".to_owned(),
        time_zone: "UTC".to_owned(),
        window: night(),
        updated_at: Instant::default(),
        counts: Counts::default(),
        rows: Vec::new(),
        left_out: 0,
        unread: false,
        total_execution_time: Duration::ZERO,
        closing: false,
        all_clear: false,
    }
}

fn row(number: usize, standing: Standing) -> BoardRow {
    BoardRow {
        id: format!("job-{number:05}"),
        service: "billing".to_owned(),
        job: "nightly".to_owned(),
        standing,
        at: None,
        took: Some(Duration::MINUTE),
        error: None,
    }
}

fn page(rows: impl IntoIterator<Item = BoardRow>, unread: bool) -> BoardPage {
    let mut gathering = Gathering::default();
    rows.into_iter().for_each(|row| gathering.add(row));
    gathering.into_page(blank(), unread)
}

#[test]
fn of_five_thousand_the_worst_have_rows_and_all_are_counted() {
    let many = (0..5000).map(|number| {
        let standing = match number {
            4990.. => Standing::Failed,
            4900..4990 => Standing::Pending,
            _ => Standing::Completed,
        };
        row(number, standing)
    });
    let page = page(many, false);
    assert_eq!((page.rows.len(), page.left_out), (ROWS_MAX, 5000 - ROWS_MAX as u64));
    assert!(page.rows.iter().map(|row| (row.standing, &row.id)).is_sorted());
    assert_eq!((page.rows[0].id.as_str(), page.rows[9].standing), ("job-04990", Standing::Failed));
    assert_eq!((page.counts.failed, page.counts.pending, page.counts.completed), (10, 90, 4900));
    let rest = page.counts.besides(&page.rows);
    assert_eq!((rest.completed, rest.total()), (4900 - 100, page.left_out));
    assert_eq!(page.total_execution_time, Duration::MINUTE.times(4900));
    assert!(!page.all_clear);
}

#[test]
fn all_is_clear_when_everyone_who_is_expected_has_completed() {
    let done = || (0..3).map(|number| row(number, Standing::Completed));
    assert!(page(done(), false).all_clear);
    assert!(page(done().chain([row(9, Standing::Paused)]), false).all_clear);
    assert!(!page(done(), true).all_clear, "nobody knows how the others stand");
    assert!(!page([], false).all_clear, "nobody was watched");
    assert!(!page([row(9, Standing::Paused)], false).all_clear);
    for standing in Standing::ALL {
        let clear = matches!(standing, Standing::Completed | Standing::Paused);
        assert_eq!(page(done().chain([row(9, standing)]), false).all_clear, clear, "{standing:?}");
    }
}

fn row_of(story: &Story, error: &str) -> BoardRow {
    let payload = domain::Payload::bounded(Some(error.to_owned()), None);
    BoardRow::of(&story.scheduler, &story.facts.liveness, &payload, &night())
}

#[test]
fn a_row_says_how_long_the_last_run_took() {
    let mut story = Story::registered("mon 00:00", ConfigChange::default());
    assert_eq!(
        row_of(story.at("tue 01:00").say(completed().took("5m")), "").took,
        Some(Duration::from_minutes(5))
    );
    assert_eq!(row_of(story.at("tue 02:00").say(completed()), "").took, None, "nobody knows");
    story.at("tue 03:00").say(running());
    assert_eq!(row_of(&story, "").took, None, "it is not over");
    assert_eq!(row_of(story.at("tue 03:20").say(completed()), "").took, Some(Duration::from_minutes(20)));
}

#[test]
fn a_row_of_a_failure_says_why_in_short() {
    let mut story = Story::registered("mon 00:00", ConfigChange::default());
    story.at("tue 01:00").say(failed());
    let why = "диск ".repeat(1000);
    let error = row_of(&story, &why).error.expect("why");
    assert_eq!(error.chars().count(), ERROR_CHARS_MAX + 1);
    story.at("tue 02:00").say(completed());
    assert_eq!(row_of(&story, &why).error, None);
}
