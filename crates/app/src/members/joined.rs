//! An instance that has joined: what it says of itself, whom it sees, and what follows from that for its share.

use std::collections::BTreeSet;
use std::time::Duration as StdDuration;

use domain::Instant;
use domain::id::MemberId;

use super::division::{assigned, first};
use super::roster::{Lease, Roster};
use super::{API, EVALUATOR, Identity, Seat};
use crate::ports::Member;
use crate::shards::Shards;

#[derive(Debug)]
pub(super) struct Joined {
    pub(super) me: Member,
    pub(super) identity: Identity,
    pub(super) renewed_at: Option<StdDuration>,
    pub(super) has_left: bool,
    pub(super) roster: Roster,
}

/// What of the work is ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ours {
    pub(super) shards: Shards,
    /// The roles that we have for all.
    pub(super) first_as: BTreeSet<String>,
}

impl Joined {
    pub(super) fn new(id: MemberId, started_at: Instant, identity: Identity) -> Self {
        let (host, version) = (domain::time::shorten(&identity.host, 255), identity.version.clone());
        let process = identity.process;
        let me = Member { id, counter: 0, started_at, roles: Vec::new(), host, process, version };
        Self { me, identity, renewed_at: None, has_left: false, roster: Roster::default() }
    }

    /// The ids of those who run a role.
    fn who_run<'a>(&'a self, role: &'a str, lease: Lease) -> impl Iterator<Item = &'a MemberId> + Clone {
        // What we say of ourselves may not be in the list yet, or we were taken for gone.
        let others = self.roster.alive(lease).map(|sighting| &sighting.member);
        let others = others.filter(|member| member.id != self.me.id);
        others.chain([&self.me]).filter(move |member| member.runs(role)).map(|member| &member.id)
    }

    fn shards_of(&self, id: &MemberId, count: u8, lease: Lease) -> Shards {
        assigned(self.who_run(EVALUATOR, lease), count, id)
    }

    fn first_as(&self, member: &Member, lease: Lease) -> BTreeSet<String> {
        let roles = member.roles.iter();
        roles.filter(|role| first(self.who_run(role, lease)) == Some(&member.id)).cloned().collect()
    }

    pub(super) fn ours(&self, count: u8, lease: Lease) -> Ours {
        Ours { shards: self.shards_of(&self.me.id, count, lease), first_as: self.first_as(&self.me, lease) }
    }

    pub(super) fn seats(&self, count: u8, lease: Lease) -> Vec<Seat> {
        let seats = self.roster.alive(lease).map(|sighting| Seat {
            is_here: sighting.member.id == self.me.id,
            shards: self.shards_of(&sighting.member.id, count, lease),
            first_as: self.first_as(&sighting.member, lease).into_iter().collect(),
            silent_for: sighting.silent_for,
            member: sighting.member.clone(),
        });
        seats.collect()
    }

    /// Whether somebody else takes reports; `None` where that is not known yet.
    pub(super) fn others_take_reports(&self, lease: Lease) -> Option<bool> {
        let others = self.roster.alive(lease).filter(|sighting| sighting.member.id != self.me.id);
        let mut takers = others.filter(|sighting| sighting.member.runs(API)).peekable();
        if takers.peek().is_none() {
            return Some(false);
        }
        takers.any(|sighting| sighting.has_renewed).then_some(true)
    }

    /// What is to be written now, if anything: about three times a lease, up to a tenth early, so that instances do not
    /// come in step. Counted from when it is begun, so that the next never comes late.
    pub(super) fn renewal(&mut self, now: StdDuration, lease: Lease, chance: u128) -> Option<Member> {
        let longest = lease.renewal();
        let early = longest.mul_f64((chance % 1000) as f64 / 10_000.0);
        let is_time = |at: StdDuration| now + lease.look() / 2 + early >= at + longest;
        if self.has_left || !self.renewed_at.is_none_or(is_time) {
            return None;
        }
        self.renewed_at = Some(now);
        self.me.counter += 1;
        Some(self.me.clone())
    }
}
