//! `/deliveries`: alerts on their way.

pub(super) mod list;
pub(super) mod retry;
