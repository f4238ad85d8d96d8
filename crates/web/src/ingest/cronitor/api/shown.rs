//! A scheduler as Cronitor's API shows a monitor. Pure.

use app::SchedulerView;
use domain::schedule::{From, Recurrence};
use domain::{Health, Limit, Status};
use serde_json::{Value, json};

use super::super::super::Pairs;
use super::phrase;

/// A monitor.
pub(super) fn shown(view: &SchedulerView) -> Value {
    let (scheduler, config) = (&view.scheduler, &view.scheduler.config);
    let (key, threshold) = (scheduler.key.id.as_str(), config.failure_threshold());
    let schedule = config.schedule.as_ref();
    let text = schedule.map(|schedule| expression(&schedule.recurrence));
    let zone = schedule.and_then(|schedule| match &schedule.recurrence {
        Recurrence::Cron { timezone, .. } | Recurrence::OnCalendar { timezone, .. } => {
            Some(timezone.name().to_owned())
        }
        Recurrence::Every { .. } => None,
    });
    let limit = |limit: &Option<Limit>| limit.and_then(Limit::duration).map(phrase::written);
    let longest = limit(&config.max_runtime).map(|longest| format!("metric.duration < {longest}"));
    json!({
        "key": key,
        "name": config.job_name,
        "type": kind(view),
        "schedule": text,
        "schedules": text.iter().collect::<Vec<_>>(),
        "timezone": zone,
        "grace_seconds": schedule.and_then(|schedule| schedule.grace).map(|grace| grace.as_millis() / 1000),
        "failure_tolerance": threshold - 1,
        "consecutive_alert_threshold": threshold,
        "realert_interval": limit(&config.realert_after).map(|after| format!("every {after}")),
        "assertions": longest.iter().collect::<Vec<_>>(),
        "notify": config.channels.clone().unwrap_or_else(|| vec!["default".to_owned()]),
        "tags": config.tags,
        "group": config.service_name,
        "note": config.description,
        "paused": scheduler.state.paused.is_some(),
        "disabled": false,
        "passing": is_passing(view),
        "initialized": scheduler.state.last_report.is_some(),
        "running": scheduler.status() == Status::Running,
        "latest_event": event(view),
        "latest_issue": issue(view),
        "attributes": { "group_name": config.service_name, "key": key, "code": key },
    })
}

/// Whether a monitor is one that a query asks for, as far as the list could not tell already.
pub(super) fn is_meant(view: &SchedulerView, query: &Pairs) -> bool {
    let is = |name: &str, judge: &dyn Fn(&str) -> bool| query.given(name).is_none_or(judge);
    let (_, environment) = view.scheduler.key.id.as_str().split_once('@').unwrap_or(("", "production"));
    is("type", &|kinds| kinds.split(',').any(|wanted| wanted == kind(view)))
        && is("env", &|name| name == environment)
        && is("state", &|state| match state {
            "failing" => !is_passing(view),
            "healthy" | "passing" => is_passing(view) && view.health != Health::Paused,
            "paused" => view.scheduler.state.paused.is_some(),
            "new" => view.scheduler.state.last_report.is_none(),
            "running" => view.scheduler.status() == Status::Running,
            _ => true,
        })
}

/// A heartbeat is what is expected so long after the last one.
pub(super) fn kind(view: &SchedulerView) -> &'static str {
    let recurrence = view.scheduler.config.schedule.as_ref().map(|schedule| &schedule.recurrence);
    if matches!(recurrence, Some(Recurrence::Every { from: From::End, .. })) { "heartbeat" } else { "job" }
}

fn is_passing(view: &SchedulerView) -> bool {
    view.scheduler.state.incident.is_none()
}

fn expression(recurrence: &Recurrence) -> String {
    match recurrence {
        Recurrence::Every { period, .. } => format!("every {}", phrase::written(*period)),
        Recurrence::Cron { expression, .. } => expression.to_string(),
        Recurrence::OnCalendar { expression, .. } => expression.to_string(),
    }
}

fn event(view: &SchedulerView) -> Option<Value> {
    let last = view.scheduler.state.last_report.as_ref()?;
    let word = match view.scheduler.status() {
        Status::Pending => "ok",
        Status::Running => "run",
        Status::Completed => "complete",
        Status::Failed => "fail",
    };
    let stamp = last.received_at.as_millis() as f64 / 1000.0;
    let took = last.execution_time.map(|took| took.as_millis() as f64 / 1000.0);
    Some(json!({ "stamp": stamp, "state": word, "duration": took, "message": view.payload.error_message }))
}

fn issue(view: &SchedulerView) -> Option<Value> {
    let incident = view.scheduler.state.incident.as_ref()?;
    Some(json!({ "key": incident.id.as_str(), "state": "unresolved" }))
}
