//! `/api/v1`.

mod api_keys;
mod audit;
mod boards;
mod bulk;
mod deliveries;
mod dry_runs;
mod incidents;
mod maintenance;
mod members;
mod projects;
mod rules;
mod schedulers;
mod schedules;
