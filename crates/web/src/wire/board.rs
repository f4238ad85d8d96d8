//! Boards: as they are sent, as they are answered, and what they show.

use app::ports::BoardPost;
use app::{BoardDraft, BoardView, Outlook};
use domain::board::{BoardFilter, BoardPage, BoardRow, CADENCE_MAX, CADENCE_MIN, Counts, Window};
use domain::{Instant, Patch};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::registration::named;
use super::scheduler::shown;
use super::value::{duration, line, lines, text};
use super::{Fields, Flaws, Nulls, Wire};

/// A board to be set up, or set anew as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BoardSent(pub(crate) BoardDraft);

impl Wire for BoardSent {
    fn read(value: Value) -> Result<Self, Flaws> {
        let mut fields = Fields::of("a board", Nulls::Absent, value).map_err(named)?;
        // Clients that send back what they read name these; they are not theirs to say.
        for name in ["id", "version", "configured", "window", "created_at", "updated_at", "changed"] {
            fields.ignore(name);
        }
        let owned = |value: &Value| text(value).map(str::to_owned);
        let draft = BoardDraft {
            name: fields.required("name", |value| line(value, 64)).unwrap_or_default(),
            title: fields.optional("title", |value| line(value, 100)),
            channel: fields.required("channel", owned).unwrap_or_default(),
            time_zone: fields.optional("time_zone", owned),
            start: fields.required("start", owned).unwrap_or_default(),
            end: fields.required("end", owned).unwrap_or_default(),
            days: fields.optional("days", |value| lines(value, 7, 10)).unwrap_or_default(),
            cadence: fields.optional("cadence", |value| duration(value, CADENCE_MIN, CADENCE_MAX)),
            filter: match fields.nested("filter", filter) {
                Patch::Set(filter) => filter,
                Patch::Keep | Patch::Clear => BoardFilter::default(),
            },
        };
        fields.finish().map(|()| Self(draft))
    }
}

fn filter(value: Value) -> Result<BoardFilter, Flaws> {
    let mut fields = Fields::of("a filter", Nulls::Absent, value)?;
    let mut field = |name| fields.optional(name, |value| line(value, 255));
    let filter = BoardFilter { service: field("service"), tag: field("tag"), prefix: field("prefix") };
    fields.finish().map(|()| filter)
}

/// A status table that is posted, edited through a daily window, and closed with a summary.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Board)]
pub struct BoardBody {
    /// Its id.
    #[schema(example = "brd_01h1v6gq3x8c5m9t2k7w4n0b6d")]
    pub id: String,
    /// What people call it.
    #[schema(example = "night")]
    pub name: String,
    /// How often it was set; 0 where the configuration names it.
    pub version: u64,
    /// Whether the configuration names it, and so it is changed there.
    pub configured: bool,
    /// Its headline.
    #[schema(example = "Nightly jobs")]
    pub title: String,
    /// The channel it is posted to.
    #[schema(example = "slack")]
    pub channel: String,
    /// Whose wall clock its hours speak of.
    #[schema(example = "Asia/Jakarta")]
    pub time_zone: String,
    /// When its window begins.
    #[schema(example = "00:00")]
    pub start: String,
    /// When it ends; on the next day where that is not after the start.
    #[schema(example = "06:00")]
    pub end: String,
    /// The days it begins on; every day where absent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<&'static str>,
    /// How often it is edited in its window.
    #[schema(example = "1h")]
    pub cadence: String,
    /// Which schedulers it shows.
    pub filter: FilterBody,
    /// The window that is open, or the next one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<BoardWindowBody>,
    /// When it was set up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub created_at: Option<String>,
    /// When it was changed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub updated_at: Option<String>,
    /// In the answer to a dry run: whether it would be other than before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<bool>,
}

/// Which schedulers a board shows: those that match all that is given.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BoardFilter)]
pub struct FilterBody {
    /// Of this service.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 255)]
    pub service: Option<String>,
    /// With this tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 255)]
    pub tag: Option<String>,
    /// Of which id, service or job begins so, in any case.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 255)]
    pub prefix: Option<String>,
}

/// One night of a board.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BoardWindow)]
pub struct BoardWindowBody {
    /// When it begins.
    #[schema(format = DateTime)]
    pub start: String,
    /// When it ends.
    #[schema(format = DateTime)]
    pub end: String,
}

impl From<Window> for BoardWindowBody {
    fn from(window: Window) -> Self {
        Self { start: window.start.to_string(), end: window.end.to_string() }
    }
}

