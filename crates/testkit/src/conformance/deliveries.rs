//! Deliveries: claimed before they are sent, in order within one incident and channel, never lost.

use app::ports::{Delivery, DeliveryOutcome, DeliveryQuery, DeliveryState, StoreError};
use domain::id::ChannelId;
use domain::{Instant, ProjectId};
use tokio::task::JoinSet;

use super::begin;
use super::notices::{ALL, counts, listed, routed};
use crate::fixtures::{after, notice, start};
use crate::{Backend, Scribe};

/// Claims for a minute, and answers incident, version and attempt of what was got.
async fn claim(scribe: &Scribe, channel: &str, second: i64, limit: usize) -> Vec<Delivery> {
    let (channel, now) = (ChannelId::trusted(channel), after(second));
    let claimed = scribe.stores.outbox.claim(&channel, now, after(second + 60), limit).await;
    claimed.expect("deliveries are claimed")
}

fn ids(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries.iter().map(|delivery| delivery.id.as_str()).collect()
}

async fn settle(scribe: &Scribe, delivery: &Delivery, outcome: DeliveryOutcome) {
    let settled = scribe.stores.outbox.settle(&delivery.id, delivery.attempts, outcome).await;
    settled.expect("the attempt is ended");
}

fn delivered(second: i64) -> DeliveryOutcome {
    DeliveryOutcome::Delivered { at: after(second), answer: "200".to_owned() }
}

fn dead(second: i64) -> DeliveryOutcome {
    DeliveryOutcome::Dead { at: after(second), answer: "410".to_owned() }
}

