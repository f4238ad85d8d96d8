//! Output that is shown only if the command fails: held back over all tries of a run, each stream for itself unless
//! both are the same.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsFd as _;
use std::sync::{Arc, Mutex, PoisonError};

use super::held::Held;
use super::same_file;

const NOWHERE: &str = "/dev/null";

/// Both streams.
#[derive(Clone)]
pub(in crate::exec) struct Quiet {
    output: Arc<Mutex<Held>>,
    error: Arc<Mutex<Held>>,
}

impl Quiet {
    /// Holds so many bytes of each stream.
    pub(super) fn new(bytes_max: u64) -> io::Result<Self> {
        let (output, error) = (io::stdout(), io::stderr());
        let is_one = same_file(output.as_fd(), error.as_fd());
        let held = |to| Arc::new(Mutex::new(Held::new(bytes_max, File::from(to))));
        let output = held(output.as_fd().try_clone_to_owned()?);
        let error = if is_one { Arc::clone(&output) } else { held(error.as_fd().try_clone_to_owned()?) };
        Ok(Self { output, error })
    }

    pub(super) fn output(&self) -> Arc<Mutex<Held>> {
        Arc::clone(&self.output)
    }

    pub(super) fn error(&self) -> Arc<Mutex<Held>> {
        Arc::clone(&self.error)
    }

    /// Passes on what was held so far. What is passed on is not held any more, so twice is once.
    pub(in crate::exec) fn let_go(&self) {
        for held in [&self.output, &self.error] {
            // A reader that is gone, or a disk that is full: nobody is left to be told.
            let _ = held.lock().unwrap_or_else(PoisonError::into_inner).let_go();
        }
    }
}

/// Where goes what outlives the command.
pub(super) fn destination(held: &Mutex<Held>, failed: bool) -> io::Result<File> {
    if failed {
        held.lock().unwrap_or_else(PoisonError::into_inner).destination()
    } else {
        OpenOptions::new().write(true).open(NOWHERE)
    }
}
