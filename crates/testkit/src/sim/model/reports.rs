//! Reports: which run one speaks of, and what it does to it.

use domain::{Duration, Instant, Status, WhilePaused};

use super::runs::{Fate, Run};
use super::{Refusal, Rule, Taken, Watched};
use crate::sim::words;

const OPEN_MAX: usize = 20;
const DIRECT: Duration = Duration::from_seconds(5);

impl Watched {
    pub(super) fn report(&mut self, taken: &Taken) -> Result<(), Refusal> {
        if taken.id.as_ref().is_some_and(|id| self.report_ids.contains(id)) {
            self.by(Rule::TheSameReportIdIsOneReport);
            return Ok(());
        }
        if self.is_ignored() {
            return Ok(());
        }
        self.judge_what_had_passed(taken.happened);
        self.settle();
        match taken.status {
            Status::Pending => self.pending(taken)?,
            Status::Running if taken.run.is_some() => self.running(taken),
            Status::Running => self.running_nameless(taken),
            Status::Completed | Status::Failed => self.outcome(taken)?,
        }
        Ok(())
    }

    /// What its people want done with reports in a pause: written down and no more, or its end.
    fn is_ignored(&mut self) -> bool {
        let wanted = self.config.while_paused.filter(|_| self.paused.is_some());
        match wanted {
            Some(WhilePaused::Ignore) => {
                self.by(Rule::AReportInAPauseMayBeIgnored);
                self.say("only wrote down: ignored".to_owned());
                true
            }
            Some(WhilePaused::Resume) => {
                self.by(Rule::AReportMayEndAPause);
                self.resume();
                false
            }
            Some(WhilePaused::Record) | None => false,
        }
    }

    /// What had passed before it happened, but for silence: who is heard was not silent.
    fn judge_what_had_passed(&mut self, happened: Instant) {
        if self.paused.is_some() {
            return;
        }
        let before = |at: Instant| at - Duration::from_millis(1);
        let under_a_run = self.open().next().is_some();
        self.judge_slots(before(if under_a_run { self.now } else { happened }));
        for no in self.open_numbers() {
            self.judge_length(no, before(happened));
        }
    }

    /// Whether something happened before the newest start or the last outcome.
    fn is_old(&self, at: Instant) -> bool {
        self.newest.is_some_and(|(start, _)| at < start) || self.is_overtaken(at)
    }

    fn is_overtaken(&self, at: Instant) -> bool {
        self.settled_at.is_some_and(|settled| at < settled)
    }

    fn file(&mut self, status: Status) {
        self.by(Rule::WhatIsOldIsOnlyHistory);
        self.say(words::filed(status, false));
    }

    fn pending(&mut self, taken: &Taken) -> Result<(), Refusal> {
        if taken.run.is_some() {
            return Err("invalid status transition");
        }
        if self.is_old(taken.happened) {
            self.file(Status::Pending);
            return Ok(());
        }
        self.reset_runs();
        (self.settled, self.settled_at, self.is_known) = (Status::Pending, Some(taken.happened), true);
        self.say("pending".to_owned());
        Ok(())
    }

    fn running(&mut self, taken: &Taken) {
        let named = |run: &&Run| run.id == taken.run;
        let open = self.open().find(named).map(|run| run.no);
        let closed = self.runs.iter().rev().find(|run| named(run) && !run.is_open()).map(|run| run.no);
        match (open, closed) {
            (Some(no), _) => self.refresh(no, taken),
            (None, Some(no)) => self.fill_start(no, taken),
            (None, None) => self.start(taken),
        }
    }

    fn running_nameless(&mut self, taken: &Taken) {
        if self.is_old(taken.happened) {
            return self.file(Status::Running);
        }
        let nameless = self.open().find(|run| run.id.is_none()).map(|run| run.no);
        if let Some(no) = nameless {
            self.by(Rule::AStartWithoutIdReplacesTheOneBefore);
            self.give_up(no, "replaced");
        }
        self.start(taken);
    }

    fn refresh(&mut self, no: u64, taken: &Taken) {
        self.by(Rule::AnOpenRunIsRefreshed);
        if self.run(no).stale.is_some() {
            self.by(Rule::AReportEndsSilence);
            self.revive(no);
        }
        let run = self.run(no);
        run.heard = run.heard.max(taken.received);
        if taken.id.is_some() || taken.took.is_some() || taken.has_payload {
            self.is_known = true;
            self.say(format!("run {no} said more"));
        }
    }

    fn fill_start(&mut self, no: u64, taken: &Taken) {
        let run = self.run(no).clone();
        if run.fate == Fate::GivenUp {
            return self.file(Status::Running);
        }
        if run.start_told {
            return;
        }
        self.by(Rule::AStartAfterTheEndIsFilledIn);
        let end = run.ended.unwrap_or(taken.happened);
        let start = taken.happened.min(end);
        let took = run.took.or(Some(end.since(start)));
        let run = self.run(no);
        (run.start, run.start_told, run.start_known, run.took) = (start, true, true, took);
        if self.newest.is_some_and(|(_, newest)| newest == no) {
            if self.judged.is_none_or(|judged| judged <= end) {
                let ended = self.settled_at.max(Some(end));
                let reckoned = self.first_slot(Some(start), true, ended);
                self.slot = [reckoned, self.slot].into_iter().flatten().min();
            }
            self.newest = Some((start, no));
        }
        self.say(words::filled(no, start, took, self.slot));
    }

