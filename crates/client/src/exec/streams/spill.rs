//! Space for output that is held: a little in memory, and a file without a name as soon as that is too little.
//!
//! A file without a name is gone with us, in whatever way we end.

use std::fs::{File, OpenOptions, remove_file};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

use crate::chance;

const MEMORY_BYTES_MAX: u64 = 64 * 1024;

/// Bytes by their place.
#[derive(Default)]
pub(super) struct Spill {
    memory: Vec<u8>,
    disk: Option<File>,
    #[cfg(test)]
    has_no_disk: bool,
}

impl Spill {
    /// Puts the bytes to that place, which is at most the end of what was put before.
    pub(super) fn put(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        let end = at + bytes.len() as u64;
        if self.disk.is_none() && end > MEMORY_BYTES_MAX {
            self.move_to_disk()?;
        }
        if let Some(disk) = &self.disk {
            return disk.write_all_at(bytes, at);
        }
        let at = at as usize;
        let over = bytes.len().min(self.memory.len().saturating_sub(at));
        self.memory[at..at + over].copy_from_slice(&bytes[..over]);
        self.memory.extend_from_slice(&bytes[over..]);
        Ok(())
    }

    /// So many bytes from that place on.
    pub(super) fn get(&self, at: u64, count: u64) -> io::Result<Vec<u8>> {
        let count = count as usize;
        if let Some(disk) = &self.disk {
            let mut bytes = vec![0; count];
            disk.read_exact_at(&mut bytes, at)?;
            return Ok(bytes);
        }
        let at = at as usize;
        let bytes = self.memory.get(at..at + count);
        bytes.map(<[u8]>::to_vec).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn move_to_disk(&mut self) -> io::Result<()> {
        #[cfg(test)]
        if self.has_no_disk {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let disk = nameless(&std::env::temp_dir())?;
        disk.write_all_at(&self.memory, 0)?;
        self.memory = Vec::new();
        self.disk = Some(disk);
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn without_disk() -> Self {
        Self { has_no_disk: true, ..Self::default() }
    }
}

/// A file that nobody else can open.
fn nameless(directory: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600);
    if let Ok(file) = options.clone().custom_flags(nix::libc::O_TMPFILE).open(directory) {
        return Ok(file);
    }
    // Some file systems know no such thing.
    let path = directory.join(format!(".punctual-output-{}", chance::fresh_id()));
    let file = options.create_new(true).open(&path)?;
    remove_file(path)?;
    Ok(file)
}
