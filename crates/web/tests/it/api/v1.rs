//! `/api/v1`.

mod api_keys;
mod audit;
mod boards;
mod bulk;
mod deliveries;
mod projects;
mod schedulers;
mod schedules;
