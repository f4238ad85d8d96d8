//! No two runs at once on this machine: a file lock, taken before anything is started.
//!
//! It lies where the spool is, so it is one user's; the system lets go of it when we end, in whatever way. The command
//! does not inherit it: a daemon that it starts would hold it for ever. So when we are killed with SIGKILL and the
//! command lives on, it lives on without the lock.
//!
//! Unlike reporting, a lock that cannot be used stops the command: two runs at once are what must not be.

use std::fs::File;
use std::thread;
use std::time::Duration;

use super::args::LockArgs;
use crate::api::plain;
use crate::clock;
use crate::key::short_hash;
use crate::spool::{Spool, locate};

/// How often a lock that is held is tried again.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const READABLE_CHARS: usize = 60;

#[derive(Debug)]
pub(super) enum NotTaken {
    /// Another run has the lock of this name.
    Busy(String),
    Unusable(String),
}

/// The lock, held until it is dropped; none where none is asked for. Waits as long as is asked for.
pub(super) fn take(args: &LockArgs, scheduler_id: &str) -> Result<Option<File>, NotTaken> {
    let Some(name) = args.name(scheduler_id) else { return Ok(None) };
    let unusable = |why: crate::spool::SpoolError| NotTaken::Unusable(why.to_string());
    let place = Spool::open(&locate(|name| std::env::var_os(name))).map_err(unusable)?;
    let (file, gives_up) = (file_name(name), clock::instant() + args.lock_wait);
    loop {
        if let Some(lock) = place.try_lock(&file).map_err(unusable)? {
            return Ok(Some(lock));
        }
        let left = gives_up.saturating_duration_since(clock::instant());
        if left.is_zero() {
            return Err(NotTaken::Busy(plain(name)));
        }
        thread::sleep(left.min(LOOK_EVERY));
    }
}

/// The name as far as a file may bear it, and enough of a hash to tell it from others.
fn file_name(name: &str) -> String {
    let fit = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_') { c } else { '_' };
    let readable: String = name.chars().take(READABLE_CHARS).map(fit).collect();
    format!("job-{readable}-{}", short_hash("punctual lock ", name, 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_file_cannot_bear_are_still_told_apart() {
        let names = ["nightly/backup", "nightly_backup", "../x", &"é".repeat(255), &"é".repeat(254)];
        let files = names.map(file_name);
        for (index, file) in files.iter().enumerate() {
            assert!(!file.contains('/') && file.len() <= 100, "{file}");
            assert!(!files[..index].contains(file), "{file}");
        }
    }
}
