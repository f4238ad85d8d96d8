//! Lists, counts, and who is heard where. Lists walk an index that may trail by a moment, and show what they then read as
//! it is now: what has just come or changed may be missing from a list for that moment, and nothing is shown wrongly.

mod count;
mod find;
mod page;
mod place;
mod walk;

pub(crate) use count::{count, totals};
pub(crate) use find::{addressed, keys_after, slugged};
pub(crate) use page::list;
