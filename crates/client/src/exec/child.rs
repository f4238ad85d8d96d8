//! The command as a process: starting it as a shell would, waiting for it, signalling it.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, raise};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;

use super::streams::ChildStdio;

/// A running command.
pub(super) struct Child {
    process: std::process::Child,
    alive: Alive,
}

/// A handle for signals that knows when the process is gone, so that its number is never used for another's.
#[derive(Clone)]
pub(super) struct Alive(Arc<Mutex<Option<Pid>>>);

/// How the command ended, for the exit code and for the report.
pub(super) enum End {
    Code(i32),
    Signal {
        number: i32,
        dumped_core: bool,
    },
    /// The system would not say; never seen, but a job must not fail for it.
    Unknown(io::Error),
}

/// Why there is no process, with the exit code shells have for it.
#[derive(Debug)]
pub(super) struct NotStarted {
    pub exit_code: u8,
    message: String,
}

impl Child {
    /// Starts the command with further variables in its environment.
    pub(super) fn start(
        command: &[OsString],
        stdio: &ChildStdio,
        variables: &[(&str, &str)],
    ) -> Result<Self, NotStarted> {
        let (program, arguments) =
            command.split_first().ok_or_else(|| NotStarted::new(OsStr::new(""), &Errno::ENOENT.into()))?;
        let spawn = |program: &OsStr, script: Option<&Path>| {
            let mut command = Command::new(program);
            command.args(script).args(arguments).envs(variables.iter().copied());
            stdio.give_to(&mut command)?;
            command.spawn()
        };
        let mut spawned = spawn(program, None);
        if spawned.as_ref().is_err_and(|why| why.raw_os_error() == Some(Errno::ENOEXEC as i32)) {
            // A script without `#!` is run by the shell, as every shell and `execvp` do it.
            if let Some(script) = find(program, std::env::var_os("PATH").as_deref()) {
                spawned = spawn(OsStr::new("/bin/sh"), Some(&script));
            }
        }
        let process = spawned.map_err(|why| NotStarted::new(program, &why))?;
        let pid = Pid::from_raw(process.id() as i32);
        Ok(Self { process, alive: Alive(Arc::new(Mutex::new(Some(pid)))) })
    }

    pub(super) fn alive(&self) -> Alive {
        self.alive.clone()
    }

    /// Waits for the end. When the command is stopped from the terminal (Ctrl-Z), we stop too, so that the shell
    /// sees its job stopped; `fg` wakes both.
    pub(super) fn wait(mut self) -> End {
        let id = || Id::Pid(Pid::from_raw(self.process.id() as i32));
        let peek = WaitPidFlag::WEXITED | WaitPidFlag::WSTOPPED | WaitPidFlag::WNOWAIT;
        loop {
            match waitid(id(), peek) {
                Ok(WaitStatus::Stopped(_, signal)) => {
                    let _ = waitid(id(), WaitPidFlag::WSTOPPED | WaitPidFlag::WNOHANG);
                    if signal == Signal::SIGTSTP {
                        let _ = raise(Signal::SIGSTOP);
                    }
                }
                Err(Errno::EINTR) => {}
                // An end, or one that this call has no word for (a real-time signal): the next one has.
                _ => break,
            }
        }
        self.alive.lock().take();
        self.process.wait().map_or_else(End::Unknown, End::from)
    }
}

impl Alive {
    pub(super) fn signal(&self, signal: Signal) {
        if let Some(pid) = *self.lock() {
            // It may have ended and not be waited for yet; then nobody needs the signal.
            let _ = kill(pid, signal);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Pid>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<ExitStatus> for End {
    fn from(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Code(code),
            (None, Some(number)) => Self::Signal { number, dumped_core: status.core_dumped() },
            (None, None) => Self::Unknown(io::Error::other(status.to_string())),
        }
    }
}

impl NotStarted {
    fn new(program: &OsStr, why: &io::Error) -> Self {
        let name = crate::api::plain(&program.to_string_lossy());
        let (exit_code, message) = match why.kind() {
            io::ErrorKind::NotFound if Path::new(program).is_file() => {
                (127, format!("{name}: the interpreter its first line names was not found"))
            }
            io::ErrorKind::NotFound => (127, format!("{name}: command not found")),
            _ => (126, format!("{name}: cannot be executed: {why}")),
        };
        Self { exit_code, message }
    }
}

impl fmt::Display for NotStarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

fn find(program: &OsStr, path: Option<&OsStr>) -> Option<PathBuf> {
    if program.as_bytes().contains(&b'/') {
        return Some(PathBuf::from(program));
    }
    std::env::split_paths(path?).map(|directory| directory.join(program)).find(|found| found.is_file())
}
