//! What this process says of itself to the other instances on its store.

use app::Identity;
use app::ports::Member;
use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::{Pid, gethostname};

use crate::config::Config;

/// What this process is.
pub(crate) fn identity(config: &Config) -> Identity {
    let host = gethostname().ok().and_then(|name| name.into_string().ok());
    Identity {
        roles: config.role_words(),
        host: host.unwrap_or_default(),
        process: std::process::id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        is_over,
    }
}

/// Whether a member is a process of this machine that is not there any more: one of our own number, or of a number that
/// nobody has. Machines of one name, or one whose processes do not see each other, make this wrong, which its next
/// sign of life sets right.
fn is_over(me: &Member, member: &Member) -> bool {
    let is_of_here = !me.host.is_empty() && me.host == member.host;
    is_of_here && (member.process == me.process || !is_there(member.process))
}

fn is_there(process: u32) -> bool {
    match i32::try_from(process) {
        Ok(number) if number > 0 => kill(Pid::from_raw(number), None) != Err(Errno::ESRCH),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use domain::Instant;
    use domain::id::MemberId;

    use super::*;

    fn member(host: &str, process: u32) -> Member {
        Member {
            id: MemberId::mint(1),
            counter: 1,
            started_at: Instant::from_seconds(0),
            roles: Vec::new(),
            host: host.to_owned(),
            process,
            version: String::new(),
        }
    }

    #[test]
    fn a_process_of_this_machine_that_is_not_there_is_over_and_nothing_else_is_known_to_be() {
        let me = member("here", std::process::id());
        // More than any system gives out.
        let nobody = i32::MAX as u32;
        let cases =
            [("here", nobody, true), ("here", 0, true), ("here", u32::MAX, true), ("there", nobody, false)];
        for (host, process, over) in cases {
            assert_eq!(is_over(&me, &member(host, process)), over, "{host} {process}");
        }
        assert!(is_over(&me, &member("here", me.process)), "our number was another's before");
        assert!(!is_over(&me, &member("here", 1)), "the first process of a machine is always there");
        assert!(!is_over(&member("", 5), &member("", nobody)), "a machine without a name is no machine");
    }
}
