//! A check of Healthchecks as a configuration of ours: its grace is our grace and the longest a run may take, its
//! timeout a period from the end, and nothing is expected of it before its first ping.

use domain::schedule::{Cron, ExpectFrom, From, OnCalendar, Recurrence, Zone};
use domain::{ConfigChange, Duration, Limit, Patch, Schedule, WhilePaused};

/// The timeout of a check that gives none.
pub(crate) const TIMEOUT_DEFAULT: Duration = Duration::DAY;
/// The grace of a check that gives none.
pub(crate) const GRACE_DEFAULT: Duration = Duration::HOUR;
/// The shortest timeout and grace, and the longest.
pub(crate) const TIME: std::ops::RangeInclusive<i64> = 60..=31_536_000;

/// When a check is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// So long after the last ping.
    Timeout(Duration),
    /// By the calendar.
    Calendar(Recurrence),
}

/// A schedule as Healthchecks takes it: five fields on a line are cron, anything else a calendar event of systemd.
pub(crate) fn calendar(schedule: &str, zone: Zone) -> Result<Recurrence, String> {
    let is_cron = !schedule.contains('\n') && schedule.split_whitespace().count() == 5;
    if is_cron {
        let expression = Cron::parse(schedule).map_err(|bad| bad.to_string())?;
        Ok(Recurrence::Cron { expression, timezone: zone })
    } else {
        let expression = OnCalendar::parse(schedule).map_err(|bad| bad.to_string())?;
        Ok(Recurrence::OnCalendar { expression, timezone: zone })
    }
}

/// What makes a scheduler behave as a check does.
pub(crate) fn behaving(expected: Expected, grace: Duration) -> ConfigChange {
    let recurrence = match expected {
        Expected::Timeout(period) => Recurrence::Every { period, from: From::End },
        Expected::Calendar(recurrence) => recurrence,
    };
    ConfigChange {
        schedule: Patch::Set(Schedule {
            recurrence,
            grace: Some(grace),
            early: Some(Duration::ZERO),
            expect_from: ExpectFrom::FirstReport,
        }),
        max_runtime: Patch::Set(Limit::After(grace)),
        heartbeat_timeout: Patch::Set(Limit::Off),
        while_paused: Patch::Set(WhilePaused::Resume),
        ..ConfigChange::default()
    }
}
