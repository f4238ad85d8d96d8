//! How a run may go: how long, how often it is tried, and whether beside another one.

use std::time::Duration;

use clap::Args;

use super::duration::parse_between;

/// However often a pause is doubled, it is not longer than this, unless it was at the start.
const RETRY_DELAY_MAX: Duration = Duration::from_mins(10);

/// Limits on a run.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Running")]
pub(in crate::exec) struct RunningArgs {
    /// End the command when the run, with all its tries, has taken so long: by SIGTERM, then by SIGKILL
    #[arg(long, value_name = "DURATION", value_parser = parse_max_runtime)]
    pub(in crate::exec) max_runtime: Option<Duration>,
    /// How long the command has to end after SIGTERM, before SIGKILL
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = parse_kill_after,
          requires = "max_runtime")]
    pub(in crate::exec) kill_after: Duration,
    /// How often to try again when the command fails; it is still one run
    #[arg(long, value_name = "COUNT", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=100))]
    pub(in crate::exec) retries: u32,
    /// How long to wait before the first retry; doubled for each further one, up to 10m
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = parse_retry_delay, requires = "retries")]
    retry_delay: Duration,
    #[command(flatten)]
    pub(in crate::exec) lock: LockArgs,
}

/// Whether another run at the same time, on this machine, is in the way.
#[derive(Args, Clone, Debug)]
pub(in crate::exec) struct LockArgs {
    /// Start nothing while another `exec` on this machine holds the lock of that name [default name: the scheduler's
    /// id]
    #[arg(long = "lock", value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    lock_name: Option<String>,
    /// How long to wait for the lock, before the run is skipped
    #[arg(long = "lock-wait", value_name = "DURATION", default_value = "0s", value_parser = parse_lock_wait,
          requires = "lock_name")]
    pub(in crate::exec) lock_wait: Duration,
    /// The exit code when the run is skipped
    #[arg(long, value_name = "CODE", default_value_t = 0, requires = "lock_name")]
    pub(in crate::exec) skipped_exit_code: u8,
}

impl RunningArgs {
    /// The pause before a try, the second being number 2.
    pub(in crate::exec) fn pause_before(&self, number: u32) -> Duration {
        let doublings = number.saturating_sub(2).min(31);
        let bound = RETRY_DELAY_MAX.max(self.retry_delay);
        self.retry_delay.saturating_mul(1 << doublings).min(bound)
    }
}

impl LockArgs {
    /// The lock that is asked for, if one is.
    pub(in crate::exec) fn name<'a>(&'a self, scheduler_id: &'a str) -> Option<&'a str> {
        self.lock_name.as_deref().map(|name| if name.is_empty() { scheduler_id } else { name })
    }
}

fn parse_max_runtime(text: &str) -> Result<Duration, String> {
    parse_between(text, "1s", "365d")
}

fn parse_kill_after(text: &str) -> Result<Duration, String> {
    parse_between(text, "0s", "1h")
}

fn parse_retry_delay(text: &str) -> Result<Duration, String> {
    parse_between(text, "0s", "1d")
}

fn parse_lock_wait(text: &str) -> Result<Duration, String> {
    parse_between(text, "0s", "30d")
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, FromArgMatches as _};

    use super::*;

    fn parsed(arguments: &[&str]) -> RunningArgs {
        let command = RunningArgs::augment_args(clap::Command::new("exec"));
        let matches = command.get_matches_from([&["exec"], arguments].concat());
        RunningArgs::from_arg_matches(&matches).unwrap()
    }

    #[test]
    fn pauses_double_up_to_a_bound() {
        let pauses = |arguments: &[&str], numbers: [u32; 5]| {
            let args = parsed(arguments);
            numbers.map(|number| args.pause_before(number).as_secs())
        };
        assert_eq!(pauses(&["--retries", "9"], [2, 3, 4, 8, 9]), [10, 20, 40, 600, 600]);
        assert_eq!(
            pauses(&["--retries", "9", "--retry-delay", "1h"], [2, 3, 4, 5, 101]),
            [3600; 5],
            "a pause that was long at the start stays as it is"
        );
        assert_eq!(pauses(&["--retries", "9", "--retry-delay", "0s"], [2, 3, 4, 5, 101]), [0; 5]);
    }

    #[test]
    fn a_lock_has_the_name_of_the_scheduler_unless_it_has_its_own() {
        assert_eq!(parsed(&[]).lock.name("nightly"), None);
        assert_eq!(parsed(&["--lock"]).lock.name("nightly"), Some("nightly"));
        assert_eq!(parsed(&["--lock=db"]).lock.name("nightly"), Some("db"));
    }
}
