//! Registering a scheduler by running it: what is known of it stands where it is started.
//!
//! Judges nothing but the kind of the schedule, by its shape; whether it is a good one the server says.

use std::time::Duration;

use clap::Args;
use serde_json::Value;

use super::RunningArgs;
use super::duration::parse_duration;
use crate::api::Report;
use crate::cli::{AboutArgs, given, registration};

/// Beyond the time we give a command and the time it has to end, before the server calls it too long: it is to speak
/// where we could not.
const FOR_REPORTING: Duration = Duration::from_secs(30);
/// An expression of cron has at least so many fields.
const CRON_FIELDS: usize = 5;

/// What makes `exec` register its scheduler before its first report. What is not given stays as it is at the server.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Registration, before the first report")]
pub(in crate::exec) struct RegisteringArgs {
    /// When it is expected: a cron expression, a calendar event such as "Mon..Fri 02:00", or "every 15m"
    #[arg(long, value_name = "SCHEDULE")]
    schedule: Option<String>,
    /// Time zone of --schedule, such as Asia/Jakarta
    #[arg(long, value_name = "ZONE", requires = "schedule")]
    timezone: Option<String>,
    /// How late it may be
    #[arg(long, value_name = "DURATION", requires = "schedule")]
    grace: Option<String>,
    /// How long a run may take before the server alerts [default: --max-runtime and --kill-after and 30s, if given]
    #[arg(long, value_name = "DURATION")]
    expect_max_runtime: Option<String>,
    #[command(flatten)]
    about: AboutArgs,
}

impl RegisteringArgs {
    /// The registration that is asked for, if one is. A limit on the time alone asks for none.
    pub(in crate::exec) fn registration(&self, scheduler_id: &str, running: &RunningArgs) -> Option<Report> {
        let limits = given([("max_runtime", self.expect_max_runtime.clone().map(Value::from))]);
        let asked = registration(scheduler_id, &self.about, self.schedule(), limits);
        // The id alone is nothing to register.
        (asked.len() > 1).then(|| with_max_runtime(asked, running))
    }

    fn schedule(&self) -> Option<Value> {
        let (kind, expression) = kind_of(self.schedule.as_deref()?);
        Some(Value::Object(given([
            (kind, Some(expression.into())),
            ("timezone", self.timezone.clone().map(Value::from)),
            ("grace", self.grace.clone().map(Value::from)),
        ])))
    }
}

fn with_max_runtime(mut registration: Report, running: &RunningArgs) -> Report {
    if let Some(max_runtime) = running.max_runtime {
        let length = max_runtime + running.kill_after + FOR_REPORTING;
        registration.entry("max_runtime").or_insert_with(|| format!("{}s", length.as_secs()).into());
    }
    registration
}

/// The field a schedule goes in, by its shape. A calendar event has colons, or fewer words than cron has fields.
fn kind_of(schedule: &str) -> (&'static str, &str) {
    let schedule = schedule.trim();
    if let Some((_, period)) = schedule.split_once(char::is_whitespace).filter(|(first, _)| *first == "every")
    {
        return ("every", period.trim());
    }
    if parse_duration(schedule).is_some() {
        return ("every", schedule);
    }
    let is_cron = schedule.starts_with('@')
        || schedule.split_whitespace().count() >= CRON_FIELDS && !schedule.contains(':');
    (if is_cron { "cron" } else { "on_calendar" }, schedule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_known_by_its_shape() {
        for (text, kind, expression) in [
            ("every 15m", "every", "15m"),
            ("15m", "every", "15m"),
            (" 900 ", "every", "900"),
            ("0 2 * * *", "cron", "0 2 * * *"),
            ("*/5 * * * mon-fri", "cron", "*/5 * * * mon-fri"),
            ("@daily", "cron", "@daily"),
            ("Mon..Fri 02:00", "on_calendar", "Mon..Fri 02:00"),
            ("daily", "on_calendar", "daily"),
            ("*-*-01 00:00:00 Europe/Berlin", "on_calendar", "*-*-01 00:00:00 Europe/Berlin"),
            ("Mon *-1..4 12:00 UTC", "on_calendar", "Mon *-1..4 12:00 UTC"),
        ] {
            assert_eq!(kind_of(text), (kind, expression), "{text}");
        }
    }
}
