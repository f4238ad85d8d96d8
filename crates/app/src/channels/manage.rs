//! Making, changing and taking away channels. Only an administrator may; whoever may read sees them, without secrets.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::id::ChannelId;
use domain::{Instant, Problem, QuietHours, Rejection};
use serde_json::Value;

use super::directory::{ChannelBody, Directory, Known};
use crate::app::App;
use crate::caller::Caller;
use crate::error::{AppError, AppResult};
use crate::ports::{Definition, DefinitionKind, DeliveryError, Role, StoreError};

/// Most channels that a project can have.
const CHANNELS_MAX: usize = 200;

/// What people give of a channel. Checked for form.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelSent {
    /// What people call it: how schedulers name it, 1..64 characters.
    pub name: String,
    /// Whether schedulers that name no channel are told here.
    pub default: bool,
    /// When it holds messages back.
    pub quiet: Option<QuietHours>,
    /// `kind` and its fields.
    pub config: Value,
}

/// Where a channel comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The configuration file or the environment: it is changed there.
    File,
    /// The API.
    Api,
}

/// A channel as people see it.
#[derive(Clone, Debug)]
pub struct ChannelView {
    /// Its id.
    pub id: ChannelId,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: &'static str,
    /// Whether schedulers that name no channel are told here.
    pub default: bool,
    /// When it holds messages back.
    pub quiet: Option<QuietHours>,
    /// Why it is switched off, and since when.
    pub disabled: Option<(String, Option<Instant>)>,
    /// Where it comes from.
    pub source: Source,
    /// Its configuration, secrets masked.
    pub config: Value,
    /// How often it was set; 0 for the configuration's.
    pub version: u64,
    /// When it was made and last changed.
    pub times: Option<(Instant, Instant)>,
    /// In the answer to a replacement: whether anything was, or would be, other than before.
    pub changed: Option<bool>,
    /// What its receiver said when it was asked on saving, where it could not say that all is well.
    pub warning: Option<String>,
}

impl From<&Known> for ChannelView {
    fn from(known: &Known) -> Self {
        let (channel, definition) = (&known.channel, known.definition.as_ref());
        Self {
            id: channel.id.clone(),
            name: channel.name.clone(),
            kind: channel.kind,
            default: channel.is_default,
            quiet: channel.quiet.clone(),
            disabled: channel.disabled.clone().map(|reason| (reason, known.off_at)),
            source: if definition.is_some() { Source::Api } else { Source::File },
            config: known.shown.clone(),
            version: definition.map_or(0, |it| it.version),
            times: definition.map(|it| (it.created_at, it.updated_at)),
            changed: None,
            warning: None,
        }
    }
}

impl App {
    pub(crate) fn directory(&self) -> AppResult<&Directory> {
        let missing = || AppError::NotFound { what: "directory of channels", id: String::new() };
        self.ports.channels.directory().ok_or_else(missing)
    }

    /// Every channel of the project.
    pub async fn channels(&self, caller: &Caller) -> AppResult<Vec<ChannelView>> {
        caller.must_be(Role::Viewer)?;
        let known = self.directory()?.known(&caller.project).await?;
        Ok(known.iter().map(ChannelView::from).collect())
    }

    /// What people call the channels of the caller's project. Whoever may see that somebody was told may see where.
    pub async fn channel_names(&self, caller: &Caller) -> AppResult<BTreeMap<ChannelId, String>> {
        let channels = self.ports.channels.channels(&caller.project).await?;
        Ok(channels.into_iter().map(|channel| (channel.id, channel.name)).collect())
    }

    /// One channel, by id or name.
    pub async fn channel(&self, caller: &Caller, id: &str) -> AppResult<ChannelView> {
        caller.must_be(Role::Viewer)?;
        Ok(ChannelView::from(&self.channel_known(caller, id).await?))
    }

    pub(super) async fn channel_known(&self, caller: &Caller, id: &str) -> AppResult<Known> {
        let known = self.directory()?.known(&caller.project).await?;
        let exact = known.iter().find(|it| it.channel.id.as_str() == id);
        let found = exact.or_else(|| known.iter().find(|it| it.channel.name == id));
        found.cloned().ok_or_else(|| AppError::NotFound { what: "channel", id: id.to_owned() })
    }

    /// Makes a channel. What its receiver refuses for good is refused here; what it cannot say now is a warning.
    pub async fn create_channel(&self, caller: &Caller, sent: ChannelSent) -> AppResult<ChannelView> {
        caller.must_be(Role::Admin)?;
        let known = self.directory()?.known(&caller.project).await?;
        if known.len() >= CHANNELS_MAX {
            return Err(invalid(
                "name",
                format!("cannot be one more: a project has at most {CHANNELS_MAX} channels"),
            ));
        }
        if known.iter().any(|it| it.channel.is_called(&sent.name)) {
            return Err(invalid("name", format!("is taken: there is a channel '{}' already", sent.name)));
        }
        let id = ChannelId::mint(self.id_bits()).to_string();
        self.write_channel(caller, id, None, sent, false).await
    }

