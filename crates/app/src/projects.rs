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

impl App {
    /// The projects that the caller may see: its own; all, for an administrator of the first.
    pub async fn projects(&self, caller: &Caller) -> AppResult<Vec<Project>> {
        caller.must_be(Role::Admin)?;
        let all = self.ports.access.projects().await?;
        let is_home = caller.project == home();
        Ok(all.into_iter().filter(|project| is_home || project.id == caller.project).collect())
    }

    /// Makes a project, or renames one. Answers whether it is new.
    pub async fn put_project(
        &self,
        caller: &Caller,
        id: ProjectId,
        name: String,
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
        let known = all.into_iter().find(|project| project.id == id);
        if known.is_none() && count >= PROJECTS_MAX {
            return Err(invalid("id", format!("cannot be added: there are at most {PROJECTS_MAX} projects")));
        }
        let now = self.now();
        let created = known.is_none();
        let project =
            Project { id: id.clone(), name, created_at: known.map_or(now, |project| project.created_at) };
        let audit = caller.audit(now, "project.put", id.as_str(), "");
        self.ports.access.put_project(project.clone(), audit).await?;
        Ok((project, created))
    }

    /// A page of the audit log of the caller's project.
    pub async fn audit_log(&self, caller: &Caller, query: &AuditQuery) -> AppResult<Page<AuditEntry>> {
        caller.must_be(Role::Admin)?;
        Ok(self.ports.access.audit(&caller.project, query).await?)
    }
}
