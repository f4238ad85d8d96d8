//! What is remembered of runs and reports beside the rules: for histories and for what is shown.

use domain::{ConfigChange, Fact, RunState, Status};

use super::{limit, nightly, unscheduled, with};
use crate::moments::{at, span};
use crate::story::{completed, failed, pending, running};

#[test]
fn a_run_that_is_given_up_is_remembered_with_its_start_and_when_it_was_given_up() {
    let mut story = unscheduled();
    story.at("mon 01:00").say(running()).at("mon 01:30").say(pending());
    let run = story.last_run();
    assert_eq!((run.state, run.reported_start), (RunState::Abandoned, true));
    assert_eq!((run.started_at, run.ended_at), (Some(at("mon 01:00")), Some(at("mon 01:30"))));
}

#[test]
fn a_start_that_was_reported_is_remembered_as_such_and_a_reckoned_one_is_not() {
    let mut story = unscheduled();
    story.at("mon 01:00").say(running().run("a"));
    let open = story.run("a");
    assert_eq!((open.started_at, open.reported_start), (Some(at("mon 01:00")), true), "from the start on");
    story.say(completed().run("a")).say(completed().run("b").took("10m"));
    assert!(story.run("a").reported_start);
    assert_eq!((story.run("b").reported_start, story.run("b").started_at), (false, Some(at("mon 00:50"))));
    story.say(running().run("b").spooled("mon 00:45"));
    assert_eq!((story.run("b").reported_start, story.run("b").started_at), (true, Some(at("mon 00:45"))));
}

#[test]
fn a_run_that_ended_is_remembered_with_its_outcome_its_end_and_its_exit_code() {
    let mut story = unscheduled();
    story.at("mon 01:00").say(running().run("a")).at("mon 01:10");
    story.say(failed().run("a").made(|report| report.exit_code = Some(28)));
    let run = story.run("a");
    assert_eq!((run.state, run.exit_code), (RunState::Failed, Some(28)));
    assert_eq!((run.ended_at, run.duration), (Some(at("mon 01:10")), Some(span("10m"))));
}

#[test]
fn a_scheduler_knows_since_when_it_is_watched_and_when_it_changed_last() {
    let mut story = unscheduled();
    story.at("mon 01:00").say(completed());
    let state = &story.scheduler.state;
    assert_eq!((state.created_at, state.updated_at), (at("mon 00:00"), at("mon 01:00")));
}

#[test]
fn what_a_report_said_of_the_status_can_be_read_off_its_event() {
    let mut story = unscheduled();
    story.at("mon 01:00").say(pending()).say(running().run("a")).say(running().run("a").id("1"));
    story.say(failed().run("a")).say(completed().run("b")).say(running().run("b").spooled("mon 00:30"));
    story.say(completed().run("a").filed_if(domain::OnConflict::File)).heartbeat();
    let said: Vec<_> =
        story.log.iter().map(|event| (event.fact.kind(), event.fact.reported_status())).collect();
    let reports: Vec<_> = said.into_iter().filter(|(_, status)| status.is_some()).collect();
    let expected = [
        ("pending_reported", Status::Pending),
        ("run_started", Status::Running),
        ("run_refreshed", Status::Running),
        ("run_finished", Status::Failed),
        ("run_finished", Status::Completed),
        ("start_filled", Status::Running),
        ("report_filed", Status::Completed),
    ];
    assert_eq!(reports, expected.map(|(kind, status)| (kind, Some(status))));
    assert!(
        story.log.iter().all(|event| event.fact.report().is_some() == event.fact.reported_status().is_some())
    );
}

#[test]
fn a_run_that_reports_again_is_heard_and_that_report_is_the_one_shown() {
    let mut story = unscheduled();
    story.at("mon 01:00").say(running().run("a")).at("mon 01:20").say(running().run("a").id("1").took("20m"));
    let shown = story.scheduler.state.last_report.as_ref().expect("a report");
    assert_eq!((shown.received_at, shown.execution_time), (at("mon 01:20"), Some(span("20m"))));
    assert_eq!(shown.version, story.scheduler.version);
    assert_eq!(story.scheduler.state.runs[0].heard_at, at("mon 01:20"));
}

#[test]
fn a_stamp_is_of_the_future_only_beyond_the_moment_it_came_in() {
    let mut story = unscheduled();
    let future = |story: &crate::story::Story| match &story.log.last().expect("an event").fact {
        Fact::RunFinished { report, .. } => report.future,
        other => panic!("{other:?}"),
    };
    story.at("mon 01:00").say(completed().stamped("mon 01:00"));
    assert!(!future(&story));
    story.say(completed().stamped("mon 01:00:01"));
    assert!(future(&story));
}

#[test]
fn advice_on_starts_is_for_jobs_that_report_none() {
    let longest = Some(span("2h"));
    let advice =
        |story: &crate::story::Story, longest| domain::hints(&story.scheduler, longest, &story.facts);
    let mut story = nightly();
    assert!(advice(&story, longest).is_empty(), "nothing has run");
    story.at("mon 02:50").say(completed().took("50m"));
    assert!(advice(&story, Some(span("59m"))).is_empty(), "it fits");
    assert_eq!(advice(&story, Some(span("1h"))).len(), 1);
    story.at("tue 02:00").say(running()).at("tue 02:30").say(completed());
    assert!(advice(&story, longest).is_empty(), "it reports its starts");
}

#[test]
fn advice_on_running_times_and_silence_begins_where_a_run_reaches_the_limit() {
    let config =
        ConfigChange { max_runtime: limit("1h"), heartbeat_timeout: limit("30m"), ..Default::default() };
    let mut story = with(config);
    story.at("mon 01:00").say(running().run("a")).say(completed().run("a"));
    let advice = |longest| domain::hints(&story.scheduler, Some(span(longest)), &story.facts);
    assert_eq!(advice("29m59s"), [""; 0]);
    assert!(advice("30m")[0].starts_with("heartbeat_timeout is 30m, but a run took 30m"));
    assert_eq!(advice("59m").len(), 1);
    assert!(advice("1h")[0].starts_with("max_runtime is 1h, but a run took 1h"));
    assert_eq!(domain::hints(&story.scheduler, None, &story.facts), [""; 0]);
}