    /// Replaces a channel, or only says whether that would change anything. A secret that is given as it was shown stays
    /// what it is. One that is on and stays what it is, is not written.
    pub async fn replace_channel(
        &self,
        caller: &Caller,
        id: &str,
        only_if: Option<u64>,
        sent: ChannelSent,
        dry_run: bool,
    ) -> AppResult<ChannelView> {
        caller.must_be(Role::Admin)?;
        let before = self.stored_channel(caller, id).await?;
        if let Some(expected) = only_if.filter(|expected| *expected != before.version) {
            return Err(Rejection::VersionMismatch { expected, current: before.version }.into());
        }
        let known = self.directory()?.known(&caller.project).await?;
        let is_other = |it: &Known| it.channel.id.as_str() != before.id && it.channel.is_called(&sent.name);
        if known.iter().any(is_other) {
            return Err(invalid("name", format!("is taken: there is a channel '{}' already", sent.name)));
        }
        self.write_channel(caller, before.id.clone(), Some(before), sent, dry_run).await
    }

    /// Takes a channel away. What is on its way to it is given up.
    pub async fn delete_channel(&self, caller: &Caller, id: &str) -> AppResult<()> {
        caller.must_be(Role::Admin)?;
        let before = self.stored_channel(caller, id).await?;
        let audit = caller.audit(self.now(), "channel.delete", before.id.as_str(), before.name.as_str());
        let (project, kind) = (&caller.project, DefinitionKind::Channel);
        let deleted =
            self.ports.definitions.delete_definition(project, kind, &before.id, before.version, audit);
        deleted.await.map_err(crowded)
    }

    /// The definition of a channel that can be changed here.
    async fn stored_channel(&self, caller: &Caller, id: &str) -> AppResult<Arc<Definition>> {
        let known = self.channel_known(caller, id).await?;
        known.definition.ok_or_else(|| {
            let name = known.channel.name;
            AppError::Forbidden(format!("channel {name} comes from the configuration file: change it there"))
        })
    }

    async fn write_channel(
        &self,
        caller: &Caller,
        id: String,
        before: Option<Arc<Definition>>,
        sent: ChannelSent,
        dry_run: bool,
    ) -> AppResult<ChannelView> {
        let directory = self.directory()?;
        let stored = before.as_ref().and_then(|it| it.body.get("config"));
        let read = directory.kinds().read(sent.config, stored).map_err(Rejection::Invalid)?;
        let body = ChannelBody { default: sent.default, quiet: sent.quiet, config: read };
        if let Some(before) = &before {
            let known = self.channel_known(caller, &id).await?;
            let changed = known.channel.disabled.is_some()
                || before.name != sent.name
                || !is_same(directory, &before.body, &body);
            if dry_run || !changed {
                return Ok(ChannelView { changed: Some(changed), ..ChannelView::from(&known) });
            }
        }
        let notifier = directory.kinds().build(&body.config).map_err(|problem| invalid("config", problem))?;
        let warning = match tokio::time::timeout(super::trial::PATIENCE, notifier.check()).await {
            Ok(Ok(_)) => None,
            Ok(Err(DeliveryError::Transient { reason, .. })) => Some(reason),
            Ok(Err(refused)) => {
                return Err(invalid("config", format!("is refused by the receiver: {refused}")));
            }
            Err(_) => Some("the receiver did not answer in time".to_owned()),
        };
        let (now, version) = (self.now(), before.as_ref().map_or(0, |it| it.version));
        let definition = Definition {
            project: caller.project.clone(),
            kind: DefinitionKind::Channel,
            id: id.clone(),
            name: sent.name.clone(),
            version: version + 1,
            created_at: before.as_ref().map_or(now, |it| it.created_at),
            updated_at: now,
            body: serde_json::json!(body),
        };
        let action = if before.is_some() { "channel.change" } else { "channel.create" };
        let audit = caller.audit(now, action, id.as_str(), sent.name);
        self.ports.definitions.put_definition(definition, version, audit).await.map_err(crowded)?;
        self.signals.dispatcher.notify_one();
        let changed = before.is_some().then_some(true);
        Ok(ChannelView { changed, warning, ..self.channel(caller, &id).await? })
    }
}

pub(super) fn invalid(field: &str, problem: impl Into<String>) -> AppError {
    Rejection::Invalid(vec![Problem::new(field, problem)]).into()
}

/// Somebody else changed it meanwhile.
fn crowded(error: StoreError) -> AppError {
    match error {
        StoreError::Conflict => AppError::Busy,
        error => error.into(),
    }
}

/// Whether a stored channel is what is wanted.
fn is_same(directory: &Directory, stored: &Value, wanted: &ChannelBody) -> bool {
    let Ok(stored) = serde_json::from_value::<ChannelBody>(stored.clone()) else { return false };
    let same = directory.kinds().same(&stored.config, &wanted.config);
    same && stored.default == wanted.default && stored.quiet == wanted.quiet
}
