//! One attempt to deliver, and what its answer means: delivered, to be tried again and when, or given up.

use std::panic::AssertUnwindSafe;
use std::time::Duration as StdDuration;

use domain::{Duration, Instant};
use futures_util::FutureExt;

use crate::app::App;
use crate::ports::{Delivery, DeliveryError, DeliveryOutcome, Notifier, Parcel, Reach, Receipt};

/// How long an attempt may take; notifiers promise it, and are held to it.
const PATIENCE: StdDuration = StdDuration::from_secs(30);
const BACKOFF_FIRST: Duration = Duration::from_seconds(5);
const BACKOFF_MAX: Duration = Duration::from_minutes(15);
/// How long a delivery is tried.
const GIVE_UP_AFTER: Duration = Duration::DAY;
/// Most characters of an answer that are kept.
const ANSWER_CHARS: usize = 500;

/// What came of it, and why the channel as a whole is to be switched off, or was, where that is so.
pub(super) async fn attempt(
    app: &App,
    reach: &Reach,
    delivery: &Delivery,
) -> (DeliveryOutcome, Option<String>) {
    let dead = |answer: String| DeliveryOutcome::Dead { at: app.now(), answer };
    let mut off = None;
    let outcome = match reach {
        Reach::Gone => dead("the channel no longer exists".to_owned()),
        Reach::Off(reason) => {
            off = Some(reason.clone());
            dead(short(&format!("the channel is switched off: {reason}")))
        }
        Reach::Ready(notifier) => {
            let parcel = Parcel { delivery: &delivery.id, notice: &delivery.notice, now: app.now() };
            let answer = bounded(&**notifier, &parcel).await;
            if let Err(DeliveryError::Broken { reason }) = &answer {
                off = Some(short(reason));
            }
            judge(answer, delivery, app.now(), app.ports.chance.bits())
        }
    };
    log(delivery, &outcome);
    (outcome, off)
}

fn short(text: &str) -> String {
    domain::time::shorten(text, ANSWER_CHARS - 1)
}

/// A notifier that hangs or panics has failed this once, and nothing else suffers from it.
pub(in crate::roles) async fn bounded(
    notifier: &dyn Notifier,
    parcel: &Parcel<'_>,
) -> Result<Receipt, DeliveryError> {
    let answer = AssertUnwindSafe(notifier.deliver(parcel)).catch_unwind();
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(DeliveryError::transient("what delivers to this channel panicked; see the log")),
        Err(_) => Err(DeliveryError::transient(format!("no answer within {} s", PATIENCE.as_secs()))),
    }
}

/// What an answer means for a delivery. A last attempt is made when its day ends, however long the receiver asked us
/// to wait.
fn judge(
    answer: Result<Receipt, DeliveryError>,
    delivery: &Delivery,
    now: Instant,
    chance: u128,
) -> DeliveryOutcome {
    match answer {
        Ok(receipt) => DeliveryOutcome::Delivered { at: now, answer: short(&receipt.answer) },
        Err(DeliveryError::Permanent { reason } | DeliveryError::Broken { reason }) => {
            DeliveryOutcome::Dead { at: now, answer: short(&reason) }
        }
        Err(DeliveryError::Transient { reason, retry_after }) => {
            let pause = backoff(delivery.attempts, chance).max(retry_after.unwrap_or(Duration::ZERO));
            let ends = delivery.created_at + GIVE_UP_AFTER;
            if now >= ends {
                return DeliveryOutcome::Dead {
                    at: now,
                    answer: short(&format!("given up after a day: {reason}")),
                };
            }
            DeliveryOutcome::Retry { at: (now + pause).min(ends), answer: short(&reason) }
        }
    }
}

/// Doubles from five seconds to a quarter of an hour, with up to a fifth of jitter.
pub(in crate::roles) fn backoff(attempts: u32, chance: u128) -> Duration {
    let doubled = BACKOFF_FIRST.times(1 << attempts.saturating_sub(1).min(20)).min(BACKOFF_MAX);
    doubled + Duration::from_millis(doubled.as_millis() / 5 * (chance % 1000) as i64 / 1000)
}

pub(super) const fn word(outcome: &DeliveryOutcome) -> &'static str {
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