impl BoardBody {
    /// A board as it is at an instant.
    pub(crate) fn of(view: BoardView, now: Instant) -> Self {
        let hours = &view.board.hours;
        let window = hours.window_at(now).or_else(|| hours.window_after(now));
        let (created_at, updated_at) = view.dates.unzip();
        Self {
            configured: view.is_configured(),
            time_zone: hours.time_zone.name().to_owned(),
            start: hours.start.to_string(),
            end: hours.end.to_string(),
            days: hours.days.iter().map(|day| day.as_str()).collect(),
            window: window.map(BoardWindowBody::from),
            id: view.id,
            name: view.name,
            version: view.version,
            title: view.board.title,
            channel: view.board.channel,
            cadence: view.board.cadence.to_string(),
            filter: FilterBody {
                service: view.board.filter.service,
                tag: view.board.filter.tag,
                prefix: view.board.filter.prefix,
            },
            created_at: shown(created_at),
            updated_at: shown(updated_at),
            changed: None,
        }
    }

    /// A board as it would be.
    pub(crate) fn foreseen(outlook: Outlook<BoardView>, now: Instant) -> Self {
        Self { changed: Some(outlook.changed), ..Self::of(outlook.then, now) }
    }
}

/// What a board shows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BoardPage)]
pub struct BoardPageBody {
    /// The board's id.
    pub board: String,
    /// Its headline.
    pub title: String,
    /// Whose wall clock its times are read by.
    #[schema(example = "Asia/Jakarta")]
    pub time_zone: String,
    /// The window it speaks of.
    pub window: BoardWindowBody,
    /// As of when.
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// Whether the window is over.
    pub closing: bool,
    /// Whether every scheduler that is not paused has completed, and there is one.
    pub all_clear: bool,
    /// How many schedulers stand how.
    pub counts: CountsBody,
    /// What the last completed run of each scheduler took, in all.
    pub total_execution_time_ms: i64,
    /// The worst, worst first; at most 200.
    pub rows: Vec<BoardRowBody>,
    /// How many of those that were counted have no row.
    pub left_out: u64,
    /// Whether there are more schedulers than a board reads (20 000).
    pub unread: bool,
}

/// How many schedulers stand how.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BoardCounts)]
#[expect(missing_docs, reason = "each field counts the standing of its name")]
pub struct CountsBody {
    pub failed: u64,
    pub stale: u64,
    pub overrun: u64,
    pub missed: u64,
    pub running: u64,
    pub pending: u64,
    pub completed: u64,
    pub paused: u64,
    pub total: u64,
}

impl From<Counts> for CountsBody {
    fn from(counts: Counts) -> Self {
        let Counts { failed, stale, overrun, missed, running, pending, completed, paused } = counts;
        let total = counts.total();
        Self { failed, stale, overrun, missed, running, pending, completed, paused, total }
    }
}

/// One scheduler of a board.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BoardRow)]
pub struct BoardRowBody {
    /// Its id.
    #[schema(example = "billing-nightly")]
    pub scheduler_id: String,
    /// Its service.
    #[schema(example = "billing")]
    pub service_name: String,
    /// Its job.
    #[schema(example = "nightly")]
    pub job_name: String,
    /// How it stands in the window: `failed`, `stale`, `overrun`, `missed`, `running`, `pending`, `completed` or `paused`.
    #[schema(example = "completed")]
    pub standing: &'static str,
    /// Since when; of a pending one, when it is expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub at: Option<String>,
    /// How long its last run took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_time_ms: Option<i64>,
    /// Why it failed, in short.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
}

impl From<BoardRow> for BoardRowBody {
    fn from(row: BoardRow) -> Self {
        Self {
            scheduler_id: row.id,
            service_name: row.service,
            job_name: row.job,
            standing: row.standing.as_str(),
            at: shown(row.at),
            execution_time_ms: row.took.map(domain::Duration::as_millis),
            error_message: row.error,
        }
    }
}

impl From<BoardPage> for BoardPageBody {
    fn from(page: BoardPage) -> Self {
        Self {
            board: page.board,
            title: page.title,
            time_zone: page.time_zone,
            window: page.window.into(),
            updated_at: page.updated_at.to_string(),
            closing: page.closing,
            all_clear: page.all_clear,
            counts: page.counts.into(),
            total_execution_time_ms: page.total_execution_time.as_millis(),
            rows: page.rows.into_iter().map(BoardRowBody::from).collect(),
            left_out: page.left_out,
            unread: page.unread,
        }
    }
}

/// The message of a board in a window.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BoardPost)]
pub struct BoardPostBody {
    /// The board's id.
    pub board: String,
    /// The window.
    pub window: BoardWindowBody,
    /// `intended`, `posted` or `closed`.
    #[schema(example = "posted")]
    pub state: &'static str,
    /// As of when the message shows what it shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub shown_at: Option<String>,
    /// Why it could not be shown, where it could not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// When that is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub retry_at: Option<String>,
}

impl From<BoardPost> for BoardPostBody {
    fn from(post: BoardPost) -> Self {
        Self {
            board: post.board,
            window: post.window.into(),
            state: post.state.as_str(),
            shown_at: shown(post.shown_at),
            problem: post.last_answer,
            retry_at: shown(post.retry_at),
        }
    }
}
