//! The domain as a user of the crate sees it: schedules by golden cases of other implementations, refusals and the
//! changes of the clocks; the rules as stories of one scheduler; what holds whatever happens; what is stored for ever.

mod boards;
mod cron_golden;
mod cron_occurrences;
mod cron_properties;
mod cron_refusals;
mod formats;
mod golden;
mod moments;
mod on_calendar_golden;
mod on_calendar_occurrences;
mod on_calendar_properties;
mod on_calendar_refusals;
mod properties;
mod routing;
mod rules;
mod story;
mod values;
mod zones;
