//! What people set up besides schedulers and keys: channels, routing rules, maintenance windows, boards. A store keeps
//! each as its kind wrote it and reads none of it: what a body means is its kind's use case to say.

use async_trait::async_trait;
use domain::{Instant, ProjectId};
use serde_json::Value;

use super::{AuditEntry, StoreResult};

/// What is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DefinitionKind {
    /// Where alerts go.
    Channel,
    /// Which alerts go where.
    Rule,
    /// When nobody is told.
    Window,
    /// A status table.
    Board,
    /// That a channel is switched off.
    ChannelState,
}

impl DefinitionKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Channel, Self::Rule, Self::Window, Self::Board, Self::ChannelState];

    /// The word that stores keep. For ever: data outlives programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Rule => "rule",
            Self::Window => "window",
            Self::Board => "board",
            Self::ChannelState => "channel_state",
        }
    }

    /// The kind of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One thing that was set up.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// The project.
    pub project: ProjectId,
    /// What it is.
    pub kind: DefinitionKind,
    /// Its id, minted or chosen; unique in its project and kind.
    pub id: String,
    /// What people call it; unique in its project and kind.
    pub name: String,
    /// 1 when it is made, one more with each change.
    pub version: u64,
    /// When it was made.
    pub created_at: Instant,
    /// When it was changed last.
    pub updated_at: Instant,
    /// The definition, as its kind reads it. Secrets in it are sealed already.
    pub body: Value,
}

/// What people set up.
#[async_trait]
pub trait Definitions: Send + Sync {
    /// All of a kind in a project, by name; at most 1000.
    async fn definitions(&self, project: &ProjectId, kind: DefinitionKind) -> StoreResult<Vec<Definition>>;

    /// The one of that id.
    async fn definition(
        &self,
        project: &ProjectId,
        kind: DefinitionKind,
        id: &str,
    ) -> StoreResult<Option<Definition>>;

    /// Writes one, and why, if the stored version is `expected` (0: there must be none yet). Its own version is
    /// `expected + 1`. `Conflict` else, also where another of that kind has the name; then nothing is written.
    async fn put_definition(
        &self,
        definition: Definition,
        expected: u64,
        audit: AuditEntry,
    ) -> StoreResult<()>;

    /// Deletes one, and says why, if the stored version is `expected`; `Conflict` else, also where there is none.
    async fn delete_definition(
        &self,
        project: &ProjectId,
        kind: DefinitionKind,
        id: &str,
        expected: u64,
        audit: AuditEntry,
    ) -> StoreResult<()>;

    /// A number that is another one after every change of any definition, by whichever process: what was read before
    /// holds while it stays the same. Cheap: one row.
    async fn definitions_mark(&self) -> StoreResult<u64>;
}
