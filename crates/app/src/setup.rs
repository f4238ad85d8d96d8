//! What people set up, as this process knows it: rules and maintenance windows of every project. Read again when the
//! store's mark says that something was changed, by whichever process; looked at on every decision.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use domain::{ProjectId, Rule, Scheduler, Window};
use tokio::sync::Mutex;

use crate::app::App;
use crate::error::AppResult;
use crate::ports::{Definition, DefinitionKind};

/// What is set up, and as of which mark.
#[derive(Debug, Default)]
pub(crate) struct Setup {
    mark: Option<u64>,
    projects: BTreeMap<ProjectId, ProjectSetup>,
}

/// What is set up in one project.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProjectSetup {
    /// By place, then by name: the order in which they are looked at.
    pub(crate) rules: Vec<(String, Rule)>,
    /// By name.
    pub(crate) windows: Vec<(String, Arc<Window>)>,
}

/// The setup that is known, and who reads it anew.
#[derive(Debug, Default)]
pub(crate) struct KnownSetup {
    known: ArcSwap<Setup>,
    reading: Mutex<()>,
}

impl Setup {
    pub(crate) fn of(&self, project: &ProjectId) -> Option<&ProjectSetup> {
        self.projects.get(project)
    }

    /// The maintenance windows that are about a scheduler.
    pub(crate) fn windows_of(&self, scheduler: &Scheduler) -> Arc<[Arc<Window>]> {
        let Some(setup) = self.of(&scheduler.key.project).filter(|setup| !setup.windows.is_empty()) else {
            return Arc::default();
        };
        let about =
            setup.windows.iter().filter(|(_, it)| it.selector.selects(&scheduler.key.id, &scheduler.config));
        about.map(|(_, window)| Arc::clone(window)).collect()
    }
}

impl App {
    /// What is set up, as far as this process knows.
    pub(crate) fn setup(&self) -> Arc<Setup> {
        self.setup.known.load_full()
    }

    /// Makes sure that what is set up is known as of now. Cheap where nothing was changed.
    pub(crate) async fn learn_setup(&self) -> AppResult<()> {
        let mark = self.ports.definitions.definitions_mark().await?;
        if self.setup.known.load().mark == Some(mark) {
            return Ok(());
        }
        let _one_at_a_time = self.setup.reading.lock().await;
        let mut projects = BTreeMap::new();
        for project in self.ports.access.projects().await? {
            let setup = self.setup_of(&project.id).await?;
            if !setup.rules.is_empty() || !setup.windows.is_empty() {
                projects.insert(project.id, setup);
            }
        }
        self.setup.known.store(Arc::new(Setup { mark: Some(mark), projects }));
        Ok(())
    }

    async fn setup_of(&self, project: &ProjectId) -> AppResult<ProjectSetup> {
        let store = &self.ports.definitions;
        let rules = store.definitions(project, DefinitionKind::Rule).await?;
        let windows = store.definitions(project, DefinitionKind::Window).await?;
        let mut rules: Vec<(String, Rule)> = rules.iter().filter_map(named).collect();
        rules.sort_by_key(|(_, rule)| rule.position);
        let windows = windows.iter().filter_map(named).map(|(name, window)| (name, Arc::new(window)));
        Ok(ProjectSetup { rules, windows: windows.collect() })
    }
}

fn named<T: serde::de::DeserializeOwned>(definition: &Definition) -> Option<(String, T)> {
    Some((definition.name.clone(), read(definition)?))
}

/// One that cannot be read is passed by: it must not stop the others, nor the alerts.
pub(crate) fn read<T: serde::de::DeserializeOwned>(definition: &Definition) -> Option<T> {
    match serde_json::from_value(definition.body.clone()) {
        Ok(body) => Some(body),
        Err(error) => {
            let (kind, id) = (definition.kind.as_str(), &definition.id);
            tracing::error!(kind, id, project = %definition.project, %error, "what was set up cannot be read and counts for nothing");
            None
        }
    }
}
