//! The shapes the file has had. A migration is a file that is never edited once it was released.

use rusqlite_migration::{M, Migrations};

/// Every migration, in order; the file's `user_version` says how many it has had.
const STEPS: &[M<'static>] = &[
    M::up(include_str!("../migrations/0001-first/up.sql")),
    M::up(include_str!("../migrations/0002-definitions/up.sql")),
    M::up(include_str!("../migrations/0003-pings/up.sql")),
    M::up(include_str!("../migrations/0004-members/up.sql")),
];

/// The version of the newest shape.
pub(crate) const NEWEST: i64 = STEPS.len() as i64;

/// What brings a file to the newest shape.
pub(crate) const fn all() -> Migrations<'static> {
    Migrations::from_slice(STEPS)
}
