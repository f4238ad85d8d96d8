//! The command's output: copied through byte by byte as it comes, and its end remembered.
//!
//! A stream that is a terminal is inherited, so that the command sees the terminal; its output is then not reported.
//! Where our standard output and error are the same file, the command gets one pipe for both, so that their order
//! stays what it was. Output that is to be shown only after a failure ([`quiet`]) is held back, terminal or not.
//!
//! A grandchild that keeps the pipe open does not hold us up: after the command's end its output is awaited shortly,
//! then copying is left to a relay of its own.

mod copying;
mod held;
mod quiet;
mod spill;

use std::fs::File;
use std::io::{self, IsTerminal as _, PipeReader, PipeWriter};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use nix::sys::stat::fstat;

use super::relay;
use super::tail::{LineWise, Tail};
use crate::clock;

pub(super) use copying::write_all;
use copying::{AFTER_END_MAX, Copying, Leftover, Sink};
use held::Held;
pub(super) use quiet::Quiet;

/// What is done with the output of each try.
pub(super) struct Plan {
    /// How much of its end is remembered; none where it is left alone.
    tail_chars: Option<usize>,
    pub held: Option<Quiet>,
}

/// The copying of up to two streams.
pub(super) struct Streams {
    tail: Option<Arc<Mutex<Tail>>>,
    held: Option<Quiet>,
    copies: usize,
    done: (Sender<Option<Leftover>>, Receiver<Option<Leftover>>),
    /// Dropped to tell the copying threads that the command has ended.
    running: Option<PipeWriter>,
    /// What outlived the command, of streams that are held back.
    still_open: Vec<(PipeReader, Arc<Mutex<Held>>)>,
}

/// What the command gets as standard output and error; `None` is ours.
#[derive(Default)]
pub(super) struct ChildStdio {
    pub output: Option<PipeWriter>,
    pub error: Option<PipeWriter>,
}

impl Plan {
    /// Holds output back if it is said how many bytes of it.
    pub(super) fn new(tail_chars: Option<usize>, held_bytes: Option<u64>) -> Self {
        Self { tail_chars, held: held_bytes.and_then(|bytes| Quiet::new(bytes).ok()) }
    }
}

impl Streams {
    /// Makes the pipes and the threads that copy; whatever cannot be had, the command gets our own stream instead.
    pub(super) fn arrange(plan: &Plan) -> (Self, ChildStdio) {
        let tail = plan.tail_chars.map(|chars| Arc::new(Mutex::new(Tail::new(chars))));
        let (held, done, still_open) = (plan.held.clone(), channel(), Vec::new());
        let mut streams = Self { tail, held, copies: 0, done, running: None, still_open };
        if streams.tail.is_none() && streams.held.is_none() {
            return (streams, ChildStdio::default());
        }
        let stdio = streams.pipes().unwrap_or_default();
        (streams, stdio)
    }

    fn pipes(&mut self) -> io::Result<ChildStdio> {
        let (ended, running) = io::pipe()?;
        self.running = Some(running);
        let (output, error) = (io::stdout(), io::stderr());
        let held = self.held.clone();
        let [held_output, held_error] = [held.as_ref().map(Quiet::output), held.as_ref().map(Quiet::error)];
        let pipe = self.copy_to(output.as_fd(), held_output, &ended);
        let mut stdio = ChildStdio { output: pipe.ok().flatten(), error: None };
        stdio.error = match &stdio.output {
            Some(pipe) if same_file(output.as_fd(), error.as_fd()) => pipe.try_clone().ok(),
            _ => self.copy_to(error.as_fd(), held_error, &ended).ok().flatten(),
        };
        Ok(stdio)
    }

    /// A pipe whose content is copied to where it is held, or to `stream`; none when that is a terminal.
    fn copy_to(
        &mut self,
        stream: BorrowedFd<'_>,
        held: Option<Arc<Mutex<Held>>>,
        ended: &PipeReader,
    ) -> io::Result<Option<PipeWriter>> {
        let to = match held {
            Some(held) => Sink::Held(held),
            None if stream.is_terminal() => return Ok(None),
            None => Sink::Through(File::from(stream.try_clone_to_owned()?)),
        };
        let (tail, ended) = (self.tail.clone().map(LineWise::new), ended.try_clone()?);
        let (from, writer) = io::pipe()?;
        let done = self.done.0.clone();
        let copy = move || done.send(Copying { from, to, tail, ended }.run());
        thread::Builder::new().name("output".to_owned()).spawn(copy)?;
        self.copies += 1;
        Ok(Some(writer))
    }

    /// After the command's end: the last of its output, or `None` when it was left alone. Returns within a good second.
    pub(super) fn finish(&mut self) -> Option<String> {
        drop(self.running.take());
        let give_up = clock::instant() + AFTER_END_MAX;
        while self.copies > 0 {
            let left = give_up.saturating_duration_since(clock::instant());
            let Ok(leftover) = self.done.1.recv_timeout(left) else { break };
            self.end_copy(leftover);
        }
        let tail = self.tail.as_ref()?;
        Some(tail.lock().unwrap_or_else(PoisonError::into_inner).text())
    }

    /// Waits until all output is written, however slow its reader is: what the command wrote must arrive. Of what was
    /// held back it arrives only if `failed`.
    pub(super) fn write_out(mut self, failed: bool) {
        while self.copies > 0 {
            // We hold a sender ourselves, so this ends with the copies and not before.
            let Ok(leftover) = self.done.1.recv() else { return };
            self.end_copy(leftover);
        }
        if let Some(held) = self.held.filter(|_| failed) {
            held.let_go();
        }
        for (from, held) in self.still_open {
            if let Ok(to) = quiet::destination(&held, failed) {
                relay::hand_over(from, to);
            }
        }
    }

    fn end_copy(&mut self, leftover: Option<Leftover>) {
        self.copies -= 1;
        match leftover {
            Some(Leftover { from, to: Sink::Through(to) }) => relay::hand_over(from, to),
            Some(Leftover { from, to: Sink::Held(held) }) => self.still_open.push((from, held)),
            None => {}
        }
    }
}

fn same_file(one: BorrowedFd<'_>, other: BorrowedFd<'_>) -> bool {
    match (fstat(one), fstat(other)) {
        (Ok(one), Ok(other)) => one.st_dev == other.st_dev && one.st_ino == other.st_ino,
        _ => false,
    }
}
