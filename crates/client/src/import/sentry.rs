//! Monitors of Sentry's crons, as its API lists them (`GET /api/0/organizations/ORG/monitors/`, page by page). The slug is the id,
//! with `@ENVIRONMENT` after it outside production: what a check-in is known by here.

use serde_json::Value;

use super::interval;
use super::monitor::{Monitor, Reading, calendar, every, runtime, text};

/// What a monitor has where it says nothing, in minutes.
const MARGIN_DEFAULT: u64 = 1;
const MAX_RUNTIME_DEFAULT: u64 = 30;
const PRODUCTION: &str = "production";
/// Most failures in a row that the server lets pass.
const THRESHOLD_MAX: u64 = 100;

/// Reads pages. An error is for all of them.
pub(crate) fn read(documents: &[Value]) -> Result<Reading, String> {
    let mut reading = Reading::default();
    for document in documents {
        let list = document.as_array();
        let list = list.ok_or(
            "there is no list of monitors: it must be what GET /api/0/organizations/ORG/monitors/ answers",
        )?;
        list.iter().try_for_each(|it| monitor(it, &mut reading))?;
    }
    Ok(reading)
}

fn monitor(it: &Value, reading: &mut Reading) -> Result<(), String> {
    let slug = text(it, "slug");
    if slug.is_empty() {
        reading.pass_over(format!("monitor {}", text(it, "name")), "it has no slug");
        return Ok(());
    }
    let environments = it["environments"].as_array().into_iter().flatten();
    let mut environments: Vec<&str> =
        environments.map(|it| text(it, "name")).filter(|name| !name.is_empty()).collect();
    if environments.is_empty() {
        environments.push(PRODUCTION);
    }
    environments.into_iter().try_for_each(|environment| reading.add(in_environment(it, slug, environment)))
}

fn in_environment(it: &Value, slug: &str, environment: &str) -> Monitor {
    let config = &it["config"];
    let is_production = environment == PRODUCTION;
    let id = if is_production { slug.to_owned() } else { format!("{slug}@{environment}") };
    let mut monitor = Monitor {
        kind: "monitor",
        name: id.clone(),
        wanted_id: id,
        service: it["project"]["slug"].as_str().map(str::to_owned),
        tags: vec![format!("monitor:{slug}"), format!("environment:{environment}")],
        is_paused: it["status"] == "disabled",
        ..Monitor::default()
    };
    let margin = minutes(config, "checkin_margin").unwrap_or(MARGIN_DEFAULT * 60);
    monitor.schedule = schedule(config, margin);
    if monitor.schedule.is_none() {
        monitor
            .notes
            .push("its schedule is not one that can be read, and it is expected at no time".to_owned());
    }
    monitor.set("max_runtime", runtime(minutes(config, "max_runtime").unwrap_or(MAX_RUNTIME_DEFAULT * 60)));
    monitor.set("heartbeat_timeout", Some("off"));
    let threshold = |field: &str| config[field].as_u64().filter(|it| *it > 1).map(|it| it.min(THRESHOLD_MAX));
    monitor.set("failure_threshold", threshold("failure_issue_threshold"));
    monitor.set("recovery_threshold", threshold("recovery_threshold"));
    monitor
}

/// So many minutes in seconds; none and nought are the same there.
fn minutes(config: &Value, field: &str) -> Option<u64> {
    config[field].as_u64().filter(|minutes| *minutes > 0).map(|minutes| minutes.saturating_mul(60))
}

fn schedule(config: &Value, margin: u64) -> Option<Value> {
    if let Some(expression) = config["schedule"].as_str() {
        let zone = config["timezone"].as_str().filter(|zone| !zone.is_empty()).unwrap_or("UTC");
        return Some(calendar(expression, zone, margin));
    }
    let (count, unit) = (config["schedule"][0].as_u64()?, config["schedule"][1].as_str()?);
    Some(every(interval::seconds(&format!("{count} {unit}"))?, "start", margin))
}

#[cfg(test)]
mod tests;