    fn start(&mut self, taken: &Taken) {
        if self.open().count() >= OPEN_MAX {
            let oldest = self.open().min_by_key(|run| run.start).map(|run| run.no);
            self.by(Rule::TheOldestOfTooManyIsGivenUp);
            self.give_up(oldest.expect("one of many"), "crowded");
        }
        let at = taken.happened;
        let held_up = taken.received.since(at) > DIRECT;
        let old = self.newest.is_some_and(|(start, _)| at < start);
        let meets = if old { false } else { self.show_up(at) };
        let no = self.note_run(taken, at);
        self.run(no).judged_from = if held_up { taken.received + Duration::MINUTE } else { at };
        self.by(Rule::ARunIsOpenedByItsStart);
        if old {
            self.by(Rule::WhatIsOldDoesNotMoveTheStatus);
        } else {
            self.newest = Some((at, no));
            self.is_known = true;
        }
        self.forgive(meets);
        self.say(words::started(no, old, meets, self.slot));
    }

    fn note_run(&mut self, taken: &Taken, start: Instant) -> u64 {
        let no = self.runs.len() as u64 + 1;
        self.runs.push(Run {
            no,
            id: taken.run.clone(),
            start,
            start_told: taken.status == Status::Running,
            start_known: true,
            took: None,
            ended: None,
            heard: taken.received,
            judged_from: start,
            resumed: None,
            fate: Fate::Open,
            beats: false,
            stale: None,
            overran: None,
        });
        no
    }

    fn forgive(&mut self, meets: bool) {
        if meets {
            self.missed = None;
        }
    }

    fn outcome(&mut self, taken: &Taken) -> Result<(), Refusal> {
        let named = |run: &&Run| taken.run.is_some() && run.id == taken.run;
        let target = match &taken.run {
            Some(_) => self.open().find(named).map(|run| run.no),
            None => self
                .unnamed()
                .filter(|no| self.open().any(|run| run.no == *no && taken.happened >= run.start)),
        };
        if let Some(no) = target {
            self.close(no, taken);
            return Ok(());
        }
        let closed = self.runs.iter().rev().find(|run| named(run)).map(|run| (run.no, run.fate));
        match closed {
            None => self.run_of_its_own(taken),
            Some((no, Fate::GivenUp)) => self.close_late(no, taken),
            Some((_, fate)) if fate == Fate::Ended(taken.status) => {
                self.by(Rule::TheSameOutcomeAgainChangesNothing);
            }
            Some(_) => return Err("invalid status transition"),
        }
        Ok(())
    }

    fn close(&mut self, no: u64, taken: &Taken) {
        let rule = match (&taken.run, &self.run(no).id) {
            (Some(_), _) => Rule::ARunIsClosedByItsId,
            (None, None) => Rule::AnOutcomeWithoutIdClosesTheRunWithoutId,
            (None, Some(_)) => Rule::AnOutcomeWithoutIdClosesTheOnlyRun,
        };
        self.by(rule);
        let start = self.run(no).start;
        let end = taken.happened.max(start);
        let old = self.is_overtaken(taken.happened);
        let took = taken.took.or(Some(end.since(start)));
        self.end(no, taken, end, took);
        if self.is_periodic() && self.open().next().is_none() {
            let ended = self.settled_at.max(Some(end));
            self.slot = self.first_slot(self.newest.map(|(start, _)| start), true, ended);
        }
        let meets = !old && self.makes_up(taken.happened);
        self.settle_outcome(old, taken, meets);
        self.say(words::finished(no, taken.status, took, (old, meets), self.slot));
        self.bury(start, taken.status);
    }

    fn end(&mut self, no: u64, taken: &Taken, end: Instant, took: Option<Duration>) {
        let run = self.run(no);
        (run.fate, run.ended, run.took) = (Fate::Ended(taken.status), Some(end), took);
    }

    fn settle_outcome(&mut self, old: bool, taken: &Taken, meets: bool) {
        if old {
            self.by(Rule::WhatIsOldDoesNotMoveTheStatus);
        } else {
            (self.settled, self.settled_at, self.is_known) = (taken.status, Some(taken.happened), true);
            self.failed.push(taken.status == Status::Failed);
            self.bad_mark |= taken.status == Status::Failed;
        }
        self.forgive(meets);
    }

    fn close_late(&mut self, no: u64, taken: &Taken) {
        self.by(Rule::ALateOutcomeClosesARunThatWasGivenUp);
        let at = taken.happened;
        let start = self.run(no).start;
        let old = self.is_old(at);
        let took = taken.took.or(Some(at.since(start)));
        self.end(no, taken, start.max(at), took);
        let meets = !old && self.makes_up(at);
        if !old && self.newest.is_none_or(|(newest, _)| start >= newest) {
            self.newest = Some((start, no));
        }
        self.settle_outcome(old, taken, meets);
        self.say(words::finished(no, taken.status, took, (old, meets), self.slot));
    }

    fn run_of_its_own(&mut self, taken: &Taken) {
        self.by(Rule::AnOutcomeAloneIsARunOfItsOwn);
        let at = taken.happened;
        let start = taken.took.map_or(at, |took| at - took);
        let old = self.is_old(at);
        let mut meets = false;
        if !old {
            self.show_up(start);
            if self.is_periodic() {
                let newest = self.newest.map_or(start, |(newest, _)| newest.max(start));
                self.slot = self.first_slot(Some(newest), true, Some(at));
            }
            meets = self.makes_up(at);
        }
        let no = self.note_run(taken, start);
        self.run(no).start_known = taken.took.is_some();
        self.end(no, taken, start.max(at), taken.took);
        if !old && self.newest.is_none_or(|(newest, _)| start >= newest) {
            self.newest = Some((start, no));
        }
        self.settle_outcome(old, taken, meets);
        self.say(words::finished(no, taken.status, taken.took, (old, meets), self.slot));
        if !old {
            self.bury(start, taken.status);
        }
    }
}
