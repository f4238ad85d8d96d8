//! Whether anybody in a process group still runs.
//!
//! The dead count as members until somebody has asked for their end, which may be long after it; so where there is
//! `/proc`, only who is alive there counts. The number of a group is not given to others while it has members, nor so
//! soon after.

use std::fs;

use nix::sys::signal::killpg;
use nix::unistd::Pid;

pub(super) fn is_alive(group: Pid) -> bool {
    // The cheap question first: without members, dead or alive, there is no group.
    killpg(group, None).is_ok() && lives_by_proc(group).unwrap_or(true)
}

/// None where the system does not say.
fn lives_by_proc(group: Pid) -> Option<bool> {
    let processes = fs::read_dir("/proc").ok()?.filter_map(Result::ok);
    let facts = processes.filter_map(|process| fs::read_to_string(process.path().join("stat")).ok());
    Some(facts.filter_map(|facts| living_member_of(&facts)).any(|of| of == group.as_raw()))
}

/// The group of a process that is not dead, out of `/proc/PID/stat`. The name, in brackets, may hold anything.
fn living_member_of(facts: &str) -> Option<i32> {
    let (_, after_name) = facts.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace();
    let (state, group) = (fields.next()?, fields.nth(1)?);
    let is_dead = matches!(state, "Z" | "X" | "x");
    group.parse().ok().filter(|_| !is_dead)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_lives_is_a_member() {
        assert_eq!(living_member_of("7 (sh) S 1 42 42 0 -1"), Some(42));
        assert_eq!(living_member_of("7 (a) Z 9 (b) R 1 43 42 0 -1"), Some(43));
        assert_eq!(living_member_of("7 (sh) Z 1 42 42 0 -1"), None);
        assert_eq!(living_member_of("nonsense"), None);
    }

    #[test]
    fn our_own_group_is_alive_and_that_of_nobody_is_not() {
        assert!(is_alive(nix::unistd::getpgrp()));
        assert!(!is_alive(Pid::from_raw(i32::MAX)));
    }
}
