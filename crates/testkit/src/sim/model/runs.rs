//! Runs: every one there ever was, what their limits say, and when they are given up.

use domain::{Duration, Instant, Limit, Status};

use super::{Rule, Watched};
use crate::sim::words;

const MAX_RUNTIME: Duration = Duration::DAY;
const SILENCE_ONCE_ARMED: Duration = Duration::from_minutes(10);
const DEAD_AFTER: Duration = Duration::DAY;

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Open,
    Ended(Status),
    GivenUp,
}

/// One run.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) no: u64,
    pub(super) id: Option<String>,
    pub(super) start: Instant,
    /// Whether the job itself said when it began.
    pub(super) start_told: bool,
    /// Where that is known at all.
    pub(super) start_known: bool,
    pub(super) took: Option<Duration>,
    pub(super) ended: Option<Instant>,
    pub(super) heard: Instant,
    pub(super) judged_from: Instant,
    pub(super) resumed: Option<Instant>,
    pub(super) fate: Fate,
    pub(super) beats: bool,
    pub(super) stale: Option<Instant>,
    pub(super) overran: Option<Instant>,
}

impl Run {
    pub(super) fn is_open(&self) -> bool {
        self.fate == Fate::Open
    }

    /// Stale, or overrun and silent since.
    fn is_dead(&self) -> bool {
        self.stale.is_some() || self.overran.is_some_and(|at| self.heard <= at)
    }
}

impl Watched {
    pub(super) fn open(&self) -> impl Iterator<Item = &Run> {
        self.runs.iter().filter(|run| run.is_open())
    }

    pub(super) fn open_numbers(&self) -> Vec<u64> {
        self.open().map(|run| run.no).collect()
    }

    pub(super) fn run(&mut self, no: u64) -> &mut Run {
        self.runs.iter_mut().find(|run| run.no == no).expect("a run that was noted")
    }

    /// What the limits of the open runs say now.
    pub(super) fn judge_runs(&mut self) {
        for no in self.open_numbers() {
            let run = self.run(no).clone();
            self.judge_length(no, self.now);
            self.judge_silence(&run);
            self.judge_death(no);
        }
    }

    pub(super) fn judge_length(&mut self, no: u64, until: Instant) {
        let run = self.run(no).clone();
        let Some(limit) = set(self.config.max_runtime, Some(MAX_RUNTIME)).filter(|_| run.overran.is_none())
        else {
            return;
        };
        let due = (run.resumed.unwrap_or(run.start) + limit).max(run.judged_from);
        let moved = self.gaps.ends(due);
        let due = moved.unwrap_or(due);
        if due <= until {
            if moved.is_some() {
                self.by(Rule::ALimitInAGapMovesToItsEnd);
            }
            self.by(Rule::ARunMayBeOpenForTooLong);
            self.run(no).overran = Some(due);
            self.bad_mark = true;
            self.say(words::overran(no, due));
        }
    }

    /// How long a run may be silent, where its silence means anything.
    fn patience(&self, no: u64) -> Option<Duration> {
        match self.config.heartbeat_timeout.or(self.server_timeout) {
            Some(limit) => limit.duration(),
            None => self.first_beating.is_some_and(|first| first <= no).then_some(SILENCE_ONCE_ARMED),
        }
    }

    fn judge_silence(&mut self, run: &Run) {
        let Some(patience) = self.patience(run.no).filter(|_| run.stale.is_none()) else { return };
        let due = self.gaps.seen(run.heard, patience);
        if due > self.now {
            return;
        }
        if due > run.heard + patience {
            self.by(Rule::SilenceIsNotCountedThroughAGap);
        }
        self.by(Rule::ARunMayBeSilentForTooLong);
        let now = self.now;
        self.run(run.no).stale = Some(now);
        self.bad_mark = true;
        self.say(words::silent(run.no, run.heard));
    }

