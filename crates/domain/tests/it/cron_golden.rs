//! Every line of `data/cron-golden.jsonl`; where it comes from stands in the README beside it.

use domain::schedule::Cron;

const GOLDEN: &str = include_str!("../data/cron-golden.jsonl");

#[test]
fn all_four_thousand_golden_cases_agree() {
    crate::golden::check(GOLDEN, 4000, |text| Cron::parse(text).expect(text), Cron::next_after);
}
