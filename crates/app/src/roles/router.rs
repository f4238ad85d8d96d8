//! Turns notices into deliveries: decides who hears. A second, idempotent step after the decision that someone must.
//!
//! What becomes of an alert is planned in [`crate::plan`]; here its situation is looked up, and what was planned is
//! written. Notices of one incident are routed one after the other, those of others beside them.

mod groups;
mod rooms;
pub(crate) mod situation;
mod upstream;

use std::collections::HashMap;
use std::time::Duration as StdDuration;

use async_trait::async_trait;
use domain::id::ChannelId;
use domain::{AlertKind, Instant};
use futures_util::StreamExt;

use super::{Pace, Role};
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::members::DISPATCHER;
use crate::notice::{Notice, TroubleKind};
use crate::plan::{Class, behind_upstream, defaults, delivery, plan, quietly};
use crate::ports::{Channel, Routing, StoreError, Unrouted};
use rooms::Rooms;

/// How many notices are taken at once, besides those that stepped aside.
const BATCH: usize = 200;
/// Most that a store hands out at once.
const BATCH_MAX: usize = 1000;
/// How many threads are routed side by side, so that the store can write them together.
const SIDE_BY_SIDE: usize = 32;

/// The router.
#[derive(Debug)]
pub struct Router {
    app: App,
    rooms: Rooms,
}

impl Router {
    /// A router that knows nothing of this minute yet.
    pub fn new(app: App) -> Self {
        Self { app, rooms: Rooms::default() }
    }

    async fn route_all(&self, notices: Vec<Unrouted>, now: Instant) -> usize {
        let routed =
            futures_util::stream::iter(threads(notices)).map(|waiting| self.route_thread(waiting, now));
        routed.buffer_unordered(SIDE_BY_SIDE).collect::<Vec<usize>>().await.into_iter().sum()
    }

    /// How many of one thread were routed.
    async fn route_thread(&self, waiting: Vec<Unrouted>, now: Instant) -> usize {
        let mut routed = 0;
        for one in waiting {
            routed += usize::from(self.route_or_step_aside(one, now).await);
        }
        routed
    }

    /// Whether it was routed. A notice that cannot be routed holds up what comes after it in its thread, since an
    /// incident must not end before it began, and nothing else.
    async fn route_or_step_aside(&self, waiting: Unrouted, now: Instant) -> bool {
        let (app, notice) = (&self.app, &waiting.notice);
        let thread = notice.thread();
        if app.aside.threads.holds(&thread, now) {
            return false;
        }
        let Err(error) = self.route(&waiting).await else { return true };
        tracing::error!(notice = notice.id(), project = %notice.project(), %error, "a notice could not be routed and steps aside for a minute");
        app.telemetry.role_failed("router");
        app.aside.threads.step(thread, now);
        false
    }

    async fn route(&self, waiting: &Unrouted) -> AppResult<()> {
        let app = &self.app;
        let notice = &waiting.notice;
        let channels = app.ports.channels.channels(notice.project()).await?;
        let Notice::Alert(alert) = notice else {
            let routing = to_defaults(notice, &channels, app.now());
            return Ok(app.ports.outbox.route(&notice.id(), routing).await?);
        };
        let ends = matches!(alert.kind, AlertKind::Resolved | AlertKind::Dropped);
        for _ in 0..2 {
            let Some(alert) = situation::refreshed(app, waiting, alert).await? else {
                return Ok(app.ports.outbox.route(&notice.id(), Routing::default()).await?);
            };
            let (project, class) = (&alert.key.project, Class::of(alert.kind));
            let is_storm = self.rooms.is_full(project, class, app.now());
            let planned = plan(&alert, &situation::of(app, &alert, &channels, is_storm).await?.borrowed());
            match app.ports.outbox.route(&notice.id(), planned).await {
                Err(StoreError::Conflict) => {
                    if self.rooms.fill(project, class, app.now()) {
                        app.telemetry.storm();
                    }
                }
                routed => {
                    routed?;
                    if ends {
                        for behind in behind_upstream(&alert.incident) {
                            app.ports.outbox.release(&behind, app.now()).await?;
                        }
                    }
                    return Ok(());
                }
            }
        }
        Err(AppError::Busy)
    }
}

