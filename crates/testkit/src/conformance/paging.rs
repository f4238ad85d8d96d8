//! Walking a list from page to page, as every reader must be able to.

use app::ports::{Page, StoreResult};

/// Most pages that any list of the suite can have.
const PAGES_MAX: usize = 20_000;
/// Longest cursor that a port may give.
const CURSOR_BYTES_MAX: usize = 1024;

/// Every item of a list in order, walked in pages of at most `limit`. A page may be empty and still name a next one.
pub(super) async fn walk<T>(
    limit: usize,
    read: impl AsyncFn(Option<String>) -> StoreResult<Page<T>>,
) -> Vec<T> {
    let mut items = Vec::new();
    let mut cursor = None;
    for _ in 0..PAGES_MAX {
        let page = read(cursor.take()).await.expect("a page is read");
        assert!(page.items.len() <= limit, "a page of {} where {limit} were asked for", page.items.len());
        items.extend(page.items);
        let Some(next) = page.next else { return items };
        assert!(next.len() <= CURSOR_BYTES_MAX, "a cursor of {} bytes", next.len());
        cursor = Some(next);
    }
    panic!("the list does not end: {} items in {PAGES_MAX} pages", items.len());
}
