//! How a run ended: in words for people, and as an exit code for whoever started us.

use std::fmt;
use std::time::Duration;

use nix::sys::signal::Signal;

use super::child::{End, NotStarted};
use crate::cli::length;

const SIGNAL_BASE: i32 = 128;
/// As `timeout` has them: ended in time after SIGTERM, or not.
const TERMINATED: i32 = 124;
const KILLED: i32 = SIGNAL_BASE + 9;
/// As `timeout`, `env` and `nohup` have it: what failed is not the command.
const OURS: i32 = 125;

/// The end of a run, or why there was none.
#[derive(Debug)]
pub(super) enum How {
    Ended(End),
    /// It took longer than it may, and was ended by us.
    TooLong {
        limit: Duration,
        /// How long it had after SIGTERM, where SIGKILL was needed.
        killed_after: Option<Duration>,
        end: End,
    },
    NotStarted(NotStarted),
    /// The lock that was to keep others away could not be used.
    NotLocked(String),
}

impl How {
    pub(super) fn exit_code(&self) -> i32 {
        match self {
            Self::Ended(End::Code(code)) => *code,
            Self::Ended(End::Signal { number, .. }) => SIGNAL_BASE + number,
            Self::Ended(End::Unknown(_)) => 1,
            Self::TooLong { killed_after: None, .. } => TERMINATED,
            Self::TooLong { .. } => KILLED,
            Self::NotStarted(problem) => problem.exit_code.into(),
            Self::NotLocked(_) => OURS,
        }
    }

    pub(super) fn is_success(&self) -> bool {
        self.exit_code() == 0
    }

    pub(super) fn has_run(&self) -> bool {
        matches!(self, Self::Ended(_) | Self::TooLong { .. })
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(end) => write!(f, "{end}"),
            Self::TooLong { limit, killed_after: None, end } => {
                write!(f, "took longer than {} (--max-runtime): ended by SIGTERM, {end}", shown(*limit))
            }
            Self::TooLong { limit, killed_after: Some(grace), .. } => {
                let (limit, grace) = (shown(*limit), shown(*grace));
                write!(
                    f,
                    "took longer than {limit} (--max-runtime): did not end within {grace} of SIGTERM, killed"
                )
            }
            Self::NotStarted(problem) => write!(f, "{problem}"),
            Self::NotLocked(why) => write!(f, "not started, because its lock cannot be used: {why}"),
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit status {code}"),
            Self::Signal { number, dumped_core } => {
                let name = Signal::try_from(*number)
                    .map_or_else(|_| "a real-time signal".to_owned(), |signal| signal.to_string());
                let core = if *dumped_core { ", core dumped" } else { "" };
                write!(f, "killed by signal {number} ({name}{core})")
            }
            Self::Unknown(why) => write!(f, "its end could not be learnt: {why}"),
        }
    }
}

fn shown(time: Duration) -> String {
    length(time.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(how: &How, code: i32, text: &str) {
        assert_eq!((how.exit_code(), how.to_string().as_str()), (code, text));
    }

    #[test]
    fn ends_are_told_as_shells_count_them() {
        check(&How::Ended(End::Code(3)), 3, "exit status 3");
        let killed = |dumped_core| How::Ended(End::Signal { number: 11, dumped_core });
        check(&killed(false), 139, "killed by signal 11 (SIGSEGV)");
        check(&killed(true), 139, "killed by signal 11 (SIGSEGV, core dumped)");
    }

    #[test]
    fn an_end_by_us_has_the_exit_codes_of_timeout_whatever_the_command_s_own_was() {
        let (limit, end) = (Duration::from_mins(90), End::Code(0));
        check(
            &How::TooLong { limit, killed_after: None, end },
            124,
            "took longer than 1h 30m (--max-runtime): ended by SIGTERM, exit status 0",
        );
        let killed_after = Some(Duration::from_secs(10));
        let end = End::Signal { number: 9, dumped_core: false };
        check(
            &How::TooLong { limit, killed_after, end },
            137,
            "took longer than 1h 30m (--max-runtime): did not end within 10s of SIGTERM, killed",
        );
    }
}
