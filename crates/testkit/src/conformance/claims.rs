//! Claims: a delivery is somebody's before it is sent, and order is kept within one incident and channel.

use app::ports::{Delivery, DeliveryOutcome, DeliveryState, StoreError};
use domain::id::ChannelId;
use tokio::task::JoinSet;

use super::begin;
use super::notices::{ALL, listed, routed};
use crate::fixtures::{after, notice};
use crate::{Backend, Scribe};

/// Claims for a minute, and answers incident, version and attempt of what was got.
pub(super) async fn claim(scribe: &Scribe, channel: &str, second: i64, limit: usize) -> Vec<Delivery> {
    let (channel, now) = (ChannelId::trusted(channel), after(second));
    let claimed = scribe.stores.outbox.claim(&channel, now, after(second + 60), limit).await;
    claimed.expect("deliveries are claimed")
}

pub(super) fn ids(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries.iter().map(|delivery| delivery.id.as_str()).collect()
}

pub(super) async fn settle(scribe: &Scribe, delivery: &Delivery, outcome: DeliveryOutcome) {
    let settled = scribe.stores.outbox.settle(&delivery.id, delivery.attempts, outcome).await;
    settled.expect("the attempt is ended");
}

pub(super) fn delivered(second: i64) -> DeliveryOutcome {
    DeliveryOutcome::Delivered { at: after(second), answer: "200".to_owned() }
}

pub(super) fn dead(second: i64) -> DeliveryOutcome {
    DeliveryOutcome::Dead { at: after(second), answer: "410".to_owned() }
}

pub(super) fn later(second: i64) -> DeliveryOutcome {
    DeliveryOutcome::Retry { at: after(second), answer: "503".to_owned() }
}

/// Delivers everything that a channel has, in as many rounds as its order needs.
pub(super) async fn deliver_all(scribe: &Scribe, channel: &str, second: i64) {
    for _ in 0..100 {
        let claimed = claim(scribe, channel, second, 10).await;
        if claimed.is_empty() {
            return;
        }
        for delivery in &claimed {
            settle(scribe, delivery, delivered(second)).await;
        }
    }
    panic!("{channel} does not come to an end");
}

/// Whoever claims second gets nothing, until the first one's time is over; then it counts as another attempt.
pub async fn a_claim_holds_until_its_lease_ends(data: &dyn Backend) {
    let scribe = begin(data).await;
    routed(&scribe, &notice("inc_a", 1), &["slack"], 10).await;
    assert!(claim(&scribe, "slack", 9, 10).await.is_empty(), "not due yet");
    let first = claim(&scribe, "slack", 10, 10).await;
    assert_eq!((ids(&first), first[0].attempts), (vec!["inc_a-1.slack"], 1));
    assert_eq!((first[0].state, &first[0].notice), (DeliveryState::Pending, &notice("inc_a", 1)));
    assert!(claim(&scribe, "slack", 69, 10).await.is_empty(), "claimed until 70");
    let second = claim(&scribe, "slack", 70, 10).await;
    assert_eq!(second.first().map(|delivery| delivery.attempts), Some(2));
    assert_eq!(listed(&scribe, &ALL).await[0].attempts, 2);
}

/// However many claim at once, from wherever, each delivery is somebody's, and nobody else's.
pub async fn concurrent_claims_share_what_is_due(data: &dyn Backend) {
    let scribe = begin(data).await;
    let there = scribe.on(data.open().await);
    for number in 0..20 {
        routed(&scribe, &notice(&format!("inc_{number}"), 1), &["slack"], 10).await;
    }
    let claims = (0..8).map(|number| {
        let scribe = if number % 2 == 0 { scribe.clone() } else { there.clone() };
        async move { claim(&scribe, "slack", 20, 5).await }
    });
    let claims = claims.collect::<JoinSet<_>>().join_all().await;
    let mut claimed: Vec<_> = claims.iter().flat_map(|claimed| ids(claimed)).collect();
    claimed.sort_unstable();
    let total = claimed.len();
    claimed.dedup();
    assert_eq!((claimed.len(), total), (20, 20));
}

