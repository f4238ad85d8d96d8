//! What people set up: maintenance windows, rules, and channels that are switched on again. Written as another process
//! does, and known to the server at once: it looks whenever it looks for anything.

use app::ports::{AuditEntry, Definition, DefinitionKind};
use domain::maintenance::When;
use domain::{ProjectId, Window};

use super::deeds::Called;
use super::process::{Process, somebody};
use super::{Failure, Held, World};
use crate::sim::act::Act;

impl World {
    pub(super) async fn set_up_for_all(&mut self, name: &str, act: &Act) -> Held {
        let done = match act {
            Act::Maintain(window) => {
                let kind =
                    if matches!(window.when, When::Once { .. }) { "window once" } else { "window recurring" };
                self.coverage.saw("set up", kind);
                self.define(name, DefinitionKind::Window, serde_json::json!(window)).await
            }
            Act::Rule(rule) => {
                self.coverage.saw("set up", "rule");
                self.define(name, DefinitionKind::Rule, serde_json::json!(rule)).await
            }
            _ => {
                self.coverage.saw("set up", "nothing any more");
                self.undefine(name).await
            }
        };
        if done {
            self.learn_windows(name, act);
        }
        self.route().await
    }

    fn learn_windows(&mut self, name: &str, act: &Act) {
        match act {
            Act::Maintain(window) => drop(self.windows.insert(name.to_owned(), Window::clone(window))),
            _ => drop(self.windows.remove(name)),
        }
    }

    fn audit(&self, name: &str) -> AuditEntry {
        AuditEntry {
            project: ProjectId::default_project(),
            at: self.now(),
            actor: "somebody".to_owned(),
            action: "definition.change".to_owned(),
            subject: name.to_owned(),
            detail: String::new(),
        }
    }

    /// Whether it was written: a full disk takes nothing.
    async fn define(&self, name: &str, kind: DefinitionKind, body: serde_json::Value) -> bool {
        let (store, project) = (&self.stores.definitions, ProjectId::default_project());
        let before = store.definition(&project, kind, name).await.ok().flatten();
        let version = before.map_or(0, |it| it.version);
        let definition = Definition {
            project,
            kind,
            id: name.to_owned(),
            name: name.to_owned(),
            version: version + 1,
            created_at: self.now(),
            updated_at: self.now(),
            body,
        };
        store.put_definition(definition, version, self.audit(name)).await.is_ok()
    }

    async fn undefine(&self, name: &str) -> bool {
        let (store, project) = (&self.stores.definitions, ProjectId::default_project());
        let mut gone = false;
        for kind in [DefinitionKind::Window, DefinitionKind::Rule] {
            let Ok(Some(known)) = store.definition(&project, kind, name).await else { continue };
            let deleted = store.delete_definition(&project, kind, name, known.version, self.audit(name));
            gone |= deleted.await.is_ok();
        }
        gone
    }

    /// Somebody has mended a channel.
    pub(super) async fn switch_on(&mut self, channel: &str) -> Held {
        let called =
            self.call(async |process: &Process| process.app.enable_channel(&somebody(), channel).await).await;
        let happened = self.gone_wrong();
        if let Some(doing) = happened.death {
            self.bury(doing).await?;
        }
        match called {
            Called::Answered(Err(error)) if happened.faults.is_empty() && !self.is_full => {
                Err(Failure::new("a channel can be switched on", error.to_string()))
            }
            _ => {
                self.coverage.saw("set up", "channel on");
                Ok(())
            }
        }
    }
}
