//! A queue without order: reports that carry run ids and one outcome a run mean the same in any order, and twice the
//! same as once.

use domain::{ConfigChange, Duration, Instant, RunState, Status};
use proptest::prelude::*;
use proptest::sample::subsequence;

use crate::moments::at;
use crate::story::{Say, Story, completed, failed, running};

/// A run: when it starts, how long it takes, how it ends and what of that is reported.
#[derive(Clone, Debug)]
struct Life {
    start: i64,
    length: i64,
    fails: bool,
    reports_start: bool,
    reports_end: bool,
}

fn lives() -> impl Strategy<Value = Vec<Life>> {
    // Instants that no two reports share: what happened at once has no order.
    let instants: Vec<i64> = (0..1000).collect();
    (1..6_usize).prop_flat_map(move |runs| {
        let instants = subsequence(instants.clone(), runs * 2).prop_shuffle();
        (instants, proptest::collection::vec(any::<[bool; 3]>(), runs)).prop_map(|(instants, kinds)| {
            let pairs = instants.chunks(2).map(|pair| (pair[0].min(pair[1]), pair[0].max(pair[1])));
            pairs
                .zip(kinds)
                .map(|((start, end), [fails, only_start, only_end])| Life {
                    start,
                    length: end - start,
                    fails,
                    reports_start: !only_end || only_start,
                    reports_end: !only_start || only_end,
                })
                .collect()
        })
    })
}

fn happened(seconds: i64) -> Instant {
    at("mon 02:00") + Duration::from_seconds(seconds)
}

fn reports(lives: &[Life]) -> Vec<Say> {
    let mut reports = Vec::new();
    for (number, life) in lives.iter().enumerate() {
        let name = format!("r{number}");
        if life.reports_start {
            reports.push(running().run(&name).id(&format!("{name} start")).spooled_at(happened(life.start)));
        }
        if life.reports_end {
            let outcome = if life.fails { failed() } else { completed() };
            let end = happened(life.start + life.length);
            reports.push(outcome.run(&name).id(&format!("{name} end")).spooled_at(end));
        }
    }
    reports
}

fn told(reports: &[Say]) -> Story {
    let mut story = Story::registered("mon 00:00", ConfigChange::default());
    story.at("mon 12:00");
    for report in reports {
        story.say(report.clone());
    }
    story
}

type Told = Vec<(Option<String>, RunState, Option<Instant>, Option<Instant>, Option<Duration>)>;

/// What is known of the runs, but for the numbers that were given to them in the order of arrival.
fn known(story: &Story) -> (Told, Status) {
    let mut runs: Vec<_> = story
        .runs
        .iter()
        .map(|run| {
            let name = run.run_id.as_ref().map(|id| id.as_str().to_owned());
            (name, run.state, run.started_at, run.ended_at, run.duration)
        })
        .collect();
    runs.sort_by(|one, other| one.0.cmp(&other.0));
    (runs, story.status())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn reports_that_carry_run_ids_mean_the_same_in_any_order(
        (sorted, shuffled) in lives().prop_flat_map(|lives| {
            let sorted = reports(&lives);
            (Just(sorted.clone()), Just(sorted).prop_shuffle())
        }),
    ) {
        prop_assert_eq!(known(&told(&sorted)), known(&told(&shuffled)));
    }

    #[test]
    fn the_status_is_that_of_the_outcome_that_happened_last(lives in lives()) {
        let story = told(&reports(&lives));
        let last = lives.iter().filter(|life| life.reports_end).max_by_key(|life| life.start + life.length);
        let open = lives.iter().any(|life| life.reports_start && !life.reports_end);
        let expected = match last {
            _ if open => Status::Running,
            Some(life) if life.fails => Status::Failed,
            Some(_) => Status::Completed,
            None => Status::Pending,
        };
        prop_assert_eq!(story.status(), expected);
    }

    #[test]
    fn a_report_that_comes_twice_is_one(lives in lives(), again in any::<prop::sample::Index>()) {
        let reports = reports(&lives);
        prop_assume!(!reports.is_empty());
        let repeated = reports[again.index(reports.len())].clone();
        let mut twice = told(&reports);
        let once = twice.clone();
        twice.say(repeated);
        prop_assert_eq!(&twice.log, &once.log);
    }

    #[test]
    fn an_outcome_that_comes_twice_without_a_report_id_is_one_too(lives in lives()) {
        let bare = |say: Say| say.made(|report| report.report_id = None);
        let reports: Vec<_> = reports(&lives).into_iter().map(bare).collect();
        let once = told(&reports);
        let twice = told(&[reports.clone(), reports].concat());
        prop_assert_eq!(known(&twice), known(&once));
        prop_assert_eq!(twice.scheduler.state.failures, once.scheduler.state.failures);
    }
}
