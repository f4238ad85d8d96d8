//! `punctual schedule next`: what people try a schedule with before they trust it.

use crate::harness::{Home, lines_of, text};

/// What is printed for these arguments.
fn next(arguments: &[&str]) -> Vec<String> {
    let home = Home::new();
    let said = home.says(&[&["schedule", "next"], arguments].concat());
    lines_of(&said).into_iter().map(str::to_owned).collect()
}

/// Why these arguments are refused.
fn refusal(arguments: &[&str]) -> String {
    let output = Home::new().run(&[&["schedule", "next"], arguments].concat());
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()), "{arguments:?}");
    text(&output.stderr).trim_end().to_owned()
}

#[test]
fn a_cron_expression_is_printed_as_instants_in_utc_one_a_line() {
    let arguments =
        ["--cron", "0 2 * * *", "--timezone", "Asia/Jakarta", "--after", "2024-01-15T00:00:00Z", "-n", "3"];
    assert_eq!(
        next(&arguments),
        ["2024-01-15T19:00:00.000Z", "2024-01-16T19:00:00.000Z", "2024-01-17T19:00:00.000Z"]
    );
}

#[test]
fn without_a_number_there_are_five_and_without_a_zone_it_is_utc() {
    let arguments = ["--cron", "@hourly", "--after", "2024-01-15T00:00:00Z"];
    let hours = ["01", "02", "03", "04", "05"].map(|hour| format!("2024-01-15T{hour}:00:00.000Z"));
    assert_eq!(next(&arguments), hours);
}

#[test]
fn a_period_counts_from_the_instant_given() {
    let arguments = ["--every", "15m", "--after", "2024-01-15T00:05:00Z", "-n", "2"];
    assert_eq!(next(&arguments), ["2024-01-15T00:20:00.000Z", "2024-01-15T00:35:00.000Z"]);
}

#[test]
fn a_calendar_event_is_printed_as_systemd_computes_it() {
    let arguments =
        ["--on-calendar", "Mon..Fri 02:00", "--timezone", "Asia/Jakarta", "--after", "2024-01-12T12:00Z"];
    // systemd-analyze calendar --base-time='2024-01-12 12:00:00 UTC' 'Mon..Fri 02:00 Asia/Jakarta'
    assert_eq!(next(&arguments)[..2], ["2024-01-14T19:00:00.000Z", "2024-01-15T19:00:00.000Z"]);
}

#[test]
fn in_spring_cron_runs_what_the_gap_swallowed_right_after_it_and_systemd_the_next_day() {
    let after = ["--timezone", "Europe/Berlin", "--after", "2024-03-30T12:00:00Z", "-n", "2"];
    let cron = next(&[&["--cron", "30 2 * * *"], &after[..]].concat());
    assert_eq!(cron, ["2024-03-31T01:00:00.000Z", "2024-04-01T00:30:00.000Z"]);
    // systemd-analyze calendar --base-time='2024-03-30 12:00:00 UTC' '*-*-* 02:30:00 Europe/Berlin'
    let systemd = next(&[&["--on-calendar", "02:30"], &after[..]].concat());
    assert_eq!(systemd, ["2024-04-01T00:30:00.000Z", "2024-04-02T00:30:00.000Z"]);
}

#[test]
fn in_autumn_both_run_once_in_the_hour_that_comes_twice() {
    let after = ["--timezone", "Europe/Berlin", "--after", "2024-10-26T12:00:00Z", "-n", "2"];
    let expected = ["2024-10-27T00:30:00.000Z", "2024-10-28T01:30:00.000Z"];
    assert_eq!(next(&[&["--cron", "30 2 * * *"], &after[..]].concat()), expected);
    // systemd-analyze calendar --base-time='2024-10-26 12:00:00 UTC' '*-*-* 02:30:00 Europe/Berlin'
    assert_eq!(next(&[&["--on-calendar", "02:30"], &after[..]].concat()), expected);
}

#[test]
fn a_bad_expression_ends_with_2_and_says_what_is_wrong_and_where() {
    for (arguments, said) in [
        (&["--cron", "61 * * * *"][..], "minute 61 is above 59"),
        (&["--cron", "0 0 31 2 *"], "this can never fire"),
        (&["--cron", "* * * *"], "five fields are expected"),
        (&["--cron", "-"], "--cron '-'"),
        (&["--on-calendar", "Mon..Fry 02:00"], "Fry"),
        (&["--every", "1s"], "--every must be 5s to 366d"),
        (&["--every", "soon"], "soon"),
        (&["--cron", "@daily", "--timezone", "Mars/Olympus"], "Mars/Olympus"),
        (&["--cron", "@daily", "--after", "yesterday"], "yesterday"),
        (&[], "--cron EXPR, --every DURATION or --on-calendar EXPR"),
        (&["--cron", "@daily", "--every", "1h"], "cannot be used with"),
        (&["--cron", "@daily", "-n", "0"], "0"),
        (&["--cron", "@daily", "-n", "1001"], "1001"),
    ] {
        let refusal = refusal(arguments);
        assert!(refusal.contains(said), "{arguments:?}: {refusal}");
    }
}

#[test]
fn an_enormous_expression_is_refused_and_shown_shortened() {
    let long = "9".repeat(100_000);
    let refusal = refusal(&["--cron", &long]);
    assert!(refusal.len() < 1000, "{} characters", refusal.len());
}
