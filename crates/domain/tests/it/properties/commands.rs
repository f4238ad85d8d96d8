//! Whatever is asked of a scheduler in whatever order: the snapshot is the replay, incidents open and end once,
//! closed runs stay closed, and the evaluator never spins.

use std::collections::BTreeSet;

use domain::{ConfigChange, Event, Fact, RunRecord, RunState, Scheduler, replay};
use proptest::collection::vec;
use proptest::prelude::*;

use super::steps::{Step, change, step};
use crate::moments::at;
use crate::story::Story;

fn lived(change: ConfigChange, steps: Vec<Step>) -> Story {
    let mut story = Story::registered("mon 00:00", change);
    for step in steps {
        let before = story.clone();
        story.take(step);
        closed_runs_stay_closed(&before, &story);
        causes_have_an_incident(&story);
    }
    story
}

fn closed_runs_stay_closed(before: &Story, after: &Story) {
    for run in before.runs.iter().filter(|run| matches!(run.state, RunState::Completed | RunState::Failed)) {
        let now = after.runs.iter().find(|known| known.no == run.no).expect("a run is never forgotten");
        assert_eq!((now.state, now.ended_at), (run.state, run.ended_at));
    }
    let open: Vec<_> = after.scheduler.state.runs.iter().map(|run| run.no).collect();
    let running = after.runs.iter().filter(|run: &&RunRecord| run.state == RunState::Running);
    assert_eq!(running.map(|run| run.no).collect::<Vec<_>>(), open, "records and open runs are the same");
    assert!(open.len() <= domain::scheduler::OPEN_RUNS_MAX);
}

fn causes_have_an_incident(story: &Story) {
    let state = &story.scheduler.state;
    if state.paused.is_some() {
        assert_eq!(state.incident, None, "a pause closes what is open");
    } else {
        assert!(
            story.scheduler.causes().is_empty() || state.incident.is_some(),
            "a cause without an incident"
        );
    }
}

fn incidents_open_and_end_once(log: &[Event]) {
    let mut open = None;
    let mut known = BTreeSet::new();
    for event in log {
        match &event.fact {
            Fact::IncidentOpened { incident, causes } => {
                assert_eq!(open.replace(incident), None, "one open incident a scheduler");
                assert!(known.insert(incident.clone()), "an incident's id comes once");
                assert!(!causes.is_empty());
            }
            Fact::IncidentResolved { incident, .. } => assert_eq!(open.take(), Some(incident)),
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn a_life_of_commands_holds_together(change in change(), steps in vec(step(), 1..40)) {
        let mut story = lived(change, steps);
        let birth = Story::unborn(at("mon 00:00")).scheduler;
        prop_assert_eq!(&replay(birth, &story.log), &story.scheduler);
        prop_assert_eq!(story.scheduler.version, story.log.len() as u64);
        incidents_open_and_end_once(&story.log);
        let ids: BTreeSet<_> = story.alerts.iter().map(|alert| alert.id.clone()).collect();
        prop_assert_eq!(ids.len(), story.alerts.len(), "alerts have ids of their own");
        story.until(story.now + domain::Duration::DAY.times(2));
    }

    #[test]
    fn what_is_stored_is_read_back_the_same(change in change(), steps in vec(step(), 1..40)) {
        let story = lived(change, steps);
        for event in &story.log {
            let text = serde_json::to_string(event).expect("json");
            prop_assert_eq!(&serde_json::from_str::<Event>(&text).expect("an event"), event);
        }
        let text = serde_json::to_string(&story.scheduler).expect("json");
        prop_assert_eq!(&serde_json::from_str::<Scheduler>(&text).expect("a scheduler"), &story.scheduler);
        for alert in &story.alerts {
            let text = serde_json::to_string(alert).expect("json");
            prop_assert_eq!(&serde_json::from_str::<domain::Alert>(&text).expect("an alert"), alert);
        }
    }

    #[test]
    fn a_checkpoint_stands_for_all_that_was_before_it(change in change(), steps in vec(step(), 1..20)) {
        let story = lived(change, steps);
        let checkpoint = domain::checkpoint(&story.scheduler, story.now);
        let birth = Story::unborn(at("mon 00:00")).scheduler;
        prop_assert_eq!(&replay(birth, &checkpoint.events), &checkpoint.after);
        prop_assert_eq!(&checkpoint.after.state, &story.scheduler.state);
    }
}
