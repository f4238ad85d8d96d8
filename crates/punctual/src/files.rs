//! How many files this process may have open: as many as the system lets it, and some are kept for ourselves, so that
//! clients that take every place keep nobody from being told.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// What the store, logs, channels and listeners may need.
const RESERVED: u64 = 128;
/// Below that the reserve is cut, not the clients.
const CLIENTS_MIN: u64 = 64;

/// How many connections can be served, at most so many: raises what this process may open as far as that needs.
pub(crate) fn connections(wanted: u32) -> u32 {
    let needed = u64::from(wanted) + RESERVED;
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return wanted };
    let raised = needed.min(hard);
    let may =
        if soft < raised && setrlimit(Resource::RLIMIT_NOFILE, raised, hard).is_ok() { raised } else { soft };
    let possible = possible(wanted, may);
    if possible < wanted {
        tracing::warn!(
            wanted,
            possible,
            "the system lets this process open {may} files: fewer connections are served at once, raise LimitNOFILE"
        );
    }
    possible
}

/// How many connections go into so many files.
fn possible(wanted: u32, files: u64) -> u32 {
    let left = files.saturating_sub(RESERVED).max(files.min(CLIENTS_MIN));
    u32::try_from(left).unwrap_or(u32::MAX).min(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_files_are_kept_for_ourselves() {
        assert_eq!(possible(10_000, 20_000), 10_000);
        assert_eq!(possible(10_000, 1024), 896);
        assert_eq!(possible(10, 1024), 10);
        assert_eq!(possible(10_000, 100), 64);
    }
}
