//! `/members`: who shares the work.

pub(super) mod list;
