//! Projects, and the record of who changed what in them.

use domain::ProjectId;

use crate::access::invalid;
use crate::app::App;
use crate::caller::Caller;
use crate::error::{AppError, AppResult};
use crate::ports::{AuditEntry, AuditQuery, Page, Project, Role};
use crate::schedulers::home;

/// Most projects there may be.
pub const PROJECTS_MAX: usize = 1000;

/// A key that only says where pings go: 110 bits in letters and digits, which every product's addresses can hold.
pub(crate) fn ping_key(bits: u128) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    (0..22).map(|place| char::from(ALPHABET[(bits >> (place * 5) & 31) as usize])).collect()
}

impl App {
    /// The projects that the caller may see: its own; all, for an administrator of the first.
    pub async fn projects(&self, caller: &Caller) -> AppResult<Vec<Project>> {
        caller.must_be(Role::Admin)?;
        let all = self.ports.access.projects().await?;
        let is_home = caller.project == home();
        Ok(all.into_iter().filter(|project| is_home || project.id == caller.project).collect())
    }

    /// Makes a project, or renames one, perhaps with another ping key. Answers whether it is new.
    pub async fn put_project(
        &self,
        caller: &Caller,
        id: ProjectId,
        name: String,
        chosen: Option<String>,
    ) -> AppResult<(Project, bool)> {
        caller.must_be(Role::Admin)?;
        if caller.project != home() && caller.project != id {
            return Err(AppError::Forbidden(
                "projects are made with an admin key of the project default".to_owned(),
            ));
        }
        domain::id::check_text(&name, 100).map_err(|bad| invalid("name", bad.to_string()))?;
        let _turn = self.keys_turn.lock().await;
        let all = self.ports.access.projects().await?;
        let count = all.len();
        let is_taken = |key: &String| all.iter().any(|it| it.id != id && it.ping_key == *key);
        if chosen.as_ref().is_some_and(is_taken) {
            return Err(invalid("ping_key", "is another project's".to_owned()));
        }
        let numbers = all.iter().map(|project| project.number).collect::<Vec<_>>().into_iter();
        let known = all.into_iter().find(|project| project.id == id);
        if known.is_none() && count >= PROJECTS_MAX {
            return Err(invalid("id", format!("cannot be added: there are at most {PROJECTS_MAX} projects")));
        }
        let now = self.now();
        let created = known.is_none();
        let project = match known {
            Some(known) => Project { name, ping_key: chosen.unwrap_or(known.ping_key), ..known },
            None => Project {
                id: id.clone(),
                name,
                created_at: now,
                ping_key: chosen.unwrap_or_else(|| ping_key(self.ports.chance.bits())),
                number: numbers.max().unwrap_or(0).saturating_add(1),
            },
        };
        let audit = caller.audit(now, "project.put", id.as_str(), "");
        self.ports.access.put_project(project.clone(), audit).await?;
        self.ping_keys.forget();
        Ok((project, created))
    }

    /// A page of the audit log of the caller's project.
    pub async fn audit_log(&self, caller: &Caller, query: &AuditQuery) -> AppResult<Page<AuditEntry>> {
        caller.must_be(Role::Admin)?;
        Ok(self.ports.access.audit(&caller.project, query).await?)
    }
}
