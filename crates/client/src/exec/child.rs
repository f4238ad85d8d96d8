//! The command as a process: waiting for it and signalling it. Starting it is in [`launch`].

mod launch;

use std::fs;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg, raise};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::Pid;

pub(super) use launch::{Launch, NotStarted};

/// A running command.
pub(super) struct Child {
    pid: Pid,
    alive: Alive,
}

/// A handle for signals that knows when the process is gone, so that its number is never used for another's. It is
/// for one process after the other: nobody is there until the first is started.
#[derive(Clone, Default)]
pub(super) struct Alive(Arc<Mutex<Option<Target>>>);

#[derive(Clone, Copy)]
struct Target {
    pid: Pid,
    /// Whether it was given a group of its own: then all of it is meant.
    leads_group: bool,
}

/// How the command ended, for the exit code and for the report.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    Code(i32),
    Signal {
        number: i32,
        dumped_core: bool,
    },
    /// The system would not say; never seen, but a job must not fail for it.
    Unknown(Errno),
}

impl Child {
    fn new(pid: Pid, leads_group: bool, alive: Alive) -> Self {
        *alive.lock() = Some(Target { pid, leads_group });
        Self { pid, alive }
    }

    /// Waits for the end. When the command is stopped from the terminal (Ctrl-Z), we stop too, so that the shell
    /// sees its job stopped; `fg` wakes both.
    pub(super) fn wait(self) -> End {
        let end = self.watch();
        self.alive.lock().take();
        // It has ended, so this only lets go of it.
        let _ = waitpid(self.pid, None);
        end
    }

    fn watch(&self) -> End {
        let peek = WaitPidFlag::WEXITED | WaitPidFlag::WSTOPPED | WaitPidFlag::WNOWAIT;
        loop {
            match waitid(Id::Pid(self.pid), peek) {
                Ok(WaitStatus::Exited(_, code)) => return End::Code(code),
                Ok(WaitStatus::Signaled(_, signal, dumped_core)) => {
                    return End::Signal { number: signal as i32, dumped_core };
                }
                Ok(WaitStatus::Stopped(_, signal)) => self.stop_along(signal),
                Ok(_) | Err(Errno::EINTR) => {}
                // An end for which this call has no word: a real-time signal.
                Err(why) => return self.end_as_told_by_proc().unwrap_or(End::Unknown(why)),
            }
        }
    }

    fn stop_along(&self, signal: Signal) {
        let _ = waitid(Id::Pid(self.pid), WaitPidFlag::WSTOPPED | WaitPidFlag::WNOHANG);
        if signal == Signal::SIGTSTP {
            let _ = raise(Signal::SIGSTOP);
        }
    }

    fn end_as_told_by_proc(&self) -> Option<End> {
        let facts = fs::read_to_string(format!("/proc/{}/stat", self.pid)).ok()?;
        end_in(&facts)
    }
}

/// The last field is the status as `wait` has it: the signal in seven bits, then whether a core was dumped.
fn end_in(facts: &str) -> Option<End> {
    let status: i32 = facts.split_whitespace().last()?.parse().ok()?;
    let (number, dumped_core) = (status & 0x7f, status & 0x80 != 0);
    (number != 0).then_some(End::Signal { number, dumped_core })
}

impl Alive {
    /// Whether somebody was there to get it.
    pub(super) fn signal(&self, signal: Signal) -> bool {
        // It may have ended and not be waited for yet; then nobody needs the signal.
        match *self.lock() {
            Some(Target { pid, leads_group: true }) => killpg(pid, signal).is_ok(),
            Some(Target { pid, .. }) => kill(pid, signal).is_ok(),
            None => false,
        }
    }

    /// The group that the process was given for itself, if it was.
    pub(super) fn group(&self) -> Option<Pid> {
        self.lock().filter(|target| target.leads_group).map(|target| target.pid)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Target>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proc_tells_of_signals_that_have_no_name() {
        assert_eq!(end_in("7 (a ) b) Z 1 2 40"), Some(End::Signal { number: 40, dumped_core: false }));
        assert_eq!(end_in("7 (a) Z 1 2 168\n"), Some(End::Signal { number: 40, dumped_core: true }));
        assert_eq!(end_in("7 (a) Z 1 2 0"), None);
    }
}
