//! Small things that every test needs: names, instants, registrations, reports, notices, keys.

use app::Notice;
use app::ports::{AuditEntry, Delivery, DeliveryState, KeyRecord, Role};
use domain::id::{AlertId, ChannelId, DeliveryId, IncidentId, KeyId};
use domain::schedule::{From, Recurrence};
use domain::{
    Alert, AlertKind, Cause, CauseSet, Command, ConfigChange, Duration, Facts, Instant, OnConflict, Patch,
    Payload, ProjectId, Report, ReportId, RunId, Schedule, Scheduler, SchedulerId, SchedulerKey, Status,
    Story, decide,
};
use serde_json::{Map, Value};

/// When tests begin: Monday, 2 March 2026, 08:00 UTC.
pub fn start() -> Instant {
    Instant::from_seconds(1_772_438_400)
}

/// So many seconds after the beginning; before it, where the number is negative.
pub fn after(seconds: i64) -> Instant {
    Instant::from_millis(start().as_millis() + seconds * 1000)
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
        output: None,
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

/// The notice that carries an [`alert`].
pub fn notice(incident: &str, version: u32) -> Notice {
    Notice::Alert(Box::new(alert(incident, version)))
}

/// The alert of an incident of scheduler `nightly` that an event of that version raised: it opens, then it widens.
pub fn alert(incident: &str, version: u32) -> Alert {
    let kind = if version == 1 { AlertKind::Opened } else { AlertKind::Widened };
    Alert {
        id: AlertId::trusted(format!("{incident}-{version}")),
        key: key("nightly"),
        incarnation: 1,
        incident: IncidentId::trusted(incident),
        kind,
        at: after(version.into()),
        opened_at: start(),
        causes: CauseSet::from_iter([Cause::Failing]),
        cause: Some(Cause::Failing),
        severity: domain::Severity::Error,
        story: Story { service_name: "billing".to_owned(), failures: version, ..Story::default() },
    }
}

/// A notice on its way to a channel, as it is when it is routed.
pub fn delivery(notice: &Notice, channel: &str, now: Instant) -> Delivery {
    Delivery {
        id: DeliveryId::trusted(format!("{}.{channel}", notice.id())),
        project: notice.project().clone(),
        channel: ChannelId::trusted(channel),
        thread: notice.thread(),
        notice: notice.clone(),
        created_at: now,
        due_at: now,
        attempts: 0,
        state: DeliveryState::Pending,
        last_answer: None,
        finished_at: None,
    }
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
