//! Windows across zones and the changes of their clocks.

use domain::board::{Hours, WallTime, Weekday, Window};
use domain::{Duration, Instant};

use super::hours;

fn instant(text: &str) -> Instant {
    Instant::parse(text).expect(text)
}

fn shown(window: Option<Window>) -> Option<(String, String)> {
    let short = |at: Instant| at.to_string().replace(":00.000Z", "Z");
    window.map(|window| (short(window.start), short(window.end)))
}

#[test]
fn an_instant_lies_in_the_window_of_its_zone() {
    for (zone, start, end, now, found) in [
        // Jakarta is seven hours ahead.
        (
            "Asia/Jakarta",
            "00:00",
            "06:00",
            "2026-11-23T17:00:00Z",
            Some(("2026-11-23T17:00Z", "2026-11-23T23:00Z")),
        ),
        ("Asia/Jakarta", "00:00", "06:00", "2026-11-23T16:59:59Z", None),
        ("Asia/Jakarta", "00:00", "06:00", "2026-11-23T23:00:00Z", None),
        // Across midnight, seen from either side of it.
        (
            "Europe/Berlin",
            "22:00",
            "06:00",
            "2026-07-01T21:00:00Z",
            Some(("2026-07-01T20:00Z", "2026-07-02T04:00Z")),
        ),
        (
            "Europe/Berlin",
            "22:00",
            "06:00",
            "2026-07-02T03:59:00Z",
            Some(("2026-07-01T20:00Z", "2026-07-02T04:00Z")),
        ),
        ("Europe/Berlin", "22:00", "06:00", "2026-07-02T12:00:00Z", None),
        // Whole days, by either way to say so.
        ("UTC", "00:00", "24:00", "2026-07-01T23:59:59Z", Some(("2026-07-01T00:00Z", "2026-07-02T00:00Z"))),
        (
            "America/New_York",
            "09:30",
            "09:30",
            "2026-07-01T13:29:00Z",
            Some(("2026-06-30T13:30Z", "2026-07-01T13:30Z")),
        ),
        // Half an hour off, and as far ahead as it gets.
        (
            "Asia/Kolkata",
            "00:00",
            "02:00",
            "2026-07-01T19:00:00Z",
            Some(("2026-07-01T18:30Z", "2026-07-01T20:30Z")),
        ),
        (
            "Pacific/Kiritimati",
            "00:00",
            "06:00",
            "2026-07-01T10:00:00Z",
            Some(("2026-07-01T10:00Z", "2026-07-01T16:00Z")),
        ),
    ] {
        let found = found.map(|(start, end)| (start.to_owned(), end.to_owned()));
        assert_eq!(shown(hours(zone, start, end).window_at(instant(now))), found, "{zone} {start} {now}");
    }
}

#[test]
fn a_window_is_longer_or_shorter_where_the_clocks_change() {
    for (zone, start, end, date, found) in [
        // Berlin, 25 October: from three back to two. Five hours of night.
        ("Europe/Berlin", "01:00", "05:00", "2026-10-25", Some(("2026-10-24T23:00Z", "2026-10-25T04:00Z"))),
        // 29 March: from two to three. Three hours of night.
        ("Europe/Berlin", "01:00", "05:00", "2026-03-29", Some(("2026-03-29T00:00Z", "2026-03-29T03:00Z"))),
        // What the clocks show twice counts the first time, as a beginning and as an end.
        ("Europe/Berlin", "02:30", "05:00", "2026-10-25", Some(("2026-10-25T00:30Z", "2026-10-25T04:00Z"))),
        ("Europe/Berlin", "00:00", "02:30", "2026-10-25", Some(("2026-10-24T22:00Z", "2026-10-25T00:30Z"))),
        // What they jump over is the end of the jump.
        ("Europe/Berlin", "02:30", "05:00", "2026-03-29", Some(("2026-03-29T01:00Z", "2026-03-29T03:00Z"))),
        ("Europe/Berlin", "01:00", "02:30", "2026-03-29", Some(("2026-03-29T00:00Z", "2026-03-29T01:00Z"))),
        ("Europe/Berlin", "02:10", "02:50", "2026-03-29", None),
        // Half an hour only, and at midnight.
        (
            "Australia/Lord_Howe",
            "01:00",
            "03:00",
            "2026-04-05",
            Some(("2026-04-04T14:00Z", "2026-04-04T16:30Z")),
        ),
        ("Africa/Cairo", "00:00", "06:00", "2026-04-24", Some(("2026-04-23T22:00Z", "2026-04-24T03:00Z"))),
        // Samoa had no 30 December that year.
        ("Pacific/Apia", "00:00", "06:00", "2011-12-30", None),
    ] {
        let date = date.parse().expect(date);
        let found = found.map(|(start, end)| (start.to_owned(), end.to_owned()));
        assert_eq!(shown(hours(zone, start, end).window_on(date)), found, "{zone} {start}-{end} {date}");
    }
}

