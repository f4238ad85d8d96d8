//! Every line of `data/on-calendar-golden.jsonl`; where it comes from stands in the README beside it.

use domain::schedule::OnCalendar;

const GOLDEN: &str = include_str!("../data/on-calendar-golden.jsonl");

#[test]
fn all_fifteen_hundred_golden_cases_agree() {
    crate::golden::check(GOLDEN, 1500, |text| OnCalendar::parse(text).expect(text), OnCalendar::next_after);
}
