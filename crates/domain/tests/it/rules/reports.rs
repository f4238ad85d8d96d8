//! What a report without a run id means, what a late one may still change, and what makes two reports one.

use domain::{Health, Rejection, RunState, Status};

use super::{nightly, unscheduled};
use crate::moments::{at, span};
use crate::story::{completed, failed, pending, running};

#[test]
fn running_opens_a_run_and_completed_closes_it() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running()).saw(["run_started"]).reads(Status::Running);
    story.at("mon 02:50").say(completed()).saw(["run_finished"]).reads(Status::Completed);
    assert_eq!(story.last_run().duration, Some(span("50m")));
    assert_eq!(story.runs.len(), 1);
}

#[test]
fn a_completion_without_an_open_run_is_a_run_of_its_own() {
    let mut story = unscheduled();
    story.at("mon 02:50").say(completed()).say(completed().took("10m"));
    assert_eq!(story.runs.len(), 2);
    assert_eq!((story.runs[0].started_at, story.runs[0].duration), (None, None));
    assert_eq!(story.runs[1].started_at, Some(at("mon 02:40")));
    assert_eq!(story.runs[1].duration, Some(span("10m")));
}

#[test]
fn running_twice_without_ids_gives_up_the_first_run() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running()).at("mon 03:00").say(running());
    story.saw(["run_started", "run_abandoned", "run_started"]);
    assert_eq!(story.runs[0].state, RunState::Abandoned);
    story.at("mon 03:10").say(completed());
    assert_eq!(story.runs[1].duration, Some(span("10m")));
}

#[test]
fn an_outcome_without_id_closes_the_run_without_id_before_any_other() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running().run("named")).say(running()).at("mon 02:10").say(completed());
    assert_eq!(story.run("named").state, RunState::Running);
    story.reads(Status::Running).say(failed()).reads(Status::Failed);
    assert_eq!(story.run("named").state, RunState::Failed, "the only one open");
}

#[test]
fn an_outcome_without_id_closes_none_of_several_named_runs() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running().run("a")).say(running().run("b")).say(completed());
    assert_eq!(story.runs.len(), 3);
    story.reads(Status::Running);
}

#[test]
fn the_jobs_own_measure_is_the_duration() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running()).at("mon 02:50").say(completed().took("45m"));
    assert_eq!(story.last_run().duration, Some(span("45m")));
}

#[test]
fn pending_waits_for_the_next_cycle_and_gives_up_the_run_without_id() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running()).say(running().run("named")).at("mon 02:10").say(pending());
    story.saw(["run_started", "run_started", "run_abandoned", "pending_reported"]);
    story.reads(Status::Running).say(completed().run("named")).say(pending()).reads(Status::Pending);
}

#[test]
fn pending_with_a_run_id_is_refused_and_filed_where_nobody_waits_for_the_answer() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(running().run("a"));
    let refused = story.try_say(pending().run("a"));
    assert!(matches!(refused, Err(Rejection::InvalidStatusTransition(_))), "{refused:?}");
    story.say(pending().run("a").queued("mon 02:00")).saw(["run_started", "report_filed"]);
}

#[test]
fn the_same_report_id_is_one_report() {
    let mut story = unscheduled();
    story
        .at("mon 02:00")
        .say(failed().id("r1"))
        .say(failed().id("r1"))
        .saw(["run_finished", "incident_opened"]);
    assert_eq!(story.scheduler.state.failures, 1);
}

#[test]
fn an_older_outcome_goes_into_the_history_and_never_moves_the_status_back() {
    let mut story = nightly();
    story.at("tue 02:10").say(completed().service("new")).at("tue 03:00");
    let before = story.scheduler.clone();
    story.say(failed().spooled("mon 12:00").service("old"));
    assert_eq!(story.scheduler.config, before.config, "an old name does not come back");
    assert_eq!(story.scheduler.state.last_report, before.state.last_report);
    story.reads(Status::Completed).is(Health::Healthy);
    assert_eq!(story.last_run().state, RunState::Failed, "the history has it");
}

#[test]
fn an_older_start_without_id_and_an_older_pending_go_into_the_history() {
    let mut story = unscheduled();
    story.at("mon 03:00").say(completed()).saw(["run_finished"]);
    story.at("mon 04:00").say(running().spooled("mon 02:00")).say(pending().spooled("mon 02:30"));
    story.saw(["report_filed", "report_filed"]).reads(Status::Completed);
}

#[test]
fn a_timestamp_in_the_future_is_kept_and_marked_and_clamped() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(completed().stamped("sun 02:00"));
    let facts = story.log.last().and_then(|event| event.fact.report()).expect("a report");
    assert!(facts.future);
    assert_eq!((facts.timestamp, facts.happened_at), (at("sun 02:00"), at("mon 02:00")));
    let shown = story.scheduler.state.last_report.as_ref().expect("shown");
    assert_eq!(shown.timestamp, at("mon 02:00"));
}

#[test]
fn names_that_a_report_brings_become_the_schedulers() {
    let mut story = unscheduled();
    story.at("mon 02:00").say(completed().service("ledger")).saw(["configured", "run_finished"]);
    assert_eq!(story.scheduler.config.service_name, "ledger");
    story.say(completed().service("ledger")).saw(["run_finished"]);
}

#[test]
fn a_report_may_rename_its_job_too() {
    let mut story = unscheduled();
    let renamed = |name: &str| completed().made(|report| report.job_name = Some(name.to_owned()));
    story.at("mon 02:00").say(renamed("ledger-close")).saw(["configured", "run_finished"]);
    assert_eq!(story.scheduler.config.job_name, "ledger-close");
    assert_eq!(story.scheduler.config.service_name, "billing");
}
