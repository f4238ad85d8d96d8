//! What goes wrong around the server: its clock, its disk, its death; and when it truly could not see, to hold it to
//! blaming nobody for that.

use domain::{Duration, Event, Fact, Gap, Instant, Scheduler};

use super::{Failure, Held, World};
use crate::sim::frail::{Happened, awaited};

/// How long after we can see again jobs are given to be heard.
const QUIET: Duration = Duration::MINUTE;
/// How long ago the last stamp may be.
const STAMPED: Duration = Duration::from_seconds(31);
/// How long after a refusal it counts for the time that follows.
const REFUSAL_HOLDS: Duration = Duration::from_minutes(2);
/// How far the clock may jump before anybody need notice.
const NOTICED: i64 = 5000;
/// How many slots of a stretch are looked at.
const LOOKED_AT: usize = 200;

/// When the server truly could not take reports, by its own clock.
#[derive(Clone, Debug, Default)]
pub(super) struct Outages {
    since: Option<Instant>,
    /// When something was last left open.
    left_open: Option<Instant>,
    over: Vec<(Instant, Instant)>,
    /// When anything at all went wrong.
    upsets: Vec<Instant>,
    /// A clock that was set back makes times say nothing.
    pub(super) muddled: bool,
}

impl Outages {
    pub(super) fn begin(&mut self, now: Instant) {
        self.upset(now);
        self.left_open = Some(now);
        self.since.get_or_insert(now);
    }

    /// Whether nothing has been left open for a while: a full disk takes what still fits.
    pub(super) fn is_long_ago(&self, now: Instant) -> bool {
        self.left_open.is_none_or(|at| at + REFUSAL_HOLDS < now)
    }

    pub(super) fn end(&mut self, now: Instant) {
        if let Some(since) = self.since.take() {
            self.upset(now);
            self.over.push((since, now));
        }
    }

    pub(super) fn upset(&mut self, now: Instant) {
        if self.upsets.last() != Some(&now) {
            self.upsets.push(now);
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.since.is_none()
    }

    /// Every gap that is recorded has something that went wrong in it or just before: we do not make excuses.
    pub(super) fn explain(&self, gaps: &[Gap], known: &[Gap]) -> Held {
        let excused = |gap: &Gap| self.upsets.iter().any(|at| gap.from <= *at + STAMPED && *at <= gap.until);
        match gaps.iter().find(|gap| !self.muddled && !known.contains(gap) && !excused(gap)) {
            Some(gap) => {
                let detail = format!("from {} until {}", gap.from, gap.until);
                Err(Failure::new("a gap has its reason", detail))
            }
            None => Ok(()),
        }
    }

    fn stretches(&self) -> impl Iterator<Item = (Instant, Instant)> {
        let over = self.over.iter().map(|(from, until)| (*from, *until + QUIET));
        over.chain(self.since.map(|since| (since, Instant::MAX)))
    }

    /// Whether nobody could see at an instant.
    fn hides(&self, at: Instant) -> bool {
        self.stretches().any(|(from, until)| from < at && at < until)
    }

    /// How much of a time could be seen.
    fn seen(&self, from: Instant, until: Instant) -> Duration {
        let mut hidden: Vec<(Instant, Instant)> = self.stretches().collect();
        hidden.sort_unstable();
        let (mut at, mut seen) = (from, Duration::ZERO);
        for (from, end) in hidden {
            seen = seen + from.min(until).since(at);
            at = at.max(end);
        }
        seen + until.since(at)
    }
}

impl World {
    /// Takes note of what went wrong.
    pub(super) fn gone_wrong(&mut self) -> Happened {
        let happened = self.troubles.take_happened();
        // A full disk refuses what it is given, at any time.
        if !happened.faults.is_empty() || happened.death.is_some() || self.is_full {
            let now = self.now();
            self.outages.upset(now);
        }
        for (fault, doing) in &happened.faults {
            self.coverage.saw("fault", fault.as_str());
            self.note(|| format!("        the store {} 1: {doing}", fault.as_str()));
        }
        happened
    }

    pub(super) fn step_clock(&mut self, by: i64) {
        let before = self.now();
        let after = Instant::from_millis(before.as_millis() + by);
        self.clock.step_to(after);
        self.coverage.saw("clock", if by < 0 { "back" } else { "forwards" });
        if by < 0 {
            self.outages.muddled = true;
            self.forget_models();
        } else if by > NOTICED {
            self.outages.begin(before);
            self.outages.end(after);
        }
        self.furthest = self.furthest.max(after);
        self.be_due_at_once();
    }

    pub(super) async fn fill(&mut self, full: bool) -> Held {
        let ground = self.ground.clone();
        if awaited(ground.is_threaded(), ground.fill(full)).await {
            self.is_full = full;
            let now = self.now();
            self.outages.upset(now);
            self.coverage.saw("disk", if full { "full" } else { "has room" });
        }
        Ok(())
    }

    /// Nobody is blamed for what could not be seen.
    pub(super) fn blames_nobody(&self, id: &str, scheduler: &Scheduler, event: &Event) -> Held {
        if self.outages.muddled {
            return Ok(());
        }
        let blamed = match &event.fact {
            Fact::SlotsMissed(slots) => {
                let Some(schedule) = &scheduler.config.schedule else { return Ok(()) };
                let all =
                    std::iter::successors(Some(slots.first), |slot| schedule.recurrence.slot_after(*slot));
                let ends = all.take_while(|slot| *slot <= slots.last).map(|slot| slot + schedule.grace());
                ends.take(LOOKED_AT).any(|end| self.outages.hides(end))
            }
            Fact::RunOverran { due, .. } => self.outages.hides(*due),
            Fact::RunWentStale { heard_at, .. } => {
                let least = scheduler.config.heartbeat_timeout.and_then(domain::Limit::duration);
                let least = least.unwrap_or(domain::config::HEARTBEAT_TIMEOUT_DEFAULT);
                self.outages.seen(*heard_at, event.at) < least
            }
            _ => false,
        };
        if blamed {
            let line = crate::sim::words::line(&event.fact);
            return Err(Failure::new("nobody is blamed for our blindness", format!("{id}: {line}")));
        }
        Ok(())
    }
}
