//! `/api/v1`.

mod schedulers;
