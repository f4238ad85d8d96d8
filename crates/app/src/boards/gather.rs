//! Reads what a board shows, page by page: no more than one page of schedulers and the rows that are shown are held.

use domain::board::{BoardPage, BoardRow, Counts, Gathering, Window};
use domain::{Duration, Instant};

use super::BoardView;
use crate::app::App;
use crate::error::AppResult;
use crate::ports::{Filter, ListQuery, Sort};

/// How many schedulers are read at once.
const READ_AT_ONCE: usize = 500;
/// Most schedulers that are read for one page: past them, the page says that there are more.
pub(crate) const SCHEDULERS_MAX: u64 = 20_000;

impl App {
    /// What a board shows of a window at an instant, limited to services where those are given.
    pub(crate) async fn gather(
        &self,
        view: &BoardView,
        window: Window,
        now: Instant,
        closing: bool,
        services: Option<Vec<String>>,
    ) -> AppResult<BoardPage> {
        let mut query = query(view, now, services);
        let mut gathering = Gathering::default();
        loop {
            let page = self.ports.queries.list(&view.project, &query).await?;
            for row in page.items {
                gathering.add(BoardRow::of(&row.scheduler, &row.liveness, &row.payload, &window));
            }
            query.cursor = page.next;
            if query.cursor.is_none() || gathering.count() >= SCHEDULERS_MAX {
                break;
            }
        }
        Ok(gathering.into_page(blank(view, window, now, closing), query.cursor.is_some()))
    }
}

fn query(view: &BoardView, now: Instant, services: Option<Vec<String>>) -> ListQuery {
    let wanted = view.board.filter.clone();
    let filter = Filter {
        service: wanted.service,
        tag: wanted.tag,
        prefix: wanted.prefix,
        services,
        ..Filter::default()
    };
    ListQuery { filter, sort: Sort::Id, limit: READ_AT_ONCE, cursor: None, now }
}

fn blank(view: &BoardView, window: Window, now: Instant, closing: bool) -> BoardPage {
    BoardPage {
        project: view.project.clone(),
        board: view.id.clone(),
        title: view.board.title.clone(),
        time_zone: view.board.hours.time_zone.name().to_owned(),
        window,
        updated_at: now,
        counts: Counts::default(),
        rows: Vec::new(),
        left_out: 0,
        unread: false,
        total_execution_time: Duration::ZERO,
        closing,
        all_clear: false,
    }
}
