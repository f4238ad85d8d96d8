//! What holds for every cron expression, zone and instant.

use domain::Instant;
use domain::schedule::Cron;
use proptest::prelude::*;
use proptest::string::string_regex;

use crate::zones::any_zone;

/// Texts of the dialect, most of which can fire.
fn expression() -> impl Strategy<Value = String> {
    let minute = field("[0-9]|[1-5][0-9]");
    let hour = field("[0-9]|1[0-9]|2[0-3]");
    let day = prop_oneof![4 => field("[1-9]|[12][0-9]|3[01]"), 1 => Just("L".to_owned()), 1 => Just("LW".to_owned())];
    let month = field("[1-9]|1[0-2]|JAN|Dec|feb");
    let weekday = prop_oneof![4 => field("[0-7]|MON|Sun"), 1 => "[0-7]#[1-5]", 1 => "[0-7]L"];
    let fields = (minute, hour, day, month, weekday);
    fields.prop_map(|(minute, hour, day, month, weekday)| format!("{minute} {hour} {day} {month} {weekday}"))
}

fn field(number: &str) -> impl Strategy<Value = String> + use<> {
    let items = [
        r"\*",
        r"\*",
        r"\*/[1-9][0-9]?",
        &format!("({number})"),
        &format!("({number})"),
        &format!("({number}),({number})"),
        &format!("({number})-({number})/[1-9]"),
    ];
    string_regex(&items.join("|")).expect("a pattern")
}

fn cron() -> impl Strategy<Value = Cron> {
    expression().prop_filter_map("it cannot fire", |text| Cron::parse(&text).ok())
}

proptest! {
    #[test]
    fn the_next_occurrence_is_strictly_later(cron in cron(), zone in any_zone(), after in any::<i64>()) {
        let after = Instant::from_millis(after % 4_102_444_800_000);
        if let Some(next) = cron.next_after(after, &zone) {
            prop_assert!(next > after);
            prop_assert_eq!(next.as_millis() % 1000, 0);
        }
    }

    #[test]
    fn starting_later_never_ends_earlier(
        cron in cron(),
        zone in any_zone(),
        start in 0..4_102_444_800_000_i64,
        ahead in 0..200_000_000_i64,
    ) {
        let (early, late) = (Instant::from_millis(start), Instant::from_millis(start + ahead));
        let (first, second) = (cron.next_after(early, &zone), cron.next_after(late, &zone));
        prop_assert!(second.is_none() || (first.is_some() && first <= second));
        // Nothing lies between: whoever starts before the first occurrence finds the first.
        if first > Some(late) {
            prop_assert_eq!(first, second);
        }
    }

    #[test]
    fn any_instant_has_an_answer(cron in cron(), zone in any_zone(), after in any::<i64>()) {
        let _ = cron.next_after(Instant::from_millis(after), &zone);
        for edge in [Instant::MIN, Instant::MAX] {
            let _ = cron.gap_after(edge, &zone);
        }
    }

    #[test]
    fn any_text_is_read_or_refused_at_a_place_within_it(text in any_text()) {
        match Cron::parse(&text) {
            Ok(cron) => prop_assert_eq!(cron.to_string(), text),
            Err(refusal) => {
                prop_assert!((1..=text.chars().count() + 1).contains(&refusal.at));
                prop_assert!(refusal.reason.chars().count() < 200);
            }
        }
    }

    #[test]
    fn what_is_shown_is_read_back_the_same(cron in cron()) {
        prop_assert_eq!(Cron::parse(&cron.to_string()), Ok(cron));
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[@0-9A-Za-z*/#,L \t-]{0,300}", "([0-9*/#,LW-]{1,6} ){4}[0-9*/#,L-]{1,6}"]
}
