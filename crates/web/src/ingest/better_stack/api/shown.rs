//! A scheduler as a heartbeat: a resource of JSON:API. Pure.

use app::SchedulerView;
use domain::schedule::Recurrence;
use domain::{Duration, Schedule};
use serde_json::{Value, json};

/// A heartbeat; with its address where a base is given.
pub(super) fn resource(view: &SchedulerView, base: Option<&str>) -> Value {
    let (scheduler, config) = (&view.scheduler, &view.scheduler.config);
    let id = config.ping_id.as_ref().map(|id| id.as_str().replace('-', ""));
    let url = base.zip(id).map(|(base, id)| format!("{base}/api/v1/heartbeat/{id}"));
    let paused = scheduler.state.paused;
    let seconds = |length: Duration| length.as_millis() / 1000;
    json!({
        "id": scheduler.key.id.as_str(),
        "type": "heartbeat",
        "attributes": {
            "url": url,
            "name": config.job_name,
            "period": config.schedule.as_ref().and_then(period).map(seconds),
            "grace": config.schedule.as_ref().map(|schedule| seconds(schedule.grace())),
            "call": false,
            "sms": false,
            "email": true,
            "push": true,
            "team_wait": Value::Null,
            "heartbeat_group_id": Value::Null,
            "team_name": scheduler.key.project.as_str(),
            "sort_index": Value::Null,
            "policy_id": Value::Null,
            "maintenance_from": Value::Null,
            "maintenance_to": Value::Null,
            "maintenance_timezone": "UTC",
            "maintenance_days": [],
            "paused": paused.is_some(),
            "paused_at": paused.map(|pause| pause.since.to_string()),
            "status": status(view),
            "created_at": scheduler.state.created_at.to_string(),
            "updated_at": scheduler.state.updated_at.to_string(),
        },
    })
}

fn period(schedule: &Schedule) -> Option<Duration> {
    match schedule.recurrence {
        Recurrence::Every { period, .. } => Some(period),
        Recurrence::Cron { .. } | Recurrence::OnCalendar { .. } => None,
    }
}

fn status(view: &SchedulerView) -> &'static str {
    let state = &view.scheduler.state;
    if state.paused.is_some() {
        "paused"
    } else if state.incident.is_some() {
        "down"
    } else if state.last_report.is_none() {
        "pending"
    } else {
        "up"
    }
}
