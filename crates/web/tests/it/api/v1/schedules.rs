//! `/schedules`.

mod preview;