fn later(second: i64) -> DeliveryOutcome {
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

async fn next_due(scribe: &Scribe) -> Option<Instant> {
    scribe.stores.outbox.next_due().await.expect("the next instant is read")
}

async fn due_channels(scribe: &Scribe, second: i64) -> Vec<String> {
    let channels = scribe.stores.outbox.due_channels(after(second)).await.expect("channels are read");
    let mut names: Vec<_> = channels.iter().map(ToString::to_string).collect();
    names.sort();
    names
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
    settle(&scribe, &first[0], later(100)).await;
    assert!(claim(&scribe, "slack", 99, 10).await.is_empty(), "the first will be tried again");
    let again = claim(&scribe, "slack", 100, 10).await;
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

/// What it came to, when, and what was said.
pub async fn an_outcome_is_written_down(data: &dyn Backend) {
    let scribe = begin(data).await;
    for (incident, outcome, state, finished_at) in [
        ("inc_a", delivered(20), DeliveryState::Delivered, Some(after(20))),
        ("inc_b", dead(30), DeliveryState::Dead, Some(after(30))),
        ("inc_c", later(400), DeliveryState::Pending, None),
    ] {
        routed(&scribe, &notice(incident, 1), &[incident], 10).await;
        let claimed = claim(&scribe, incident, 15, 1).await.remove(0);
        settle(&scribe, &claimed, outcome.clone()).await;
        let channel = Some(ChannelId::trusted(incident));
        let found = listed(&scribe, &DeliveryQuery { channel, ..ALL }).await.remove(0);
        assert_eq!((found.state, found.finished_at, found.attempts), (state, finished_at, 1));
        assert!(found.last_answer.is_some(), "{outcome:?}");
        let due_at = if state == DeliveryState::Pending { after(400) } else { found.due_at };
        assert_eq!((found.created_at, found.due_at), (after(10), due_at));
    }
    let counts = counts(&scribe).await;
    assert_eq!((counts.pending, counts.dead), (1, 1));
}

/// Sent again by hand, it begins anew; nothing else can be.
pub async fn a_dead_delivery_can_be_sent_again(data: &dyn Backend) {
    let scribe = begin(data).await;
    let outbox = &scribe.stores.outbox;
    let ours = ProjectId::default_project();
    let id = routed(&scribe, &notice("inc_a", 1), &["slack"], 10).await.remove(0).id;
    assert_eq!(outbox.retry(&ours, &id, after(15)).await, Ok(false), "it is pending");
    let claimed = claim(&scribe, "slack", 20, 1).await.remove(0);
    settle(&scribe, &claimed, dead(30)).await;
    assert!(claim(&scribe, "slack", 500, 1).await.is_empty());
    assert_eq!(outbox.retry(&ProjectId::trusted("theirs"), &id, after(100)).await, Ok(false));
    assert_eq!(outbox.retry(&ours, &id, after(100)).await, Ok(true));
    assert_eq!(outbox.retry(&ours, &id, after(100)).await, Ok(false), "it is pending again");
    let found = listed(&scribe, &ALL).await.remove(0);
    assert_eq!((found.state, found.finished_at), (DeliveryState::Pending, None));
    assert_eq!((found.created_at, found.due_at, found.attempts), (after(100), after(100), 0));
    let again = claim(&scribe, "slack", 100, 1).await.remove(0);
    assert_eq!((again.id.clone(), again.attempts), (id.clone(), 1));
    settle(&scribe, &again, delivered(110)).await;
    assert_eq!(outbox.retry(&ours, &id, after(120)).await, Ok(false), "it was delivered");
}

/// Newest first, by state, by channel, from page to page, and of one project only.
pub async fn deliveries_are_listed_newest_first(data: &dyn Backend) {
    let scribe = begin(data).await;
    for number in 0..12 {
        let channel = if number % 3 == 0 { "mail" } else { "slack" };
        routed(&scribe, &notice(&format!("inc_{number:02}"), 1), &[channel], number).await;
    }
    for delivery in claim(&scribe, "mail", 100, 2).await {
        settle(&scribe, &delivery, dead(100)).await;
    }
    let numbers = async |query: DeliveryQuery| -> Vec<u32> {
        let found = listed(&scribe, &query).await;
        found.iter().map(|it| it.thread.trim_start_matches("inc_").parse().expect("a number")).collect()
    };
    let everything: Vec<_> = (0..12).rev().collect();
    for limit in [1, 5, 12, 1000] {
        assert_eq!(numbers(DeliveryQuery { limit, ..ALL }).await, everything, "{limit} a page");
    }
    let mail = Some(ChannelId::trusted("mail"));
    let of_mail = DeliveryQuery { channel: mail, limit: 1, ..ALL };
    assert_eq!(numbers(of_mail.clone()).await, [9, 6, 3, 0]);
    let dead = Some(DeliveryState::Dead);
    assert_eq!(numbers(DeliveryQuery { state: dead, limit: 1, ..ALL }).await, [3, 0]);
    let pending = DeliveryQuery { state: Some(DeliveryState::Pending), ..of_mail };
    assert_eq!(numbers(pending).await, [9, 6]);
    let theirs = scribe.stores.outbox.deliveries(&ProjectId::trusted("theirs"), &ALL).await;
    assert!(theirs.is_ok_and(|page| page.items.is_empty()));
}

/// When there is something to do next, and where.
pub async fn it_is_known_what_is_due_and_when(data: &dyn Backend) {
    let scribe = begin(data).await;
    assert_eq!((next_due(&scribe).await, due_channels(&scribe, 1000).await), (None, vec![]));
    routed(&scribe, &notice("inc_a", 1), &["slack", "mail"], 10).await;
    routed(&scribe, &notice("inc_a", 2), &["slack"], 20).await;
    routed(&scribe, &notice("inc_b", 1), &["pager"], 50).await;
    assert_eq!(next_due(&scribe).await, Some(after(10)));
    assert!(due_channels(&scribe, 9).await.is_empty());
    assert_eq!(due_channels(&scribe, 10).await, ["mail", "slack"]);
    assert_eq!(due_channels(&scribe, 50).await, ["mail", "pager", "slack"]);

    let slack = claim(&scribe, "slack", 30, 10).await.remove(0);
    deliver_all(&scribe, "mail", 30).await;
    assert!(due_channels(&scribe, 40).await.is_empty(), "slack is being tried, its second message waits");
    assert_eq!(next_due(&scribe).await, Some(after(50)));
    deliver_all(&scribe, "pager", 60).await;
    assert_eq!(next_due(&scribe).await, Some(after(90)), "when the claim ends");
    assert_eq!(due_channels(&scribe, 90).await, ["slack"]);
    settle(&scribe, &slack, later(300)).await;
    assert_eq!(next_due(&scribe).await, Some(after(300)));
    assert!(due_channels(&scribe, 299).await.is_empty());
    deliver_all(&scribe, "slack", 300).await;
    assert_eq!((next_due(&scribe).await, due_channels(&scribe, 1000).await), (None, vec![]));
}

/// What was finished before an instant goes, no more than asked for at once; what waits never does.
pub async fn finished_deliveries_are_forgotten_in_measure(data: &dyn Backend) {
    let scribe = begin(data).await;
    for number in 0..6 {
        routed(&scribe, &notice(&format!("inc_{number}"), 1), &["slack"], number).await;
    }
    for (delivery, second) in claim(&scribe, "slack", 10, 4).await.iter().zip([100, 100, 100, 200]) {
        settle(&scribe, delivery, delivered(second)).await;
    }
    let mut rounds = 0;
    while scribe.stores.outbox.prune_outbox(after(200), 2).await.expect("deliveries are forgotten") > 0 {
        rounds += 1;
        assert!(rounds < 20, "forgetting does not end");
    }
    assert!(rounds >= 2, "three deliveries, at most two rows at once");
    let left = listed(&scribe, &ALL).await;
    assert_eq!(ids(&left), ["inc_5-1.slack", "inc_4-1.slack", "inc_3-1.slack"]);
    assert_eq!(scribe.stores.outbox.prune_outbox(start(), 1000).await, Ok(0));
}
