//! When cron expressions are due: the dialect by example, and both changes of the clocks spelled out.

use domain::schedule::Cron;
use domain::{Duration, Instant};

use crate::zones::bundled;

/// Reads an instant written with its offset.
fn at(text: &str) -> Instant {
    Instant::parse(text).expect(text)
}

/// Checks what follows an instant, one occurrence after the other.
fn check(cron: &str, zone: &str, after: &str, expected: &[&str]) {
    let (parsed, zone) = (Cron::parse(cron).expect(cron), bundled(zone));
    let mut last = at(after);
    for expected in expected {
        let next = parsed.next_after(last, &zone).expect(cron);
        assert_eq!(next, at(expected), "{cron} after {last}: {next} instead of {expected}");
        last = next;
    }
}

#[test]
fn a_job_at_a_fixed_time_that_the_spring_gap_swallows_runs_right_after_it() {
    let expected = ["2026-03-28T03:30+02:00", "2026-03-29T04:00+03:00", "2026-03-30T03:30+03:00"];
    check("30 3 * * *", "Europe/Riga", "2026-03-28T00:00+02:00", &expected);
}

#[test]
fn several_fixed_times_in_one_gap_become_one_run() {
    let expected = ["2026-03-29T04:00+03:00", "2026-03-30T03:10+03:00"];
    check("10,20,30 3 * * *", "Europe/Riga", "2026-03-28T12:00+02:00", &expected);
}

#[test]
fn a_job_at_a_fixed_time_runs_on_the_first_pass_of_the_autumn_fold_only() {
    let expected = ["2026-10-25T03:30+03:00", "2026-10-26T03:30+02:00"];
    check("30 3 * * *", "Europe/Riga", "2026-10-25T00:00+03:00", &expected);
}

#[test]
fn started_inside_the_second_pass_a_job_at_a_fixed_time_waits_for_the_next_day() {
    check("30 3 * * *", "Europe/Riga", "2026-10-25T03:10+02:00", &["2026-10-26T03:30+02:00"]);
    check("30 3,4 * * *", "Europe/Riga", "2026-10-25T03:10+02:00", &["2026-10-25T04:30+02:00"]);
}

#[test]
fn a_job_by_the_minute_runs_nothing_extra_in_the_gap_and_twice_in_the_fold() {
    let gap = ["2026-03-29T02:30+02:00", "2026-03-29T04:00+03:00", "2026-03-29T04:30+03:00"];
    check("*/30 * * * *", "Europe/Riga", "2026-03-29T02:00+02:00", &gap);
    let fold = ["2026-10-25T03:30+03:00", "2026-10-25T03:00+02:00", "2026-10-25T03:30+02:00"];
    check("*/30 * * * *", "Europe/Riga", "2026-10-25T03:00+03:00", &fold);
}

#[test]
fn a_job_by_the_minute_in_a_swallowed_hour_waits_for_the_next_day() {
    check("*/30 3 * * *", "Europe/Riga", "2026-03-28T12:00+02:00", &["2026-03-30T03:00+03:00"]);
}

#[test]
fn a_gap_at_midnight_costs_the_first_hour_of_the_day_and_no_other() {
    let zone = "Asia/Beirut";
    let expected = ["2028-03-26T01:00+03:00", "2028-03-26T01:30+03:00"];
    check("*/30 1,13 26 * *", zone, "2028-03-25T12:00+02:00", &expected);
    check("*/30 0 * * *", zone, "2028-03-25T12:00+02:00", &["2028-03-27T00:00+03:00"]);
    check("30 0 * * *", zone, "2028-03-25T12:00+02:00", &["2028-03-26T01:00+03:00"]);
}

#[test]
fn half_hour_changes_lose_nothing() {
    let gap = ["2026-10-04T01:45+10:30", "2026-10-04T02:30+11:00", "2026-10-04T02:45+11:00"];
    check("*/15 * * * *", "Australia/Lord_Howe", "2026-10-04T01:30+10:30", &gap);
    let fold = ["2026-04-05T01:45+11:00", "2026-04-05T01:30+10:30", "2026-04-05T01:45+10:30"];
    check("*/15 * * * *", "Australia/Lord_Howe", "2026-04-05T01:30+11:00", &fold);
    check("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00+10:30", &["2026-10-04T02:30+11:00"]);
}

#[test]
fn a_day_that_a_zone_leaves_out_is_made_up_at_its_end() {
    let expected = ["2011-12-31T00:00+14:00", "2012-12-30T12:00+14:00"];
    check("0 12 30 12 *", "Pacific/Apia", "2011-12-29T00:00-10:00", &expected);
}