#[async_trait]
impl Role for Router {
    fn name(&self) -> &'static str {
        "router"
    }

    fn rhythm(&self) -> StdDuration {
        StdDuration::from_millis(500)
    }

    fn signal(&self) -> Option<&tokio::sync::Notify> {
        Some(&self.app.signals.router)
    }

    fn alone_as(&self) -> Option<&'static str> {
        Some(DISPATCHER)
    }

    async fn run_once(&self) -> AppResult<Pace> {
        let app = &self.app;
        app.learn_setup().await?;
        let now = app.now();
        // A thread that is out may hold many notices, so each gets room in proportion.
        let limit = (BATCH * (1 + app.aside.threads.refresh(now))).min(BATCH_MAX);
        let notices = app.ports.outbox.unrouted(now, limit).await?;
        let full = notices.len() == limit;
        let routed = self.route_all(notices, now).await;
        let emptied = groups::empty_due(app, now).await?;
        if routed + emptied > 0 {
            app.signals.dispatcher.notify_one();
        }
        Ok(if full && routed > 0 { Pace::Again } else { Pace::Idle })
    }
}

/// Notices by thread, in the order in which each thread begins.
fn threads(notices: Vec<Unrouted>) -> Vec<Vec<Unrouted>> {
    let (mut threads, mut places) = (Vec::<Vec<Unrouted>>::new(), HashMap::new());
    for waiting in notices {
        let place = *places.entry(waiting.notice.thread()).or_insert(threads.len());
        match threads.get_mut(place) {
            Some(thread) => thread.push(waiting),
            None => threads.push(vec![waiting]),
        }
    }
    threads
}

/// What is about ourselves goes to the default channels; that a channel is switched off, to the others. What is not
/// urgent waits for the end of quiet hours.
fn to_defaults(notice: &Notice, channels: &[Channel], now: Instant) -> Routing {
    let about = match notice {
        Notice::Trouble(trouble) => match &trouble.what {
            TroubleKind::ChannelDisabled { channel, .. } if !trouble.over => Some(channel),
            _ => None,
        },
        // Made for one channel, and never routed.
        Notice::Group(_) | Notice::Test(_) => return Routing::default(),
        Notice::Alert(_) | Notice::Unobserved(_) => None,
    };
    let is_urgent = matches!(notice, Notice::Trouble(trouble) if !trouble.over);
    let mut routing = Routing::default();
    for id in hearers(channels, about) {
        let quiet =
            channels.iter().find(|channel| channel.id == id).and_then(|channel| channel.quiet.as_ref());
        match quiet.and_then(|quiet| quiet.over_at(now)).filter(|_| !is_urgent) {
            Some(due_at) => routing.held.push(quietly(id, due_at, None)),
            None => routing.deliveries.push(delivery(notice, id, now)),
        }
    }
    if routing.deliveries.is_empty() && routing.held.is_empty() {
        tracing::error!(notice = notice.id(), project = %notice.project(), "nobody hears of this: no channel is set up for it");
    }
    routing
}

/// The default channels, but the one that it is about; where that leaves nobody, any other.
fn hearers(channels: &[Channel], about: Option<&ChannelId>) -> Vec<ChannelId> {
    let mut chosen = defaults(channels);
    chosen.retain(|id| Some(id) != about);
    if chosen.is_empty() && about.is_some() {
        let other = channels.iter().find(|channel| Some(&channel.id) != about && channel.disabled.is_none());
        chosen.extend(other.map(|channel| channel.id.clone()));
    }
    chosen
}
