//! A limit on a run's time: SIGTERM when it is over, SIGKILL for what does not heed it.
//!
//! A shell that is killed leaves its commands running, so a limit is worth something only if it reaches them. That is
//! why a command with a limit gets a process group of its own, as under `timeout`: both signals go to all of it, and so
//! does what is sent to us. What it costs: a SIGKILL to our own group no longer reaches the command (a service manager
//! that kills by control group still does). Not where standard input is a terminal: another group could not read from
//! it. There the command stays in our group, and the signals go to it alone.
//!
//! The wait is done by a thread of its own, since the main one waits for the command.

mod group;

use std::io::{self, IsTerminal as _};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::args::RunningArgs;
use super::child::Alive;
use crate::clock;

/// How often what the command has left behind is looked for, once its time is over: ever more seldom.
const LOOK_EVERY: Duration = Duration::from_millis(10);
const LOOK_EVERY_MAX: Duration = Duration::from_millis(500);

/// The time a run has, from its start on, with all its tries.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeLimit {
    pub length: Duration,
    pub ends: Instant,
    pub kill_after: Duration,
}

/// The watch over one command.
pub(super) struct Guard {
    running: Sender<()>,
    thread: JoinHandle<Verdict>,
}

/// What a guard had to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Nothing,
    Terminated,
    Killed,
}

impl TimeLimit {
    pub(super) fn of(args: &RunningArgs, started: Instant) -> Option<Self> {
        let length = args.max_runtime?;
        Some(Self { length, ends: started + length, kill_after: args.kill_after })
    }
}

/// Whether a command with a limit gets a group of its own.
pub(super) fn wants_a_group() -> bool {
    !io::stdin().is_terminal()
}

impl Guard {
    /// None when there can be no thread; then there is no limit either.
    pub(super) fn watch(limit: TimeLimit, alive: Alive) -> Option<Self> {
        let (running, ended) = channel();
        let work = move || guard(&limit, &alive, &ended);
        let thread = thread::Builder::new().name("limit".to_owned()).spawn(work).ok()?;
        Some(Self { running, thread })
    }

    /// To be called when the command has ended. If its time was over, waits for what it has started, too.
    pub(super) fn command_ended(self) -> Verdict {
        drop(self.running);
        self.thread.join().unwrap_or(Verdict::Nothing)
    }
}

fn guard(limit: &TimeLimit, alive: &Alive, ended: &Receiver<()>) -> Verdict {
    if !lasts(ended, limit.ends) {
        return Verdict::Nothing;
    }
    let group = alive.group();
    if !alive.signal(Signal::SIGTERM) {
        return Verdict::Nothing;
    }
    // Who is stopped hears nothing else.
    alive.signal(Signal::SIGCONT);
    let kill_at = clock::instant() + limit.kill_after;
    let mut verdict = Verdict::Terminated;
    if lasts(ended, kill_at) {
        alive.signal(Signal::SIGKILL);
        verdict = Verdict::Killed;
        // Until the command has ended: nobody survives this.
        let _ = ended.recv();
    }
    if let Some(group) = group {
        end_the_rest(group, kill_at);
    }
    verdict
}

/// Whether the command still runs at that time.
fn lasts(ended: &Receiver<()>, until: Instant) -> bool {
    let left = until.saturating_duration_since(clock::instant());
    ended.recv_timeout(left) == Err(RecvTimeoutError::Timeout)
}

/// What the command has left in its group got SIGTERM with it, and has as long to heed it.
fn end_the_rest(group: Pid, kill_at: Instant) {
    let mut pause = LOOK_EVERY;
    while group::is_alive(group) {
        let left = kill_at.saturating_duration_since(clock::instant());
        if left.is_zero() {
            let _ = killpg(group, Signal::SIGKILL);
            return;
        }
        thread::sleep(pause.min(left));
        pause = (pause * 2).min(LOOK_EVERY_MAX);
    }
}
