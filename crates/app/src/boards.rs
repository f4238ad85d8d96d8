//! Use cases around boards: set up by people, shown as a page, posted now. What posts them by itself is a role.

mod check;
mod gather;
pub(crate) mod keeping;

use domain::board::{Board, BoardPage};
use domain::{Instant, ProjectId, Rejection};
use serde_json::Value;

use crate::access::invalid;
use crate::app::App;
use crate::caller::Caller;
use crate::error::{AppError, AppResult};
use crate::outlook::Outlook;
use crate::ports::{BoardPost, Definition, DefinitionKind, Role, StoreError};
use crate::schedulers::home;

pub use check::BoardDraft;

/// Most boards a project may have.
pub const BOARDS_MAX: usize = 100;

/// A board that the configuration names. It belongs to the project `default` and is never stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfiguredBoard {
    /// Its name, which is its id too.
    pub name: String,
    /// The board.
    pub board: Board,
}

/// A board as it is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardView {
    /// The project.
    pub project: ProjectId,
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// How often it was set; nought where the configuration names it.
    pub version: u64,
    /// When it was made and last changed; `None` where the configuration names it.
    pub dates: Option<(Instant, Instant)>,
    /// What it is.
    pub board: Board,
}

impl BoardView {
    /// Whether the configuration names it, and so nobody can change it here.
    pub const fn is_configured(&self) -> bool {
        self.dates.is_none()
    }

    pub(crate) fn of_configured(it: &ConfiguredBoard) -> Self {
        let ConfiguredBoard { name, board } = it.clone();
        Self { project: home(), id: name.clone(), name, version: 0, dates: None, board }
    }

    pub(crate) fn of_stored(definition: Definition) -> AppResult<Self> {
        let Definition { project, id, name, version, created_at, updated_at, body, .. } = definition;
        let board: Board = serde_json::from_value(body).map_err(|error| {
            let place = format!("definitions.body of board {id}");
            AppError::Store(StoreError::Corrupt { place, cause: error.to_string() })
        })?;
        Ok(Self { project, id, name, version, dates: Some((created_at, updated_at)), board })
    }

    fn define(&self) -> Definition {
        let (created_at, updated_at) = self.dates.unwrap_or_default();
        Definition {
            project: self.project.clone(),
            kind: DefinitionKind::Board,
            id: self.id.clone(),
            name: self.name.clone(),
            version: self.version,
            created_at,
            updated_at,
            // A board has no map whose keys are no text: it always has JSON.
            body: serde_json::to_value(&self.board).unwrap_or(Value::Null),
        }
    }
}

impl App {
    /// The boards of the caller's project, by name.
    pub async fn boards(&self, caller: &Caller) -> AppResult<Vec<BoardView>> {
        let stored = self.ports.definitions.definitions(&caller.project, DefinitionKind::Board).await?;
        let mut all: Vec<_> = stored.into_iter().map(BoardView::of_stored).collect::<AppResult<_>>()?;
        if caller.project == home() {
            all.extend(self.settings.boards.iter().map(BoardView::of_configured));
        }
        all.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        Ok(all)
    }

    /// One board, by id or name.
    pub async fn board(&self, caller: &Caller, id: &str) -> AppResult<BoardView> {
        let all = self.boards(caller).await?;
        let place = all.iter().position(|it| it.id == id).or_else(|| all.iter().position(|it| it.name == id));
        let found = place.and_then(|place| all.into_iter().nth(place));
        found.ok_or_else(|| AppError::NotFound { what: "Board", id: domain::time::shorten(id, 100) })
    }

    /// Sets up a board.
    pub async fn create_board(&self, caller: &Caller, draft: BoardDraft) -> AppResult<BoardView> {
        caller.must_be(Role::Admin)?;
        let (name, board) = self.checked(caller, draft).await?;
        if self.boards(caller).await?.len() >= BOARDS_MAX {
            return Err(invalid("name", format!("cannot be added: there are at most {BOARDS_MAX} boards")));
        }
        let now = self.now();
        let id = domain::id::minted("brd_", self.id_bits());
        let view = BoardView {
            project: caller.project.clone(),
            id,
            name,
            version: 1,
            dates: Some((now, now)),
            board,
        };
        self.write_board(caller, view, "board.create").await
    }

    /// Sets a board anew, as a whole. With `only_if`, only where it still has that version.
    pub async fn replace_board(
        &self,
        caller: &Caller,
        id: &str,
        draft: BoardDraft,
        only_if: Option<u64>,
    ) -> AppResult<BoardView> {
        caller.must_be(Role::Admin)?;
        let known = self.changeable(caller, id, only_if).await?;
        let (name, board) = self.checked(caller, draft).await?;
        let dates = known.dates.map(|(created_at, _)| (created_at, self.now()));
        let view = BoardView { name, board, dates, version: known.version + 1, ..known };
        self.write_board(caller, view, "board.replace").await
    }

