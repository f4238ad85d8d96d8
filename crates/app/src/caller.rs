//! Who asks, and what they may do.

use domain::ProjectId;

use crate::error::{AppError, AppResult};
use crate::ports::{KeyRecord, Role};

/// Who asks. Sees one project only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The project.
    pub project: ProjectId,
    /// What it may do.
    pub role: Role,
    /// The services it is limited to; all where empty.
    pub services: Vec<String>,
    /// Its name in the audit log and in logs: a key's id, never a key.
    pub actor: String,
}

impl Caller {
    /// Someone on the machine itself: the command line.
    pub fn local(project: ProjectId) -> Self {
        Self { project, role: Role::Admin, services: Vec::new(), actor: "cli".to_owned() }
    }

    /// The bearer of a key.
    pub fn bearing(key: &KeyRecord) -> Self {
        Self {
            project: key.project.clone(),
            role: key.role,
            services: key.services.clone(),
            actor: key.id.as_str().to_owned(),
        }
    }

    /// Refuses unless the role is at least that.
    pub fn must_be(&self, least: Role) -> AppResult<()> {
        if self.role >= least {
            return Ok(());
        }
        Err(AppError::Forbidden(format!(
            "a key with the role {} is needed, this one has the role {}",
            least.as_str(),
            self.role.as_str()
        )))
    }

    /// Refuses unless it may touch a service.
    pub fn must_reach(&self, service: &str) -> AppResult<()> {
        if self.reaches(service) {
            return Ok(());
        }
        Err(AppError::Forbidden(format!(
            "this key is limited to {}, not {}",
            domain::time::shorten(&self.services.join(", "), 100),
            domain::time::shorten(service, 60)
        )))
    }

    /// Whether it may touch a service.
    pub fn reaches(&self, service: &str) -> bool {
        self.services.is_empty() || self.services.iter().any(|own| own == service)
    }

    /// The services a list must be limited to.
    pub fn visible_services(&self) -> Option<Vec<String>> {
        (!self.services.is_empty()).then(|| self.services.clone())
    }
}
