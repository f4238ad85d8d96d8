//! `/api/v1/schedulers`.

mod register;
