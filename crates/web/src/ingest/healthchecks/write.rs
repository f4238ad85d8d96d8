//! Making checks and changing them. A check is found again by what the client calls unique, so that a sync tool may send
//! the same twice.

use app::SchedulerView;
use app::ports::Filter;
use axum::http::StatusCode;
use axum::response::Response;
use domain::{ConfigChange, Patch, PingId, Rejection, SchedulerId};

use super::answer::Refusal;
use super::change::{self, birth};
use super::enter::{Client, Sent};
use super::shown::{Expected, grace, name, slug, unique_key, unslugged};
use super::spec::{Spec, Unique};
use super::{Question, find};

/// The service of a check, unless the key is limited to others.
const SERVICE_DEFAULT: &str = "default";
/// How often a change is made again because somebody else was faster.
const TRIES_MAX: usize = 5;

/// Makes a check, or changes the one that is meant.
pub(super) async fn create(question: &Question, client: &Client, sent: Sent) -> Result<Response, Refusal> {
    let spec = read(question, client, &sent).await?;
    if let Some(view) = meant(question, client, &spec.said).await? {
        let view = Box::pin(changed(question, client, &view.scheduler.key.id, &spec)).await?;
        return find::told(question, client, &view, StatusCode::OK).await;
    }
    let id = Box::pin(born(question, client, &spec)).await?;
    let view = question.state.app().scheduler(&client.caller, id).await?;
    find::told(question, client, &view, StatusCode::CREATED).await
}

/// Changes the check of an id.
pub(super) async fn update(
    question: &Question,
    client: &Client,
    id: &PingId,
    sent: Sent,
) -> Result<Response, Refusal> {
    let check = find::by_id(question, client, id).await?;
    let spec = read(question, client, &sent).await?;
    let view = Box::pin(changed(question, client, &check.scheduler.key.id, &spec)).await?;
    find::told(question, client, &view, StatusCode::OK).await
}

/// What was said of a check, with the channels that it names looked up.
struct Checked {
    said: Spec,
    channels: Option<Vec<String>>,
}

impl Checked {
    fn with_channels(&self, change: ConfigChange) -> ConfigChange {
        ConfigChange { channels: self.channels.clone().map_or(Patch::Keep, Patch::Set), ..change }
    }
}

async fn read(question: &Question, client: &Client, sent: &Sent) -> Result<Checked, Refusal> {
    let said = Spec::read(&sent.0).map_err(Refusal::Bad)?;
    let channels = match &said.channels {
        Some(text) => {
            let all = find::channels(question, client).await?;
            Some(change::channels(text, &all).map_err(Refusal::Bad)?)
        }
        None => None,
    };
    Ok(Checked { said, channels })
}

/// The check that has everything that is called unique; the oldest, where several have. Where something is called unique
/// that is not given, none has.
async fn meant(question: &Question, client: &Client, spec: &Spec) -> Result<Option<SchedulerView>, Refusal> {
    if spec.unique.is_empty() {
        return Ok(None);
    }
    let is_unnamed = spec.name.as_ref().is_none_or(String::is_empty);
    let prefix = spec.name.clone().filter(|_| spec.unique.contains(&Unique::Name) && !is_unnamed);
    let views = find::all(question, client, Filter { prefix, ..Filter::default() }).await?;
    let is_meant = |view: &SchedulerView| spec.unique.iter().all(|field| has(view, *field, spec));
    Ok(views.into_iter().filter(is_meant).min_by_key(|view| view.scheduler.state.created_at))
}

fn has(view: &SchedulerView, field: Unique, spec: &Spec) -> bool {
    let scheduler = &view.scheduler;
    let config = &scheduler.config;
    match field {
        Unique::Name => spec.name.as_deref() == Some(name(scheduler)),
        Unique::Slug => spec.slug.as_deref() == Some(slug(scheduler)),
        Unique::Tags => spec.tags.as_ref() == Some(&config.tags),
        Unique::Grace => spec.grace == Some(grace(config).as_millis() / 1000),
        Unique::Timeout => {
            matches!(Expected::of(config), Expected::Timeout { timeout } if spec.timeout == Some(timeout))
        }
    }
}

/// Makes a scheduler: called as its slug is, where nothing else is called so.
async fn born(question: &Question, client: &Client, spec: &Checked) -> Result<SchedulerId, Refusal> {
    let app = question.state.app();
    let ping_id = PingId::mint(app.ports().chance.bits());
    let service = client.caller.services.first().map_or(SERVICE_DEFAULT, String::as_str);
    for id in names(spec, question.version, &ping_id) {
        let change = ConfigChange {
            ping_id: Some(ping_id.clone()),
            service_name: Some(service.to_owned()),
            ..spec.with_channels(birth(&spec.said, question.version, &id))
        };
        if app.create_only(&client.caller, id.clone(), change).await? {
            return Ok(id);
        }
    }
    Err(app::AppError::Busy.into())
}

/// What a scheduler may be called, in order. Never its ping address, which is a secret: whoever may read sees its name.
fn names(spec: &Checked, version: u8, ping_id: &PingId) -> Vec<SchedulerId> {
    let key = unique_key(ping_id);
    let slug = change::slug(&spec.said, version).filter(|slug| !slug.is_empty());
    let other = slug.as_ref().map_or_else(|| unslugged(ping_id), |slug| format!("{slug}-{}", &key[..8]));
    slug.into_iter().chain([other, key]).map(SchedulerId::trusted).collect()
}

/// Changes a scheduler as it is now: again, where somebody else changed it meanwhile.
async fn changed(
    question: &Question,
    client: &Client,
    id: &SchedulerId,
    spec: &Checked,
) -> Result<SchedulerView, Refusal> {
    let app = question.state.app();
    for _ in 0..TRIES_MAX {
        let before = app.scheduler(&client.caller, id.clone()).await?.scheduler;
        let change = spec.with_channels(change::change(&spec.said, question.version, &before.config, id));
        let version = Some(before.state.config_version);
        match app.patch(&client.caller, id.clone(), change, version).await {
            Err(app::AppError::Rejected(Rejection::VersionMismatch { .. })) => {}
            changed => return Ok(changed?),
        }
    }
    Err(app::AppError::Busy.into())
}
