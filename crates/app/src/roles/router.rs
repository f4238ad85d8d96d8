//! Turns notices into deliveries: decides who hears. A second, idempotent step after the decision that someone must.

use std::time::Duration as StdDuration;

use async_trait::async_trait;
use domain::id::{ChannelId, DeliveryId};
use domain::{Alert, AlertKind, Instant};

use super::{Pace, Role};
use crate::app::App;
use crate::error::AppResult;
use crate::notice::Notice;
use crate::ports::{Channel, Delivery, DeliveryState, Routing, Told};

/// How many notices are taken at once, besides those that stepped aside.
const BATCH: usize = 200;
/// Most that a store hands out at once.
const BATCH_MAX: usize = 1000;

/// The router.
#[derive(Debug)]
pub struct Router(pub App);

#[async_trait]
impl Role for Router {
    fn name(&self) -> &'static str {
        "router"
    }

    fn rhythm(&self) -> StdDuration {
        StdDuration::from_millis(500)
    }

    fn signal(&self) -> Option<&tokio::sync::Notify> {
        Some(&self.0.signals.router)
    }

    async fn run_once(&self) -> AppResult<Pace> {
        let app = &self.0;
        let now = app.now();
        // A thread that is out may hold many notices, so each gets room in proportion.
        let limit = (BATCH * (1 + app.aside.threads.refresh(now))).min(BATCH_MAX);
        let notices = app.ports.outbox.unrouted(now, limit).await?;
        let full = notices.len() == limit;
        let mut routed = 0;
        for notice in &notices {
            routed += usize::from(route_or_step_aside(app, notice, now).await);
        }
        if routed > 0 {
            app.signals.dispatcher.notify_one();
        }
        Ok(if full && routed > 0 { Pace::Again } else { Pace::Idle })
    }
}

/// Whether it was routed. A notice that cannot be routed holds up what comes after it in its thread, since an incident
/// must not end before it began, and nothing else.
async fn route_or_step_aside(app: &App, notice: &Notice, now: Instant) -> bool {
    let thread = notice.thread();
    if app.aside.threads.holds(&thread, now) {
        return false;
    }
    let Err(error) = route(app, notice).await else { return true };
    tracing::error!(notice = notice.id(), project = %notice.project(), %error, "a notice could not be routed and steps aside for a minute");
    app.telemetry.role_failed("router");
    app.aside.threads.step(thread, now);
    false
}

async fn route(app: &App, notice: &Notice) -> AppResult<()> {
    let channels = app.ports.channels.channels(notice.project()).await?;
    let told = app.ports.outbox.told(&notice.thread()).await?;
    let chosen = hearers(notice, &channels, &told);
    if chosen.is_empty() {
        tracing::warn!(notice = notice.id(), project = %notice.project(), "nobody hears of this: no channel is set up for it");
    }
    let now = app.now();
    let deliveries = chosen.into_iter().map(|channel| delivery(notice, channel, now)).collect();
    let ends = matches!(notice, Notice::Alert(alert) if ends(alert));
    let routing = Routing { deliveries, ends, ..Routing::default() };
    Ok(app.ports.outbox.route(&notice.id(), routing).await?)
}

/// Who hears: the channels that the scheduler names, else the defaults; the end of an incident, everyone who was told.
fn hearers(notice: &Notice, channels: &[Channel], told: &[Told]) -> Vec<ChannelId> {
    let defaults = || channels.iter().filter(|channel| channel.is_default).map(|channel| channel.id.clone());
    match notice {
        Notice::Alert(alert) if ends(alert) => told.iter().map(|told| told.channel.clone()).collect(),
        Notice::Alert(alert) => match &alert.story.channels {
            Some(names) => named(names, channels, alert).unwrap_or_else(|| defaults().collect()),
            None => defaults().collect(),
        },
        Notice::Unobserved(_) | Notice::Trouble(_) => defaults().collect(),
        // Made for one channel and never routed.
        Notice::Group(_) | Notice::Test(_) => Vec::new(),
    }
}

const fn ends(alert: &Alert) -> bool {
    matches!(alert.kind, AlertKind::Resolved | AlertKind::Dropped)
}

/// The channels of those names or ids. Names that mean nothing must not silence an alert: then the defaults hear it.
fn named(names: &[String], channels: &[Channel], alert: &Alert) -> Option<Vec<ChannelId>> {
    let is_named =
        |channel: &&Channel| names.iter().any(|name| *name == channel.name || name == channel.id.as_str());
    let found: Vec<_> = channels.iter().filter(is_named).map(|channel| channel.id.clone()).collect();
    if found.is_empty() && !names.is_empty() {
        tracing::warn!(scheduler = %alert.key.id, project = %alert.key.project, "none of the channels it names exists: the default channels hear of it");
        return None;
    }
    Some(found)
}

fn delivery(notice: &Notice, channel: ChannelId, now: Instant) -> Delivery {
    Delivery {
        id: DeliveryId::trusted(format!("{}.{channel}", notice.id())),
        project: notice.project().clone(),
        channel,
        thread: notice.thread(),
        notice: notice.clone(),
        created_at: now,
        due_at: now,
        attempts: 0,
        state: DeliveryState::Pending,
        last_answer: None,
        finished_at: None,
    }
}
