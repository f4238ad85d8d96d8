//! The background process that keeps trying to send what `exec` could not deliver.
//!
//! `exec` starts it at its end and does not wait. It is this same program (`punctual flush --detached`), in a session
//! of its own, holding on to nothing of its parent. It tries with growing pauses, for an hour at most; what is left
//! then waits for the next `exec`. One at a time for a server and key.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::api::Api;
use crate::drain::{End, drain};
use crate::spool::{Lane, Spool};
use crate::{chance, clock};

const PAUSE_FIRST: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_mins(1);

/// What it takes to start one.
#[derive(Debug)]
pub(crate) struct Order(Command);

impl Order {
    /// The key goes by the environment, where only our own user can see it.
    pub(crate) fn new(spool: &Spool, api: &Api, lane: &Lane) -> Option<Self> {
        // Merely asked: the one that starts takes the lock itself.
        spool.lock(&lane.flusher_lock())?;
        let mut command = Command::new(std::env::current_exe().ok()?);
        command.args(["flush", "--detached"]).current_dir("/");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.env("PUNCTUAL_SPOOL_DIR", spool.directory()).env("PUNCTUAL_URL", api.server().address());
        match api.key() {
            Some(key) => command
                .env("PUNCTUAL_API_KEY", key.reveal())
                .env("PUNCTUAL_API_KEY_HEADER", key.header().0.as_str()),
            None => command.env_remove("PUNCTUAL_API_KEY"),
        };
        Some(Self(command))
    }

    /// That it cannot be started is no loss: the next `exec` sends.
    pub(crate) fn start(mut self) {
        let _ = self.0.spawn();
    }
}

/// Leaves the terminal and closes what was inherited: a lock that a script holds on a descriptor must not be held
/// by us for an hour.
pub(crate) fn detach() {
    crate::exec::unblock_signals();
    // Fails only for the leader of a group, which somebody else then made us; that is as good.
    let _ = nix::unistd::setsid();
    let Ok(open) = std::fs::read_dir("/proc/self/fd") else { return };
    let numbers: Vec<i32> = open
        .filter_map(|found| found.ok()?.file_name().to_str()?.parse().ok())
        .filter(|number| *number > 2)
        .collect();
    for number in numbers {
        // The descriptor of the listing itself is among them and closed by now.
        let _ = nix::unistd::close(number);
    }
}

/// Tries until nothing is left, the key is refused, or the time is over.
pub(crate) async fn keep_trying(spool: &Spool, api: &Api, lane: &Lane, lasting: Duration) {
    let Some(_only_one) = spool.lock(&lane.flusher_lock()) else { return };
    let (ends, mut pause) = (clock::instant() + lasting, PAUSE_FIRST);
    while !spool.waiting_in(lane).is_empty() {
        let drained = drain(spool, api, false).await;
        let asked = match drained.end {
            End::Stopped(problem) if problem.is_transient() => problem.retry_after(),
            End::Stopped(_) | End::Broken(_) => return,
            End::Empty | End::Busy => None,
        };
        if drained.sent > 0 {
            pause = PAUSE_FIRST;
        }
        let pause_now = asked.unwrap_or_default().max(jittered(pause)).min(Duration::from_hours(1));
        if clock::instant() + pause_now > ends || spool.waiting_in(lane).is_empty() {
            return;
        }
        tokio::time::sleep(pause_now).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

/// Between half of it and all: many jobs that failed together shall not come back together.
fn jittered(pause: Duration) -> Duration {
    pause / 2 + pause.mul_f64(chance::fraction() / 2.0)
}
