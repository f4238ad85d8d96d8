//! `/schedules`: tried out before anything is registered.

pub(super) mod preview;
