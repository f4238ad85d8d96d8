//! The command's output: copied through byte by byte as it comes, and its end remembered.
//!
//! A stream that is a terminal is inherited, so that the command sees the terminal; its output is then not reported.
//! Where our standard output and error are the same file, the command gets one pipe for both, so that their order
//! stays what it was.
//!
//! A grandchild that keeps the pipe open does not hold us up: after the command's end its output is awaited shortly,
//! then copying is left to a relay of its own.

use std::fs::File;
use std::io::{self, IsTerminal as _, PipeReader, PipeWriter, Read as _, Write as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::stat::fstat;

use super::relay;
use super::tail::{LineWise, Tail};

use crate::clock;

const CHUNK_BYTES: usize = 64 * 1024;
/// How long output may go on after the command's end before it is left to the relay, and how long it may pause.
const AFTER_END_MAX: Duration = Duration::from_secs(1);
const AFTER_END_PAUSE: Duration = Duration::from_millis(250);

/// The copying of up to two streams.
pub(super) struct Streams {
    tail: Option<Arc<Mutex<Tail>>>,
    copies: usize,
    done: (Sender<Option<Leftover>>, Receiver<Option<Leftover>>),
    /// Dropped to tell the copying threads that the command has ended.
    running: Option<PipeWriter>,
}

/// What the command gets as standard output and error; `None` is ours.
#[derive(Default)]
pub(super) struct ChildStdio {
    pub output: Option<PipeWriter>,
    pub error: Option<PipeWriter>,
}

/// A pipe that others still hold open, and where its content goes.
struct Leftover {
    from: PipeReader,
    to: File,
}

impl Streams {
    /// Makes the pipes and the threads that copy; whatever cannot be had, the command gets our own stream instead.
    pub(super) fn arrange(no_output: bool, tail_chars: usize) -> (Self, ChildStdio) {
        let mut streams = Self { tail: None, copies: 0, done: channel(), running: None };
        if no_output {
            return (streams, ChildStdio::default());
        }
        streams.tail = Some(Arc::new(Mutex::new(Tail::new(tail_chars))));
        let stdio = streams.pipes().unwrap_or_default();
        (streams, stdio)
    }

    fn pipes(&mut self) -> io::Result<ChildStdio> {
        let (ended, running) = io::pipe()?;
        self.running = Some(running);
        let (output, error) = (io::stdout(), io::stderr());
        let mut stdio =
            ChildStdio { output: self.copy_to(output.as_fd(), &ended).ok().flatten(), error: None };
        stdio.error = match &stdio.output {
            Some(pipe) if same_file(output.as_fd(), error.as_fd()) => pipe.try_clone().ok(),
            _ => self.copy_to(error.as_fd(), &ended).ok().flatten(),
        };
        Ok(stdio)
    }

    /// A pipe whose content is copied to `stream`; none when it is a terminal.
    fn copy_to(&mut self, stream: BorrowedFd<'_>, ended: &PipeReader) -> io::Result<Option<PipeWriter>> {
        let Some(tail) = self.tail.clone().filter(|_| !stream.is_terminal()) else { return Ok(None) };
        let to = File::from(stream.try_clone_to_owned()?);
        let ended = ended.try_clone()?;
        let (from, writer) = io::pipe()?;
        let done = self.done.0.clone();
        let copy = move || done.send(Copying { from, to, tail: LineWise::new(tail), ended }.run());
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

    /// Waits until all output is written, however slow its reader is: what the command wrote must arrive.
    pub(super) fn write_out(mut self) {
        while self.copies > 0 {
            // We hold a sender ourselves, so this ends with the copies and not before.
            let Ok(leftover) = self.done.1.recv() else { return };
            self.end_copy(leftover);
        }
    }

    fn end_copy(&mut self, leftover: Option<Leftover>) {
        self.copies -= 1;
        if let Some(Leftover { from, to }) = leftover {
            relay::hand_over(from, to);
        }
    }
}

struct Copying {
    from: PipeReader,
    to: File,
    tail: LineWise,
    ended: PipeReader,
}

impl Copying {
    fn run(mut self) -> Option<Leftover> {
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut deadline = None;
        while self.wait(&mut deadline) {
            let count = match self.from.read(&mut chunk) {
                Ok(0) => return None,
                Ok(count) => count,
                Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return None,
            };
            self.tail.push(&chunk[..count]);
            match write_all(&mut self.to, &chunk[..count]) {
                // Nobody listens any more: the command must learn it as it would have, from its own next write.
                Err(why) if why.kind() == io::ErrorKind::BrokenPipe => return None,
                // A full disk, say: no reason to let the command die of a closed pipe.
                Ok(()) | Err(_) => {}
            }
        }
        Some(Leftover { from: self.from, to: self.to })
    }

    /// Waits until there is something to read; `false` when the command has ended and its output has, too, or goes
    /// on for too long.
    fn wait(&self, deadline: &mut Option<Instant>) -> bool {
        loop {
            let mut watched = vec![PollFd::new(self.from.as_fd(), PollFlags::POLLIN)];
            if deadline.is_none() {
                watched.push(PollFd::new(self.ended.as_fd(), PollFlags::POLLIN));
            }
            let ready = match poll(&mut watched, pause(*deadline)) {
                Ok(count) => count > 0,
                Err(nix::errno::Errno::EINTR) => continue,
                Err(_) => return true,
            };
            if watched[0].any().unwrap_or(true) {
                return deadline.is_none_or(|deadline| clock::instant() < deadline);
            }
            if !ready {
                return false;
            }
            *deadline = Some(clock::instant() + AFTER_END_MAX);
        }
    }
}

fn pause(deadline: Option<Instant>) -> PollTimeout {
    let pause =
        deadline.map(|deadline| AFTER_END_PAUSE.min(deadline.saturating_duration_since(clock::instant())));
    pause.map_or(PollTimeout::NONE, |pause| PollTimeout::try_from(pause).unwrap_or(PollTimeout::ZERO))
}

/// As `write_all`, but patient with a descriptor that others have made non-blocking.
pub(super) fn write_all(to: &mut File, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match to.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => bytes = &bytes[count..],
            Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
            Err(why) if why.kind() == io::ErrorKind::WouldBlock => {
                poll(&mut [PollFd::new(to.as_fd(), PollFlags::POLLOUT)], PollTimeout::NONE)?;
            }
            Err(why) => return Err(why),
        }
    }
    Ok(())
}

fn same_file(one: BorrowedFd<'_>, other: BorrowedFd<'_>) -> bool {
    match (fstat(one), fstat(other)) {
        (Ok(one), Ok(other)) => one.st_dev == other.st_dev && one.st_ino == other.st_ino,
        _ => false,
    }
}
