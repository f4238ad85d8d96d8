//! Schedules as a user of the crate sees them: golden cases of other implementations, refusals, the changes of the
//! clocks, properties.

mod cron_golden;
mod cron_occurrences;
mod cron_properties;
mod cron_refusals;
mod golden;
mod on_calendar_golden;
mod on_calendar_occurrences;
mod on_calendar_properties;
mod on_calendar_refusals;
mod zones;
