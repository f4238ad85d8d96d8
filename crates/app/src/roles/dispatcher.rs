//! Carries deliveries to their channels: claims before it sends, tries again with growing pauses for a day, and never
//! lets one channel hold up another.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration as StdDuration;

use async_trait::async_trait;
use domain::id::ChannelId;
use domain::{Duration, Instant};
use futures_util::StreamExt;

use super::{Crew, Pace, Role};
use crate::app::App;
use crate::error::AppResult;
use crate::ports::{Delivery, DeliveryError, DeliveryOutcome, Notifier, Parcel, StoreError};

/// How many deliveries of a channel are claimed at once.
const CLAIMED: usize = 10;
/// How long a claim lasts: longer than sending that many may take.
const LEASE: Duration = Duration::from_minutes(6);
/// How many channels are served side by side.
const SIDE_BY_SIDE: usize = 32;
const BACKOFF_FIRST: Duration = Duration::from_seconds(5);
const BACKOFF_MAX: Duration = Duration::from_minutes(15);
/// How long a delivery is tried.
const GIVE_UP_AFTER: Duration = Duration::DAY;

/// The dispatcher.
#[derive(Debug)]
pub struct Dispatcher {
    app: App,
    crew: Crew,
    busy: Arc<Mutex<HashSet<ChannelId>>>,
}

impl Dispatcher {
    /// A dispatcher whose channels are each served by a task of their own.
    pub fn new(app: App, crew: Crew) -> Self {
        Self { app, crew, busy: Arc::default() }
    }

    /// Serves every channel that has something due, and waits for all of them.
    pub async fn drain_once(&self) -> AppResult<usize> {
        let channels = self.app.ports.outbox.due_channels(self.app.now()).await?;
        let served = futures_util::stream::iter(channels)
            .map(|channel| serve(&self.app, channel))
            .buffer_unordered(SIDE_BY_SIDE)
            .collect::<Vec<_>>()
            .await;
        served.into_iter().sum()
    }

    fn take(&self, channel: &ChannelId) -> bool {
        let mut busy = self.busy.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        busy.len() < SIDE_BY_SIDE && busy.insert(channel.clone())
    }

    fn send_out(&self, channel: ChannelId) {
        let (app, busy) = (self.app.clone(), self.busy.clone());
        self.crew.spawn(async move {
            let served = serve(&app, channel.clone()).await;
            busy.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(&channel);
            match served {
                Ok(0) => {}
                Ok(_) => app.signals.dispatcher.notify_one(),
                Err(error) => {
                    app.telemetry.role_failed("dispatcher");
                    tracing::error!(%channel, %error, "a channel could not be served and is tried again");
                }
            }
        });
    }
}

#[async_trait]
impl Role for Dispatcher {
    fn name(&self) -> &'static str {
        "dispatcher"
    }

    fn rhythm(&self) -> StdDuration {
        StdDuration::from_millis(500)
    }

    fn signal(&self) -> Option<&tokio::sync::Notify> {
        Some(&self.app.signals.dispatcher)
    }

    async fn run_once(&self) -> AppResult<Pace> {
        for channel in self.app.ports.outbox.due_channels(self.app.now()).await? {
            if self.take(&channel) {
                self.send_out(channel);
            }
        }
        Ok(Pace::Idle)
    }
}

/// Sends what a channel has due, in order; answers how many were tried.
async fn serve(app: &App, channel: ChannelId) -> AppResult<usize> {
    let now = app.now();
    let claimed = app.ports.outbox.claim(&channel, now, now + LEASE, CLAIMED).await?;
    let notifier = app.ports.channels.notifier(&channel).await?;
    for delivery in &claimed {
        let outcome = attempt(app, notifier.as_deref(), delivery).await;
        app.telemetry.delivered(channel.as_str(), word(&outcome));
        match app.ports.outbox.settle(&delivery.id, delivery.attempts, outcome).await {
            // Someone else has claimed it after our lease: what we did is then a repeat that the receiver may see.
            Err(StoreError::Conflict) => {
                tracing::warn!(delivery = %delivery.id, "a delivery took longer than its claim");
            }
            settled => settled?,
        }
    }
    Ok(claimed.len())
}

async fn attempt(app: &App, notifier: Option<&dyn Notifier>, delivery: &Delivery) -> DeliveryOutcome {
    let Some(notifier) = notifier else {
        return DeliveryOutcome::Dead { at: app.now(), answer: "the channel no longer exists".to_owned() };
    };
    let parcel = Parcel { delivery: &delivery.id, notice: &delivery.notice, now: app.now() };
    let answer = notifier.deliver(&parcel).await;
    let outcome = judge(answer, delivery, app.now(), app.ports.chance.bits());
    log(delivery, &outcome);
    outcome
}

/// What an answer means for a delivery.
fn judge(
    answer: Result<crate::ports::Receipt, DeliveryError>,
    delivery: &Delivery,
    now: Instant,
    chance: u128,
) -> DeliveryOutcome {
    match answer {
        Ok(receipt) => DeliveryOutcome::Delivered { at: now, answer: receipt.answer },
        Err(DeliveryError::Permanent { reason }) => DeliveryOutcome::Dead { at: now, answer: reason },
        Err(DeliveryError::Transient { reason, retry_after }) => {
            let pause = backoff(delivery.attempts, chance).max(retry_after.unwrap_or(Duration::ZERO));
            if now + pause > delivery.created_at + GIVE_UP_AFTER {
                return DeliveryOutcome::Dead { at: now, answer: format!("given up after a day: {reason}") };
            }
            DeliveryOutcome::Retry { at: now + pause, answer: reason }
        }
    }
}

/// Doubles from five seconds to a quarter of an hour, with up to a fifth of jitter.
fn backoff(attempts: u32, chance: u128) -> Duration {
    let doubled = BACKOFF_FIRST.times(1 << attempts.saturating_sub(1).min(20)).min(BACKOFF_MAX);
    doubled + Duration::from_millis(doubled.as_millis() / 5 * (chance % 1000) as i64 / 1000)
}

const fn word(outcome: &DeliveryOutcome) -> &'static str {
    match outcome {
        DeliveryOutcome::Delivered { .. } => "delivered",
        DeliveryOutcome::Retry { .. } => "retried",
        DeliveryOutcome::Dead { .. } => "dead",
    }
}

fn log(delivery: &Delivery, outcome: &DeliveryOutcome) {
    let (id, channel, attempt) = (&delivery.id, &delivery.channel, delivery.attempts);
    match outcome {
        DeliveryOutcome::Delivered { .. } => {
            tracing::info!(delivery = %id, %channel, attempt, "delivered");
        }
        DeliveryOutcome::Retry { at, answer } => {
            tracing::warn!(delivery = %id, %channel, attempt, retry_at = %at, reason = answer, "not delivered, will be tried again");
        }
        DeliveryOutcome::Dead { answer, .. } => {
            tracing::error!(delivery = %id, %channel, attempt, reason = answer, "not delivered, given up");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_between_attempts_grow_to_a_quarter_of_an_hour() {
        assert_eq!(backoff(1, 0), BACKOFF_FIRST);
        assert_eq!(backoff(4, 0), Duration::from_seconds(40));
        assert_eq!(backoff(u32::MAX, 0), BACKOFF_MAX);
        assert!(backoff(50, u128::MAX) <= Duration::from_minutes(18));
    }
}
