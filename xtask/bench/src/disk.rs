//! The disk that everything is measured on: which file system, and what a sync costs there. A file system in memory is
//! refused, since a sync costs nothing on it and every figure would flatter.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::clock::clock;

/// How often a sync is timed.
const SYNCS: usize = 300;
/// How much is written before each: about what a batch of a few reports is.
const BLOCK: [u8; 16 * 1024] = [7; 16 * 1024];

/// A disk.
#[derive(Debug)]
pub(crate) struct Disk {
    file_system: String,
    appended: Duration,
    overwritten: Duration,
}

impl Disk {
    /// The disk of a directory.
    pub(crate) fn of(folder: &Path) -> Result<Self> {
        let file_system = file_system(folder)?;
        if is_memory(&file_system) {
            bail!(
                "{} is on {file_system}, where a sync costs nothing: name another directory with --dir",
                folder.display()
            );
        }
        let (appended, overwritten) = (sync_p50(folder, false)?, sync_p50(folder, true)?);
        Ok(Self { file_system, appended, overwritten })
    }

    /// For the head of the report.
    pub(crate) fn told(&self) -> String {
        format!(
            "{}, fdatasync of 16 KiB p50 {:.0} µs appended, {:.0} µs overwritten",
            self.file_system,
            micros(self.appended),
            micros(self.overwritten)
        )
    }
}

fn is_memory(file_system: &str) -> bool {
    ["tmpfs", "ramfs"].contains(&file_system)
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

fn file_system(folder: &Path) -> Result<String> {
    let folder = folder.canonicalize().with_context(|| format!("cannot find {}", folder.display()))?;
    let mounts = std::fs::read_to_string("/proc/self/mounts").context("cannot read what is mounted")?;
    mounted(&mounts, &folder).with_context(|| format!("nothing is mounted at or above {}", folder.display()))
}

/// The kind of file system that holds a path: of those mounted above it the deepest, and of two in one place the later.
fn mounted(mounts: &str, path: &Path) -> Option<String> {
    let above = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        let (point, kind) = (words.next()?.replace("\\040", " "), words.next()?);
        path.starts_with(&point).then(|| (Path::new(&point).components().count(), kind.to_owned()))
    });
    above.max_by_key(|(depth, _)| *depth).map(|(_, kind)| kind)
}

/// The median of what a sync takes after a small append, or after the same blocks are written again, which is what a
/// log does that is begun anew.
fn sync_p50(folder: &Path, again: bool) -> Result<Duration> {
    let mut file = tempfile::tempfile_in(folder).context("cannot make a file to sync")?;
    let mut taken = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        taken.push(sync(&mut file, again).context("cannot sync")?);
    }
    taken.sort_unstable();
    Ok(taken[SYNCS / 2])
}

fn sync(file: &mut File, again: bool) -> std::io::Result<Duration> {
    if again {
        file.seek(SeekFrom::Start(0))?;
    }
    file.write_all(&BLOCK)?;
    let begun = clock();
    file.sync_data()?;
    Ok(begun.elapsed())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str =
        "/dev/a / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/b /tmp/my\\040disk xfs rw 0 0\n";

    #[test]
    fn the_deepest_mount_above_a_path_holds_it() {
        let kind = |path: &str| mounted(MOUNTS, Path::new(path));
        assert_eq!(kind("/var/lib").as_deref(), Some("ext4"));
        assert_eq!(kind("/tmp/x").as_deref(), Some("tmpfs"));
        assert_eq!(kind("/tmp/my disk/x").as_deref(), Some("xfs"));
        assert_eq!(kind("/tmpfile").as_deref(), Some("ext4"));
    }

    #[test]
    fn what_is_mounted_over_another_hides_it() {
        let mounts = "/dev/a / ext4 rw 0 0\nover / overlay rw 0 0\n";
        assert_eq!(mounted(mounts, Path::new("/x")).as_deref(), Some("overlay"));
    }

    #[test]
    fn a_file_system_in_memory_is_refused() {
        assert!(is_memory("tmpfs") && is_memory("ramfs") && !is_memory("ext4"));
    }
}
