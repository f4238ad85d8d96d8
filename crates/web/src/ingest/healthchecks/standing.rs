//! How a check stands, in Healthchecks' words, out of what we know of the scheduler. Pure.
//!
//! `down` is any cause of ours: failing, missed, overrun, stale. A start that comes after a missed slot ends it here,
//! while Healthchecks waits for the end of the run.

use app::SchedulerView;
use domain::{Duration, Instant, Scheduler, Status};

/// How it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) state: State,
    /// Whether a run is open.
    pub(super) is_started: bool,
    /// When the last run ended, unless it was resumed since.
    pub(super) last_ping: Option<Instant>,
    /// When it is, or was, expected next; while it runs, when that began.
    pub(super) next_ping: Option<Instant>,
    /// How long the last run took, where it told its start.
    pub(super) last_duration: Option<Duration>,
}

/// Its status, but for `started`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    New,
    Up,
    Grace,
    Down,
    Paused,
}

impl State {
    /// The word on the wire.
    const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Up => "up",
            Self::Grace => "grace",
            Self::Down => "down",
            Self::Paused => "paused",
        }
    }
}

impl Standing {
    /// The word for it: the first version of the API knew no other way to say that a run is open.
    pub(super) const fn word(&self, version: u8) -> &'static str {
        if version == 1 && self.is_started && !matches!(self.state, State::Down) {
            "started"
        } else {
            self.state.as_str()
        }
    }

    pub(super) fn of(view: &SchedulerView, now: Instant) -> Self {
        let scheduler = &view.scheduler;
        let facts = &scheduler.state;
        let last_ping = facts.settled_at.filter(|_| facts.resumed_at.is_none());
        let state = state(view, last_ping, now);
        let started = facts.runs.iter().map(|run| run.started_at).max().filter(|_| state != State::Paused);
        Self {
            state,
            is_started: started.is_some(),
            last_ping,
            next_ping: match state {
                State::Down | State::Paused => None,
                State::New => started,
                State::Up | State::Grace => started.or_else(|| scheduler.late_from()),
            },
            last_duration: last_ping.and_then(|ended| duration(scheduler, ended)),
        }
    }
}

fn state(view: &SchedulerView, last_ping: Option<Instant>, now: Instant) -> State {
    let scheduler = &view.scheduler;
    let is_paused = |until: Option<Instant>| until.is_none_or(|until| now < until);
    if scheduler.state.paused.is_some_and(|pause| is_paused(pause.until)) {
        return State::Paused;
    }
    // What is due is concluded within a second; whoever asks just then is told already.
    if !scheduler.causes().is_empty() || view.deadline_at.is_some_and(|deadline| deadline <= now) {
        State::Down
    } else if last_ping.is_none() {
        State::New
    } else if scheduler.late_from().is_some_and(|from| from <= now) {
        State::Grace
    } else {
        State::Up
    }
}

/// From the start of the newest run to when the last one ended: the same one, unless runs overlapped.
fn duration(scheduler: &Scheduler, ended: Instant) -> Option<Duration> {
    let facts = &scheduler.state;
    let started = facts.newest_start.filter(|_| facts.runs.is_empty() && facts.settled != Status::Pending)?;
    Some(ended.since(started)).filter(|length| *length > Duration::ZERO)
}
