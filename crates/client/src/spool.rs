//! Reports that could not be delivered yet, one file each.
//!
//! The idea is a directory that any number of processes may write to and die in. A file appears whole (written beside,
//! synced, renamed) or not at all; its name sorts by time and sequence and says which server and key it is for, so
//! that nobody opens what is not his. Sending the same file twice is harmless, because every report has a
//! `report_id`; a lock keeps it rare.
//!
//! API keys are deliberately not here: a file names the server and a hint of the key, and whoever sends it brings the
//! key. Sending lives in [`crate::drain`]; this module speaks to no server.

mod bounds;
mod place;
mod slip;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::api::Report;
use crate::server::Server;

pub(crate) use place::{locate, make_private, state};
pub(crate) use slip::{Lane, Slip};

const REJECTED: &str = "rejected";
const ENTRY_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// One undelivered report, as it is on disk.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// The address without name and password.
    pub server: String,
    pub scheduler_id: String,
    /// What the scheduler is to be registered with before the report is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<Report>,
    pub report: Report,
}

#[derive(Debug)]
pub(crate) struct Spool {
    directory: PathBuf,
}

#[derive(Debug, thiserror::Error)]
#[error("the spool {directory} cannot be used: {why}")]
pub(crate) struct SpoolError {
    directory: String,
    why: String,
}

impl Spool {
    /// Opens the spool, making it (for its owner only) where it is missing.
    pub(crate) fn open(directory: &Path) -> Result<Self, SpoolError> {
        place::prepare(directory).map_err(|why| failure(directory, &why))?;
        Ok(Self { directory: directory.to_owned() })
    }

    /// Opens the spool only if it is there: looking must not make one.
    pub(crate) fn open_existing(directory: &Path) -> Result<Option<Self>, SpoolError> {
        if directory.is_dir() { Self::open(directory).map(Some) } else { Ok(None) }
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Adds a report at the end. It is on disk when this returns. Answers how many old ones had to go for it.
    pub(crate) fn append(&self, lane: &Lane, entry: &Entry) -> Result<u64, SpoolError> {
        let slip = Slip::next(lane);
        let text = serde_json::to_vec(entry).map_err(|why| self.failure(&why))?;
        self.write(&slip.file_name(), &text).map_err(|why| self.failure(&why))?;
        Ok(bounds::enforce(self))
    }

    /// What waits, oldest first.
    pub(crate) fn waiting(&self) -> Result<Vec<Slip>, SpoolError> {
        let mut slips: Vec<Slip> = names(&self.directory)
            .map_err(|why| self.failure(&why))?
            .iter()
            .filter_map(|name| Slip::parse(name))
            .collect();
        slips.sort();
        Ok(slips)
    }

    pub(crate) fn waiting_in(&self, lane: &Lane) -> Vec<Slip> {
        let mut slips = self.waiting().unwrap_or_default();
        slips.retain(|slip| slip.lane() == lane);
        slips
    }

    /// `Ok(None)` when another process has sent and removed it meanwhile.
    pub(crate) fn read(&self, slip: &Slip) -> Result<Option<Entry>, SpoolError> {
        let path = self.path(slip);
        match read_bounded(&path) {
            Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|why| self.failure(&why)),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(why) => Err(self.failure(&why)),
        }
    }

    /// A delivered report leaves; that it is gone already is no error.
    pub(crate) fn remove(&self, slip: &Slip) -> Result<(), SpoolError> {
        match fs::remove_file(self.path(slip)) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => Err(self.failure(&why)),
            _ => Ok(()),
        }
    }

    /// A report the server will never take steps aside into `rejected/`, with the reason beside it.
    pub(crate) fn reject(&self, slip: &Slip, reason: &str) -> Result<(), SpoolError> {
        let aside = place::make_private(&self.directory.join(REJECTED)).map_err(|why| self.failure(&why))?;
        let name = slip.file_name();
        let reason_name = format!("{}.reason", name.trim_end_matches(".json"));
        let note = write_private(&aside.join(reason_name), format!("{reason}\n").as_bytes());
        note.and_then(|()| fs::rename(self.path(slip), aside.join(name)))
            .map_err(|why| self.failure(&why))?;
        bounds::enforce_rejected(&aside);
        Ok(())
    }

    /// Holds the right to send to this server, until dropped; `None` while another process has it.
    pub(crate) fn lock(&self, name: &str) -> Option<File> {
        self.try_lock(name).ok().flatten()
    }

    /// Holds a lock of that name until dropped, or until this process ends in whatever way; `None` while another has
    /// it.
    pub(crate) fn try_lock(&self, name: &str) -> Result<Option<File>, SpoolError> {
        let path = self.directory.join(format!(".{name}.lock"));
        let mut options = OpenOptions::new();
        options.create(true).write(true).truncate(false).mode(0o600);
        let file = options.open(path).map_err(|why| self.failure(&why))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(why)) => Err(self.failure(&why)),
        }
    }

    /// How many reports were dropped, ever, because the spool was full or they had become too old.
    pub(crate) fn dropped(&self) -> u64 {
        bounds::dropped(self)
    }

    fn path(&self, slip: &Slip) -> PathBuf {
        self.directory.join(slip.file_name())
    }

    fn write(&self, name: &str, text: &[u8]) -> io::Result<()> {
        let beside = self.directory.join(format!(".{name}.tmp"));
        let written =
            write_private(&beside, text).and_then(|()| fs::rename(&beside, self.directory.join(name)));
        if written.is_err() {
            let _ = fs::remove_file(&beside);
        }
        written?;
        File::open(&self.directory)?.sync_all()
    }

    fn failure(&self, why: &dyn std::fmt::Display) -> SpoolError {
        failure(&self.directory, why)
    }
}

impl Entry {
    pub(crate) fn new(server: &Server, scheduler_id: &str, report: Report) -> Self {
        let (server, scheduler_id) = (server.identity(), scheduler_id.to_owned());
        Self { server, scheduler_id, registration: None, report }
    }

    pub(crate) fn registering(self, registration: Option<Report>) -> Self {
        Self { registration, ..self }
    }
}

fn failure(directory: &Path, why: &dyn std::fmt::Display) -> SpoolError {
    SpoolError { directory: directory.display().to_string(), why: why.to_string() }
}

/// The names of plain text in a directory; others are none of ours.
fn names(directory: &Path) -> io::Result<Vec<String>> {
    let names = fs::read_dir(directory)?.filter_map(Result::ok);
    Ok(names.filter_map(|found| found.file_name().into_string().ok()).collect())
}

fn write_private(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text)?;
    file.sync_all()
}

fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut text = Vec::new();
    File::open(path)?.take(ENTRY_BYTES_MAX).read_to_end(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests;
