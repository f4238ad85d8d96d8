//! A directory of channels that a test writes itself.

use std::sync::{Arc, Mutex, PoisonError};

use app::ports::{Channel, ChannelDirectory, Reach, StoreResult, SwitchedOff};
use async_trait::async_trait;
use domain::id::ChannelId;
use domain::{Instant, ProjectId};

use crate::{ScriptedNotifier, Wall};

/// Channels that a test lists itself, each with a receiver that follows a script.
#[derive(Debug, Default)]
pub struct FixedChannels {
    listed: Mutex<Vec<Listed>>,
}

#[derive(Clone, Debug)]
struct Listed {
    project: ProjectId,
    channel: Channel,
    notifier: Option<Arc<ScriptedNotifier>>,
    off: Option<SwitchedOff>,
}

impl Listed {
    fn reach(&self) -> Reach {
        match (&self.channel.disabled, &self.notifier) {
            (Some(reason), _) => Reach::Off(reason.clone()),
            (None, Some(notifier)) => Reach::Ready(notifier.clone()),
            (None, None) => Reach::Gone,
        }
    }
}

impl FixedChannels {
    /// None at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lists a channel of the default project, named as its id is, and answers its receiver.
    pub fn add(&self, id: &str, is_default: bool) -> Arc<ScriptedNotifier> {
        let channel = Channel::new(id, "scripted", is_default);
        self.list(ProjectId::default_project(), channel, Arc::new(ScriptedNotifier::willing()))
    }

    /// Lists a channel of the default project that shows boards, and answers its wall.
    pub fn add_wall(&self, id: &str) -> Arc<Wall> {
        let wall = Arc::new(Wall::default());
        let channel = Channel::new(id, "wall", false);
        let notifier = Arc::new(ScriptedNotifier::on_wall(wall.clone()));
        self.list(ProjectId::default_project(), channel, notifier);
        wall
    }

    /// Lists a channel of a project with its receiver, and answers that. One of the same id is replaced.
    pub fn list(
        &self,
        project: ProjectId,
        channel: Channel,
        notifier: Arc<ScriptedNotifier>,
    ) -> Arc<ScriptedNotifier> {
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        listed.retain(|other| other.channel.id != channel.id);
        listed.push(Listed { project, channel, notifier: Some(notifier.clone()), off: None });
        notifier
    }

    /// Switches a channel off: it stays listed, and nothing delivers to it.
    pub fn switch_off(&self, id: &str) {
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        for it in listed.iter_mut().filter(|it| it.channel.id.as_str() == id) {
            it.notifier = None;
        }
    }

    /// Takes a channel away.
    pub fn remove(&self, id: &str) {
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        listed.retain(|it| it.channel.id.as_str() != id);
    }
}

#[async_trait]
impl ChannelDirectory for FixedChannels {
    async fn channels(&self, project: &ProjectId) -> StoreResult<Vec<Channel>> {
        let listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(listed.iter().filter(|it| it.project == *project).map(|it| it.channel.clone()).collect())
    }

    async fn reach(&self, _project: &ProjectId, channel: &ChannelId) -> StoreResult<Reach> {
        let listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(found) = listed.iter().find(|it| it.channel.id == *channel) else { return Ok(Reach::Gone) };
        Ok(found.reach())
    }

    async fn switch_off(
        &self,
        _project: &ProjectId,
        channel: &ChannelId,
        reached: &Reach,
        reason: &str,
        at: Instant,
    ) -> StoreResult<Option<SwitchedOff>> {
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(it) = listed.iter_mut().find(|it| it.channel.id == *channel) else { return Ok(None) };
        if it.channel.disabled.is_none() && it.reach().is_same(reached) {
            let (name, reason) = (it.channel.name.clone(), reason.to_owned());
            it.channel.disabled = Some(reason.clone());
            it.off = Some(SwitchedOff { name, reason, at });
        }
        Ok(it.off.clone())
    }
}
