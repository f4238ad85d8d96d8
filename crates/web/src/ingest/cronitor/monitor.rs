//! Whom an event is for: the scheduler of a monitor's key, or one that comes to be.
//!
//! Cronitor keeps the environments of a monitor apart within it; here each is a scheduler of its own, so that a run in
//! staging does not stand in for one in production: the key in production, else `key@environment`. One that comes to
//! be beside that of production is like it.

use app::ingest::{Address, Found, Place, Vain};
use app::{AppError, AppResult, Caller};
use domain::config::Config;
use domain::schedule::ExpectFrom;
use domain::time::shorten;
use domain::{ConfigChange, Patch, Schedule, SchedulerId};

use super::super::manage::SERVICE_DEFAULT;
use super::super::push::{Push, token};

const TAG_CHARS_MAX: usize = 64;

/// A monitor in an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) key: String,
    /// None in production.
    pub(super) environment: Option<String>,
}

impl Name {
    fn full(&self) -> String {
        match &self.environment {
            Some(environment) => format!("{}@{environment}", self.key),
            None => self.key.clone(),
        }
    }

    fn tags(&self) -> Vec<String> {
        let Some(environment) = &self.environment else { return Vec::new() };
        let tags = [format!("monitor:{}", self.key), format!("environment:{environment}")];
        tags.map(|tag| shorten(&tag, TAG_CHARS_MAX - 1)).to_vec()
    }
}

/// The place of a monitor, which is made where there is none; `None` where it cannot be, which is counted.
pub(super) async fn place(push: Push<'_>, caller: &Caller, name: &Name) -> AppResult<Option<Place>> {
    match find(push, caller, &name.full()).await? {
        Found::One(place) if caller.reaches(&place.config.service_name) => return Ok(Some(place)),
        Found::None => {}
        found => {
            let (problem, sample) = match found {
                Found::Several => ("ambiguous_slug", "several schedulers have this key as their slug"),
                _ => ("forbidden", "the API key is limited to other services than this scheduler's"),
            };
            push.vain(Some(&caller.project), problem, &name.full(), sample);
            return Ok(None);
        }
    }
    let Some(id) = make(push, caller, name).await? else { return Ok(None) };
    let found = push.state.app().place(Address::Slug(caller.project.clone(), id.to_string())).await?;
    Ok(if let Found::One(place) = found { Some(place) } else { None })
}

/// Who has a key as slug or id, else as an alias.
async fn find(push: Push<'_>, caller: &Caller, key: &str) -> AppResult<Found> {
    let app = push.state.app();
    let by_slug = app.place(Address::Slug(caller.project.clone(), key.to_owned())).await?;
    if !matches!(by_slug, Found::None) {
        return Ok(by_slug);
    }
    let by_token = app.place(token(key)).await?;
    Ok(match by_token {
        Found::One(place) if place.key.project == caller.project => Found::One(place),
        _ => Found::None,
    })
}

async fn make(push: Push<'_>, caller: &Caller, name: &Name) -> AppResult<Option<SchedulerId>> {
    let app = push.state.app();
    let vain = |problem: &str, sample: &str| {
        push.vain(Some(&caller.project), problem, &Vain::token(&name.key), sample);
    };
    let id = match SchedulerId::parse(&name.full()) {
        Ok(id) => id,
        Err(bad) => {
            vain("invalid_key", &format!("the monitor's key {bad}"));
            return Ok(None);
        }
    };
    let like = match (&name.environment, find(push, caller, &name.key).await?) {
        (Some(_), Found::One(place)) => like(&place.config),
        _ => ConfigChange::default(),
    };
    let service = caller.services.first().map_or(SERVICE_DEFAULT, String::as_str);
    let change = ConfigChange {
        service_name: like.service_name.clone().or_else(|| Some(service.to_owned())),
        job_name: Some(name.full()),
        tags: Patch::Set(name.tags()),
        ..like
    };
    match app.create_only(caller, id.clone(), change).await {
        Ok(_) => Ok(Some(id)),
        Err(AppError::Forbidden(why)) => {
            vain("forbidden", &why);
            Ok(None)
        }
        Err(AppError::Rejected(why)) => {
            vain("invalid_key", &why.to_string());
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// What makes a scheduler behave as another does, from its first report on.
pub(super) fn like(config: &Config) -> ConfigChange {
    fn given<T: Clone>(field: Option<&T>) -> Patch<T> {
        field.cloned().map_or(Patch::Keep, Patch::Set)
    }
    let schedule = config.schedule.clone();
    ConfigChange {
        service_name: Some(config.service_name.clone()),
        owner_email: given(config.owner_email.as_ref()),
        alert_user_id: given(config.alert_user_id.as_ref()),
        description: given(config.description.as_ref()),
        schedule: schedule.map_or(Patch::Keep, |schedule| {
            Patch::Set(Schedule { expect_from: ExpectFrom::FirstReport, ..schedule })
        }),
        max_runtime: given(config.max_runtime.as_ref()),
        heartbeat_timeout: given(config.heartbeat_timeout.as_ref()),
        failure_threshold: given(config.failure_threshold.as_ref()),
        recovery_threshold: given(config.recovery_threshold.as_ref()),
        missed_threshold: given(config.missed_threshold.as_ref()),
        realert_after: given(config.realert_after.as_ref()),
        remind_every: given(config.remind_every.as_ref()),
        channels: given(config.channels.as_ref()),
        severity: given(config.severity.as_ref()),
        escalation: given(config.escalation.as_ref()),
        ..ConfigChange::default()
    }
}
