//! `/api/v1`.

mod api_keys;
mod audit;
mod bulk;
mod deliveries;
mod incidents;
mod projects;
mod schedulers;
mod schedules;
