//! Who shares the work, and what of it is ours. Correctness never rests on it: two who hold the same shard waste work.
//!
//! An application that has joined nobody does everything itself: so do tests and commands, and a server that is alone.

mod division;
mod joined;
mod roster;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration as StdDuration;

use domain::id::MemberId;
use tokio::sync::watch;

use crate::app::App;
use crate::caller::Caller;
use crate::error::{AppError, AppResult};
use crate::ports::{Member, Role};
use crate::schedulers::home;
use crate::shards::Shards;
use joined::{Joined, Ours};
use roster::Lease;

/// The word of the role that takes reports.
pub(crate) const API: &str = "api";
/// The word of the role that turns silence into events.
pub(crate) const EVALUATOR: &str = "evaluator";
/// The word of the role that routes and carries messages.
pub(crate) const DISPATCHER: &str = "dispatcher";
/// The word of the role that keeps boards.
pub(crate) const BOARDS: &str = "boards";
/// The word of the role that forgets in measure.
pub(crate) const JANITOR: &str = "janitor";

/// How often one who joins looks whether who is listed is alive: for a lease, and once more.
const LOOKS_MAX: u32 = 11;

/// What an instance says of itself, and what it knows of its neighbours.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The roles it runs, in the words of the command line.
    pub roles: Vec<String>,
    /// The machine it runs on, for people.
    pub host: String,
    /// Its process on that machine.
    pub process: u32,
    /// The version of the program, for people.
    pub version: String,
    /// Whether a member is certainly gone, such as a process of this machine that is not there any more. Asked when a
    /// member is first seen, so that what a crash left behind holds nobody up.
    pub is_over: fn(&Member, &Member) -> bool,
}

/// A member, for whoever shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// As it says of itself.
    pub member: Member,
    /// Whether it is this instance.
    pub is_here: bool,
    /// The shards whose deadlines it watches.
    pub shards: Shards,
    /// The roles that it has for all.
    pub first_as: Vec<String>,
    /// For how long it has shown no new counter.
    pub silent_for: StdDuration,
}

/// What this process knows of the members on its store.
#[derive(Debug)]
pub(crate) struct Membership {
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct State {
    joined: Option<Joined>,
    /// `None` where everything is ours.
    ours: Option<Ours>,
}

impl Default for Membership {
    fn default() -> Self {
        Self { state: Mutex::default(), changed: watch::Sender::new(()) }
    }
}

impl Membership {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hears of every change of what is ours.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }
}

impl App {
    fn lease(&self) -> Lease {
        Lease(self.settings.lease.to_std())
    }

    /// How often the membership is looked after.
    pub(crate) fn membership_rhythm(&self) -> StdDuration {
        self.lease().look()
    }

    /// The shards whose deadlines this instance watches.
    pub fn shards(&self) -> Shards {
        let state = self.membership.state();
        state.ours.as_ref().map_or_else(|| Shards::all(self.settings.shards), |ours| ours.shards)
    }

    /// Whether it is this instance that has a role for all.
    pub(crate) fn is_first(&self, role: &str) -> bool {
        self.membership.state().ours.as_ref().is_none_or(|ours| ours.first_as.contains(role))
    }

    /// Who is taken for alive, this instance among them; nobody where it has joined nobody.
    pub fn seats(&self) -> Vec<Seat> {
        let state = self.membership.state();
        state.joined.as_ref().map_or_else(Vec::new, |it| it.seats(self.settings.shards, self.lease()))
    }

    /// The same, for an administrator of the first project: it is about all of them.
    pub fn members(&self, caller: &Caller) -> AppResult<Vec<Seat>> {
        caller.must_be(Role::Admin)?;
        if caller.project != home() {
            let message = "members are of all projects: an admin key of the project default is needed";
            return Err(AppError::Forbidden(message.to_owned()));
        }
        Ok(self.seats())
    }

    /// Whether another instance is known to take reports: then our own absence was no blindness.
    pub(crate) fn others_take_reports(&self) -> bool {
        self.do_others_take_reports() == Some(true)
    }

    /// The same, or `None` where it is not known yet.
    fn do_others_take_reports(&self) -> Option<bool> {
        let state = self.membership.state();
        state.joined.as_ref().map_or(Some(false), |joined| joined.others_take_reports(self.lease()))
    }

    /// Makes this instance known to the others, as one that does nothing yet, and waits until it knows whether one of them
    /// takes reports: a lease at most, and only where one is listed that may be what a crash left behind.
    pub async fn join(&self, identity: Identity) -> AppResult<()> {
        let joined = Joined::new(MemberId::mint(self.id_bits()), self.now(), identity);
        self.membership.state().joined = Some(joined);
        for _ in 0..LOOKS_MAX {
            self.keep_membership().await?;
            if self.do_others_take_reports().is_some() {
                break;
            }
            tokio::time::sleep(self.membership_rhythm()).await;
        }
        Ok(())
    }

    /// Says which roles this instance runs: from now on it has its share, and the others make room. To be called once
    /// it is known how long nobody took reports.
    pub async fn take_seat(&self) -> AppResult<()> {
        if let Some(joined) = &mut self.membership.state().joined {
            joined.me.roles.clone_from(&joined.identity.roles);
            joined.renewed_at = None;
        }
        self.keep_membership().await
    }

    /// Leaves in good order, so that the others take over at once.
    pub async fn leave(&self) -> AppResult<()> {
        let id = match &mut self.membership.state().joined {
            None => return Ok(()),
            Some(joined) => {
                joined.has_left = true;
                joined.me.id.clone()
            }
        };
        Ok(self.ports.members.leave(&id).await?)
    }

    /// Renews where it is time, and looks who is there.
    pub(crate) async fn keep_membership(&self) -> AppResult<()> {
        if let Some(member) = self.renewal() {
            self.ports.members.renew(&member).await?;
        }
        let listed = self.ports.members.members().await?;
        for gone in self.see(listed) {
            self.ports.members.forget_member(&gone.id, gone.counter).await?;
        }
        Ok(())
    }

    /// What is to be written now, if anything.
    fn renewal(&self) -> Option<Member> {
        let (now, chance) = (self.ports.clock.monotonic(), self.ports.chance.bits());
        self.membership.state().joined.as_mut()?.renewal(now, self.lease(), chance)
    }

    /// Takes what the store lists; answers whose items are to be removed.
    fn see(&self, listed: Vec<Member>) -> Vec<Member> {
        let (now, lease) = (self.ports.clock.monotonic(), self.lease());
        let mut state = self.membership.state();
        let Some(joined) = &mut state.joined else { return Vec::new() };
        let (me, is_over) = (joined.me.clone(), joined.identity.is_over);
        joined.roster.see(listed, now, lease, |member| member.id != me.id && is_over(&me, member));
        let ours = joined.ours(self.settings.shards, lease);
        let gone = joined.roster.long_gone(lease).cloned().collect();
        if state.ours.as_ref() != Some(&ours) {
            let first_as = Vec::from_iter(&ours.first_as)
                .iter()
                .map(|role| role.as_str())
                .collect::<Vec<_>>()
                .join(", ");
            tracing::info!(shards = %ours.shards, first_as, "the work is divided anew");
            state.ours = Some(ours);
            self.membership.changed.send_replace(());
        }
        gone
    }
}
