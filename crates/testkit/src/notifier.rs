//! A receiver that follows a script and remembers what it was sent.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use app::Notice;
use app::ports::{BoardPoster, DeliveryError, Notifier, Parcel, Receipt};
use async_trait::async_trait;
use domain::id::DeliveryId;
use domain::{Duration, Instant};
use tokio::sync::{Semaphore, watch};

use crate::Wall;

/// What a receiver answers to one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has the message.
    Take,
    /// Not now; not before so long, where it says so.
    Transient {
        /// Not before so long.
        retry_after: Option<Duration>,
    },
    /// Never.
    Permanent,
    /// Never anything.
    Broken,
    /// Nothing, until [`ScriptedNotifier::release`] is called; then what comes next.
    Hang,
}

/// One attempt as the receiver saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The delivery's id.
    pub delivery: DeliveryId,
    /// What was said.
    pub notice: Notice,
    /// When it was tried.
    pub now: Instant,
}

/// A receiver that follows a script and remembers every attempt. Past the end of its script it takes everything.
#[derive(Debug)]
pub struct ScriptedNotifier {
    script: Mutex<VecDeque<Answer>>,
    arrivals: watch::Sender<Vec<Arrival>>,
    taken: Mutex<Vec<DeliveryId>>,
    releases: Semaphore,
    wall: Option<Arc<Wall>>,
}

impl ScriptedNotifier {
    /// One that answers these, in order.
    pub fn answering(script: impl IntoIterator<Item = Answer>) -> Self {
        Self {
            script: Mutex::new(script.into_iter().collect()),
            arrivals: watch::Sender::new(Vec::new()),
            taken: Mutex::new(Vec::new()),
            releases: Semaphore::new(0),
            wall: None,
        }
    }

    /// One that takes everything.
    pub fn willing() -> Self {
        Self::answering([])
    }

    /// One that takes everything, and shows boards on a wall.
    pub fn on_wall(wall: Arc<Wall>) -> Self {
        Self { wall: Some(wall), ..Self::willing() }
    }

    /// Adds to the end of the script.
    pub fn then(&self, answer: Answer) {
        self.script.lock().unwrap_or_else(PoisonError::into_inner).push_back(answer);
    }

    /// Lets one attempt go on that hangs, or the next that will.
    pub fn release(&self) {
        self.releases.add_permits(1);
    }

    /// Every attempt so far, in order, whatever was answered.
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.arrivals.borrow().clone()
    }

    /// The deliveries that were taken, in order; one that was taken twice is here twice.
    pub fn taken(&self) -> Vec<DeliveryId> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until there were so many attempts.
    pub async fn arrived(&self, count: usize) -> Vec<Arrival> {
        let mut arrivals = self.arrivals.subscribe();
        let seen = arrivals.wait_for(|arrivals| arrivals.len() >= count).await;
        seen.expect("the receiver is still there").clone()
    }

    fn next(&self) -> Answer {
        self.script.lock().unwrap_or_else(PoisonError::into_inner).pop_front().unwrap_or(Answer::Take)
    }

    fn take(&self, delivery: &DeliveryId) -> Receipt {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).push(delivery.clone());
        Receipt { answer: "200 OK".to_owned() }
    }
}

#[async_trait]
impl Notifier for ScriptedNotifier {
    fn boards(&self) -> Option<&dyn BoardPoster> {
        self.wall.as_deref().map(|wall| wall as &dyn BoardPoster)
    }

    async fn deliver(&self, parcel: &Parcel<'_>) -> Result<Receipt, DeliveryError> {
        let mut answer = self.next();
        self.arrivals.send_modify(|arrivals| {
            arrivals.push(Arrival {
                delivery: parcel.delivery.clone(),
                notice: parcel.notice.clone(),
                now: parcel.now,
            });
        });
        while answer == Answer::Hang {
            self.releases.acquire().await.expect("the receiver is still there").forget();
            answer = self.next();
        }
        match answer {
            Answer::Take | Answer::Hang => Ok(self.take(parcel.delivery)),
            Answer::Transient { retry_after } => {
                Err(DeliveryError::Transient { reason: "503 Service Unavailable".to_owned(), retry_after })
            }
            Answer::Permanent => Err(DeliveryError::permanent("410 Gone")),
            Answer::Broken => Err(DeliveryError::Broken { reason: "401 Unauthorized".to_owned() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{delivery, notice, start};

    async fn deliver(notifier: &ScriptedNotifier, incident: &str) -> Result<Receipt, DeliveryError> {
        let notice = notice(incident, 1);
        let id = delivery(&notice, "slack", start()).id;
        notifier.deliver(&Parcel { delivery: &id, notice: &notice, now: start() }).await
    }

    #[tokio::test]
    async fn a_script_is_followed_to_its_end_and_then_everything_is_taken() {
        let retry_after = Some(Duration::MINUTE);
        let notifier = ScriptedNotifier::answering([Answer::Transient { retry_after }, Answer::Permanent]);
        let refused = deliver(&notifier, "a").await;
        assert!(
            matches!(refused, Err(DeliveryError::Transient { retry_after: told, .. }) if told == retry_after)
        );
        assert!(matches!(deliver(&notifier, "b").await, Err(DeliveryError::Permanent { .. })));
        assert!(deliver(&notifier, "c").await.is_ok());
        assert_eq!((notifier.arrivals().len(), notifier.taken().len()), (3, 1));
        assert_eq!(notifier.arrivals()[0].notice, notice("a", 1));
    }

    #[tokio::test]
    async fn a_receiver_that_hangs_answers_when_it_is_released() {
        let notifier = Arc::new(ScriptedNotifier::answering([Answer::Hang]));
        let mut tries = tokio::task::JoinSet::new();
        let hanging = notifier.clone();
        tries.spawn(async move { deliver(&hanging, "a").await });
        assert_eq!(notifier.arrived(1).await.len(), 1);
        assert!(notifier.taken().is_empty());
        notifier.release();
        assert!(tries.join_all().await[0].is_ok());
        assert_eq!(notifier.taken().len(), 1);
    }
}
