//! One event of each kind, with everything in it that can be: what the samples in `tests/formats` mean.

use domain::config::Config;
use domain::event::{Abandoned, Filed, Resolution, Slots, Standing, Touched};
use domain::id::{IncidentId, ProjectId, SchedulerId};
use domain::report::ReportFacts;
use domain::schedule::{ExpectFrom, OnCalendar, Recurrence, Schedule, Zone};
use domain::scheduler::{Acknowledged, Incident, LastReport, Missed, OpenRun, Pause, State};
use domain::{
    Cause, CauseSet, Duration, Event, Fact, Instant, Limit, Noted, Outcome, ReportId, RunId, RunNo,
    Scheduler, SchedulerKey, Status,
};

use crate::moments::{at, span};
use crate::rules::{cron_in, looping};

/// In the order of the variants.
pub(super) fn samples() -> Vec<Event> {
    let facts = [configuration(), reports(), conclusions(), incidents()].concat();
    facts.into_iter().map(|fact| Event { version: 42, at: at("mon 12:00"), fact }).collect()
}

fn configuration() -> Vec<Fact> {
    let calendar = Config {
        schedule: Some(Schedule::new(Recurrence::OnCalendar {
            expression: OnCalendar::parse("Mon..Fri 02:00").expect("an expression"),
            timezone: Zone::utc(),
        })),
        ..Config::default()
    };
    let touched = Touched { schedule: true, max_runtime: true, heartbeat_timeout: true };
    vec![
        Fact::Registered { config: config().into(), expected: Some(slot()) },
        Fact::Configured { config: calendar.into(), touched, expected: Some(slot()) },
        Fact::Paused { until: Some(slot()) },
        Fact::Resumed { expected: Some(slot()) },
    ]
}

fn reports() -> Vec<Fact> {
    let standing = Standing::Current;
    vec![
        Fact::PendingReported { report: report() },
        Fact::Noted { report: ReportFacts { no: 12, ..report() }, noted: Noted::Log },
        Fact::RunStarted {
            run: RunNo(7),
            report: report(),
            judged_from: at("mon 12:01"),
            standing,
            meets: true,
            expected: Some(slot()),
        },
        Fact::RunRefreshed { run: RunNo(7), report: report() },
        Fact::RunFinished {
            run: RunNo(7),
            report: report(),
            outcome: Outcome::Failed,
            run_id: Some(RunId::trusted("run-7")),
            started_at: Some(at("mon 11:00")),
            duration: Some(Duration::HOUR),
            standing: Standing::Old,
            meets: false,
            expected: Some(slot()),
        },
        Fact::StartFilled {
            run: RunNo(7),
            report: report(),
            started_at: at("mon 11:00"),
            duration: Some(Duration::HOUR),
            expected: Some(slot()),
        },
        Fact::ReportFiled { status: Status::Completed, report: report(), filed: Filed::Conflict },
    ]
}

fn conclusions() -> Vec<Fact> {
    let run = RunNo(7);
    let slots = Slots { first: at("mon 02:00"), last: at("mon 11:00"), count: 10, next: Some(slot()) };
    vec![
        Fact::HeartbeatsBegan { run },
        Fact::RunWentStale { run, heard_at: at("mon 11:50") },
        Fact::RunRevived { run },
        Fact::RunOverran { run, due: at("mon 12:00") },
        Fact::RunAbandoned { run, reason: Abandoned::Superseded, expected: Some(slot()) },
        Fact::SlotsMissed(slots.clone()),
        Fact::SlotsSkipped(slots.clone()),
        Fact::SlotsUnobserved(slots),
    ]
}

fn incidents() -> Vec<Fact> {
    let (incident, causes, by) = (IncidentId::mint(7), all_causes(), "ann@example.com".to_owned());
    let entered = CauseSet::from_iter([Cause::Missed]);
    vec![
        Fact::IncidentOpened { incident: incident.clone(), causes },
        Fact::IncidentWidened { entered, causes },
        Fact::IncidentRepeated { causes },
        Fact::IncidentReminded { causes },
        Fact::IncidentEscalated { step: 1, after: span("15m"), channels: vec!["pager".to_owned()], causes },
        Fact::IncidentAcknowledged { by: by.clone(), causes },
        Fact::AcknowledgementWithdrawn { by },
        Fact::IncidentResolved { incident, resolution: Resolution::Recovered },
        Fact::Checkpoint { scheduler: Box::new(scheduler()) },
    ]
}

