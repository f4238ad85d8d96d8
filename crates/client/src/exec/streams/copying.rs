//! Copying one stream of the command's, until it ends or the command does.

use std::fs::File;
use std::io::{self, PipeReader, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::held::Held;
use crate::clock;
use crate::exec::tail::LineWise;

const CHUNK_BYTES: usize = 64 * 1024;
/// How long output may go on after the command's end before it is left to the relay, and how long it may pause.
pub(super) const AFTER_END_MAX: Duration = Duration::from_secs(1);
const AFTER_END_PAUSE: Duration = Duration::from_millis(250);

/// Where a stream goes.
pub(super) enum Sink {
    Through(File),
    Held(Arc<Mutex<Held>>),
}

/// A pipe that others still hold open, and where its content goes.
pub(super) struct Leftover {
    pub from: PipeReader,
    pub to: Sink,
}

impl Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Through(to) => write_all(to, bytes),
            Self::Held(held) => {
                held.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
                Ok(())
            }
        }
    }
}

/// One stream on its way, in a thread of its own.
pub(super) struct Copying {
    pub from: PipeReader,
    pub to: Sink,
    pub tail: Option<LineWise>,
    /// Closed when the command has ended.
    pub ended: PipeReader,
}

impl Copying {
    pub(super) fn run(mut self) -> Option<Leftover> {
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut deadline = None;
        while self.wait(&mut deadline) {
            let count = match self.from.read(&mut chunk) {
                Ok(0) => return None,
                Ok(count) => count,
                Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return None,
            };
            if let Some(tail) = &mut self.tail {
                tail.push(&chunk[..count]);
            }
            match self.to.write(&chunk[..count]) {
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
pub(in crate::exec) fn write_all(to: &mut File, mut bytes: &[u8]) -> io::Result<()> {
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
