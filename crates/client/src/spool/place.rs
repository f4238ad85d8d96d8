//! Where the spool is, and that it is ours alone.
//!
//! A sender trusts what the spool says: which server, which report. So a directory that others may write to is
//! refused: they could have our key sent to a server of theirs.

use std::ffi::OsString;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

const WRITABLE_BY_OTHERS: u32 = 0o022;

/// `$PUNCTUAL_SPOOL_DIR`, else `$XDG_STATE_HOME/punctual/spool`, else `~/.local/state/punctual/spool`, else
/// `/var/spool/punctual`. Relative ones are taken from the current directory.
pub(crate) fn locate(variable: impl Fn(&str) -> Option<OsString>) -> PathBuf {
    let chosen = set(&variable, "PUNCTUAL_SPOOL_DIR")
        .or_else(|| state(&variable).map(|state| state.join("spool")))
        .unwrap_or_else(|| PathBuf::from("/var/spool/punctual"));
    std::path::absolute(&chosen).unwrap_or(chosen)
}

/// Where a user's own state of this program is kept: `$XDG_STATE_HOME/punctual`, else `~/.local/state/punctual`.
pub(crate) fn state(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let state = set(&variable, "XDG_STATE_HOME");
    state
        .or_else(|| set(&variable, "HOME").map(|home| home.join(".local/state")))
        .map(|state| state.join("punctual"))
}

fn set(variable: impl Fn(&str) -> Option<OsString>, name: &str) -> Option<PathBuf> {
    variable(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

pub(super) fn prepare(directory: &Path) -> io::Result<()> {
    make_private(directory)?;
    let found = fs::metadata(directory)?;
    if found.uid() != nix::unistd::geteuid().as_raw() {
        return Err(io::Error::other(
            "it belongs to another user; set PUNCTUAL_SPOOL_DIR to one of your own",
        ));
    }
    if found.mode() & WRITABLE_BY_OTHERS != 0 {
        return Err(io::Error::other("others may write to it; make it private with chmod 700"));
    }
    Ok(())
}

/// Makes the directory and its missing parents, for the owner only.
pub(crate) fn make_private(directory: &Path) -> io::Result<PathBuf> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    Ok(directory.to_owned())
}
