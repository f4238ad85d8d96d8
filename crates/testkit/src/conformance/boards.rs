//! The posts of boards: one for each window, changed by whoever read it last.

use app::ports::{BoardPost, PostState, StoreError, StoreResult};
use domain::ProjectId;
use domain::board::Window;
use tokio::task::JoinSet;

use super::begin;
use crate::fixtures::after;
use crate::{Backend, Scribe, Stores};

fn intended(board: &str, start: i64) -> BoardPost {
    BoardPost {
        project: ProjectId::default_project(),
        board: board.to_owned(),
        window: Window { start: after(start), end: after(start + 100) },
        version: 1,
        state: PostState::Intended,
        channel: "slack".to_owned(),
        message: None,
        shown_at: None,
        leased_until: None,
        failures: 0,
        retry_at: None,
        last_answer: None,
    }
}

/// The next version of it, with everything said that can be.
fn posted(post: &BoardPost) -> BoardPost {
    BoardPost {
        version: post.version + 1,
        state: PostState::Posted,
        channel: "ночь".to_owned(),
        message: Some("C1/1700000000.000100".to_owned()),
        shown_at: Some(after(1)),
        leased_until: Some(after(2)),
        failures: 3,
        retry_at: Some(after(4)),
        last_answer: Some("«всё» ' \"".to_owned()),
        ..post.clone()
    }
}

fn closed(post: &BoardPost) -> BoardPost {
    BoardPost { version: post.version + 1, state: PostState::Closed, ..post.clone() }
}

async fn put(stores: &Stores, post: &BoardPost, expected: u64) -> StoreResult<()> {
    stores.boards.put_post(post.clone(), expected).await
}

async fn made(scribe: &Scribe, post: BoardPost) -> BoardPost {
    put(&scribe.stores, &post, 0).await.expect("the post is written");
    post
}

async fn found(stores: &Stores, like: &BoardPost) -> Option<BoardPost> {
    stores.boards.post_of(&like.project, &like.board, like.window.start).await.expect("the post is read")
}

async fn open(stores: &Stores) -> Vec<BoardPost> {
    stores.boards.open_posts().await.expect("posts are read")
}

/// On every opening of the data, and whatever is in it.
pub async fn a_post_is_read_as_it_was_written(data: &dyn Backend) {
    let scribe = begin(data).await;
    let there = data.open().await;
    let first = intended("night", 0);
    assert_eq!(found(&there, &first).await, None);
    let first = made(&scribe, first).await;
    assert_eq!(found(&there, &first).await, Some(first.clone()));
    let second = posted(&first);
    assert_eq!(put(&there, &second, 1).await, Ok(()));
    assert_eq!(found(&scribe.stores, &first).await, Some(second));
}

/// Whoever intends it again finds that it is intended.
pub async fn a_window_has_one_post(data: &dyn Backend) {
    let scribe = begin(data).await;
    let first = made(&scribe, intended("night", 0)).await;
    assert_eq!(put(&scribe.stores, &posted(&first), 0).await, Err(StoreError::Conflict));
    for other in [
        intended("night", 1000),
        intended("day", 0),
        BoardPost { project: ProjectId::trusted("theirs"), ..intended("night", 0) },
    ] {
        made(&scribe, other).await;
    }
    assert_eq!(found(&scribe.stores, &first).await, Some(first));
    assert_eq!(open(&scribe.stores).await.len(), 4);
}

/// Neither from an older version nor from one that is not there.
pub async fn a_post_is_changed_only_from_the_version_that_was_read(data: &dyn Backend) {
    let scribe = begin(data).await;
    let first = made(&scribe, intended("night", 0)).await;
    let second = posted(&first);
    assert_eq!(put(&scribe.stores, &second, 1).await, Ok(()));
    for wrong in [0, 1, 3] {
        assert_eq!(put(&scribe.stores, &closed(&second), wrong).await, Err(StoreError::Conflict), "{wrong}");
    }
    assert_eq!(put(&scribe.stores, &intended("day", 0), 1).await, Err(StoreError::Conflict));
    assert_eq!(open(&scribe.stores).await, [second]);
}

/// So one process posts.
pub async fn of_concurrent_claims_of_one_post_exactly_one_holds(data: &dyn Backend) {
    let scribe = begin(data).await;
    let first = made(&scribe, intended("night", 0)).await;
    let mut tasks = JoinSet::new();
    for number in 0..8 {
        let stores = data.open().await;
        let claim = BoardPost { version: 2, leased_until: Some(after(number)), ..first.clone() };
        tasks.spawn(async move { (put(&stores, &claim, 1).await, claim) });
    }
    let (held, lost): (Vec<_>, Vec<_>) =
        tasks.join_all().await.into_iter().partition(|(answer, _)| answer.is_ok());
    assert!(lost.iter().all(|(answer, _)| *answer == Err(StoreError::Conflict)), "{lost:?}");
    assert_eq!(held.len(), 1);
    assert_eq!(found(&scribe.stores, &first).await, Some(held[0].1.clone()));
}

/// Those that are closed are not among them.
pub async fn open_posts_are_listed_earliest_first(data: &dyn Backend) {
    let scribe = begin(data).await;
    assert_eq!(open(&scribe.stores).await, []);
    let mut posts = Vec::new();
    for start in [300, 100, 200] {
        posts.push(made(&scribe, intended("night", start)).await);
    }
    let shut = made(&scribe, intended("day", 50)).await;
    assert_eq!(put(&scribe.stores, &closed(&shut), 1).await, Ok(()));
    posts.sort_by_key(|post| post.window);
    assert_eq!(open(&scribe.stores).await, posts);
}

/// Only those that are closed and old, and a bounded number at once.
pub async fn closed_posts_are_forgotten_in_measure(data: &dyn Backend) {
    let scribe = begin(data).await;
    let boards = &scribe.stores.boards;
    let open = made(&scribe, intended("night", 0)).await;
    for start in [1, 2, 3, 500] {
        let post = made(&scribe, intended("night", start)).await;
        put(&scribe.stores, &closed(&post), 1).await.expect("the post is closed");
    }
    assert_eq!(boards.prune_posts(after(100), 10).await, Ok(0));
    assert_eq!(boards.prune_posts(after(400), 2).await, Ok(2));
    assert_eq!(boards.prune_posts(after(400), 2).await, Ok(1));
    assert_eq!(boards.prune_posts(after(400), 2).await, Ok(0));
    assert_eq!(found(&scribe.stores, &open).await, Some(open));
    assert!(found(&scribe.stores, &intended("night", 500)).await.is_some());
}
