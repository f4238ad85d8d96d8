//! What a monitor that was sent changes of its scheduler as it is now.

use app::{AppError, AppResult, Caller};
use domain::config::Config;
use domain::{ConfigChange, Limit, Patch, Schedule};

use super::super::super::manage::SERVICE_DEFAULT;
use super::asked::{EXPECT_FROM, Monitor, Said};
use crate::state::WebState;

/// What registering a monitor means. Channels that we do not know are left out: alerts that nobody hears are worse than
/// alerts that go to the default channels.
pub(super) async fn of(state: &WebState, caller: &Caller, monitor: &Monitor) -> AppResult<ConfigChange> {
    let now = match state.app().scheduler(caller, monitor.id.clone()).await {
        Ok(view) => Some(view.scheduler.config),
        Err(AppError::Rejected(domain::Rejection::NotFound(_))) => None,
        Err(error) => return Err(error),
    };
    let known = state.app().channel_names(caller).await?;
    let is_known = |name: &String| known.values().any(|known| known == name);
    let channels = monitor.notify.clone().map(|names| names.into_iter().filter(is_known).collect::<Vec<_>>());
    let service = caller.services.first().map_or(SERVICE_DEFAULT, String::as_str);
    Ok(change(monitor, now.as_deref(), channels, service))
}

fn change(
    monitor: &Monitor,
    now: Option<&Config>,
    channels: Option<Vec<String>>,
    service: &str,
) -> ConfigChange {
    let is_new = now.is_none();
    let default_name = || monitor.default_name.clone().unwrap_or_else(|| monitor.id.to_string());
    ConfigChange {
        service_name: monitor.group.clone().or_else(|| is_new.then(|| service.to_owned())),
        job_name: monitor.name.clone().or_else(|| is_new.then(default_name)),
        description: patch(&monitor.note),
        tags: monitor.tags.clone().map_or(Patch::Keep, Patch::Set),
        schedule: schedule(monitor, now.and_then(|now| now.schedule.as_ref())),
        max_runtime: monitor.longest.map_or(Patch::Keep, |longest| Patch::Set(Limit::After(longest))),
        failure_threshold: patch(&monitor.threshold),
        realert_after: match &monitor.realert {
            Said::Nothing => Patch::Keep,
            Said::None => Patch::Clear,
            Said::This(after) => Patch::Set(Limit::After(*after)),
        },
        channels: match channels {
            None => Patch::Keep,
            Some(names) if names.is_empty() => Patch::Clear,
            Some(names) => Patch::Set(names),
        },
        ..ConfigChange::default()
    }
}

fn patch<T: Clone>(said: &Said<T>) -> Patch<T> {
    match said {
        Said::Nothing => Patch::Keep,
        Said::None => Patch::Clear,
        Said::This(value) => Patch::Set(value.clone()),
    }
}

/// The schedule with the grace, either of which may be the one that it has.
fn schedule(monitor: &Monitor, now: Option<&Schedule>) -> Patch<Schedule> {
    let recurrence = match &monitor.schedule {
        Said::None => return Patch::Clear,
        Said::This(recurrence) => Some(recurrence.clone()),
        Said::Nothing => None,
    };
    let base = now.cloned().or_else(|| {
        let recurrence = recurrence.clone()?;
        Some(Schedule { expect_from: EXPECT_FROM, ..Schedule::new(recurrence) })
    });
    let Some(base) = base.filter(|_| recurrence.is_some() || monitor.grace.is_some()) else {
        return Patch::Keep;
    };
    let recurrence = recurrence.unwrap_or_else(|| base.recurrence.clone());
    Patch::Set(Schedule { recurrence, grace: monitor.grace.or(base.grace), ..base })
}
