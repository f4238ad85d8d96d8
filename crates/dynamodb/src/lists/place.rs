//! The order of a list, and cursors that name a place in it: one letter of the order, one digit of severity where that
//! orders, and the id. Short enough for any id there is.

use std::cmp::Reverse;

use app::ports::Sort;

use crate::fault::{Fault, Faulty};
use crate::words::WORST;

/// A place in a list. By id, all severities are one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) severity: Reverse<i64>,
    pub(super) id: String,
}

impl Place {
    pub(super) fn new(sort: Sort, severity: i64, id: &str) -> Self {
        let severity = if sort == Sort::Severity { severity } else { 0 };
        Self { severity: Reverse(severity), id: id.to_owned() }
    }

    /// The place that a cursor names.
    pub(super) fn named(sort: Sort, cursor: &str) -> Faulty<Self> {
        let parse = || match sort {
            Sort::Id => Some((0, cursor.strip_prefix('i')?)),
            Sort::Severity => {
                let rest = cursor.strip_prefix('s')?;
                let digit = rest.chars().next()?.to_digit(10).map(i64::from).filter(|it| *it <= WORST)?;
                Some((digit, &rest[1..]))
            }
        };
        let (severity, id) = parse().ok_or_else(|| Fault::cursor(cursor))?;
        Ok(Self { severity: Reverse(severity), id: id.to_owned() })
    }

    /// The cursor that names it.
    pub(super) fn cursor(&self, sort: Sort) -> String {
        match sort {
            Sort::Id => format!("i{}", self.id),
            Sort::Severity => format!("s{}{}", self.severity.0, self.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_names_the_place_it_was_made_of_and_fits_for_any_id() {
        for sort in [Sort::Id, Sort::Severity] {
            let place = Place::new(sort, 7, &"\u{1f980}".repeat(250));
            let cursor = place.cursor(sort);
            assert!(cursor.len() <= 1024);
            assert_eq!(Place::named(sort, &cursor), Ok(place));
        }
    }

    #[test]
    fn a_cursor_of_another_order_is_refused() {
        for (sort, cursor) in
            [(Sort::Id, "s7a"), (Sort::Severity, "ia"), (Sort::Severity, "s9a"), (Sort::Id, "")]
        {
            assert!(Place::named(sort, cursor).is_err(), "{cursor:?}");
        }
    }
}
