//! `punctual schedule next`: when a schedule is due. Exit 2 and the reason on a bad expression.

use std::process::ExitCode;

use anyhow::{Result, bail};
use app::ports::Clock;
use clap::{Args, Subcommand};
use domain::schedule::{Cron, OnCalendar, Recurrence, Zone};
use domain::{Duration, Instant};

use crate::cli::{complain, say, tell};
use crate::clock::SystemClock;

/// What to try.
#[derive(Debug, Subcommand)]
pub(crate) enum ScheduleCommand {
    /// Print the next instants of a schedule in UTC, one a line
    Next(NextArgs),
}

/// A schedule.
#[derive(Args, Debug)]
pub(crate) struct NextArgs {
    /// A cron expression of five fields, or @daily and the like
    #[arg(long, value_name = "EXPR", conflicts_with_all = ["every", "on_calendar"], allow_hyphen_values = true)]
    cron: Option<String>,
    /// A period such as 15m, 5s to 366d
    #[arg(long, value_name = "DURATION", conflicts_with = "on_calendar")]
    every: Option<String>,
    /// A systemd calendar event such as "Mon..Fri 02:00"
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
    on_calendar: Option<String>,
    /// The time zone that the expression speaks of
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    timezone: String,
    /// The instant to begin after; now, where absent
    #[arg(long, value_name = "INSTANT")]
    after: Option<String>,
    /// How many, 1 to 1000
    #[arg(short = 'n', long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    count: u32,
}

/// Prints them.
pub(crate) fn run(command: &ScheduleCommand) -> ExitCode {
    let ScheduleCommand::Next(args) = command;
    match next(args) {
        Ok(instants) => {
            if instants.is_empty() {
                tell("it is never due after that instant");
            }
            for instant in instants {
                say(&instant.to_string());
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&error);
            ExitCode::from(2)
        }
    }
}

fn next(args: &NextArgs) -> Result<Vec<Instant>> {
    let recurrence = recurrence(args)?;
    let after = match &args.after {
        Some(text) => Instant::parse(text)?,
        None => SystemClock::new().now(),
    };
    let following = |slot: &Instant| recurrence.slot_after(*slot);
    Ok(std::iter::successors(recurrence.slot_after(after), following).take(args.count as usize).collect())
}

fn recurrence(args: &NextArgs) -> Result<Recurrence> {
    let timezone = Zone::parse(&args.timezone)?;
    match (&args.cron, &args.every, &args.on_calendar) {
        (Some(text), None, None) => match Cron::parse(text) {
            Ok(expression) => Ok(Recurrence::Cron { expression, timezone }),
            Err(bad) => bail!("--cron '{}' {bad}", domain::time::shorten(text, 60)),
        },
        (None, Some(text), None) => every(text),
        (None, None, Some(text)) => match OnCalendar::parse(text) {
            Ok(expression) => Ok(Recurrence::OnCalendar { expression, timezone }),
            Err(bad) => bail!("--on-calendar '{}' {bad}", domain::time::shorten(text, 60)),
        },
        _ => bail!("give one of --cron EXPR, --every DURATION or --on-calendar EXPR"),
    }
}

fn every(text: &str) -> Result<Recurrence> {
    let period: Duration = text.parse()?;
    if period < Duration::from_seconds(5) || period > Duration::DAY.times(366) {
        bail!("--every must be 5s to 366d, was {period}");
    }
    Ok(Recurrence::Every { period, from: domain::schedule::From::Start })
}
