//! Projects, and who changed what in them.

use app::ports::{AuditEntry, Project};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::registration::named;
use super::value::{line, text};
use super::{Fields, Flaws, Nulls, Wire};
use crate::ingest::sentry::Dsn;

/// A project to be made or renamed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProjectSent {
    pub(crate) name: String,
    pub(crate) ping_key: Option<String>,
}

impl Wire for ProjectSent {
    fn read(value: Value) -> Result<Self, Flaws> {
        let mut fields = Fields::of("a project", Nulls::Absent, value).map_err(named)?;
        // Clients that send back what they read name the id; the path wins.
        fields.ignore("id");
        let name = fields.required("name", |value| line(value, 100));
        let ping_key = fields.optional("ping_key", ping_key);
        for answered in ["number", "sentry_dsn", "created_at"] {
            fields.ignore(answered);
        }
        fields.finish().map(|()| Self { name: name.unwrap_or_default(), ping_key })
    }
}

fn ping_key(value: &Value) -> Result<String, String> {
    let key = text(value)?;
    let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if (12..=64).contains(&key.len()) && key.chars().all(good) {
        return Ok(key.to_owned());
    }
    Err("must be 12 to 64 letters, digits, '-' or '_'".to_owned())
}

/// A tenant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Project)]
pub struct ProjectBody {
    /// Its name on the wire.
    #[schema(example = "default")]
    pub id: String,
    /// What people call it.
    #[schema(example = "Default")]
    pub name: String,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// By which its schedulers are heard under their slugs, and which Sentry's clients have as their public key.
    #[schema(example = "h3k9wq2m7c5x8r4t6n2b9d")]
    pub ping_key: String,
    /// What it is called where other products have a number.
    #[schema(example = 1)]
    pub number: u32,
    /// Where Sentry's clients send their check-ins; only where the server knows its own address, and the ping key holds
    /// no `-`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://h3k9wq2m7c5x8r4t6n2b9d@punctual.example.org/1")]
    pub sentry_dsn: Option<String>,
}

impl ProjectBody {
    /// A project of a server that is reached at that address.
    pub(crate) fn of(project: Project, public_url: Option<&str>) -> Self {
        Self {
            sentry_dsn: public_url.and_then(|url| Dsn::write(url, &project.ping_key, project.number)),
            id: project.id.to_string(),
            name: project.name,
            created_at: project.created_at.to_string(),
            ping_key: project.ping_key,
            number: project.number,
        }
    }
}

/// Who changed what.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct AuditBody {
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// Who: a key's id, `configured key N`, `cli`.
    #[schema(example = "key_01h1v6gq3x8c5m9t2k7w4n0b6d")]
    pub actor: String,
    /// What.
    #[schema(example = "scheduler.register")]
    pub action: String,
    /// To what.
    #[schema(example = "billing-nightly")]
    pub subject: String,
    /// Which fields, or what else is worth saying.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

impl From<AuditEntry> for AuditBody {
    fn from(entry: AuditEntry) -> Self {
        Self {
            at: entry.at.to_string(),
            actor: entry.actor,
            action: entry.action,
            subject: entry.subject,
            detail: entry.detail,
        }
    }
}
