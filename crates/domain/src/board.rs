//! Boards: a status table that is posted at the start of a daily window, edited through it, and closed with a summary.
//!
//! Reading order: [`hours`] (which window an instant belongs to, and when the next edit is due), [`mod@standing`] (how a
//! scheduler stands in that window), [`page`] (what there is to show, without any layout). Pure: who posts, and where
//! to, is not said here.

pub mod hours;
pub mod page;
pub mod standing;

use serde::{Deserialize, Serialize};

use crate::time::Duration;

pub use hours::{Hours, WallTime, Weekday, Window};
pub use page::{BoardPage, BoardRow, Counts, Gathering};
pub use standing::{Standing, standing};

/// The cadence where none is given.
pub const CADENCE_DEFAULT: Duration = Duration::HOUR;
/// The least time between two edits.
pub const CADENCE_MIN: Duration = Duration::from_minutes(5);
/// The most time between two edits.
pub const CADENCE_MAX: Duration = Duration::DAY;

/// A status table: which schedulers, where, when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Board {
    /// Its headline, 1..100 characters.
    pub title: String,
    /// The channel it is posted to, by id or name.
    pub channel: String,
    /// Its daily window.
    pub hours: Hours,
    /// How often it is edited in its window, [`CADENCE_MIN`]..=[`CADENCE_MAX`].
    pub cadence: Duration,
    /// Which schedulers it shows.
    #[serde(default)]
    pub filter: BoardFilter,
}

/// Which schedulers a board shows: those that match all that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardFilter {
    /// Of this service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// With this tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Of which id, service or job begins so, in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
}
