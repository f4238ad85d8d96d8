//! Whether the store is still where it was opened. What is written to a file that was moved, removed or replaced is
//! answered well and never found again; so it is looked for before each batch.

use std::ffi::OsString;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The file and its companions, as they were found when they were opened.
#[derive(Debug)]
pub(crate) struct Place {
    found: Vec<(PathBuf, Option<Identity>)>,
}

/// Device and number of a file.
type Identity = (u64, u64);

impl Place {
    /// Where the store is now. Everything must be open.
    pub(crate) fn of(file: &Path) -> Self {
        let companion = |end: &str| {
            let mut name = OsString::from(file);
            name.push(end);
            PathBuf::from(name)
        };
        let files = [file.to_owned(), companion("-wal"), companion("-shm")];
        Self { found: files.map(|file| (file.clone(), identity(&file))).into() }
    }

    /// The first file that is no longer there, or is another.
    pub(crate) fn lost(&self) -> Option<&Path> {
        let lost = self.found.iter().find(|(file, found)| found.is_some() && identity(file) != *found);
        lost.map(|(file, _)| file.as_path())
    }
}

fn identity(file: &Path) -> Option<Identity> {
    let data = std::fs::metadata(file).ok()?;
    Some((data.dev(), data.ino()))
}
