//! The one place where the measurements read a clock.

use std::time::{Duration, Instant, SystemTime};

use nix::sys::time::TimeSpec;
use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

/// What o'clock it is, for measuring how long something takes.
#[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
pub(crate) fn clock() -> Instant {
    Instant::now()
}

/// What o'clock it is by the calendar, for what a job would say.
#[expect(clippy::disallowed_methods, reason = "the jobs that are played here have a clock of their own")]
pub(crate) fn wall_clock() -> domain::Instant {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    domain::Instant::from_millis(since.as_millis() as i64)
}

/// How long this process has been on a processor.
pub(crate) fn own_processor_time() -> nix::Result<Duration> {
    clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).map(duration)
}

/// How long another process has been on a processor, to the nanosecond.
pub(crate) fn processor_time(pid: u32) -> nix::Result<Duration> {
    clock_gettime(clock_getcpuclockid(Pid::from_raw(pid as i32))?).map(duration)
}

fn duration(time: TimeSpec) -> Duration {
    Duration::from(time)
}
