//! Carries deliveries to their channels: claims before it sends, tries again with growing pauses for a day, and never
//! lets one channel hold up another.

pub(in crate::roles) mod attempt;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration as StdDuration;

use async_trait::async_trait;
use domain::Duration;
use domain::id::ChannelId;
use futures_util::StreamExt;

use super::{Crew, Pace, Role};
use crate::app::App;
use crate::error::AppResult;
use crate::members::DISPATCHER;
use crate::ports::{Delivery, DeliveryOutcome, StoreError};

/// How long a claim lasts: longer than one attempt and writing down what came of it may take. Deliveries are claimed
/// one by one, so that none waits under a claim, and what failed holds back what comes after it in its thread.
const LEASE: Duration = Duration::MINUTE;
/// How many deliveries of a channel are sent in one turn.
const TURN: usize = 10;
/// How many channels are served side by side: as many as a store names as due, so that slow ones hold up nobody.
const SIDE_BY_SIDE: usize = 1000;
/// How often it is tried to write down what an attempt came to: what is not written down is sent again.
const SETTLE_TRIES: u32 = 8;
const SETTLE_PAUSE: StdDuration = StdDuration::from_millis(50);

/// The dispatcher.
#[derive(Debug)]
pub struct Dispatcher {
    app: App,
    crew: Crew,
    busy: Busy,
}

impl Dispatcher {
    /// A dispatcher whose channels are each served by a task of their own.
    pub fn new(app: App, crew: Crew) -> Self {
        Self { app, crew, busy: Busy::default() }
    }

    /// Serves every channel that has something due, and waits for all of them. Answers how many deliveries were tried.
    pub async fn drain_once(&self) -> AppResult<usize> {
        let channels = self.app.ports.outbox.due_channels(self.app.now()).await?;
        let served = futures_util::stream::iter(channels)
            .map(|channel| serve(&self.app, &self.crew, channel))
            .buffer_unordered(SIDE_BY_SIDE)
            .collect::<Vec<_>>()
            .await;
        served.into_iter().sum()
    }

    fn send_out(&self, channel: ChannelId, mark: Mark) {
        let (app, crew) = (self.app.clone(), self.crew.clone());
        self.crew.spawn(async move {
            let served = serve(&app, &crew, channel.clone()).await;
            drop(mark);
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

    fn alone_as(&self) -> Option<&'static str> {
        Some(DISPATCHER)
    }

    async fn run_once(&self) -> AppResult<Pace> {
        for channel in self.app.ports.outbox.due_channels(self.app.now()).await? {
            if let Some(mark) = self.busy.mark(&channel) {
                self.send_out(channel, mark);
            }
        }
        Ok(Pace::Idle)
    }
}

/// Channels that are being served.
#[derive(Clone, Debug, Default)]
struct Busy(Arc<Mutex<HashSet<ChannelId>>>);

impl Busy {
    /// Marks a channel until the mark is dropped, even by a panic; `None` where it is marked already.
    fn mark(&self, channel: &ChannelId) -> Option<Mark> {
        let mut busy = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let free = busy.len() < SIDE_BY_SIDE && busy.insert(channel.clone());
        free.then(|| Mark { busy: self.clone(), channel: channel.clone() })
    }
}

/// Says that a channel is being served.
struct Mark {
    busy: Busy,
    channel: ChannelId,
}

impl Drop for Mark {
    fn drop(&mut self) {
        self.busy.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.channel);
    }
}

/// Sends what a channel has due, in order; answers how many were tried. Begins nothing new once it shall stop.
async fn serve(app: &App, crew: &Crew, channel: ChannelId) -> AppResult<usize> {
    let stop = crew.stop_token();
    for tried in 0..TURN {
        if stop.is_cancelled() {
            return Ok(tried);
        }
        let now = app.now();
        let claimed = app.ports.outbox.claim(&channel, now, now + LEASE, 1).await?;
        let Some(delivery) = claimed.first() else { return Ok(tried) };
        let reach = app.ports.channels.reach(&delivery.project, &channel).await?;
        let (outcome, off) = attempt::attempt(app, &reach, delivery).await;
        app.telemetry.delivered(channel.as_str(), attempt::word(&outcome));
        if let DeliveryOutcome::Delivered { at, .. } = &outcome {
            app.telemetry.delivery_took(at.since(delivery.notice.decided_at()));
        }
        // Before the delivery is done with: who dies half way finds it again.
        if let Some(reason) = off {
            app.switch_channel_off(delivery, &reach, &reason).await?;
        }
        settle(app, delivery, outcome).await?;
    }
    Ok(TURN)
}

/// Writes down what an attempt came to, patiently: the receiver has the message, and should not get it twice because
/// the store was away for a moment.
async fn settle(app: &App, delivery: &Delivery, outcome: DeliveryOutcome) -> AppResult<()> {
    for tried in 1.. {
        match app.ports.outbox.settle(&delivery.id, delivery.attempts, outcome.clone()).await {
            // Someone else has claimed it after our lease: what we did is then a repeat that the receiver may see.
            Err(StoreError::Conflict) => {
                tracing::warn!(delivery = %delivery.id, "a delivery took longer than its claim");
                break;
            }
            Err(StoreError::Unavailable { .. } | StoreError::Ambiguous { .. }) if tried < SETTLE_TRIES => {
                tokio::time::sleep(SETTLE_PAUSE * (1 << tried)).await;
            }
            settled => return Ok(settled?),
        }
    }
    Ok(())
}