/// The oldest first, no more than asked for, of that channel only.
pub async fn the_oldest_are_claimed_first(data: &dyn Backend) {
    let scribe = begin(data).await;
    for (second, incident) in ["inc_c", "inc_a", "inc_b"].into_iter().enumerate() {
        routed(&scribe, &notice(incident, 1), &["slack", "mail"], second as i64).await;
    }
    assert_eq!(ids(&claim(&scribe, "slack", 10, 2).await), ["inc_c-1.slack", "inc_a-1.slack"]);
    assert_eq!(ids(&claim(&scribe, "slack", 10, 2).await), ["inc_b-1.slack"]);
    assert_eq!(ids(&claim(&scribe, "mail", 10, 1).await), ["inc_c-1.mail"]);
    assert!(claim(&scribe, "pager", 10, 1).await.is_empty());
}

/// What was said first of an incident arrives first; the end never overtakes the beginning.
pub async fn order_is_kept_within_one_incident_and_channel(data: &dyn Backend) {
    let scribe = begin(data).await;
    for version in 1..=3 {
        routed(&scribe, &notice("inc_a", version), &["slack"], version.into()).await;
    }
    let first = claim(&scribe, "slack", 10, 10).await;
    assert_eq!(ids(&first), ["inc_a-1.slack"]);
    assert!(claim(&scribe, "slack", 11, 10).await.is_empty(), "the first is being tried");
    settle(&scribe, &first[0], later(50)).await;
    assert!(claim(&scribe, "slack", 49, 10).await.is_empty(), "the first will be tried again");
    let again = claim(&scribe, "slack", 50, 10).await;
    assert_eq!((ids(&again), again[0].attempts), (vec!["inc_a-1.slack"], 2));
    settle(&scribe, &again[0], delivered(101)).await;
    let second = claim(&scribe, "slack", 102, 10).await;
    assert_eq!(ids(&second), ["inc_a-2.slack"]);
    settle(&scribe, &second[0], dead(103)).await;
    assert_eq!(ids(&claim(&scribe, "slack", 104, 10).await), ["inc_a-3.slack"]);
}

/// One that is tried again later holds up its own incident on its own channel, and nothing else.
pub async fn other_incidents_and_channels_are_not_held_up(data: &dyn Backend) {
    let scribe = begin(data).await;
    routed(&scribe, &notice("inc_a", 1), &["slack", "mail"], 1).await;
    routed(&scribe, &notice("inc_a", 2), &["slack", "mail"], 2).await;
    routed(&scribe, &notice("inc_b", 1), &["slack"], 3).await;
    let claimed = claim(&scribe, "slack", 10, 10).await;
    assert_eq!(ids(&claimed), ["inc_a-1.slack", "inc_b-1.slack"]);
    settle(&scribe, &claimed[0], later(1000)).await;
    deliver_all(&scribe, "mail", 20).await;
    routed(&scribe, &notice("inc_c", 1), &["slack"], 30).await;
    assert_eq!(ids(&claim(&scribe, "slack", 40, 10).await), ["inc_c-1.slack"]);
}

/// Its time was over and somebody else tries now: the late answer must not overwrite that.
pub async fn a_late_answer_conflicts(data: &dyn Backend) {
    let scribe = begin(data).await;
    routed(&scribe, &notice("inc_a", 1), &["slack"], 10).await;
    let first = claim(&scribe, "slack", 10, 1).await.remove(0);
    let second = claim(&scribe, "slack", 100, 1).await.remove(0);
    for outcome in [delivered(110), later(120), dead(110)] {
        let answer = scribe.stores.outbox.settle(&first.id, first.attempts, outcome).await;
        assert_eq!(answer, Err(StoreError::Conflict));
    }
    assert_eq!(listed(&scribe, &ALL).await, std::slice::from_ref(&second));
    settle(&scribe, &second, delivered(120)).await;
    assert_eq!(listed(&scribe, &ALL).await[0].state, DeliveryState::Delivered);
}

/// A late answer is good where nobody else has claimed meanwhile: the message did arrive.
pub async fn an_answer_after_the_lease_counts_where_nobody_else_tries(data: &dyn Backend) {
    let scribe = begin(data).await;
    routed(&scribe, &notice("inc_a", 1), &["slack"], 10).await;
    let first = claim(&scribe, "slack", 10, 1).await.remove(0);
    settle(&scribe, &first, delivered(500)).await;
    assert!(claim(&scribe, "slack", 600, 1).await.is_empty());
}
