//! When calendar events are due: the syntax by example, and both changes of the clocks spelled out.

use domain::schedule::OnCalendar;
use domain::{Duration, Instant};

use crate::zones::bundled;

/// Reads an instant written with its offset.
fn at(text: &str) -> Instant {
    Instant::parse(text).expect(text)
}

/// Checks what follows an instant, one occurrence after the other.
fn check(event: &str, zone: &str, after: &str, expected: &[&str]) {
    let (parsed, zone) = (OnCalendar::parse(event).expect(event), bundled(zone));
    let mut last = at(after);
    for expected in expected {
        let next = parsed.next_after(last, &zone).expect(event);
        assert_eq!(next, at(expected), "{event} after {last}: {next} instead of {expected}");
        last = next;
    }
}

#[test]
fn a_time_that_the_spring_gap_swallows_is_skipped() {
    let expected = ["2026-03-28T03:30+02:00", "2026-03-30T03:30+03:00"];
    check("03:30", "Europe/Riga", "2026-03-28T00:00+02:00", &expected);
    let expected = ["2026-03-29T02:30+02:00", "2026-03-29T04:00+03:00", "2026-03-29T04:30+03:00"];
    check("*:0/30", "Europe/Riga", "2026-03-29T02:00+02:00", &expected);
}

#[test]
fn a_time_that_the_autumn_fold_repeats_comes_on_the_first_pass_only() {
    let expected = ["2026-10-25T03:30+03:00", "2026-10-26T03:30+02:00"];
    check("03:30", "Europe/Riga", "2026-10-25T00:00+03:00", &expected);
    let expected = ["2026-10-25T03:30+03:00", "2026-10-25T04:00+02:00", "2026-10-25T04:30+02:00"];
    check("*:0/30", "Europe/Riga", "2026-10-25T03:00+03:00", &expected);
}

#[test]
fn started_inside_the_second_pass_the_repeated_times_are_over() {
    check("*:0/30", "Europe/Riga", "2026-10-25T03:10+02:00", &["2026-10-25T04:00+02:00"]);
    check("*:*:*", "Europe/Riga", "2026-10-25T03:10+02:00", &["2026-10-25T04:00+02:00"]);
}

#[test]
fn half_a_gap_swallows_only_its_half_hour() {
    check("*:0/15", "Australia/Lord_Howe", "2026-10-04T01:45+10:30", &["2026-10-04T02:30+11:00"]);
    check("02:15,45", "Australia/Lord_Howe", "2026-10-03T12:00+10:30", &["2026-10-04T02:45+11:00"]);
}

#[test]
fn what_a_gap_swallows_every_single_year_is_never_due_and_the_search_ends() {
    let event = OnCalendar::parse("Sun *-3-8..14 2:*:*").expect("reads");
    assert_eq!(event.next_after(at("2026-01-01"), &bundled("America/New_York")), None);
}

#[test]
fn shorthands_stand_for_their_fields_in_any_case() {
    for (shorthand, first) in [
        ("minutely", "2026-02-05T12:31"),
        ("hourly", "2026-02-05T13:00"),
        ("Daily", "2026-02-06"),
        ("weekly", "2026-02-09"),
        ("monthly", "2026-03-01"),
        ("quarterly", "2026-04-01"),
        ("semiannually", "2026-07-01"),
        ("bi-annually", "2026-07-01"),
        ("YEARLY", "2027-01-01"),
        ("annually", "2027-01-01"),
    ] {
        check(shorthand, "UTC", "2026-02-05T12:30", &[first]);
        assert_eq!(OnCalendar::parse(shorthand).expect(shorthand).to_string(), shorthand);
    }
}

#[test]
fn weekdays_are_lists_and_ranges_of_short_or_long_names() {
    for weekdays in ["Mon..Wed,Sun", "monday-WEDNESDAY,sun", "Sun,Mon,Tue,Wed,"] {
        let expected = ["2026-02-08", "2026-02-09", "2026-02-10", "2026-02-11", "2026-02-15"];
        check(weekdays, "UTC", "2026-02-07", &expected);
    }
}

