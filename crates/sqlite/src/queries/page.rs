//! Pages of what is numbered, newest first: the cursor is the number of the last row.

use app::ports::Page;

use crate::fault::{Fault, Faulty};

/// What a cursor of numbers says: only rows before it.
pub(crate) fn number(cursor: Option<&str>) -> Faulty<i64> {
    cursor.map_or(Ok(i64::MAX), |text| {
        text.parse().ok().filter(|number| *number >= 0).ok_or_else(|| Fault::cursor(text))
    })
}

/// A page of rows of which one more was read than are shown, to see whether there is a next one.
pub(crate) fn cut<T>(mut found: Vec<(i64, T)>, limit: usize) -> Page<T> {
    let limit = limit.max(1);
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(number, _)| number.to_string());
    Page { items: found.into_iter().map(|(_, item)| item).collect(), next }
}
