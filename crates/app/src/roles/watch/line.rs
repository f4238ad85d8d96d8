//! The way to people that needs no store: the default channels' receivers are kept in memory, and what is to be told
//! goes to them straight, side by side, again and again until one of them has it. What is on its way is forgotten with
//! the process.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::id::{ChannelId, DeliveryId};
use domain::{Duration, Instant, ProjectId};
use futures_util::future::join_all;

use super::judgement::Word;
use crate::app::App;
use crate::fitness::STORE_PATIENCE;
use crate::notice::{Notice, Trouble, TroubleKind};
use crate::plan::defaults;
use crate::ports::{Channel, DeliveryError, Notifier, Parcel, Reach, StoreResult};
use crate::roles::dispatcher::attempt::{backoff, bounded};

/// How often the others are tried once one channel has it.
const TRIES_FOR_ALL: u32 = 5;
/// How long it is tried.
const GIVE_UP_AFTER: Duration = Duration::DAY;
/// Most channels that are told straight.
const RECEIVERS_MAX: usize = 50;

/// Where people are reached.
#[derive(Clone)]
struct Receiver {
    channel: Channel,
    notifier: Arc<dyn Notifier>,
}

/// The way to people that needs no store.
#[derive(Default)]
pub(super) struct Line {
    receivers: Vec<Receiver>,
    /// At most a beginning and an end of each kind.
    waiting: Vec<Waiting>,
    /// Who heard of trouble that is not over.
    heard: BTreeMap<String, BTreeSet<ChannelId>>,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").field("waiting", &self.waiting).finish_non_exhaustive()
    }
}

/// A word on its way.
#[derive(Clone, Debug)]
struct Waiting {
    notice: Notice,
    over: bool,
    about: BTreeSet<ChannelId>,
    /// Whom an end is for: those who heard of the beginning.
    to: Option<BTreeSet<ChannelId>>,
    taken: BTreeSet<ChannelId>,
    tries: u32,
    since: Instant,
    due: Instant,
}

impl Line {
    /// Learns which channels there are. What was known holds on where the store does not answer.
    pub(super) async fn learn(&mut self, app: &App) {
        match tokio::time::timeout(STORE_PATIENCE, receivers(app)).await {
            Ok(Ok(receivers)) => self.receivers = receivers,
            Ok(Err(error)) => tracing::debug!(%error, "the channels could not be read again"),
            Err(_) => tracing::debug!("the channels could not be read again in time"),
        }
    }

    /// Takes a word to be told. The end of what nobody heard of is not told, nor its beginning any more.
    pub(super) fn take(&mut self, word: Word) {
        let Word { what, since, at, over, mut about } = word;
        let project = ProjectId::default_project();
        let mut trouble = Trouble { project, since, at, what, over };
        if !over {
            self.absorb(&mut trouble, &mut about);
        }
        let notice = Notice::Trouble(trouble);
        let thread = notice.thread();
        tracing::error!(trouble = thread, over, "something about this server must be told");
        let to = if over {
            self.waiting.retain(|waiting| waiting.notice.thread() != thread);
            let Some(heard) = self.heard.remove(&thread) else {
                return tracing::warn!(trouble = thread, "it is over, and nobody could be told of it");
            };
            Some(heard)
        } else {
            None
        };
        let (taken, tries) = (BTreeSet::new(), 0);
        self.waiting.push(Waiting { notice, over, about, to, taken, tries, since: at, due: at });
    }

    /// A beginning that nobody has heard yet is told with the newer one: words do not pile up.
    fn absorb(&mut self, trouble: &mut Trouble, about: &mut BTreeSet<ChannelId>) {
        let thread = Notice::Trouble(trouble.clone()).thread();
        let is_unheard = |it: &Waiting| !it.over && it.taken.is_empty() && it.notice.thread() == thread;
        let (unheard, others) = std::mem::take(&mut self.waiting).into_iter().partition(is_unheard);
        self.waiting = others;
        let unheard: Vec<Waiting> = unheard;
        for earlier in unheard {
            about.extend(earlier.about);
            let Notice::Trouble(earlier) = earlier.notice else { continue };
            if let (TroubleKind::DeadLetters { count }, TroubleKind::DeadLetters { count: before }) =
                (&mut trouble.what, earlier.what)
            {
                *count += before;
            }
        }
    }