fn all_causes() -> CauseSet {
    Cause::ALL.into_iter().collect()
}

fn slot() -> Instant {
    at("tue 02:00")
}

fn config() -> Config {
    Config {
        service_name: "billing".to_owned(),
        job_name: "nightly".to_owned(),
        owner_email: Some("ann@example.com".to_owned()),
        alert_user_id: Some("U012AB3CD".to_owned()),
        description: Some("Sends what is due.".to_owned()),
        tags: vec!["etl".to_owned()],
        schedule: Some(Schedule {
            grace: Some(span("30m")),
            early: Some(span("90s")),
            expect_from: ExpectFrom::FirstReport,
            ..cron_in("0 2 * * *", "Asia/Jakarta")
        }),
        max_runtime: Some(Limit::After(span("2h"))),
        heartbeat_timeout: Some(Limit::Off),
        failure_threshold: Some(2),
        recovery_threshold: Some(3),
        missed_threshold: Some(4),
        realert_after: Some(Limit::After(span("4h"))),
        remind_every: Some(Limit::Off),
        channels: Some(vec!["on-call".to_owned()]),
        ..Config::default()
    }
}

fn report() -> ReportFacts {
    ReportFacts {
        timestamp: at("sun 12:00"),
        received_at: at("mon 12:00"),
        happened_at: at("mon 11:59"),
        run_id: Some(RunId::trusted("run-7")),
        report_id: Some(ReportId::trusted("report-9")),
        execution_time: Some(span("59m")),
        exit_code: Some(137),
        error: Some("no space left on device".to_owned()),
        no: 0,
        future: true,
    }
}

fn scheduler() -> Scheduler {
    let id = SchedulerId::trusted("nightly");
    let key = SchedulerKey { project: ProjectId::default_project(), id };
    let config = Config { schedule: Some(looping("5m")), ..config() };
    Scheduler { key, incarnation: 2, version: 25, config: config.into(), state: state() }
}

fn state() -> State {
    State {
        created_at: at("mon 00:00"),
        updated_at: at("mon 12:00"),
        config_version: 3,
        settled: Status::Failed,
        settled_at: Some(at("mon 10:00")),
        last_report: Some(LastReport {
            timestamp: at("mon 11:00"),
            received_at: at("mon 11:00"),
            execution_time: Some(span("59m")),
            version: 24,
        }),
        runs: vec![OpenRun {
            no: RunNo(7),
            run_id: Some(RunId::trusted("run-7")),
            started_at: at("mon 11:00"),
            heard_at: at("mon 11:05"),
            judged_from: at("mon 11:01"),
            resumed_at: Some(at("mon 11:02")),
            beats: true,
            stale_at: Some(at("mon 11:15")),
            overran_at: Some(at("mon 11:20")),
        }],
        runs_seen: 7,
        newest_start: Some(at("mon 11:00")),
        newest_run: Some(RunNo(7)),
        expected: Some(slot()),
        expect_after: at("mon 00:00"),
        judged: Some(at("mon 02:00")),
        missed: Some(Missed {
            first: at("mon 01:00"),
            last: at("mon 02:00"),
            count: 2,
            recorded_at: at("mon 02:30"),
        }),
        failures: 2,
        completions: Some(0),
        starts_seen: true,
        heartbeats_seen: true,
        armed_from: Some(RunNo(1)),
        messages: 0,
        resumed_at: None,
        paused: Some(Pause { since: at("mon 11:30"), until: Some(slot()) }),
        incident: Some(Incident {
            id: IncidentId::mint(7),
            opened_at: at("mon 02:30"),
            opened_version: 12,
            alerted_at: at("mon 11:20"),
            causes: all_causes(),
            acknowledged: Some(Acknowledged {
                by: "ann@example.com".to_owned(),
                at: at("mon 11:25"),
                causes: all_causes(),
            }),
            escalated: 0,
        }),
    }
}
