//! What there is to tell of ourselves, given what was seen now and before: once when it begins, once when it is over, and
//! one beginning of a kind in a quarter of an hour at most. Pure: looking and telling are elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::ChannelId;
use domain::{Duration, Instant};

use crate::notice::TroubleKind;

/// Between two beginnings of one kind.
pub(super) const QUARTER: Duration = Duration::from_minutes(15);
/// How often in a row deadlines must be found late: one look may fall on a moment of work.
const LATE_LOOKS: u32 = 2;
/// How long nothing can be written before people hear: a disk may stall for a moment.
const REFUSAL_MIN: Duration = Duration::from_seconds(30);

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) at: Instant,
    /// How late deadlines are noticed; `None` where this process does not judge.
    pub(super) lag: Option<Duration>,
    /// Why the store takes nothing.
    pub(super) refusal: Option<String>,
    /// How many deliveries of each channel are given up; `None` where it cannot be known, or others look after them.
    pub(super) dead: Option<BTreeMap<ChannelId, u64>>,
}

/// What someone must hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) what: TroubleKind,
    /// When the trouble began.
    pub(super) since: Instant,
    pub(super) at: Instant,
    pub(super) over: bool,
    /// The channels that it is about: others tell it.
    pub(super) about: BTreeSet<ChannelId>,
}

/// What is remembered from look to look.
#[derive(Debug, Default)]
pub(super) struct Memory {
    lag: Spell,
    refusal: Spell,
    dead: DeadLetters,
}

impl Memory {
    /// What is to be told now. While the store takes nothing, that is why deadlines are late: it is told, and not they.
    pub(super) fn judge(&mut self, look: &Look, lag_max: Duration) -> Vec<Word> {
        let at = look.at;
        let mut words = Vec::new();
        let says = |(since, over), what| Word { what, since, at, over, about: BTreeSet::new() };
        if let Some(lag) = look.lag.filter(|_| look.refusal.is_none()) {
            let turn = self.lag.turn(lag > lag_max, at, |_, looks| looks >= LATE_LOOKS);
            let what = TroubleKind::EvaluatorLag { lag_ms: lag.as_millis().unsigned_abs() };
            words.extend(turn.map(|turn| says(turn, what)));
        }
        let turn = self.refusal.turn(look.refusal.is_some(), at, |since, _| at.since(since) >= REFUSAL_MIN);
        let reason = look.refusal.clone().unwrap_or_default();
        words.extend(turn.map(|turn| says(turn, TroubleKind::StoreRefuses { reason })));
        words.extend(look.dead.as_ref().and_then(|dead| self.dead.look(dead, at)));
        words
    }
}

/// One kind of trouble: whether it is there, and whether that was told.
#[derive(Debug, Default)]
struct Spell {
    bad_since: Option<Instant>,
    bad_looks: u32,
    /// Since when the trouble is that people were told of and that is not over.
    told: Option<Instant>,
    last_told: Option<Instant>,
}

impl Spell {
    /// Since when it is, and whether it is over, where there is something to tell.
    fn turn(
        &mut self,
        is_bad: bool,
        now: Instant,
        is_ripe: impl FnOnce(Instant, u32) -> bool,
    ) -> Option<(Instant, bool)> {
        if !is_bad {
            (self.bad_since, self.bad_looks) = (None, 0);
            return self.told.take().map(|since| (since, true));
        }
        let since = *self.bad_since.get_or_insert(now);
        self.bad_looks = self.bad_looks.saturating_add(1);
        if self.told.is_some() || !may_tell(self.last_told, now) || !is_ripe(since, self.bad_looks) {
            return None;
        }
        (self.told, self.last_told) = (Some(since), Some(now));
        Some((since, false))
    }
}

/// Whether a quarter of an hour has passed. A clock that was set back does not lengthen it.
fn may_tell(last: Option<Instant>, now: Instant) -> bool {
    last.is_none_or(|last| now < last || now.since(last) >= QUARTER)
}

/// Deliveries that were given up since the first look: those before were told, or happened before our time.
#[derive(Debug, Default)]
struct DeadLetters {
    known: Option<BTreeMap<ChannelId, u64>>,
    untold: BTreeMap<ChannelId, u64>,
    since: Option<Instant>,
    last_told: Option<Instant>,
    last_grown: Option<Instant>,
}

impl DeadLetters {
    /// They are told anew each quarter of an hour in which more came, and over when none came for one.
    fn look(&mut self, dead: &BTreeMap<ChannelId, u64>, now: Instant) -> Option<Word> {
        let known = self.known.replace(dead.clone())?;
        for (channel, count) in dead {
            let grown = count.saturating_sub(known.get(channel).copied().unwrap_or(0));
            if grown > 0 {
                *self.untold.entry(channel.clone()).or_default() += grown;
                self.last_grown = Some(now);
            }
        }
        if !may_tell(self.last_told, now) {
            return None;
        }
        if self.untold.is_empty() {
            let over = self.since.filter(|_| may_tell(self.last_grown, now))?;
            self.since = None;
            return Some(word(over, now, BTreeMap::new()));
        }
        self.last_told = Some(now);
        let since = *self.since.get_or_insert(now);
        Some(word(since, now, std::mem::take(&mut self.untold)))
    }
}

fn word(since: Instant, at: Instant, grown: BTreeMap<ChannelId, u64>) -> Word {
    let what = TroubleKind::DeadLetters { count: grown.values().sum() };
    Word { what, since, at, over: grown.is_empty(), about: grown.into_keys().collect() }
}

#[cfg(test)]
mod tests;