    fn judge_death(&mut self, no: u64) {
        let run = self.run(no).clone();
        let since = match (run.stale, run.overran) {
            (Some(stale), _) => stale,
            (None, Some(overran)) => overran.max(run.heard),
            (None, None) => return,
        };
        if self.gaps.seen(since, DEAD_AFTER) <= self.now {
            self.judge_slots(self.now);
            self.by(Rule::ADeadRunIsGivenUpAfterADay);
            self.give_up(no, "dead");
        }
    }

    /// A run that completed shows that dead ones that began before it will not come back.
    pub(super) fn bury(&mut self, start: Instant, status: Status) {
        if status != Status::Completed {
            return;
        }
        for no in self.open_numbers() {
            let run = self.run(no).clone();
            if run.start < start && run.is_dead() {
                self.by(Rule::ADeadRunIsGivenUpWhenALaterOneCompletes);
                self.give_up(no, "superseded");
            }
        }
    }

    /// The job begins anew: runs that it can no longer mean are given up.
    pub(super) fn reset_runs(&mut self) {
        for no in self.open_numbers() {
            let run = self.run(no).clone();
            if run.id.is_none() || run.is_dead() {
                let rule = if run.id.is_none() {
                    Rule::PendingResetsTheRunWithoutId
                } else {
                    Rule::ADeadRunIsGivenUpWhenPendingComes
                };
                self.by(rule);
                self.give_up(no, "reset");
            }
        }
    }

    /// Gives a run up. Where it was the last one open, the next period is counted from now.
    pub(super) fn give_up(&mut self, no: u64, why: &'static str) {
        let now = self.now;
        let run = self.run(no);
        (run.fate, run.ended) = (Fate::GivenUp, Some(now));
        if self.is_periodic() && self.open().next().is_none() {
            self.slot = self.first_slot(self.newest.map(|(start, _)| start), true, Some(now));
        }
        self.say(words::abandoned(no, why, self.slot));
    }

    pub(super) fn beat(&mut self, run: Option<&str>, received: Instant) -> Result<(), super::Refusal> {
        let open = self.open().find(|it| run.is_some() && it.id.as_deref() == run).map(|it| it.no);
        let closed = self.runs.iter().any(|it| run.is_some() && it.id.as_deref() == run && !it.is_open());
        if open.is_none() && closed {
            return Err("stale scheduler");
        }
        let meant = match (run, self.unnamed()) {
            (Some(_), _) => open.into_iter().collect(),
            (None, Some(one)) => vec![one],
            (None, None) => self.open_numbers(),
        };
        for no in meant {
            self.alive(no, received);
        }
        Ok(())
    }

    /// What a message without run id means: the open run without id, else the only one that is open.
    pub(super) fn unnamed(&self) -> Option<u64> {
        let open: Vec<&Run> = self.open().collect();
        let nameless = open.iter().find(|run| run.id.is_none()).map(|run| run.no);
        nameless.or(if open.len() == 1 { Some(open[0].no) } else { None })
    }

    fn alive(&mut self, no: u64, received: Instant) {
        let now = self.now;
        let known = self.run(no).heard;
        if received >= known && self.run(no).stale.is_some() {
            self.by(Rule::AHeartbeatEndsSilence);
            self.revive(no);
        }
        if !self.run(no).beats {
            let run = self.run(no);
            (run.beats, run.heard) = (true, run.heard.max(now));
            self.first_beating = Some(self.first_beating.map_or(no, |first| first.min(no)));
            self.by(Rule::TheFirstHeartbeatArms);
            self.say(format!("run {no} began to beat"));
        }
        let run = self.run(no);
        run.heard = run.heard.max(received);
    }

    pub(super) fn revive(&mut self, no: u64) {
        let now = self.now;
        let run = self.run(no);
        (run.stale, run.heard) = (None, run.heard.max(now));
        self.say(format!("run {no} is heard again"));
    }
}

/// A limit as it is set, or its default; `None` where it is off.
pub(super) fn set(limit: Option<Limit>, default: Option<Duration>) -> Option<Duration> {
    limit.map_or(default, Limit::duration)
}
