//! Keeps boards: intends a post when a window begins, shows it on its cadence, and closes it with a summary. Of a window
//! that passed while nobody was there to intend its post, nothing is told.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration as StdDuration;

use async_trait::async_trait;
use domain::Instant;
use futures_util::StreamExt;

use super::{Pace, Role};
use crate::app::App;
use crate::boards::BoardView;
use crate::boards::keeping::{self, Step};
use crate::error::AppResult;
use crate::members::BOARDS;
use crate::ports::{BoardPost, DefinitionKind, StoreError};

/// How many posts are worked on side by side, so that a slow receiver holds up few.
const SIDE_BY_SIDE: usize = 16;

/// The board keeper.
#[derive(Debug)]
pub struct BoardKeeper {
    app: App,
    known: Mutex<Option<Known>>,
}

/// The boards of all projects, as they were at a mark.
#[derive(Clone, Debug)]
struct Known {
    mark: u64,
    boards: Arc<[BoardView]>,
}

impl BoardKeeper {
    /// A keeper that knows no boards yet.
    pub fn new(app: App) -> Self {
        Self { app, known: Mutex::default() }
    }

    async fn boards(&self) -> AppResult<Arc<[BoardView]>> {
        let mark = self.app.ports.definitions.definitions_mark().await?;
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| known.mark == mark) {
            return Ok(known.boards);
        }
        let boards = read(&self.app).await?;
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Known { mark, boards: boards.clone() });
        Ok(boards)
    }

    /// Stores the intent of every window that is open and has no post.
    async fn intend(&self, boards: &[BoardView], open: &[BoardPost], now: Instant) -> AppResult<bool> {
        let mut is_new = false;
        for view in boards {
            let Some(window) = view.board.hours.window_at(now) else { continue };
            let ours = |post: &&BoardPost| post.project == view.project && post.board == view.id;
            if open.iter().filter(ours).any(|post| post.window.start == window.start) {
                continue;
            }
            let stored = &self.app.ports.boards;
            if stored.post_of(&view.project, &view.id, window.start).await?.is_some() {
                continue;
            }
            match stored.put_post(keeping::intent(view, window), 0).await {
                Ok(()) | Err(StoreError::Conflict) => is_new = true,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(is_new)
    }

    /// Does what is due of a post; answers when there is something to do next.
    async fn keep(&self, post: BoardPost, boards: &[BoardView], now: Instant) -> AppResult<Option<Instant>> {
        let view = boards.iter().find(|view| view.project == post.project && view.id == post.board);
        match (keeping::step(&post, view, now), view) {
            (Step::Wait(until), _) => Ok(Some(until)),
            (Step::Show { closing }, Some(view)) => {
                keeping::show(&self.app, view, &post, closing).await?;
                Ok(Some(self.app.now()))
            }
            (Step::GiveUp | Step::Show { .. }, _) => keeping::give_up(&self.app, &post).await.map(|()| None),
        }
    }
}

#[async_trait]
impl Role for BoardKeeper {
    fn name(&self) -> &'static str {
        "boards"
    }

    fn rhythm(&self) -> StdDuration {
        StdDuration::from_secs(5)
    }

    fn signal(&self) -> Option<&tokio::sync::Notify> {
        Some(&self.app.signals.boards)
    }

    fn alone_as(&self) -> Option<&'static str> {
        Some(BOARDS)
    }

    async fn run_once(&self) -> AppResult<Pace> {
        let now = self.app.now();
        let boards = self.boards().await?;
        let mut open = self.app.ports.boards.open_posts().await?;
        if self.intend(&boards, &open, now).await? {
            open = self.app.ports.boards.open_posts().await?;
        }
        let work = open.into_iter().map(|post| self.keep(post, &boards, now));
        let kept = futures_util::stream::iter(work).buffer_unordered(SIDE_BY_SIDE).collect::<Vec<_>>().await;
        let next_windows =
            boards.iter().filter_map(|view| view.board.hours.window_after(now)).map(|it| it.start);
        let mut next = next_windows.min();
        for due in kept {
            next = [next, due?].into_iter().flatten().min();
        }
        Ok(next.map_or(Pace::Idle, Pace::Until))
    }
}

/// All boards of all projects. One that cannot be read keeps no other from being shown.
async fn read(app: &App) -> AppResult<Arc<[BoardView]>> {
    let mut boards: Vec<_> = app.settings.boards.iter().map(BoardView::of_configured).collect();
    for project in app.ports.access.projects().await? {
        for definition in app.ports.definitions.definitions(&project.id, DefinitionKind::Board).await? {
            match BoardView::of_stored(definition) {
                Ok(view) => boards.push(view),
                Err(error) => {
                    app.telemetry.role_failed("boards");
                    tracing::error!(%error, "a board cannot be read and is not shown");
                }
            }
        }
    }
    Ok(boards.into())
}
