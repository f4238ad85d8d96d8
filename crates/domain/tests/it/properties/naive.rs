//! A second opinion on what is concluded when: walks every second, knows only the configuration, what the job did and
//! when nobody could listen. Written without a look at the rules it is compared with, and slow on purpose.

use std::collections::BTreeMap;

/// When slots are, in seconds from registration, which is itself on a slot.
#[derive(Clone, Copy, Debug)]
pub(super) enum Slots {
    None,
    Calendar(i64),
    FromStart(i64),
    FromEnd(i64),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) slots: Slots,
    pub(super) grace: i64,
    pub(super) max_runtime: i64,
    /// Set; or ten minutes once armed.
    pub(super) timeout: Option<i64>,
}

/// What a job does with a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Start,
    Beat,
    Complete,
    Fail,
}

/// What is concluded, of a slot or of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    Missed(i64),
    Stale(u8),
    Overrun(u8),
}

#[derive(Clone, Debug)]
struct Open {
    /// How many had started before it.
    order: usize,
    start: i64,
    heard: i64,
    /// Seconds since, of those in which we could have heard it.
    silent: i64,
    stale: bool,
    overrun: Option<i64>,
}

#[derive(Clone, Debug)]
pub(super) struct Naive {
    limits: Limits,
    /// Nobody could listen from the first to the second, jobs having had the time to be heard again by then.
    gap: Option<(i64, i64)>,
    second: i64,
    open: BTreeMap<u8, Open>,
    closed: Vec<u8>,
    /// The first to have started of those that had a heartbeat.
    armed: Option<usize>,
    started: usize,
    /// The first slot not met nor judged.
    slot: Option<i64>,
    /// When a run last showed itself.
    last_start: i64,
    pub(super) verdicts: Vec<(i64, Verdict)>,
}

impl Naive {
    pub(super) fn new(limits: Limits, gap: Option<(i64, i64)>) -> Self {
        let slot = match limits.slots {
            Slots::None => None,
            Slots::Calendar(period) | Slots::FromStart(period) | Slots::FromEnd(period) => Some(period),
        };
        let (open, closed, verdicts) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self { limits, gap, second: 0, open, closed, armed: None, started: 0, slot, last_start: 0, verdicts }
    }

    /// Walks to a second, judging at each.
    pub(super) fn walk(&mut self, until: i64) {
        while self.second < until {
            self.second += 1;
            if !self.gap.is_some_and(|(from, until)| from < self.second && self.second <= until) {
                self.open.values_mut().for_each(|run| run.silent += 1);
            }
            self.judge();
        }
    }

    /// What would be concluded in the gap is concluded at its end.
    fn blind(&self) -> bool {
        self.gap.is_some_and(|(from, until)| from <= self.second && self.second < until)
    }

    fn in_gap(&self, second: i64) -> bool {
        self.gap.is_some_and(|(from, until)| from <= second && second <= until)
    }

    fn judge(&mut self) {
        if !self.blind() {
            self.judge_slots();
        }
        let names: Vec<u8> = self.open.keys().copied().collect();
        for name in names {
            self.judge_run(name);
        }
    }

    fn judge_slots(&mut self) {
        while let Some(slot) = self.slot.filter(|slot| slot + self.limits.grace <= self.second) {
            if self.open.is_empty() {
                if !self.in_gap(slot + self.limits.grace) {
                    self.verdicts.push((self.second, Verdict::Missed(slot)));
                }
            } else if !matches!(self.limits.slots, Slots::Calendar(_)) {
                break;
            }
            self.slot = Some(slot + self.period());
        }
    }

    fn judge_run(&mut self, name: u8) {
        let armed = self.armed;
        let timeout =
            |run: &Open| self.limits.timeout.or(armed.is_some_and(|first| first <= run.order).then_some(600));
        let (now, limit, blind) = (self.second, self.limits.max_runtime, self.blind());
        let Some(run) = self.open.get_mut(&name) else { return };
        if !blind && run.overrun.is_none() && run.start + limit <= now {
            run.overrun = Some(now);
            self.verdicts.push((now, Verdict::Overrun(name)));
        }
        // Silence that was too long before the gap began is so in it, should it come to mean something only then.
        let silent = run.silent - i64::from(blind);
        if !run.stale && timeout(run).is_some_and(|timeout| silent >= timeout) {
            run.stale = true;
            self.verdicts.push((now, Verdict::Stale(name)));
        }
    }

    fn period(&self) -> i64 {
        match self.limits.slots {
            Slots::None => i64::MAX / 4,
            Slots::Calendar(period) | Slots::FromStart(period) | Slots::FromEnd(period) => period,
        }
    }

    pub(super) fn act(&mut self, act: Act, name: u8) {
        if !self.closed.contains(&name) {
            self.take(act, name);
        }
        self.judge();
    }

    fn take(&mut self, act: Act, name: u8) {
        let now = self.second;
        match (act, self.open.contains_key(&name)) {
            (Act::Start, false) => {
                let order = self.started;
                self.started += 1;
                self.open.insert(
                    name,
                    Open { order, start: now, heard: now, silent: 0, stale: false, overrun: None },
                );
                self.met();
            }
            (Act::Start, true) => self.heard(name),
            (Act::Beat, true) => {
                let order = self.open[&name].order;
                self.armed = Some(self.armed.map_or(order, |first| first.min(order)));
                self.heard(name);
            }
            (Act::Beat, false) => {}
            (Act::Complete | Act::Fail, known) => {
                let start = self.open.remove(&name).map_or(now, |run| run.start);
                self.closed.push(name);
                if !known {
                    self.met();
                }
                if act == Act::Complete {
                    self.bury(start);
                }
                self.reckon_anew();
            }
        }
    }

    fn heard(&mut self, name: u8) {
        let now = self.second;
        if let Some(run) = self.open.get_mut(&name) {
            run.heard = now;
            run.silent = 0;
            run.stale = false;
        }
    }

    /// A completion shows that what started before it and went bad will not come back.
    fn bury(&mut self, start: i64) {
        let dead = |run: &Open| run.stale || run.overrun.is_some_and(|at| run.heard <= at);
        let buried: Vec<u8> = self
            .open
            .iter()
            .filter(|(_, run)| run.start < start && dead(run))
            .map(|(name, _)| *name)
            .collect();
        for name in buried {
            self.open.remove(&name);
            self.closed.push(name);
        }
    }

    /// A run showed itself now: which slot is next?
    fn met(&mut self) {
        let now = self.second;
        self.slot = match self.limits.slots {
            Slots::None => None,
            Slots::FromStart(period) | Slots::FromEnd(period) => Some(now + period),
            Slots::Calendar(period) => {
                let waits = self.slot.is_some_and(|slot| slot <= now);
                let early = if waits { 0 } else { 60.min(period / 2) };
                let next = ((now + early) / period + 1) * period;
                self.slot.map(|slot| slot.max(next))
            }
        };
        self.last_start = now;
    }

    /// The last open run ended: a period is reckoned from here.
    fn reckon_anew(&mut self) {
        let now = self.second;
        if !self.open.is_empty() {
            return;
        }
        match self.limits.slots {
            Slots::FromStart(period) => self.slot = Some((self.last_start + period).max(now)),
            Slots::FromEnd(period) => self.slot = Some(now + period),
            _ => {}
        }
    }
}
