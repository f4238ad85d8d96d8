//! The posts of boards. Beside each post stands a small item that says that it is open, or since when it is closed, in
//! the same transaction: so lists of them are never stale.

use app::ports::{BoardPost, Boards, PostState, StoreResult};
use async_trait::async_trait;
use domain::board::Window;
use domain::{Instant, ProjectId};

use crate::Store;
use crate::fault::{Faulty, Told};
use crate::gateway::{Item, Key, Query, Write};
use crate::schema::Table;
use crate::sequence::sortable;

/// Most open posts that are answered.
const OPEN_MAX: usize = 1000;
const OPEN: &str = "BO";
const CLOSED: &str = "BC";

#[async_trait]
impl Boards for Store {
    async fn open_posts(&self) -> StoreResult<Vec<BoardPost>> {
        open(self).await.told("listing the posts of boards")
    }

    async fn post_of(
        &self,
        project: &ProjectId,
        board: &str,
        window_start: Instant,
    ) -> StoreResult<Option<BoardPost>> {
        let place = place(project, board, window_start);
        let found = self.gateway.get(Table::Registry, &place).await.told("reading the post of a board")?;
        found.as_ref().map(read).transpose().told("reading the post of a board")
    }

    async fn put_post(&self, post: BoardPost, expected: u64) -> StoreResult<()> {
        put(self, &post, expected).await.told("writing the post of a board")
    }

    async fn prune_posts(&self, before: Instant, limit: usize) -> StoreResult<usize> {
        prune(self, before, limit).await.told("forgetting the posts of boards")
    }
}

fn place(project: &ProjectId, board: &str, start: Instant) -> Key {
    Key::new(format!("B#{project}#{board}"), sortable(start))
}

/// The small item of a post, by where its window begins or ends.
fn beside(partition: &str, at: Instant, post: &Key) -> Key {
    Key::new(partition, format!("{}#{}#{}", sortable(at), post.sk, post.pk))
}

/// The post that a small item stands beside.
fn stood_beside(item: &Item) -> Faulty<Key> {
    let mut parts = item.text("sk")?.splitn(3, '#').skip(1);
    let found = parts.next().zip(parts.next());
    let (sk, pk) = found.ok_or_else(|| item.unreadable("sk", "it names no post"))?;
    Ok(Key::new(pk, sk))
}

async fn open(store: &Store) -> Faulty<Vec<BoardPost>> {
    let listed = store.gateway.gather(Query::of(Table::Registry, OPEN).limit(OPEN_MAX)).await?;
    let keys = listed.iter().map(stood_beside).collect::<Faulty<Vec<_>>>()?;
    let items = store.gateway.get_many(Table::Registry, &keys).await?;
    let mut posts = items.iter().map(read).collect::<Faulty<Vec<_>>>()?;
    posts.retain(|post| post.state != PostState::Closed);
    posts.sort_by(|a, b| (a.window.start, &a.project, &a.board).cmp(&(b.window.start, &b.project, &b.board)));
    Ok(posts)
}

async fn put(store: &Store, post: &BoardPost, expected: u64) -> Faulty<()> {
    let place = place(&post.project, &post.board, post.window.start);
    let own = Write::put(Table::Registry, item(post, expected + 1, &place));
    let own = if expected == 0 { own.when_absent() } else { own.when("ver = :ver").binding("ver", expected) };
    let (open, closed) = (beside(OPEN, post.window.start, &place), beside(CLOSED, post.window.end, &place));
    let (there, gone) = if post.state == PostState::Closed { (closed, open) } else { (open, closed) };
    let there = Write::put(Table::Registry, Item::of(&there));
    store.gateway.transact(vec![own, there, Write::delete(Table::Registry, gone)]).await
}

fn item(post: &BoardPost, version: u64, place: &Key) -> Item {
    Item::of(place)
        .with("prj", post.project.as_str())
        .with("board", post.board.as_str())
        .with("w_from", post.window.start)
        .with("w_to", post.window.end)
        .with("ver", version)
        .with("stands", post.state.as_str())
        .with("chan", post.channel.as_str())
        .with_some("message", post.message.as_deref())
        .with_some("shown", post.shown_at)
        .with_some("leased", post.leased_until)
        .with("failures", post.failures)
        .with_some("retry", post.retry_at)
        .with_some("answer", post.last_answer.as_deref())
}

fn read(item: &Item) -> Faulty<BoardPost> {
    let state = PostState::parse(item.text("stands")?);
    Ok(BoardPost {
        project: ProjectId::trusted(item.text("prj")?),
        board: item.text("board")?.to_owned(),
        window: Window { start: item.instant("w_from")?, end: item.instant("w_to")? },
        version: item.number("ver")?,
        state: state.ok_or_else(|| item.unreadable("stands", "it is no word of ours"))?,
        channel: item.text("chan")?.to_owned(),
        message: item.maybe_text("message")?.map(str::to_owned),
        shown_at: item.maybe_instant("shown")?,
        leased_until: item.maybe_instant("leased")?,
        failures: item.number("failures")?,
        retry_at: item.maybe_instant("retry")?,
        last_answer: item.maybe_text("answer")?.map(str::to_owned),
    })
}

async fn prune(store: &Store, before: Instant, limit: usize) -> Faulty<usize> {
    let old = Query::of(Table::Registry, CLOSED).below(sortable(before)).limit(limit);
    let listed = store.gateway.gather(old).await?;
    let mut writes = Vec::new();
    for item in &listed {
        writes.push(Write::delete(Table::Registry, stood_beside(item)?));
        writes.push(Write::delete(Table::Registry, item.key()?));
    }
    store.gateway.batch(writes).await?;
    Ok(listed.len())
}