#[test]
fn windows_never_overlap_and_whole_days_leave_no_hole() {
    for zone in
        ["Europe/Berlin", "America/Sao_Paulo", "Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Apia"]
    {
        for (start, end) in [("00:00", "24:00"), ("02:30", "02:30"), ("22:00", "06:00"), ("01:00", "03:00")] {
            let hours = hours(zone, start, end);
            let whole = start == end || end == "24:00";
            let mut now = instant("2011-01-01T00:00:00Z");
            for _ in 0..800 {
                let next = hours.window_after(now).expect("there is always another");
                let before = hours.window_before(next.start).expect("there was always one before");
                assert!(before.end <= next.start && (!whole || before.end == next.start), "{zone} {next:?}");
                assert_eq!(hours.window_at(next.start), Some(next), "{zone}");
                now = next.start;
            }
        }
    }
}

#[test]
fn a_window_begins_only_on_its_days_and_ends_when_it_ends() {
    let fridays = Hours { days: vec![Weekday::Fri], ..hours("UTC", "22:00", "06:00") };
    // 2026-11-27 is a Friday.
    let night = Some(("2026-11-27T22:00Z".to_owned(), "2026-11-28T06:00Z".to_owned()));
    assert_eq!(shown(fridays.window_at(instant("2026-11-28T05:00:00Z"))), night);
    assert_eq!(shown(fridays.window_at(instant("2026-11-28T23:00:00Z"))), None);
    assert_eq!(shown(fridays.window_after(instant("2026-11-23T00:00:00Z"))), night);
    assert_eq!(shown(fridays.window_before(instant("2026-12-03T00:00:00Z"))), night);
}

#[test]
fn an_edit_is_due_at_each_full_cadence_and_at_the_end() {
    let window = Window { start: instant("2026-11-23T17:00:00Z"), end: instant("2026-11-23T19:30:00Z") };
    for (shown, due) in [
        ("2026-11-23T17:00:00Z", "2026-11-23T18:00:00Z"),
        // Posted late, edited in time.
        ("2026-11-23T17:59:59Z", "2026-11-23T18:00:00Z"),
        ("2026-11-23T18:00:00Z", "2026-11-23T19:00:00Z"),
        // The last stretch is shorter.
        ("2026-11-23T19:00:00Z", "2026-11-23T19:30:00Z"),
        ("2026-11-23T19:30:00Z", "2026-11-23T19:30:00Z"),
        ("2026-11-23T16:00:00Z", "2026-11-23T18:00:00Z"),
    ] {
        assert_eq!(window.next_edit(Duration::HOUR, instant(shown)), instant(due), "{shown}");
    }
}

#[test]
fn a_time_on_the_clock_is_read_strictly_and_shown_back() {
    for text in ["00:00", "06:30", "23:59", "24:00"] {
        assert_eq!(text.parse::<WallTime>().expect(text).to_string(), text);
    }
    for text in ["", "6:00", "06:60", "24:01", "25:00", "06", "06:0a", "+6:00", "06:00:00", "٠٦:٠٠"] {
        let problem = text.parse::<WallTime>().expect_err(text).to_string();
        assert!(problem.starts_with("must be a time from 00:00 to 24:00, was '"), "{problem}");
    }
}
