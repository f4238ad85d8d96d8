//! Every channel there is: the configuration file's, which belong to all projects, and those that are stored. Read again
//! when the store's mark says that something was changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use domain::id::ChannelId;
use domain::{Instant, ProjectId, QuietHours};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::ports::{
    AuditEntry, Channel, ChannelDirectory, ChannelKinds, Definition, DefinitionKind, Definitions, Notifier,
    Reach, StoreError, StoreResult, SwitchedOff,
};

/// A channel of the configuration file.
#[derive(Clone)]
pub struct ConfiguredChannel {
    /// The channel.
    pub channel: Channel,
    /// What delivers to it.
    pub notifier: Arc<dyn Notifier>,
    /// Its configuration for people, secrets masked.
    pub shown: Value,
    /// Other where its configuration is other: what was switched off is on again then.
    pub fingerprint: String,
}

impl std::fmt::Debug for ConfiguredChannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConfiguredChannel").field("channel", &self.channel).finish_non_exhaustive()
    }
}

/// A stored channel's definition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ChannelBody {
    /// Whether schedulers that name no channel are told here.
    #[serde(default)]
    pub(crate) default: bool,
    /// When it holds messages back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) quiet: Option<QuietHours>,
    /// As its kind stores it: secrets sealed.
    pub(crate) config: Value,
}

/// That a channel is switched off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Off {
    pub(crate) reason: String,
    pub(crate) at: Instant,
    /// Of which configuration: another one is on.
    pub(crate) fingerprint: String,
}

/// One channel as it is known.
#[derive(Clone)]
pub(crate) struct Known {
    pub(crate) channel: Channel,
    pub(crate) reach: Reach,
    pub(crate) fingerprint: String,
    pub(crate) shown: Value,
    /// Where it is stored.
    pub(crate) definition: Option<Arc<Definition>>,
    pub(crate) off_at: Option<Instant>,
}

impl Known {
    /// How it was switched off; not where it is off because nothing can be made of it.
    fn switched_off(&self) -> Option<SwitchedOff> {
        let (at, reason) = (self.off_at?, self.channel.disabled.clone()?);
        Some(SwitchedOff { name: self.channel.name.clone(), reason, at })
    }
}

#[derive(Default)]
struct Cache {
    mark: Option<u64>,
    projects: BTreeMap<ProjectId, Arc<Vec<Known>>>,
}

/// Every channel there is.
pub struct Directory {
    configured: ArcSwap<Vec<ConfiguredChannel>>,
    kinds: Arc<dyn ChannelKinds>,
    store: Arc<dyn Definitions>,
    cache: ArcSwap<Cache>,
    reading: Mutex<()>,
}

impl std::fmt::Debug for Directory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Directory").field("configured", &self.configured.load()).finish_non_exhaustive()
    }
}

impl Directory {
    /// A directory of the configuration's channels and those of a store.
    pub fn new(
        configured: Vec<ConfiguredChannel>,
        kinds: Arc<dyn ChannelKinds>,
        store: Arc<dyn Definitions>,
    ) -> Self {
        let configured = ArcSwap::from_pointee(configured);
        Self { configured, kinds, store, cache: ArcSwap::default(), reading: Mutex::default() }
    }

    /// From now on these are the configuration's: their secrets are other ones.
    pub async fn replace_configured(&self, configured: Vec<ConfiguredChannel>) {
        let _nobody_reads = self.reading.lock().await;
        self.configured.store(Arc::new(configured));
        self.cache.store(Arc::default());
    }

    /// Every channel of a project, the configuration's first, then by name.
    pub(crate) async fn known(&self, project: &ProjectId) -> StoreResult<Arc<Vec<Known>>> {
        let mark = self.store.definitions_mark().await?;
        if let Some(known) = self.cached(project, mark) {
            return Ok(known);
        }
        let _one_at_a_time = self.reading.lock().await;
        if let Some(known) = self.cached(project, mark) {
            return Ok(known);
        }
        let known = Arc::new(self.read(project).await?);
        let cache = self.cache.load();
        let mut projects = if cache.mark == Some(mark) { cache.projects.clone() } else { BTreeMap::new() };
        projects.insert(project.clone(), known.clone());
        self.cache.store(Arc::new(Cache { mark: Some(mark), projects }));
        Ok(known)
    }

    fn cached(&self, project: &ProjectId, mark: u64) -> Option<Arc<Vec<Known>>> {
        let cache = self.cache.load();
        cache.projects.get(project).filter(|_| cache.mark == Some(mark)).cloned()
    }

    async fn read(&self, project: &ProjectId) -> StoreResult<Vec<Known>> {
        let stored = self.store.definitions(project, DefinitionKind::Channel).await?;
        let offs = self.offs(project).await?;
        let home = ProjectId::default_project();
        let home_offs = if *project == home { offs.clone() } else { self.offs(&home).await? };
        let mut known: Vec<Known> = self
            .configured
            .load()
            .iter()
            .map(|it| configured(it, home_offs.get(it.channel.id.as_str())))
            .collect();
        known.extend(stored.into_iter().filter_map(|it| {
            let off = offs.get(&it.id).cloned();
            self.stored(it, off.as_ref())
        }));
        Ok(known)
    }

    async fn offs(&self, project: &ProjectId) -> StoreResult<BTreeMap<String, Off>> {
        let states = self.store.definitions(project, DefinitionKind::ChannelState).await?;
        let read = |it: Definition| Some((it.id, serde_json::from_value(it.body).ok()?));
        Ok(states.into_iter().filter_map(read).collect())
    }

