//! Pages, and cursors that say after which row a page ended.

use std::str::FromStr;

use app::ports::{Page, StoreError, StoreResult};

/// The first `limit` rows, and where the next page begins if there are more.
pub(super) fn page<T>(
    rows: impl IntoIterator<Item = T>,
    limit: usize,
    name: impl Fn(&T) -> String,
) -> Page<T> {
    let mut rows = rows.into_iter();
    let items: Vec<T> = rows.by_ref().take(limit.max(1)).collect();
    let next = rows.next().and(items.last()).map(name);
    Page { items, next }
}

/// What a cursor says.
pub(super) fn read<T: FromStr>(cursor: Option<&str>) -> StoreResult<Option<T>> {
    cursor.map(|text| text.parse().map_err(|_| unreadable(text))).transpose()
}

/// A cursor that this store never gave.
pub(super) fn unreadable(text: &str) -> StoreError {
    StoreError::Corrupt { place: "cursor".to_owned(), cause: format!("{text:?} was never given") }
}