    /// Tells what is due; answers when there is more to do.
    pub(super) async fn tell(&mut self, app: &App) -> Option<Instant> {
        for mut waiting in std::mem::take(&mut self.waiting) {
            let now = app.now();
            // One that is due further ahead than it can be waits for a clock that was set back.
            let is_due = waiting.due <= now || waiting.since > now;
            if !is_due || !self.tell_one(app, &mut waiting, now).await {
                self.waiting.push(waiting);
            }
        }
        self.waiting.iter().map(|waiting| waiting.due).min()
    }

    /// Whether a word is done with.
    async fn tell_one(&mut self, app: &App, waiting: &mut Waiting, now: Instant) -> bool {
        let all = self.chosen(waiting);
        if all.is_empty() && waiting.tries == 0 {
            tracing::error!(
                trouble = waiting.notice.thread(),
                "nobody hears of this: no channel is a default"
            );
        }
        let left = all.iter().filter(|it| !waiting.taken.contains(&it.channel.id));
        let told = join_all(left.map(|receiver| tell(app, receiver, &waiting.notice, now))).await;
        waiting.taken.extend(told.into_iter().flatten());
        waiting.tries += 1;
        waiting.due = now + backoff(waiting.tries, app.ports.chance.bits());
        if !waiting.over && !waiting.taken.is_empty() {
            self.heard.entry(waiting.notice.thread()).or_default().extend(waiting.taken.iter().cloned());
        }
        let has_all = all.iter().all(|it| waiting.taken.contains(&it.channel.id));
        let is_told = !waiting.taken.is_empty() && (has_all || waiting.tries >= TRIES_FOR_ALL);
        is_told || now.since(waiting.since) >= GIVE_UP_AFTER
    }

    /// Whom a word goes to: those it is not about, where there are such.
    fn chosen(&self, waiting: &Waiting) -> Vec<Receiver> {
        let heard = |it: &&Receiver| waiting.to.as_ref().is_none_or(|to| to.contains(&it.channel.id));
        let heard: Vec<Receiver> = self.receivers.iter().filter(heard).cloned().collect();
        let default = |it: &Receiver| waiting.to.is_some() || it.channel.is_default;
        let other = |it: &&Receiver| !waiting.about.contains(&it.channel.id);
        let others: Vec<Receiver> = heard.iter().filter(other).cloned().collect();
        let defaults: Vec<Receiver> = others.iter().filter(|it| default(it)).cloned().collect();
        if !defaults.is_empty() {
            return defaults;
        }
        if !waiting.about.is_empty() && !others.is_empty() {
            return others.into_iter().take(1).collect();
        }
        let own: Vec<Receiver> = heard.into_iter().filter(default).collect();
        if !own.is_empty() && !waiting.about.is_empty() {
            tracing::error!(
                trouble = waiting.notice.thread(),
                "told only through the channel that it is about: there is no other, set a second one up"
            );
        }
        own
    }
}

/// The channel, where its receiver has the message.
async fn tell(app: &App, receiver: &Receiver, notice: &Notice, now: Instant) -> Option<ChannelId> {
    let channel = &receiver.channel.id;
    let delivery =
        DeliveryId::trusted(format!("{}-{}.{channel}", notice.id(), notice.decided_at().as_millis()));
    match bounded(&*receiver.notifier, &Parcel { delivery: &delivery, notice, now }).await {
        Ok(_) => {
            app.telemetry.delivered(channel.as_str(), "delivered");
            tracing::info!(%delivery, %channel, "told of ourselves, past the store");
            Some(channel.clone())
        }
        Err(
            error @ (DeliveryError::Transient { .. }
            | DeliveryError::Permanent { .. }
            | DeliveryError::Broken { .. }),
        ) => {
            app.telemetry.delivered(channel.as_str(), "retried");
            tracing::warn!(%delivery, %channel, reason = %error, "not told of ourselves, will be tried again");
            None
        }
    }
}

/// The channels that are on, defaults first.
async fn receivers(app: &App) -> StoreResult<Vec<Receiver>> {
    let project = ProjectId::default_project();
    let channels = app.ports.channels.channels(&project).await?;
    let first = defaults(&channels);
    let (mut chosen, others): (Vec<Channel>, Vec<Channel>) =
        channels.into_iter().filter(|it| it.disabled.is_none()).partition(|it| first.contains(&it.id));
    chosen.extend(others);
    let mut receivers = Vec::new();
    for channel in chosen.into_iter().take(RECEIVERS_MAX) {
        if let Reach::Ready(notifier) = app.ports.channels.reach(&project, &channel.id).await? {
            receivers.push(Receiver { channel, notifier });
        }
    }
    Ok(receivers)
}
