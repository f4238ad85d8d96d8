//! Starting the command as a shell would.
//!
//! Not by the standard library, because only `posix_spawn` itself can give a process another signal mask than its
//! parent's: we keep signals blocked throughout, so that none that comes at the very start is lost or kills us.

use std::env;
use std::ffi::{CString, OsStr, OsString};
use std::fmt;
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, PosixSpawnFlags, posix_spawnp};
use nix::sys::signal::{SigSet, Signal};
use nix::unistd::Pid;

use super::super::streams::ChildStdio;
use super::{Alive, Child};
use crate::api::plain;

const SHELL: &str = "/bin/sh";

/// A command, and what it gets that is not ours.
pub(in crate::exec) struct Launch<'a> {
    pub command: &'a [OsString],
    pub stdio: &'a ChildStdio,
    /// Further variables of its environment.
    pub variables: &'a [(&'a str, &'a OsStr)],
    /// The signals that are blocked in it.
    pub mask: SigSet,
    /// Whether it gets a process group of its own.
    pub own_group: bool,
}

/// Why there is no process, with the exit code shells have for it.
#[derive(Debug)]
pub(in crate::exec) struct NotStarted {
    pub exit_code: u8,
    message: String,
}

impl Launch<'_> {
    /// From now on `alive` is about this command.
    pub(in crate::exec) fn start(&self, alive: &Alive) -> Result<Child, NotStarted> {
        let Some((program, _)) = self.command.split_first() else {
            return Err(NotStarted::new(OsStr::new(""), Errno::ENOENT));
        };
        let mut spawned = self.spawn(self.command);
        if spawned == Err(Errno::ENOEXEC) {
            // A script without `#!` is run by the shell, as every shell and `execvp` do it.
            if let Some(script) = find(program, env::var_os("PATH").as_deref()) {
                let by_shell = [SHELL.into(), script.into_os_string()].into_iter();
                spawned =
                    self.spawn(&by_shell.chain(self.command.iter().skip(1).cloned()).collect::<Vec<_>>());
            }
        }
        let child = |pid| Child::new(pid, self.own_group, alive.clone());
        spawned.map(child).map_err(|why| NotStarted::new(program, why))
    }

    fn spawn(&self, command: &[OsString]) -> nix::Result<Pid> {
        let arguments = command.iter().map(|part| text(part.clone())).collect::<nix::Result<Vec<_>>>()?;
        let program = arguments.first().ok_or(Errno::ENOENT)?;
        posix_spawnp(program, &self.descriptors()?, &self.attributes()?, &arguments, &self.environment())
    }

    fn descriptors(&self) -> nix::Result<PosixSpawnFileActions> {
        let mut actions = PosixSpawnFileActions::init()?;
        if let Some(pipe) = &self.stdio.output {
            actions.add_dup2(pipe.as_raw_fd(), 1)?;
        }
        if let Some(pipe) = &self.stdio.error {
            actions.add_dup2(pipe.as_raw_fd(), 2)?;
        }
        Ok(actions)
    }

    /// The mask we were started with, SIGPIPE as it was before Rust ignored it for us, and the group.
    fn attributes(&self) -> nix::Result<PosixSpawnAttr> {
        let mut attributes = PosixSpawnAttr::init()?;
        attributes.set_sigmask(&self.mask)?;
        attributes.set_sigdefault(&SigSet::from(Signal::SIGPIPE))?;
        let mut flags = PosixSpawnFlags::POSIX_SPAWN_SETSIGMASK | PosixSpawnFlags::POSIX_SPAWN_SETSIGDEF;
        if self.own_group {
            // Named after the command itself.
            attributes.set_pgroup(Pid::from_raw(0))?;
            flags |= PosixSpawnFlags::POSIX_SPAWN_SETPGROUP;
        }
        attributes.set_flags(flags)?;
        Ok(attributes)
    }

    fn environment(&self) -> Vec<CString> {
        let further = |name: &OsStr| self.variables.iter().any(|(theirs, _)| name == *theirs);
        let ours = env::vars_os().filter(|(name, _)| !further(name));
        let theirs = self.variables.iter().map(|(name, value)| (OsString::from(*name), value.to_os_string()));
        let line = |(name, value): (OsString, OsString)| text([name, value].join(OsStr::new("="))).ok();
        ours.chain(theirs).filter_map(line).collect()
    }
}

fn text(words: OsString) -> nix::Result<CString> {
    CString::new(words.into_vec()).map_err(|_| Errno::EINVAL)
}

fn find(program: &OsStr, path: Option<&OsStr>) -> Option<PathBuf> {
    if program.as_bytes().contains(&b'/') {
        return Some(PathBuf::from(program));
    }
    env::split_paths(path?).map(|directory| directory.join(program)).find(|found| found.is_file())
}

impl NotStarted {
    fn new(program: &OsStr, why: Errno) -> Self {
        let name = plain(&program.to_string_lossy());
        let (exit_code, message) = match why {
            Errno::ENOENT if Path::new(program).is_file() => {
                (127, format!("{name}: the interpreter its first line names was not found"))
            }
            Errno::ENOENT => (127, format!("{name}: command not found")),
            _ => (126, format!("{name}: cannot be executed: {}", why.desc())),
        };
        Self { exit_code, message }
    }
}

impl fmt::Display for NotStarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
