//! Who is there, as one instance sees it: pure, with time by parameter. Others are judged by how long they have shown no
//! new counter, and only time in which we looked counts: after a pause, or while the store is away, everybody gets the
//! chance to show one first.

use std::collections::BTreeMap;
use std::time::Duration as StdDuration;

use domain::id::MemberId;

use crate::ports::Member;

/// How the length of a lease divides. A member renews two to three times within the patience of the others, who look
/// three times as often, so that it is found gone within a lease, and one renewal may be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lease(pub(crate) StdDuration);

impl Lease {
    /// The longest from one renewal to the next.
    pub(crate) fn renewal(self) -> StdDuration {
        self.0 / 3
    }

    /// From one look to the next.
    pub(crate) fn look(self) -> StdDuration {
        self.0 / 10
    }

    /// How long a member may show no new counter.
    fn patience(self) -> StdDuration {
        self.0 * 17 / 20
    }

    /// The most that counts between two looks.
    fn counted_max(self) -> StdDuration {
        self.0 / 5
    }

    /// When the item of a member that is gone is removed.
    fn remembrance(self) -> StdDuration {
        (self.0 * 10).max(StdDuration::from_mins(10))
    }
}

/// What is known of one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sighting {
    pub(crate) member: Member,
    /// For how long it has shown no new counter, as far as we looked.
    pub(crate) silent_for: StdDuration,
    /// Whether it was ever seen to renew. One that was not may be what a dead one left behind.
    pub(crate) has_renewed: bool,
}

/// Who is there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roster {
    seen: BTreeMap<MemberId, Sighting>,
    looked_at: Option<StdDuration>,
}

impl Roster {
    /// Takes what the store lists, at a monotonic instant. `is_over` says of a member that is seen for the first time
    /// whether it is known to be gone; a new counter refutes it.
    pub(crate) fn see(
        &mut self,
        listed: Vec<Member>,
        now: StdDuration,
        lease: Lease,
        is_over: impl Fn(&Member) -> bool,
    ) {
        let passed = self.looked_at.map_or(StdDuration::ZERO, |before| now.saturating_sub(before));
        let counted = passed.min(lease.counted_max());
        let mut before = std::mem::take(&mut self.seen);
        let seen = listed.into_iter().map(|member| {
            let sighting = match before.remove(&member.id) {
                Some(known) if known.member.counter == member.counter => {
                    Sighting { silent_for: known.silent_for + counted, member, ..known }
                }
                Some(_) => Sighting { member, silent_for: StdDuration::ZERO, has_renewed: true },
                None => {
                    let silent_for = if is_over(&member) { lease.patience() } else { StdDuration::ZERO };
                    Sighting { member, silent_for, has_renewed: false }
                }
            };
            (sighting.member.id.clone(), sighting)
        });
        self.seen = seen.collect();
        self.looked_at = Some(now);
    }

    /// Who is taken for alive.
    pub(crate) fn alive(&self, lease: Lease) -> impl Iterator<Item = &Sighting> + Clone {
        self.seen.values().filter(move |sighting| sighting.silent_for < lease.patience())
    }

    /// Whose items nobody needs any more.
    pub(crate) fn long_gone(&self, lease: Lease) -> impl Iterator<Item = &Member> {
        let gone = self.seen.values().filter(move |sighting| sighting.silent_for >= lease.remembrance());
        gone.map(|sighting| &sighting.member)
    }
}

#[cfg(test)]
mod tests {
    use domain::Instant;

    use super::*;

    const LEASE: Lease = Lease(StdDuration::from_secs(10));

    fn member(number: u128, counter: u64) -> Member {
        Member {
            id: MemberId::mint(number),
            counter,
            started_at: Instant::from_seconds(0),
            roles: Vec::new(),
            host: "here".to_owned(),
            process: 1,
            version: "1".to_owned(),
        }
    }

    /// Looks once a second, from one second to another; the counter of each member is what `shows` says.
    fn watch(roster: &mut Roster, seconds: std::ops::Range<u64>, shows: impl Fn(u64) -> Vec<Member>) {
        for second in seconds {
            roster.see(shows(second), StdDuration::from_secs(second), LEASE, |_| false);
        }
    }

    fn alive(roster: &Roster) -> usize {
        roster.alive(LEASE).count()
    }

    #[test]
    fn who_shows_no_new_counter_is_gone_within_a_lease() {
        let mut roster = Roster::default();
        watch(&mut roster, 0..100, |second| vec![member(1, second / 3)]);
        assert_eq!(alive(&roster), 1);
        // It renewed last at 99, was seen then, and died right after.
        watch(&mut roster, 100..108, |_| vec![member(1, 33)]);
        assert_eq!(alive(&roster), 1, "one renewal may be lost");
        watch(&mut roster, 108..110, |_| vec![member(1, 33)]);
        assert_eq!(alive(&roster), 0);
        watch(&mut roster, 110..111, |_| vec![member(1, 34)]);
        assert_eq!(alive(&roster), 1, "it lived after all");
    }

    #[test]
    fn who_left_is_gone_at_once() {
        let mut roster = Roster::default();
        watch(&mut roster, 0..3, |second| vec![member(1, second), member(2, 1)]);
        watch(&mut roster, 3..4, |second| vec![member(1, second)]);
        assert_eq!(alive(&roster), 1);
    }

    #[test]
    fn a_pause_of_ours_makes_nobody_else_gone() {
        let mut roster = Roster::default();
        watch(&mut roster, 0..10, |second| vec![member(1, second / 3)]);
        // An hour in which we did not look; the other has renewed by now, or does so soon.
        watch(&mut roster, 3600..3601, |_| vec![member(1, 3)]);
        assert_eq!(alive(&roster), 1);
        watch(&mut roster, 3601..3620, |second| vec![member(1, second / 3)]);
        assert_eq!(alive(&roster), 1);
    }

    #[test]
    fn what_a_dead_one_left_behind_counts_for_a_lease_and_not_at_all_where_it_is_known_to_be_over() {
        let mut roster = Roster::default();
        watch(&mut roster, 0..8, |_| vec![member(1, 7)]);
        assert_eq!(alive(&roster), 1);
        assert!(roster.alive(LEASE).all(|sighting| !sighting.has_renewed));
        watch(&mut roster, 8..10, |_| vec![member(1, 7)]);
        assert_eq!(alive(&roster), 0);
        let mut told = Roster::default();
        told.see(vec![member(1, 7)], StdDuration::ZERO, LEASE, |_| true);
        assert_eq!(alive(&told), 0);
        told.see(vec![member(1, 8)], StdDuration::from_secs(1), LEASE, |_| true);
        assert_eq!(alive(&told), 1, "a counter knows better");
    }

    #[test]
    fn the_item_of_who_is_long_gone_is_removed() {
        let mut roster = Roster::default();
        watch(&mut roster, 0..600, |_| vec![member(1, 7)]);
        assert_eq!(roster.long_gone(LEASE).count(), 0);
        watch(&mut roster, 600..601, |_| vec![member(1, 7)]);
        assert_eq!(roster.long_gone(LEASE).map(|member| member.counter).collect::<Vec<_>>(), [7]);
    }
}