#[test]
fn days_count_from_the_end_behind_a_tilde() {
    check("*-02~03", "UTC", "2026-03-01", &["2027-02-26", "2028-02-27"]);
    check("Mon *-05~07/1", "UTC", "2026-01-01", &["2026-05-25", "2027-05-31"]);
    check("*~1..5/2", "UTC", "2026-01-01", &["2026-01-27", "2026-01-29", "2026-01-31"]);
    check("2028-2~*", "UTC", "2026-01-01", &["2028-02-01", "2028-02-02"]);
}

#[test]
fn repetition_begins_at_its_number_and_lists_add_up() {
    check(
        "3/7:2,5..9/2",
        "UTC",
        "2026-01-01T03:02",
        &["2026-01-01T03:05", "2026-01-01T03:07", "2026-01-01T03:09"],
    );
    check("2025/2-1-1", "UTC", "2026-01-01", &["2027-01-01", "2029-01-01"]);
    check("*:*:0/20", "UTC", "2026-01-01T00:00:20", &["2026-01-01T00:00:40", "2026-01-01T00:01:00"]);
    check("*:*:05.000", "UTC", "2026-01-01T00:00:05", &["2026-01-01T00:01:05"]);
}

#[test]
fn years_may_have_two_digits_and_missing_parts_mean_any() {
    check("26-02-03", "UTC", "2026-01-01", &["2026-02-03"]);
    check("02-03", "UTC", "2026-02-03", &["2027-02-03"]);
    check("Mon", "UTC", "2026-02-03T10:00", &["2026-02-09"]);
}

#[test]
fn a_zone_in_the_expression_takes_the_place_of_the_one_given() {
    check("daily Europe/Riga", "Asia/Tokyo", "2026-07-01T12:00Z", &["2026-07-01T21:00Z"]);
    check("10:00 utc", "Asia/Tokyo", "2026-07-01T12:00Z", &["2026-07-02T10:00Z"]);
    check("Mon 10:00 CET", "Asia/Tokyo", "2026-01-01", &["2026-01-05T09:00Z"]);
}

#[test]
fn what_is_over_is_not_due_again() {
    let utc = bundled("UTC");
    let event = OnCalendar::parse("2025-12-31 23:59:59").expect("reads");
    assert_eq!(event.next_after(at("2025-12-31T23:59:58.999"), &utc), Some(at("2025-12-31T23:59:59")));
    assert_eq!(event.next_after(at("2025-12-31T23:59:59"), &utc), None);
    assert_eq!(OnCalendar::parse("daily").expect("reads").next_after(at("2199-12-31"), &utc), None);
}

#[test]
fn nothing_is_due_before_1970() {
    check("daily", "UTC", "0001-01-01", &["1970-01-01", "1970-01-02"]);
    check("daily", "Europe/Riga", "1969-06-01", &["1970-01-02T00:00+03:00"]);
}

#[test]
fn the_gap_after_a_slot_is_the_time_to_the_next_one() {
    let (event, riga) = (OnCalendar::parse("*:0/10").expect("reads"), bundled("Europe/Riga"));
    assert_eq!(event.gap_after(at("2026-01-01T09:00+02:00"), &riga), Some(Duration::from_minutes(10)));
    assert_eq!(event.gap_after(at("2026-10-25T03:50+03:00"), &riga), Some(Duration::from_minutes(70)));
}

#[test]
fn days_from_the_end_of_the_month_repeat_towards_it() {
    let expected = ["2026-01-25T00:00Z", "2026-01-28T00:00Z", "2026-01-31T00:00Z", "2026-02-22T00:00Z"];
    check("*-*~7/3 00:00", "UTC", "2026-01-01T00:00Z", &expected);
    let expected = ["2026-01-25T00:00Z", "2026-01-29T00:00Z", "2026-02-22T00:00Z", "2026-02-26T00:00Z"];
    check("*-*~7/4 00:00", "UTC", "2026-01-01T00:00Z", &expected);
}

#[test]
fn a_year_of_two_digits_is_of_this_century_up_to_69() {
    check("69-01-01", "UTC", "2026-01-01T00:00Z", &["2069-01-01T00:00Z"]);
    check("70..99-01-01", "UTC", "1969-06-01T00:00Z", &["1970-01-01T00:00Z", "1971-01-01T00:00Z"]);
    check("99-01-01", "UTC", "1970-01-01T00:00Z", &["1999-01-01T00:00Z"]);
}
