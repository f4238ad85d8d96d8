//! Deliveries: what becomes of them is written down, and none is lost.

use app::ports::{DeliveryQuery, DeliveryState};
use domain::id::ChannelId;
use domain::{Instant, ProjectId};

use super::begin;
use super::claims::{claim, dead, deliver_all, delivered, ids, later, settle};
use super::notices::{ALL, counts, listed, routed};
use crate::fixtures::{after, notice, start};
use crate::{Backend, Scribe};

async fn next_due(scribe: &Scribe) -> Option<Instant> {
    scribe.stores.outbox.next_due().await.expect("the next instant is read")
}

async fn due_channels(scribe: &Scribe, second: i64) -> Vec<String> {
    let channels = scribe.stores.outbox.due_channels(after(second)).await.expect("channels are read");
    let mut names: Vec<_> = channels.iter().map(ToString::to_string).collect();
    names.sort();
    names
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
    assert_eq!(counts.dead_by_channel, [(ChannelId::trusted("inc_b"), 1)]);
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
