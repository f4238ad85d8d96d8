//! Given looks, what is told.

use super::*;

const LAG_MAX: Duration = Duration::MINUTE;

/// What was seen so many seconds after the beginning, where all is well.
fn at(seconds: i64) -> Look {
    Look {
        at: Instant::from_seconds(100_000 + seconds),
        lag: Some(Duration::ZERO),
        refusal: None,
        dead: Some(BTreeMap::new()),
    }
}

fn late(seconds: i64, by: i64) -> Look {
    Look { lag: Some(Duration::from_seconds(by)), ..at(seconds) }
}

fn refused(seconds: i64) -> Look {
    Look { refusal: Some("the disk is full".to_owned()), ..at(seconds) }
}

fn dead(seconds: i64, counts: &[(&str, u64)]) -> Look {
    let counts = counts.iter().map(|(channel, count)| (ChannelId::trusted(*channel), *count)).collect();
    Look { dead: Some(counts), ..at(seconds) }
}

/// What is told at each look: the kind, since which second, and whether it is over.
#[track_caller]
fn told(looks: &[Look]) -> Vec<(&'static str, i64, bool)> {
    let mut memory = Memory::default();
    let words = looks.iter().flat_map(|look| memory.judge(look, LAG_MAX)).collect::<Vec<_>>();
    let second = |since: Instant| since.since(Instant::from_seconds(100_000)).as_millis() / 1000;
    words.iter().map(|word| (word.what.as_str(), second(word.since), word.over)).collect()
}

#[test]
fn when_all_is_well_nothing_is_said() {
    assert_eq!(told(&[at(0), at(10), late(20, 60), at(30)]), []);
}

#[test]
fn deadlines_that_are_late_at_two_looks_in_a_row_are_told_once_and_so_is_their_end() {
    assert_eq!(told(&[late(0, 61)]), []);
    assert_eq!(told(&[late(0, 61), at(10), late(20, 61)]), []);
    let began = ("evaluator_lag", 0, false);
    assert_eq!(told(&[late(0, 61), late(10, 90), late(20, 300)]), [began]);
    assert_eq!(told(&[late(0, 61), late(10, 90), at(20), at(30)]), [began, ("evaluator_lag", 0, true)]);
}

#[test]
fn a_store_that_takes_nothing_is_told_after_half_a_minute() {
    assert_eq!(told(&[refused(0), refused(29), at(30), refused(40), refused(60)]), []);
    let (began, over) = (("store_refuses", 0, false), ("store_refuses", 0, true));
    assert_eq!(told(&[refused(0), refused(30), refused(60), at(70)]), [began, over]);
}

#[test]
fn while_the_store_takes_nothing_that_is_told_and_not_that_deadlines_are_late() {
    let both = |seconds| Look { lag: Some(Duration::HOUR), ..refused(seconds) };
    assert_eq!(told(&[both(0), both(10), both(40), both(50)]), [("store_refuses", 0, false)]);
}

#[test]
fn trouble_that_comes_and_goes_is_told_once_in_a_quarter_of_an_hour() {
    let spell = |from| [late(from, 61), late(from + 10, 61), at(from + 20)];
    let looks = [spell(0), spell(100), spell(800)].concat();
    assert_eq!(told(&looks), [("evaluator_lag", 0, false), ("evaluator_lag", 0, true)]);
    let looks = [&spell(0)[..], &[late(800, 61), late(810, 61), late(910, 61), at(920)]].concat();
    let again = [("evaluator_lag", 800, false), ("evaluator_lag", 800, true)];
    assert_eq!(told(&looks)[2..], again);
}

#[test]
fn a_clock_that_was_set_back_does_not_silence_us() {
    let looks = [late(5000, 61), late(5010, 61), at(5020), late(0, 61), late(10, 61)];
    assert_eq!(told(&looks)[2..], [("evaluator_lag", 0, false)]);
}

#[test]
fn deliveries_that_were_given_up_before_the_first_look_are_not_told() {
    assert_eq!(told(&[dead(0, &[("ops", 7)]), dead(10, &[("ops", 7)]), dead(20, &[])]), []);
}

#[test]
fn deliveries_that_are_given_up_are_told_with_their_number_and_their_channels() {
    let mut memory = Memory::default();
    assert_eq!(memory.judge(&dead(0, &[("ops", 7)]), LAG_MAX), []);
    let words = memory.judge(&dead(10, &[("ops", 9), ("pager", 1)]), LAG_MAX);
    let about = ["ops", "pager"].map(ChannelId::trusted).into_iter().collect::<BTreeSet<_>>();
    assert_eq!(words.len(), 1);
    assert_eq!((&words[0].what, &words[0].about), (&TroubleKind::DeadLetters { count: 3 }, &about));
}

#[test]
fn what_is_given_up_within_a_quarter_of_an_hour_is_told_together_at_its_end() {
    let mut memory = Memory::default();
    let mut counted = |seconds, count| {
        let words = memory.judge(&dead(seconds, &[("ops", count)]), LAG_MAX);
        words.into_iter().map(|word| (word.what, word.over)).collect::<Vec<_>>()
    };
    assert_eq!(counted(0, 0), []);
    let told = |count, over| vec![(TroubleKind::DeadLetters { count }, over)];
    assert_eq!(counted(10, 1), told(1, false));
    assert_eq!((counted(20, 3), counted(30, 4)), (vec![], vec![]));
    assert_eq!(counted(910, 4), told(3, false));
    assert_eq!(counted(1000, 4), []);
    assert_eq!(counted(1810, 4), told(0, true));
    assert_eq!(counted(2000, 4), []);
}

#[test]
fn what_is_sent_again_and_dies_again_is_told_again() {
    let looks = [dead(0, &[("ops", 1)]), dead(10, &[]), dead(20, &[("ops", 1)])];
    assert_eq!(told(&looks), [("dead_letters", 20, false)]);
}

#[test]
fn where_the_dead_cannot_be_counted_for_a_while_none_is_forgotten() {
    let unknown = |seconds| Look { dead: None, ..at(seconds) };
    let looks = [dead(0, &[("ops", 1)]), unknown(10), unknown(20), dead(30, &[("ops", 2)])];
    assert_eq!(told(&looks), [("dead_letters", 30, false)]);
}
