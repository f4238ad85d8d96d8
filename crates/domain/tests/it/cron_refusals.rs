//! What is no cron expression: the place and the reason, word for word as a user reads them.

use domain::schedule::{BadExpression, Cron};

const REFUSED: [(&str, usize, &str); 49] = [
    ("61 * * * *", 1, "minute 61 is above 59"),
    ("* 24 * * *", 3, "hour 24 is above 23"),
    ("* * 0 * *", 5, "day of month 0 is below 1"),
    ("* * 32 * *", 5, "day of month 32 is above 31"),
    ("* * * 13 *", 7, "month 13 is above 12"),
    ("* * * * 8", 9, "day of week 8 is above 7"),
    ("99999999999999999999 * * * *", 1, "minute 99999999999999999999 is above 59"),
    ("0,15,75 * * * *", 6, "minute 75 is above 59"),
    ("0-60 * * * *", 3, "minute 60 is above 59"),
    ("30-10 * * * *", 1, "minute range 30-10 runs backwards"),
    ("* 22-2 * * *", 3, "hour range 22-2 runs backwards"),
    ("* * * * FRI-SUN", 9, "day of week range FRI-SUN runs backwards"),
    ("*/0 * * * *", 3, "minute step 0 is below 1"),
    ("*/ * * * *", 3, "a minute step is missing"),
    ("*/x * * * *", 3, "minute step 'x' is not a number"),
    ("*/1/2 * * * *", 3, "minute step '1/2' is not a number"),
    ("/5 * * * *", 1, "a minute is missing"),
    ("5,,6 * * * *", 3, "a minute is missing"),
    ("5, * * * *", 3, "a minute is missing"),
    ("- * * * *", 1, "a minute is missing"),
    ("5- * * * *", 3, "a minute is missing"),
    ("1-2-3 * * * *", 3, "'2-3' is not a minute: a number from 0 to 59"),
    ("*5 * * * *", 1, "'*5' is not a minute: a number from 0 to 59"),
    ("+5 * * * *", 1, "'+5' is not a minute: a number from 0 to 59"),
    ("٣ * * * *", 1, "'٣' is not a minute: a number from 0 to 59"),
    ("* * ? * *", 5, "'?' is not a day of month: a number from 1 to 31; write * for any"),
    ("* * L-3 * *", 5, "'L' is not a day of month: a number from 1 to 31"),
    ("* * L/2 * *", 5, "'L' is not a day of month: a number from 1 to 31"),
    ("* * 15W * *", 5, "'15W' is not a day of month: a number from 1 to 31"),
    ("* * * JANUARY *", 7, "'JANUARY' is not a month: a number from 1 to 12 or a name such as JAN"),
    ("* * * * TUES", 9, "'TUES' is not a day of week: a number from 0 to 7 or a name such as SUN"),
    ("* * * * L", 9, "'L' is not a day of week: a number from 0 to 7 or a name such as SUN"),
    ("* * * * FRIL", 9, "'FRIL' is not a day of week: a number from 0 to 7 or a name such as SUN"),
    ("* * * * 1#6", 11, "'6' after # is not a number from 1 to 5"),
    ("* * * * 1#", 11, "'' after # is not a number from 1 to 5"),
    ("* * * * 8L", 9, "day of week 8 is above 7"),
    ("* * * * 1-3#2", 9, "'1-3' is not a day of week: a number from 0 to 7 or a name such as SUN"),
    ("0 0 31 2 *", 5, "this can never fire: day of month '31' never comes with these months and weekdays"),
    ("0 0 30 2 *", 5, "this can never fire: day of month '30' never comes with these months and weekdays"),
    (
        "0 0 31 4,6,9,11 *",
        5,
        "this can never fire: day of month '31' never comes with these months and weekdays",
    ),
    (
        "0 0 */29 2 1#5",
        5,
        "this can never fire: day of month '*/29' never comes with these months and weekdays",
    ),
    ("", 1, "five fields are expected: minute, hour, day of month, month, day of week; here none is given"),
    (
        "* * * *",
        8,
        "five fields are expected: minute, hour, day of month, month, day of week; here 4 are given",
    ),
    (
        "0 30 4 * * *",
        12,
        "five fields are expected: minute, hour, day of month, month, day of week; these are 6, and seconds and years \
         are not known",
    ),
    ("@reboot", 1, "@reboot depends on the machine and names no time; a period may serve instead"),
    (
        " @fortnightly",
        2,
        "'@fortnightly' is not a nickname: there are @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly",
    ),
    ("@daily UTC", 8, "nothing may follow a nickname, and here 'UTC' does"),
    ("*\n* * * * *", 1, "'*\u{fffd}*' is not a minute: a number from 0 to 59"),
    ("é\t é * * *", 1, "'é' is not a minute: a number from 0 to 59"),
];

#[test]
fn every_refusal_names_the_place_and_the_reason() {
    for (text, at, reason) in REFUSED {
        let refusal = Cron::parse(text).expect_err(text);
        assert_eq!(refusal, BadExpression { at, reason: reason.to_owned() }, "{text}");
    }
}

#[test]
fn places_are_counted_in_characters_not_in_bytes() {
    assert_eq!(Cron::parse("1 2 é * *").expect_err("no day").at, 5);
    assert_eq!(Cron::parse("*,é,99 * * * *").expect_err("no minute").at, 3);
}

#[test]
fn a_refusal_quotes_at_most_forty_characters() {
    let refusal = Cron::parse(&format!("{} * * * *", "x".repeat(200))).expect_err("no minute");
    assert_eq!(refusal.reason, format!("'{}…' is not a minute: a number from 0 to 59", "x".repeat(40)));
}

#[test]
fn an_expression_is_at_most_255_characters_long() {
    let padded = |blanks: usize| format!("* * * *{}*", " ".repeat(blanks));
    assert_eq!(padded(247).len(), 255);
    Cron::parse(&padded(247)).expect("255 characters");
    let refusal = Cron::parse(&padded(248)).expect_err("256 characters");
    let reason = "an expression has at most 255 characters, and this one has 256".to_owned();
    assert_eq!(refusal, BadExpression { at: 256, reason });
}

#[test]
fn either_day_field_alone_can_save_the_other() {
    Cron::parse("0 0 30 2 MON").expect("Mondays in February");
    Cron::parse("0 0 29 2 *").expect("leap days");
    Cron::parse("0 0 */28 2 1#5").expect("leap days that are Mondays");
}
