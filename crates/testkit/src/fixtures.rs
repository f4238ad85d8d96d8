//! Small things that every test needs: names, instants, registrations, reports, keys.

use app::ports::{AuditEntry, KeyRecord, Role};
use domain::id::KeyId;
use domain::schedule::{From, Recurrence};
use domain::{
    Command, ConfigChange, Duration, Facts, Instant, OnConflict, Patch, Payload, ProjectId, Report, ReportId,
    RunId, Schedule, Scheduler, SchedulerId, SchedulerKey, Status, decide,
};
use serde_json::{Map, Value};

/// When tests begin: Monday, 2 March 2026, 08:00 UTC.
pub fn start() -> Instant {
    Instant::from_seconds(1_772_438_400)
}

/// So many seconds after the beginning.
pub fn after(seconds: i64) -> Instant {
    start() + Duration::from_seconds(seconds)
}

/// A scheduler of the default project.
pub fn key(id: &str) -> SchedulerKey {
    key_in("default", id)
}

/// A scheduler of some project.
pub fn key_in(project: &str, id: &str) -> SchedulerKey {
    let project = ProjectId::parse(project).expect("a project's name");
    SchedulerKey { project, id: SchedulerId::parse(id).expect("a scheduler's id") }
}

/// A registration of service `billing`, job `nightly`, without a schedule: nothing is expected of it.
pub fn registration() -> ConfigChange {
    ConfigChange {
        service_name: Some("billing".to_owned()),
        job_name: Some("nightly".to_owned()),
        ..ConfigChange::default()
    }
}

/// A schedule of one run a period, with that much grace.
pub fn every(period: Duration, grace: Duration) -> Patch<Schedule> {
    let recurrence = Recurrence::Every { period, from: From::Start };
    Patch::Set(Schedule { grace: Some(grace), ..Schedule::new(recurrence) })
}

/// The command that registers, or changes the configuration.
pub fn configure(change: ConfigChange) -> Command {
    Command::Configure { change: Box::new(change), only_if: None }
}

/// A scheduler as it is right after its registration at the beginning.
pub fn registered(key: SchedulerKey) -> Scheduler {
    let unborn = Scheduler::unborn(key, 1);
    let decision = decide(&unborn, &Facts::default(), configure(registration()), start());
    decision.expect("a registration is accepted").after
}

/// A report that says nothing but a status, by a job whose clock is right.
pub fn report(status: Status, received_at: Instant) -> Report {
    Report {
        status,
        run_id: None,
        report_id: None,
        timestamp: Some(received_at),
        sent_at: None,
        received_at,
        execution_time: None,
        exit_code: None,
        service_name: None,
        job_name: None,
        payload: Payload::default(),
    }
}

/// A report of a run that has a name.
pub fn report_of(run_id: &str, status: Status, received_at: Instant) -> Report {
    Report { run_id: Some(self::run_id(run_id)), ..report(status, received_at) }
}

/// The command that carries a report in, for somebody who waits for the answer.
pub fn reported(report: Report) -> Command {
    Command::Report { report: Box::new(report), on_conflict: OnConflict::Refuse }
}

/// A heartbeat that names no run.
pub const fn heartbeat(received_at: Instant) -> Command {
    Command::Heartbeat { run_id: None, received_at }
}

/// The name of a run.
pub fn run_id(text: &str) -> RunId {
    RunId::parse(text).expect("a run id")
}

/// The id of a report.
pub fn report_id(text: &str) -> ReportId {
    ReportId::parse(text).expect("a report id")
}

/// A payload with an error text and one field of metadata.
pub fn payload(error: &str) -> Payload {
    let metadata = Map::from_iter([("rows".to_owned(), Value::from(error.len()))]);
    Payload::bounded(Some(error.to_owned()), Some(metadata))
}

/// An audit entry of the default project.
pub fn audit(at: Instant, action: &str, subject: &str) -> AuditEntry {
    AuditEntry {
        project: ProjectId::default_project(),
        at,
        actor: "cli".to_owned(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        detail: String::new(),
    }
}

/// An API key of the default project that works for ever. The number makes id and hash.
pub fn api_key(number: u32, created_at: Instant) -> KeyRecord {
    KeyRecord {
        id: KeyId::mint(number.into()),
        project: ProjectId::default_project(),
        name: format!("key {number}"),
        role: Role::Reporter,
        services: vec!["billing".to_owned()],
        prefix: format!("pk_{number}"),
        hash: format!("{number:064x}"),
        created_at,
        expires_at: None,
        revoked_at: None,
    }
}