#[test]
fn what_a_gap_swallows_every_single_year_is_never_due_and_the_search_ends() {
    let (cron, zone) = (Cron::parse("* 2 * 3 0#2").expect("reads"), bundled("America/New_York"));
    assert_eq!(cron.next_after(at("2026-01-01"), &zone), None);
}

#[test]
fn a_gap_at_a_quarter_to_three_is_like_any_other() {
    check("9-21/10 3 * * *", "Pacific/Chatham", "2026-09-26T12:00+12:45", &["2026-09-27T03:45+13:45"]);
}

#[test]
fn the_rarest_day_is_found_across_a_century_without_a_leap_year() {
    let expected = ["2072-02-29T00:00Z", "2112-02-29T00:00Z"];
    check("0 0 */28 2 1#5", "UTC", "2044-03-01T00:00Z", &expected[..1]);
    check("0 0 */28 2 1#5", "UTC", "2072-03-01T00:00Z", &expected[1..]);
}

#[test]
fn two_restricted_day_fields_mean_either_unless_one_begins_with_a_star() {
    check("0 0 13 * FRI", "UTC", "2026-02-28", &["2026-03-06", "2026-03-13", "2026-03-20"]);
    check("0 0 */2 * MON", "UTC", "2026-03-01", &["2026-03-09", "2026-03-23", "2026-04-13"]);
}

#[test]
fn a_range_of_one_with_a_step_is_that_one_and_a_number_with_a_step_goes_on() {
    check("32-32/2 0 * * *", "UTC", "2026-01-01", &["2026-01-01T00:32", "2026-01-02T00:32"]);
    check(
        "32/20 0 * * *",
        "UTC",
        "2026-01-01",
        &["2026-01-01T00:32", "2026-01-01T00:52", "2026-01-02T00:32"],
    );
}

#[test]
fn last_days_and_ordinal_weekdays_are_those_of_the_month() {
    check("0 0 L * *", "UTC", "2028-02-01", &["2028-02-29", "2028-03-31", "2028-04-30"]);
    check(
        "0 0 LW * *",
        "UTC",
        "2026-01-15",
        &["2026-01-30", "2026-02-27", "2026-03-31", "2026-04-30", "2026-05-29"],
    );
    check("0 0 * * 5L", "UTC", "2026-01-15", &["2026-01-30", "2026-02-27"]);
    check("0 0 * * SUN#5", "UTC", "2026-01-01", &["2026-03-29", "2026-05-31"]);
    check("0 0 1,L * 1#2,3L", "UTC", "2026-01-01", &["2026-01-12", "2026-01-28", "2026-01-31", "2026-02-01"]);
}

#[test]
fn nicknames_stand_for_their_fields_in_any_case() {
    for (nickname, first) in [
        ("@yearly", "2027-01-01"),
        ("@ANNUALLY", "2027-01-01"),
        ("@monthly", "2026-02-01"),
        ("@Weekly", "2026-01-11"),
        ("@daily", "2026-01-06"),
        ("@midnight", "2026-01-06"),
        (" @hourly ", "2026-01-05T13:00"),
    ] {
        check(nickname, "UTC", "2026-01-05T12:30", &[first]);
        assert_eq!(Cron::parse(nickname).expect(nickname).to_string(), nickname);
    }
}

#[test]
fn an_occurrence_is_strictly_later_even_by_a_millisecond() {
    check("0 12 * * *", "UTC", "2026-01-01T11:59:59.999", &["2026-01-01T12:00"]);
    check("0 12 * * *", "UTC", "2026-01-01T12:00:00.000", &["2026-01-02T12:00"]);
    check("0 12 * * *", "UTC", "1969-12-31T11:59:59.001", &["1969-12-31T12:00"]);
}

#[test]
fn the_gap_after_a_slot_is_the_time_to_the_next_one() {
    let (cron, riga) = (Cron::parse("0 9 * * 1-5").expect("reads"), bundled("Europe/Riga"));
    assert_eq!(cron.gap_after(at("2026-03-25T09:00+02:00"), &riga), Some(Duration::DAY));
    let over_the_change = Duration::from_millis(3 * Duration::DAY.as_millis() - Duration::HOUR.as_millis());
    assert_eq!(cron.gap_after(at("2026-03-27T09:00+02:00"), &riga), Some(over_the_change));
}

#[test]
fn time_ends_where_instants_end() {
    let cron = Cron::parse("0 0 1 1 *").expect("reads");
    assert_eq!(cron.next_after(Instant::MAX, &bundled("UTC")), None);
    assert_eq!(cron.next_after(Instant::MIN, &bundled("UTC")), Some(at("0002-01-01T00:00Z")));
}