    /// What setting a board anew would come to. Its channel may come to be before it is.
    pub async fn foresee_board(
        &self,
        caller: &Caller,
        id: &str,
        draft: BoardDraft,
        only_if: Option<u64>,
    ) -> AppResult<Outlook<BoardView>> {
        caller.must_be(Role::Admin)?;
        let known = self.changeable(caller, id, only_if).await?;
        let (name, board) = draft.check().map_err(Rejection::Invalid)?;
        let changed = (&name, &board) != (&known.name, &known.board);
        let then = BoardView { name, board, ..known };
        self.is_free(caller, &then).await?;
        Ok(Outlook { then, changed })
    }

    /// Deletes a board. What it has posted stays where it is, and is not edited any more.
    pub async fn delete_board(&self, caller: &Caller, id: &str, only_if: Option<u64>) -> AppResult<()> {
        caller.must_be(Role::Admin)?;
        let known = self.changeable(caller, id, only_if).await?;
        let audit = caller.audit(self.now(), "board.delete", &known.id, &known.name);
        let deleted = self.ports.definitions.delete_definition(
            &known.project,
            DefinitionKind::Board,
            &known.id,
            known.version,
            audit,
        );
        deleted.await.map_err(busy)?;
        self.signals.boards.notify_one();
        Ok(())
    }

    /// What a board shows now: of its window, or of the last one where none is open.
    pub async fn board_page(&self, caller: &Caller, id: &str) -> AppResult<BoardPage> {
        let view = self.board(caller, id).await?;
        let now = self.now();
        let hours = &view.board.hours;
        let (window, closing) = match hours.window_at(now) {
            Some(window) => (window, false),
            None => (hours.window_before(now).ok_or_else(|| never(&view))?, true),
        };
        self.gather(&view, window, now, closing, caller.visible_services()).await
    }

    /// Posts a board now, or edits what it has posted in its window.
    pub async fn post_board(&self, caller: &Caller, id: &str) -> AppResult<BoardPost> {
        caller.must_be(Role::Admin)?;
        let view = self.board(caller, id).await?;
        let window = view.board.hours.window_at(self.now()).ok_or_else(|| self.shut(&view))?;
        keeping::show_now(self, &view, window).await
    }

    async fn changeable(&self, caller: &Caller, id: &str, only_if: Option<u64>) -> AppResult<BoardView> {
        let known = self.board(caller, id).await?;
        if known.is_configured() {
            return Err(AppError::Forbidden(format!(
                "board {} is set up by the configuration: change it there",
                known.name
            )));
        }
        match only_if.filter(|expected| *expected != known.version) {
            Some(expected) => {
                Err(AppError::Rejected(Rejection::VersionMismatch { expected, current: known.version }))
            }
            None => Ok(known),
        }
    }

    /// Whether no other board has its name.
    async fn is_free(&self, caller: &Caller, view: &BoardView) -> AppResult<()> {
        let taken = self.boards(caller).await?;
        if taken.iter().any(|other| other.name == view.name && other.id != view.id) {
            let problem =
                format!("is the name of another board: '{}'", domain::time::shorten(&view.name, 40));
            return Err(invalid("name", problem));
        }
        Ok(())
    }

    async fn write_board(&self, caller: &Caller, view: BoardView, action: &str) -> AppResult<BoardView> {
        self.is_free(caller, &view).await?;
        let audit = caller.audit(self.now(), action, &view.id, &view.name);
        self.ports.definitions.put_definition(view.define(), view.version - 1, audit).await.map_err(busy)?;
        self.signals.boards.notify_one();
        Ok(view)
    }

    fn shut(&self, view: &BoardView) -> AppError {
        let next = view.board.hours.window_after(self.now());
        let when = next.map_or_else(|| "never".to_owned(), |window| window.start.to_string());
        AppError::Rejected(Rejection::InvalidStatusTransition(format!(
            "Board {} has no open window now: its next begins {when}",
            view.name
        )))
    }
}

/// Another was faster, or has taken the name: to be tried again.
fn busy(error: StoreError) -> AppError {
    match error {
        StoreError::Conflict => AppError::Busy,
        error => AppError::from(error),
    }
}

fn never(view: &BoardView) -> AppError {
    AppError::NotFound { what: "A window of board", id: view.name.clone() }
}
