//! How much the spool may hold, and what goes when it is full: the oldest.
//!
//! Reports older than the server's memory of report ids go as well: sent then, one whose answer was lost could count
//! twice. What is dropped is counted in a file, so that `punctual flush` can say so.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use super::{Slip, Spool, names, write_private};
use crate::clock;

const FILES_MAX: usize = 10_000;
const BYTES_MAX: u64 = 100 * 1024 * 1024;
const AGE_MAX_MILLIS: i64 = 14 * 24 * 3600 * 1000;
/// Two files each: the report and the reason.
const REJECTED_FILES_MAX: usize = 2000;
const ABANDONED_AFTER: Duration = Duration::from_hours(1);
const COUNTER: &str = ".dropped";

/// Drops what is too much, oldest first, and answers how many. Does nothing while another process does it.
pub(super) fn enforce(spool: &Spool) -> u64 {
    let Some(_lock) = spool.lock("bounds") else { return 0 };
    sweep_unfinished(&spool.directory);
    let excess = excess(spool, FILES_MAX, BYTES_MAX, clock::now().as_millisecond());
    let gone = excess.iter().filter(|slip| spool.remove(slip).is_ok()).count() as u64;
    if gone > 0 {
        let total = dropped(spool).saturating_add(gone);
        let _ = write_private(&spool.directory.join(COUNTER), total.to_string().as_bytes());
    }
    gone
}

pub(super) fn dropped(spool: &Spool) -> u64 {
    let text = fs::read_to_string(spool.directory.join(COUNTER)).unwrap_or_default();
    text.trim().parse().unwrap_or(0)
}

/// The oldest entries beyond any of the limits.
pub(super) fn excess(spool: &Spool, files_max: usize, bytes_max: u64, now_millis: i64) -> Vec<Slip> {
    let mut newest_first = spool.waiting().unwrap_or_default();
    newest_first.reverse();
    let (mut files, mut bytes) = (0, 0);
    newest_first.retain(|slip| {
        files += 1;
        bytes += fs::metadata(spool.path(slip)).map_or(0, |found| found.len());
        files > files_max || bytes > bytes_max || now_millis - slip.millis() > AGE_MAX_MILLIS
    });
    newest_first
}

pub(super) fn enforce_rejected(aside: &Path) {
    let Ok(mut names) = names(aside) else { return };
    names.sort();
    let excess = names.len().saturating_sub(REJECTED_FILES_MAX);
    for name in names.iter().take(excess) {
        let _ = fs::remove_file(aside.join(name));
    }
}

/// Removes what processes that died in mid-write have left.
fn sweep_unfinished(directory: &Path) {
    let unfinished = |name: &&String| name.starts_with('.') && name.strip_suffix(".tmp").is_some();
    for name in names(directory).unwrap_or_default().iter().filter(unfinished) {
        let path = directory.join(name);
        if age(&path).is_ok_and(|age| age > ABANDONED_AFTER) {
            let _ = fs::remove_file(path);
        }
    }
}

fn age(path: &Path) -> io::Result<Duration> {
    let written = fs::metadata(path)?.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = Duration::from_millis(u64::try_from(clock::now().as_millisecond()).unwrap_or(0));
    Ok(now.saturating_sub(written))
}
