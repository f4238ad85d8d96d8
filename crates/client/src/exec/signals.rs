//! Signals that come to us go to the command.
//!
//! They are blocked everywhere and read by one thread from a signal descriptor, because only that tells who sent
//! them: what the terminal sends (Ctrl-C), it sends to the whole foreground group, so the command has it already and
//! must not get it twice. Blocking also leaves dispositions alone: what was ignored (`nohup`) stays ignored in the
//! command. What a thread blocks its children inherit, so the command is started with the mask we were started with.
//!
//! Linux only, as signal descriptors are.

use std::thread;

use nix::errno::Errno;
use nix::libc::signalfd_siginfo;
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

use super::child::Alive;
use super::stop::Stop;

/// What is forwarded. SIGKILL and SIGSTOP cannot be; SIGCHLD and faults are about ourselves; SIGTTIN and SIGTTOU
/// reach the group anyway.
const FORWARDED: [Signal; 11] = [
    Signal::SIGHUP,
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGTERM,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGALRM,
    Signal::SIGTSTP,
    Signal::SIGCONT,
    Signal::SIGWINCH,
    Signal::SIGPWR,
];

/// Signals taken away from their usual effect on us.
pub(super) struct Signals {
    descriptor: Option<SignalFd>,
    before: Option<SigSet>,
    alive: Alive,
    stop: Stop,
}

impl Signals {
    /// Must be called before other threads are started: they inherit what is blocked. If it fails the command runs
    /// all the same, and signals have their usual effect on us alone.
    pub(super) fn take_over() -> Self {
        let set: SigSet = FORWARDED.into_iter().collect();
        let descriptor = SignalFd::with_flags(&set, SfdFlags::SFD_CLOEXEC).ok();
        let before = descriptor.as_ref().and_then(|_| set.thread_swap_mask(SigmaskHow::SIG_BLOCK).ok());
        Self { descriptor, before, alive: Alive::default(), stop: Stop::default() }
    }

    /// What was blocked before: what the command is to have blocked.
    pub(super) fn mask_before(&self) -> SigSet {
        self.before.unwrap_or_else(SigSet::empty)
    }

    /// Who gets them: the command that runs.
    pub(super) fn alive(&self) -> &Alive {
        &self.alive
    }

    /// Whether one of them asked for an end.
    pub(super) fn stop(&self) -> &Stop {
        &self.stop
    }

    /// From now on the command gets them, those that came meanwhile first.
    pub(super) fn forward(&mut self) {
        if let Some(descriptor) = self.descriptor.take().filter(|_| self.before.is_some()) {
            let (alive, stop) = (self.alive.clone(), self.stop.clone());
            let work = move || forward(&descriptor, &alive, &stop);
            // Without the thread (no more allowed) the signals stay blocked, and the command is still ours to wait for.
            let _ = thread::Builder::new().name("signals".to_owned()).spawn(work);
        }
    }
}

/// For our own helpers, which inherit what we block: all signals have their usual effect again.
pub(crate) fn unblock() {
    let _ = SigSet::empty().thread_set_mask();
}

fn forward(descriptor: &SignalFd, alive: &Alive, stop: &Stop) {
    loop {
        match descriptor.read_signal() {
            Ok(Some(received)) => pass_on(&received, alive, stop),
            Ok(None) | Err(Errno::EINTR) => {}
            Err(_) => return,
        }
    }
}

fn pass_on(received: &signalfd_siginfo, alive: &Alive, stop: &Stop) {
    let Ok(signal) = Signal::try_from(received.ssi_signo as i32) else { return };
    // Noted first: who starts a command after this looks for what came before.
    stop.note(signal);
    if alive.group().is_some() || !went_to_our_group(received) {
        alive.signal(signal);
    }
}

/// Whether the kernel sent it for the terminal, to all of the foreground group. A hang-up is not among them: it may
/// have gone to us alone, as leader of the session.
fn went_to_our_group(received: &signalfd_siginfo) -> bool {
    let for_groups = [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTSTP, Signal::SIGWINCH];
    let by_kernel = received.ssi_code == nix::libc::SI_KERNEL;
    by_kernel && for_groups.iter().any(|signal| *signal as u32 == received.ssi_signo)
}
