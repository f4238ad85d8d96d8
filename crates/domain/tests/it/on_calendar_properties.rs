//! What holds for every calendar event, zone and instant.

use domain::Instant;
use domain::schedule::OnCalendar;
use proptest::prelude::*;
use proptest::string::string_regex;

use crate::zones::any_zone;

/// Texts of the syntax, most of which can fire.
fn expression() -> impl Strategy<Value = String> {
    let weekdays =
        string_regex("|(Mon|tue|Friday|Sun) |Mon\\.\\.(Thu|Sat) |Tue-Sun,Mon ").expect("a pattern");
    let year = string_regex("||\\*-|20[234][0-9]-|20[0-9]{2}/[2-9]-").expect("a pattern");
    let date = (year, chain("[1-9]|1[0-2]"), "[-~]", chain("[1-9]|1[0-9]|2[0-8]"));
    let date = date.prop_map(|(year, month, separator, day)| format!("{year}{month}{separator}{day} "));
    let time = (chain("[0-9]|1[0-9]|2[0-3]"), chain("[0-5][0-9]"), chain("[0-5][0-9]"));
    let time = time.prop_map(|(hour, minute, second)| format!("{hour}:{minute}:{second}"));
    let zone = string_regex("||| UTC| Europe/Riga").expect("a pattern");
    (weekdays, date, time, zone)
        .prop_map(|(weekdays, date, time, zone)| format!("{weekdays}{date}{time}{zone}"))
}

fn chain(number: &str) -> impl Strategy<Value = String> + use<> {
    let items = [
        r"\*",
        r"\*",
        &format!("({number})"),
        &format!("({number})/[1-9]"),
        &format!("({number}),({number})"),
        &format!("({number})\\.\\.({number})"),
    ];
    string_regex(&items.join("|")).expect("a pattern")
}

fn event() -> impl Strategy<Value = OnCalendar> {
    expression().prop_filter_map("it cannot fire", |text| OnCalendar::parse(&text).ok())
}

proptest! {
    #[test]
    fn the_next_occurrence_is_strictly_later(event in event(), zone in any_zone(), after in any::<i64>()) {
        let after = Instant::from_millis(after % 4_102_444_800_000);
        if let Some(next) = event.next_after(after, &zone) {
            prop_assert!(next > after);
            prop_assert_eq!(next.as_millis() % 1000, 0);
        }
    }

    #[test]
    fn starting_later_never_ends_earlier(
        event in event(),
        zone in any_zone(),
        start in 0..4_102_444_800_000_i64,
        ahead in 0..200_000_000_i64,
    ) {
        let (early, late) = (Instant::from_millis(start), Instant::from_millis(start + ahead));
        let (first, second) = (event.next_after(early, &zone), event.next_after(late, &zone));
        prop_assert!(second.is_none() || (first.is_some() && first <= second));
        // Nothing lies between: whoever starts before the first occurrence finds the first.
        if first > Some(late) {
            prop_assert_eq!(first, second);
        }
    }

    #[test]
    fn any_instant_has_an_answer(event in event(), zone in any_zone(), after in any::<i64>()) {
        let _ = event.next_after(Instant::from_millis(after), &zone);
        for edge in [Instant::MIN, Instant::MAX] {
            let _ = event.gap_after(edge, &zone);
        }
    }

    #[test]
    fn any_text_is_read_or_refused_at_a_place_within_it(text in any_text()) {
        match OnCalendar::parse(&text) {
            Ok(event) => prop_assert_eq!(event.to_string(), text),
            Err(refusal) => {
                prop_assert!((1..=text.chars().count() + 1).contains(&refusal.at));
                prop_assert!(refusal.reason.chars().count() < 200);
            }
        }
    }

    #[test]
    fn what_is_shown_is_read_back_the_same(event in event()) {
        prop_assert_eq!(OnCalendar::parse(&event.to_string()), Ok(event));
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[@0-9A-Za-z*/~.:, \t-]{0,300}",
        "[0-9*/~.,-]{1,9} [0-9*/.,]{1,6}:[0-9*/.,]{1,6}"
    ]
}
