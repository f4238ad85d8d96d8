//! What the tests drive: the real program in a home of its own, a server in Slack's shape, and `curl`.
//!
//! Nothing here stands in for a part of ours. Tests wait for events (a line, a message, the end of a process), never
//! for time; where a process offers no event, [`eventually`] asks again until a bound that nothing comes near.

mod clock;
mod elsewhere;
mod faked;
mod home;
mod hook;
mod http;
mod load;
mod outside;
mod power;
mod serve;
mod slack;
mod tables;
mod trace;
mod watched;
mod words;

use std::time::Duration;

pub(crate) use clock::{millis, now_millis};
pub(crate) use elsewhere::Elsewhere;
pub(crate) use faked::WallClock;
pub(crate) use home::{Home, text};
pub(crate) use hook::{FakeHook, Received};
pub(crate) use http::{Reply, curl};
pub(crate) use load::{Heard, Load, is_kept, lost};
pub(crate) use outside::Outside;
pub(crate) use power::{Loss, Power, Toll};
pub(crate) use serve::{KEY, Serve, Server, free_port};
pub(crate) use slack::{FakeSlack, Mood};
pub(crate) use tables::{Ground, Tables};
pub(crate) use trace::{Answers, Trace};
pub(crate) use watched::Watched;
pub(crate) use words::{lines_of, note};

/// Nothing takes this long; a test that waits longer has failed.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// How often a test does what it repeats: as often as the variable says, for long trials, else this often.
pub(crate) fn rounds(variable: &str, otherwise: u32) -> u32 {
    let set = std::env::var_os(variable).map(|text| text.to_string_lossy().parse());
    set.map_or(otherwise, |number| number.unwrap_or_else(|why| panic!("{variable}: {why}")))
}

/// Between two questions to a process that offers no event.
const PAUSE: Duration = Duration::from_millis(25);

/// Asks until there is an answer.
#[track_caller]
pub(crate) fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    for _ in 0..PATIENCE.as_millis() / PAUSE.as_millis() {
        if let Some(answer) = ask() {
            return answer;
        }
        std::thread::sleep(PAUSE);
    }
    panic!("waited {PATIENCE:?} in vain: {what}")
}
