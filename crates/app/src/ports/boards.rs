//! The posts of boards: one for each board and window, kept so that a restart makes no second message and two
//! processes do not both post.

use async_trait::async_trait;
use domain::board::Window;
use domain::{Instant, ProjectId};

use super::StoreResult;

/// How a post stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PostState {
    /// It shall be posted, and perhaps was: nobody noted which message it is.
    Intended,
    /// The message is known.
    Posted,
    /// The window is over and the summary told, or it was given up.
    Closed,
}

impl PostState {
    /// The word that stores keep.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Posted => "posted",
            Self::Closed => "closed",
        }
    }

    /// The state of that word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Intended, Self::Posted, Self::Closed].into_iter().find(|state| state.as_str() == word)
    }
}

/// The post of a board in one window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardPost {
    /// The project.
    pub project: ProjectId,
    /// The board's id.
    pub board: String,
    /// The window. Its start names the post within its board.
    pub window: Window,
    /// 1 when it is made, one more with each change.
    pub version: u64,
    /// How it stands.
    pub state: PostState,
    /// The channel that the message is in, by what the board calls it.
    pub channel: String,
    /// Which message it is, in the receiver's words, at most 200 characters.
    pub message: Option<String>,
    /// As of when the message shows what it shows.
    pub shown_at: Option<Instant>,
    /// Until when one process works on it, and no other may.
    pub leased_until: Option<Instant>,
    /// How many attempts in a row came to nothing.
    pub failures: u32,
    /// Not to be tried before, after a failure.
    pub retry_at: Option<Instant>,
    /// What the last attempt came to, shortened to 500 characters, without secrets.
    pub last_answer: Option<String>,
}

/// The posts of boards.
#[async_trait]
pub trait Boards: Send + Sync {
    /// Posts that are not closed, those of the earliest windows first, at most 1000.
    async fn open_posts(&self) -> StoreResult<Vec<BoardPost>>;

    /// The post of a board for the window that begins then.
    async fn post_of(
        &self,
        project: &ProjectId,
        board: &str,
        window_start: Instant,
    ) -> StoreResult<Option<BoardPost>>;

    /// Writes a post if the stored version is `expected` (0: there must be none yet); `Conflict` else. Its own version is
    /// `expected + 1`. So a post is claimed, and what came of it noted, by whoever read it last.
    async fn put_post(&self, post: BoardPost, expected: u64) -> StoreResult<()>;

    /// Forgets closed posts whose window ended before an instant, at most `limit`; answers how many.
    async fn prune_posts(&self, before: Instant, limit: usize) -> StoreResult<usize>;
}