    fn stored(&self, definition: Definition, off: Option<&Off>) -> Option<Known> {
        let body: ChannelBody = match serde_json::from_value(definition.body.clone()) {
            Ok(body) => body,
            Err(error) => {
                tracing::error!(channel = definition.id, %error, "a channel cannot be read and counts for nothing");
                return None;
            }
        };
        let fingerprint = format!("{}", definition.version);
        let off = off.filter(|off| off.fingerprint == fingerprint);
        let built = self.kinds.build(&body.config);
        let mut channel = Channel::new(&definition.id, self.kinds.kind(&body.config), body.default);
        channel.name.clone_from(&definition.name);
        channel.quiet = body.quiet;
        channel.keeps_incidents = built.as_ref().is_ok_and(|notifier| notifier.keeps_incidents());
        channel.disabled = off.map(|off| off.reason.clone()).or(built.as_ref().err().cloned());
        let reach = match (&channel.disabled, built) {
            (None, Ok(notifier)) => Reach::Ready(notifier),
            (reason, _) => Reach::Off(reason.clone().unwrap_or_default()),
        };
        let shown = self.kinds.shown(&body.config);
        let off_at = off.map(|off| off.at);
        Some(Known { channel, reach, fingerprint, shown, definition: Some(Arc::new(definition)), off_at })
    }

    /// What would deliver to a channel if it were on.
    pub(crate) fn rebuilt(&self, known: &Known) -> Result<Arc<dyn Notifier>, String> {
        let Some(definition) = &known.definition else {
            let configured = self.configured.load();
            let found = configured.iter().find(|it| it.channel.id == known.channel.id);
            return found
                .map(|it| it.notifier.clone())
                .ok_or_else(|| "the channel no longer exists".to_owned());
        };
        self.kinds.build(definition.body.get("config").unwrap_or(&Value::Null))
    }

    pub(crate) fn kinds(&self) -> &dyn ChannelKinds {
        &*self.kinds
    }

    pub(crate) async fn find(&self, project: &ProjectId, id: &ChannelId) -> StoreResult<Option<Known>> {
        Ok(self.known(project).await?.iter().find(|it| it.channel.id == *id).cloned())
    }

    /// Switches a channel off, or on again.
    pub(crate) async fn put_state(
        &self,
        project: &ProjectId,
        known: &Known,
        off: Option<Off>,
        audit: AuditEntry,
    ) -> StoreResult<()> {
        let home = ProjectId::default_project();
        let project = if known.definition.is_some() { project } else { &home };
        let (kind, id) = (DefinitionKind::ChannelState, known.channel.id.as_str());
        let before = self.store.definition(project, kind, id).await?;
        let version = before.as_ref().map_or(0, |it| it.version);
        let Some(off) = off else {
            return match before {
                Some(_) => self.store.delete_definition(project, kind, id, version, audit).await,
                None => Ok(()),
            };
        };
        let definition = Definition {
            project: project.clone(),
            kind,
            id: id.to_owned(),
            name: id.to_owned(),
            version: version + 1,
            created_at: off.at,
            updated_at: off.at,
            body: serde_json::json!(off),
        };
        self.store.put_definition(definition, version, audit).await
    }
}

fn configured(it: &ConfiguredChannel, off: Option<&Off>) -> Known {
    let off = off.filter(|off| off.fingerprint == it.fingerprint);
    let mut channel = it.channel.clone();
    channel.disabled = off.map(|off| off.reason.clone());
    let reach = match &channel.disabled {
        None => Reach::Ready(it.notifier.clone()),
        Some(reason) => Reach::Off(reason.clone()),
    };
    let (fingerprint, shown) = (it.fingerprint.clone(), it.shown.clone());
    Known { channel, reach, fingerprint, shown, definition: None, off_at: off.map(|off| off.at) }
}

#[async_trait]
impl ChannelDirectory for Directory {
    async fn channels(&self, project: &ProjectId) -> StoreResult<Vec<Channel>> {
        Ok(self.known(project).await?.iter().map(|known| known.channel.clone()).collect())
    }

    async fn reach(&self, project: &ProjectId, channel: &ChannelId) -> StoreResult<Reach> {
        Ok(self.find(project, channel).await?.map_or(Reach::Gone, |known| known.reach))
    }

    async fn switch_off(
        &self,
        project: &ProjectId,
        channel: &ChannelId,
        reached: &Reach,
        reason: &str,
        at: Instant,
    ) -> StoreResult<Option<SwitchedOff>> {
        let Some(known) = self.find(project, channel).await? else { return Ok(None) };
        if known.channel.disabled.is_some() || !known.reach.is_same(reached) {
            return Ok(known.switched_off());
        }
        let off = Off { reason: reason.to_owned(), at, fingerprint: known.fingerprint.clone() };
        let audit = AuditEntry {
            project: project.clone(),
            at,
            actor: "punctual".to_owned(),
            action: "channel.disable".to_owned(),
            subject: channel.to_string(),
            detail: domain::time::shorten(reason, 500),
        };
        match self.put_state(project, &known, Some(off), audit).await {
            // Somebody else was faster.
            Err(StoreError::Conflict) => {
                Ok(self.find(project, channel).await?.and_then(|known| known.switched_off()))
            }
            done => {
                done.map(|()| Some(SwitchedOff { name: known.channel.name, reason: reason.to_owned(), at }))
            }
        }
    }

    fn directory(&self) -> Option<&Directory> {
        Some(self)
    }
}
