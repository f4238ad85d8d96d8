//! API keys. The key itself is shown once, in the answer that makes it.

use app::ports::{KeyRecord, Role};
use app::{Issued, NewKey};
use domain::{Duration, ProjectId};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::documents;
use super::registration::named;
use super::scheduler::shown;
use super::value::{duration, line, lines, moment, text, word};
use super::{Fields, Flaws, Nulls, Wire};

const OVERLAP_MAX: Duration = Duration::DAY.times(30);

/// A key to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeySent(pub(crate) NewKey);

impl Wire for KeySent {
    fn read(value: Value) -> Result<Self, Flaws> {
        let mut fields = Fields::of("a key", Nulls::Absent, value).map_err(named)?;
        let name = fields.required("name", |value| line(value, 64));
        let role = fields.required("role", |value| word(value, &Role::ALL.map(Role::as_str), Role::parse));
        let services = fields.optional("services", |value| lines(value, app::access::KEY_SERVICES_MAX, 255));
        let new = NewKey {
            name: name.unwrap_or_default(),
            role: role.unwrap_or(Role::Viewer),
            services: services.unwrap_or_default(),
            expires_at: fields.optional("expires_at", moment),
            project: fields
                .optional("project", |value| ProjectId::parse(text(value)?).map_err(|bad| bad.to_string())),
        };
        fields.finish().map(|()| Self(new))
    }
}

/// How a key is rotated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RotationSent {
    pub(crate) overlap: Duration,
}

impl Wire for RotationSent {
    fn read(value: Value) -> Result<Self, Flaws> {
        let value = if value.is_null() { Value::Object(Map::new()) } else { value };
        let mut fields = Fields::of("a rotation", Nulls::Absent, value).map_err(named)?;
        let overlap = fields.optional("overlap", |value| duration(value, Duration::ZERO, OVERLAP_MAX));
        fields.finish().map(|()| Self { overlap: overlap.unwrap_or(app::access::ROTATION_OVERLAP) })
    }
}

/// A key, without the key.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Key)]
pub struct KeyBody {
    /// Its public name.
    #[schema(example = "key_01h1v6gq3x8c5m9t2k7w4n0b6d")]
    pub id: String,
    /// What people call it.
    #[schema(example = "billing jobs")]
    pub name: String,
    /// What it may do.
    #[schema(value_type = documents::Role)]
    pub role: &'static str,
    /// The services it is limited to; all where absent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// The project it belongs to.
    #[schema(example = "default")]
    pub project: String,
    /// How the key begins.
    #[schema(example = "pun_4f9k2m")]
    pub prefix: String,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// From when on it no longer works.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub revoked_at: Option<String>,
}

/// A key that was just made.
#[derive(Serialize, ToSchema)]
#[schema(as = IssuedKey)]
pub struct IssuedBody {
    /// The key itself: it is shown this once.
    #[schema(example = "pun_4f9k2m7x1c5b8n3v6q0w9e2r5t8y1u4ipa3s6d")]
    pub key: String,
    /// What can be seen of it later.
    #[serde(flatten)]
    pub record: KeyBody,
}

impl std::fmt::Debug for IssuedBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuedBody").field("record", &self.record).finish_non_exhaustive()
    }
}

impl From<KeyRecord> for KeyBody {
    fn from(key: KeyRecord) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name,
            role: key.role.as_str(),
            services: key.services,
            project: key.project.to_string(),
            prefix: key.prefix,
            created_at: key.created_at.to_string(),
            expires_at: shown(key.expires_at),
            revoked_at: shown(key.revoked_at),
        }
    }
}

impl From<Issued> for IssuedBody {
    fn from(issued: Issued) -> Self {
        Self { key: issued.secret, record: issued.record.into() }
    }
}
