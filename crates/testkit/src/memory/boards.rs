//! The posts of boards, in memory.

use std::collections::BTreeMap;

use app::ports::{BoardPost, Boards, PostState, StoreError, StoreResult};
use async_trait::async_trait;
use domain::{Instant, ProjectId};

use super::MemoryStore;

/// Most posts that are answered at once.
const LISTED_MAX: usize = 1000;

/// Beginning of the window, project and board.
pub(super) type Posts = BTreeMap<(Instant, ProjectId, String), BoardPost>;

#[async_trait]
impl Boards for MemoryStore {
    async fn open_posts(&self) -> StoreResult<Vec<BoardPost>> {
        let data = self.data();
        let open = data.posts.values().filter(|post| post.state != PostState::Closed);
        Ok(open.take(LISTED_MAX).cloned().collect())
    }

    async fn post_of(
        &self,
        project: &ProjectId,
        board: &str,
        window_start: Instant,
    ) -> StoreResult<Option<BoardPost>> {
        Ok(self.data().posts.get(&(window_start, project.clone(), board.to_owned())).cloned())
    }

    async fn put_post(&self, post: BoardPost, expected: u64) -> StoreResult<()> {
        let mut data = self.data();
        let name = (post.window.start, post.project.clone(), post.board.clone());
        if data.posts.get(&name).map_or(0, |known| known.version) != expected {
            return Err(StoreError::Conflict);
        }
        data.posts.insert(name, post);
        Ok(())
    }

    async fn prune_posts(&self, before: Instant, limit: usize) -> StoreResult<usize> {
        let mut data = self.data();
        let old = |post: &BoardPost| post.state == PostState::Closed && post.window.end < before;
        let names: Vec<_> =
            data.posts.iter().filter(|(_, post)| old(post)).map(|(name, _)| name.clone()).collect();
        let pruned = names.into_iter().take(limit).filter_map(|name| data.posts.remove(&name));
        Ok(pruned.count())
    }
}
