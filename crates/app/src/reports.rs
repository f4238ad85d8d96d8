//! What jobs say: reports and heartbeats. The hot paths, open to every key that may report.

use domain::{
    Command, ConfigChange, Fact, Instant, OnConflict, Rejection, Report, RunId, Scheduler, SchedulerId,
};

use crate::app::App;
use crate::caller::Caller;
use crate::error::{AppError, AppResult};
use crate::ports::{Role, SchedulerRow};
use crate::schedulers::changed_fields;
use crate::telemetry::Telemetry;
use crate::update::{Update, Updated, shown_payload};
use crate::view::SchedulerView;

impl App {
    /// Takes a report: the hot path.
    pub async fn report(&self, caller: &Caller, id: SchedulerId, report: Report) -> AppResult<SchedulerView> {
        let key = caller.key(id);
        let payload = shown_payload(&report);
        let counts = ReportCounts::of(&report);
        let detail = changed_fields(&named_by(&report));
        let audit = |at| caller.audit(at, "scheduler.rename", key.id.as_str(), detail.as_str());
        let command = Command::Report { report: Box::new(report), on_conflict: OnConflict::Refuse };
        let allowed = |before: &Scheduler, after: &Scheduler| caller.writes(Role::Reporter, before, after);
        let update = Update { key: &key, command, allowed: &allowed, audit: Some(&audit) };
        let updated = self.update(update).await.map_err(unregistered)?;
        self.count_report(&counts, &updated);
        let told = updated.decision.events.iter().rfind(|event| event.fact.report().is_some());
        let shown = updated.decision.after.state.last_report.as_ref().map(|report| report.version);
        if told.is_none_or(|event| Some(event.version) != shown) {
            return self.shown(updated).await;
        }
        let now = updated.now;
        let row = SchedulerRow { scheduler: updated.decision.after, liveness: updated.liveness, payload };
        Ok(self.view(row, now))
    }

    /// Takes a heartbeat: the hottest path. Answers when it came in.
    pub async fn heartbeat(
        &self,
        caller: &Caller,
        id: SchedulerId,
        run_id: Option<RunId>,
        received_at: Instant,
    ) -> AppResult<Instant> {
        let key = caller.key(id);
        let command = Command::Heartbeat { run_id, received_at };
        let allowed = |before: &Scheduler, after: &Scheduler| caller.writes(Role::Reporter, before, after);
        self.update(Update { key: &key, command, allowed: &allowed, audit: None })
            .await
            .map_err(unregistered)?;
        Telemetry::add(&self.telemetry.heartbeats, 1);
        Ok(received_at)
    }

    pub(crate) fn count_report(&self, report: &ReportCounts, updated: &Updated) {
        Telemetry::add(&self.telemetry.reports, 1);
        Telemetry::add(&self.telemetry.cut_fields, report.cut_fields);
        Telemetry::add(&self.telemetry.future_reports, u64::from(report.is_ahead));
        for event in &updated.decision.events {
            if let Fact::RunFinished { duration: Some(length), .. } = &event.fact {
                self.telemetry.run_took(*length);
            }
        }
    }
}

/// What is counted of a report once it is taken.
pub(crate) struct ReportCounts {
    cut_fields: u64,
    is_ahead: bool,
}

impl ReportCounts {
    pub(crate) fn of(report: &Report) -> Self {
        Self {
            cut_fields: report.payload.cut.len() as u64,
            is_ahead: report.timestamp.is_some_and(|at| at > report.received_at),
        }
    }
}

fn named_by(report: &Report) -> ConfigChange {
    ConfigChange {
        service_name: report.service_name.clone(),
        job_name: report.job_name.clone(),
        ..ConfigChange::default()
    }
}

/// On status and heartbeat the message says what to do.
fn unregistered(error: AppError) -> AppError {
    match error {
        AppError::Rejected(Rejection::NotFound(id)) => AppError::NotRegistered(id),
        other => other,
    }
}
