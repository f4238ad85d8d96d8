//! What is no calendar event: the place and the reason, word for word as a user reads them.

use domain::schedule::{BadExpression, OnCalendar};

const REFUSED: [(&str, usize, &str); 49] = [
    ("", 1, "nothing is given: write for example Mon..Fri 04:30"),
    ("  ", 3, "nothing is given: write for example Mon..Fri 04:30"),
    ("24:00", 1, "hour 24 is above 23"),
    ("00:60", 4, "minute 60 is above 59"),
    ("*:*:60", 5, "second 60 is above 59"),
    ("*-13-01", 3, "month 13 is above 12"),
    ("*-00-01", 3, "month 00 is below 1"),
    ("*-*-32", 5, "day 32 is above 31"),
    ("*-*~29", 5, "day from the end 29 is above 28"),
    ("1969-01-01", 1, "year 1969 is below 1970"),
    ("100-01-01", 1, "year 100 is below 1970"),
    ("2200-01-01", 1, "year 2200 is above 2199"),
    ("99999999999999999999-1-1", 1, "year 99999999999999999999 is above 2199"),
    ("*:30..10", 3, "minute range 30..10 runs backwards"),
    ("*-*~07..03", 5, "day from the end range 07..03 runs backwards"),
    ("Fri..Mon 10:00", 1, "weekday range Fri..Mon runs backwards: Monday is first"),
    ("Mon,Sun-Tue", 5, "weekday range Sun-Tue runs backwards: Monday is first"),
    ("*:0/0", 5, "minute step 0 is below 1"),
    ("*:0/", 5, "a minute step is missing"),
    ("*:0/x", 5, "minute step 'x' is not a number"),
    ("*:0/1/2", 5, "minute step '1/2' is not a number"),
    ("*:50/15", 6, "minute step 15 leads from 50 straight past 59"),
    ("*-*~7/7", 7, "day from the end step 7 leads from 7 straight past 1"),
    (
        "*/5:00",
        1,
        "'*' is not an hour: a number from 0 to 23; * stands alone, and repetition is written 0/step",
    ),
    (
        "*-*/2-1",
        3,
        "'*' is not a month: a number from 1 to 12; * stands alone, and repetition is written 1/step",
    ),
    (
        "5,*:00",
        3,
        "'*' is not an hour: a number from 0 to 23; * stands alone, and repetition is written 0/step",
    ),
    ("5,:00", 3, "an hour is missing"),
    ("10:", 4, "a minute is missing"),
    ("1..:00", 4, "an hour is missing"),
    ("-5:00", 1, "'-5' is not an hour: a number from 0 to 23"),
    ("10:00:00:00", 1, "'10:00:00:00' is not a time: hour:minute or hour:minute:second"),
    ("00:00:00.5", 7, "second 00.5 has a fraction: occurrences are on whole seconds"),
    ("*:*:0/0.5", 7, "second 0.5 has a fraction: occurrences are on whole seconds"),
    ("00:00:5.", 7, "'5.' is not a second: a number from 0 to 59"),
    ("00:1.5", 4, "'1.5' is not a minute: a number from 0 to 59"),
    ("1-2-3-4", 1, "'1-2-3-4' is not a date: month-day or year-month-day"),
    ("*~3-4", 3, "'3-4' is not a day from the end: a number from 1 to 28"),
    ("fortnightly", 1, "'fortnightly' is not a weekday such as Mon, nor a shorthand alone such as daily"),
    ("Mond 10:00", 1, "'Mond' is not a weekday such as Mon, nor a shorthand alone such as daily"),
    ("Mon.. 10:00", 6, "a weekday is missing"),
    ("daily 10:00", 1, "'daily' is not a weekday such as Mon, nor a shorthand alone such as daily"),
    ("10:00 Europe/Rigaa", 7, "'Europe/Rigaa' is not a known time zone"),
    ("10", 1, "'10' is not expected here: the order is weekdays, 2026-01-31, 04:30:00, a time zone"),
    (
        "10:00 *-*-1",
        7,
        "'*-*-1' is not expected here: the order is weekdays, 2026-01-31, 04:30:00, a time zone",
    ),
    ("@1800000000", 1, "'@1800000000' is a single moment: write a date and a time, with UTC"),
    ("*-02-30", 6, "this can never fire: day '30' never comes with these years, months and weekdays"),
    ("2025-02-29", 9, "this can never fire: day '29' never comes with these years, months and weekdays"),
    ("Mon 2026-01-01", 13, "this can never fire: day '01' never comes with these years, months and weekdays"),
    ("\n10:00", 1, "'\u{fffd}10' is not an hour: a number from 0 to 23"),
];

#[test]
fn every_refusal_names_the_place_and_the_reason() {
    for (text, at, reason) in REFUSED {
        let refusal = OnCalendar::parse(text).expect_err(text);
        assert_eq!(refusal, BadExpression { at, reason: reason.to_owned() }, "{text}");
    }
}

#[test]
fn a_refusal_quotes_at_most_forty_characters() {
    let refusal = OnCalendar::parse(&format!("10:{}", "9".repeat(200))).expect_err("no minute");
    assert_eq!(refusal.reason, format!("minute {}… is above 59", "9".repeat(40)));
}

#[test]
fn an_expression_is_at_most_255_characters_long() {
    let padded = |blanks: usize| format!("Mon{}", " ".repeat(blanks));
    OnCalendar::parse(&padded(252)).expect("255 characters");
    let reason = "an expression has at most 255 characters, and this one has 256".to_owned();
    assert_eq!(OnCalendar::parse(&padded(253)), Err(BadExpression { at: 256, reason }));
}

#[test]
fn what_is_merely_over_is_still_an_expression() {
    OnCalendar::parse("1970-01-01").expect("it was once");
    OnCalendar::parse("Sat 1972-01-01").expect("it was once");
}
