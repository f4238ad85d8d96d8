//! The posts of boards.

use app::ports::{BoardPost, Boards, PostState, StoreResult};
use async_trait::async_trait;
use domain::board::Window;
use domain::{Instant, ProjectId};
use rusqlite::{Connection, Row, params};

use crate::Store;
use crate::fault::{Fault, Faulty};
use crate::reader::Lane;
use crate::rows::{all, bound, cell, first, instant, int, maybe_instant, run, word};
use crate::sql::statements;

statements! {
    OPEN_POSTS = "select project, board, window_start, window_end, version, state, channel, message, shown_at,
        leased_until, failures, retry_at, last_answer from board_posts where state <> 'closed'
        order by window_start, project, board limit 1000";
    POST = "select project, board, window_start, window_end, version, state, channel, message, shown_at,
        leased_until, failures, retry_at, last_answer from board_posts
        where project = ?1 and board = ?2 and window_start = ?3";
    POST_VERSION = "select version from board_posts where project = ?1 and board = ?2 and window_start = ?3";
    PUT_POST = "insert into board_posts (project, board, window_start, window_end, version, state, channel,
        message, shown_at, leased_until, failures, retry_at, last_answer)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
        on conflict (project, board, window_start) do update set window_end = excluded.window_end,
        version = excluded.version, state = excluded.state, channel = excluded.channel,
        message = excluded.message, shown_at = excluded.shown_at, leased_until = excluded.leased_until,
        failures = excluded.failures, retry_at = excluded.retry_at, last_answer = excluded.last_answer";
    PRUNE_POSTS = "delete from board_posts where (project, board, window_start) in
        (select project, board, window_start from board_posts
        where state = 'closed' and window_end < ?1 limit ?2)";
}

#[async_trait]
impl Boards for Store {
    async fn open_posts(&self) -> StoreResult<Vec<BoardPost>> {
        self.read(Lane::Point, "listing the posts of boards", |conn| all(conn, OPEN_POSTS, [], post)).await
    }

    async fn post_of(
        &self,
        project: &ProjectId,
        board: &str,
        window_start: Instant,
    ) -> StoreResult<Option<BoardPost>> {
        let (project, board) = (project.clone(), board.to_owned());
        let read = move |conn: &_| {
            first(conn, POST, params![project.as_str(), board, window_start.as_millis()], post)
        };
        self.read(Lane::Point, "reading the post of a board", read).await
    }

    async fn put_post(&self, post: BoardPost, expected: u64) -> StoreResult<()> {
        self.write("writing the post of a board", move |conn| put(conn, &post, expected)).await
    }

    async fn prune_posts(&self, before: Instant, limit: usize) -> StoreResult<usize> {
        let write = move |conn: &_| run(conn, PRUNE_POSTS, params![before.as_millis(), bound(limit)]);
        self.write("forgetting the posts of boards", write).await
    }
}

fn put(conn: &Connection, post: &BoardPost, expected: u64) -> Faulty<()> {
    let (project, start) = (post.project.as_str(), post.window.start.as_millis());
    let known = first(conn, POST_VERSION, params![project, post.board, start], |row| {
        cell::<u64>(row, 0, "board_posts.version")
    })?;
    if known.unwrap_or(0) != expected {
        return Err(Fault::Conflict);
    }
    let row = params![
        project,
        post.board,
        start,
        post.window.end.as_millis(),
        int(post.version),
        post.state.as_str(),
        post.channel,
        post.message,
        post.shown_at.map(Instant::as_millis),
        post.leased_until.map(Instant::as_millis),
        post.failures,
        post.retry_at.map(Instant::as_millis),
        post.last_answer
    ];
    run(conn, PUT_POST, row).map(drop)
}

fn post(row: &Row<'_>) -> Faulty<BoardPost> {
    let start = instant(row, 2, "board_posts.window_start")?;
    Ok(BoardPost {
        project: ProjectId::trusted(cell::<String>(row, 0, "board_posts.project")?),
        board: cell(row, 1, "board_posts.board")?,
        window: Window { start, end: instant(row, 3, "board_posts.window_end")? },
        version: cell(row, 4, "board_posts.version")?,
        state: word(row, 5, "board_posts.state", PostState::parse)?,
        channel: cell(row, 6, "board_posts.channel")?,
        message: cell(row, 7, "board_posts.message")?,
        shown_at: maybe_instant(row, 8, "board_posts.shown_at")?,
        leased_until: maybe_instant(row, 9, "board_posts.leased_until")?,
        failures: cell(row, 10, "board_posts.failures")?,
        retry_at: maybe_instant(row, 11, "board_posts.retry_at")?,
        last_answer: cell(row, 12, "board_posts.last_answer")?,
    })
}
