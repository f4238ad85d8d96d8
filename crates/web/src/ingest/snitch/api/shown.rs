//! A scheduler as a snitch. Pure.

use app::SchedulerView;
use domain::Health;
use domain::config::Config;
use serde_json::{Value, json};

use super::interval;

/// A snitch, reached under that base.
pub(super) fn shown(view: &SchedulerView, base: &str) -> Value {
    let (scheduler, config) = (&view.scheduler, &view.scheduler.config);
    let token = token(config);
    let interval = config.schedule.as_ref().and_then(interval::word);
    json!({
        "token": token,
        "href": token.as_ref().map(|token| format!("/v1/snitches/{token}")),
        "name": config.job_name,
        "tags": config.tags,
        "notes": config.description,
        "status": status(view),
        "checked_in_at": scheduler.state.last_report.as_ref().map(|last| last.received_at.to_string()),
        "created_at": scheduler.state.created_at.to_string(),
        "interval": interval,
        "type": { "interval": interval },
        "alert_type": "basic",
        "alert_email": config.owner_email.iter().collect::<Vec<_>>(),
        "check_in_url": token.map(|token| format!("{base}/snitch/{token}")),
    })
}

/// The alias that it has, else its ping id without dashes.
fn token(config: &Config) -> Option<String> {
    let alias = config.aliases.first().cloned();
    alias.or_else(|| config.ping_id.as_ref().map(|id| id.as_str().replace('-', "")))
}

fn status(view: &SchedulerView) -> &'static str {
    let (scheduler, health) = (&view.scheduler, view.health);
    if scheduler.state.paused.is_some() {
        "paused"
    } else if matches!(health, Health::Failing | Health::Stale | Health::Overrun) {
        "errored"
    } else if health == Health::Missed {
        "missing"
    } else if scheduler.state.last_report.is_none() {
        "pending"
    } else {
        "healthy"
    }
}
