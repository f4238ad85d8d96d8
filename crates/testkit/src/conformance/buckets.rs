//! Notices that wait: for a time, behind something, or in a bucket to be told with others.

use app::Notice;
use app::ports::{Bucket, Delivery, Held, HeldNotice, PutOff, Routing, Singly, StoreError, Told};
use domain::ProjectId;
use domain::id::ChannelId;

use super::begin;
use super::notices::{ALL, listed, routed};
use crate::fixtures::{after, delivery, notice};
use crate::{Backend, Scribe};

fn slack() -> ChannelId {
    ChannelId::trusted("slack")
}

fn bucket(name: &str, due: i64) -> Bucket {
    let project = ProjectId::default_project();
    Bucket { project, channel: slack(), name: name.to_owned(), due_at: after(due) }
}

fn place(bucket: &str, due: i64, group: Option<&str>) -> Held {
    let group = group.map(str::to_owned);
    Held { channel: slack(), bucket: bucket.to_owned(), due_at: after(due), group }
}

async fn route(scribe: &Scribe, notice: &Notice, routing: Routing) {
    scribe.stores.outbox.post(notice.clone()).await.expect("the notice is put in");
    scribe.stores.outbox.route(&notice.id(), routing).await.expect("the notice is routed");
}

async fn hold(scribe: &Scribe, notice: &Notice, held: Held) {
    route(scribe, notice, Routing { held: vec![held], ..Routing::default() }).await;
}

async fn inside(scribe: &Scribe, bucket: &Bucket) -> Vec<Notice> {
    let held = scribe.stores.outbox.held(bucket, 0, 1000).await.expect("the bucket is read");
    held.into_iter().map(|held| held.notice).collect()
}

async fn due(scribe: &Scribe, second: i64) -> Vec<Bucket> {
    scribe.stores.outbox.due_buckets(after(second)).await.expect("buckets are read")
}

async fn waiting(scribe: &Scribe, second: i64) -> Vec<Notice> {
    let waiting = scribe.stores.outbox.unrouted(after(second), 1000).await.expect("notices are read");
    waiting.into_iter().map(|waiting| waiting.notice).collect()
}

fn behind(what: &str, until: i64, replaces: bool) -> Routing {
    let put_off = PutOff { until: after(until), behind: what.to_owned(), replaces };
    Routing { put_off: Some(put_off), ..Routing::default() }
}

/// In the order in which they came, each once, and due when the earliest of them is.
pub async fn a_bucket_holds_what_was_put_into_it(data: &dyn Backend) {
    let scribe = begin(data).await;
    for (incident, due) in [("inc_a", 60), ("inc_b", 50), ("inc_c", 60)] {
        hold(&scribe, &notice(incident, 1), place("storm", due, None)).await;
    }
    hold(&scribe, &notice("inc_d", 1), place("another", 90, None)).await;
    let all = ["inc_a", "inc_b", "inc_c"].map(|incident| notice(incident, 1));
    assert_eq!(inside(&scribe, &bucket("storm", 50)).await, all);
    assert!(due(&scribe, 49).await.is_empty());
    assert_eq!(due(&scribe, 50).await, [bucket("storm", 50)]);
    assert_eq!(due(&scribe, 90).await, [bucket("storm", 50), bucket("another", 90)]);
    assert!(waiting(&scribe, 1000).await.is_empty(), "they are routed");
    assert!(listed(&scribe, &ALL).await.is_empty(), "nothing is on its way");
}

/// Up to the place that was read: what came later waits for the next time. Twice is once.
pub async fn a_bucket_is_emptied_into_deliveries(data: &dyn Backend) {
    let scribe = begin(data).await;
    hold(&scribe, &notice("inc_a", 1), place("storm", 60, None)).await;
    hold(&scribe, &notice("inc_b", 1), place("storm", 60, None)).await;
    let storm = bucket("storm", 60);
    let outbox = &scribe.stores.outbox;
    let read: Vec<HeldNotice> = outbox.held(&storm, 0, 1).await.expect("the bucket is read");
    let upto = read[0].place;
    let together = vec![delivery(&notice("inc_a", 1), "slack", after(60))];
    for _ in 0..2 {
        outbox.empty(&storm, upto, together.clone()).await.expect("the bucket is emptied");
    }
    assert_eq!(inside(&scribe, &storm).await, [notice("inc_b", 1)]);
    assert_eq!(listed(&scribe, &ALL).await, together);
    let rest = outbox.held(&storm, upto, 10).await.expect("the bucket is read");
    assert_eq!(rest.len(), 1);
    let late: Vec<Delivery> = vec![delivery(&notice("inc_c", 1), "slack", after(60))];
    outbox.empty(&storm, upto, late).await.expect("it was emptied before");
    assert_eq!(listed(&scribe, &ALL).await, together);
}

/// Whoever is told in a group is told, and counts as open in it until the incident is over.
pub async fn a_group_is_open_until_its_last_incident_is_over(data: &dyn Backend) {
    let scribe = begin(data).await;
    for incident in ["inc_a", "inc_b"] {
        hold(&scribe, &notice(incident, 1), place("storm", 60, Some("g"))).await;
    }
    hold(&scribe, &notice("inc_c", 1), place("storm", 60, None)).await;
    let outbox = &scribe.stores.outbox;
    let told = outbox.told("inc_a").await.expect("who was told is read");
    assert_eq!(told, [Told { channel: slack(), group: Some("g".to_owned()) }]);
    let open = async || outbox.open_in_group(&slack(), "g").await.expect("the group is counted");
    assert_eq!(open().await, 2);
    route(&scribe, &notice("inc_a", 2), Routing { ends: true, ..Routing::default() }).await;
    assert_eq!(open().await, 1);
    assert_eq!(outbox.open_in_group(&ChannelId::trusted("mail"), "g").await, Ok(0));
}

/// And no group takes that away.
pub async fn who_was_ever_told_singly_is_told_singly(data: &dyn Backend) {
    let scribe = begin(data).await;
    let singly = [Told { channel: slack(), group: None }];
    routed(&scribe, &notice("inc_a", 1), &["slack"], 10).await;
    hold(&scribe, &notice("inc_a", 2), place("storm", 60, Some("g"))).await;
    let outbox = &scribe.stores.outbox;
    assert_eq!(outbox.told("inc_a").await.expect("who was told is read"), singly);
    hold(&scribe, &notice("inc_b", 1), place("storm", 60, Some("g"))).await;
    routed(&scribe, &notice("inc_b", 2), &["slack"], 70).await;
    assert_eq!(outbox.told("inc_b").await.expect("who was told is read"), singly);
    // Also where it has its place already: it waited behind something, and is looked at again.
    let (waiting, outbox) = (notice("inc_c", 1), &scribe.stores.outbox);
    outbox.post(waiting.clone()).await.expect("posted");
    let put_off = PutOff { until: after(70), behind: "x".to_owned(), replaces: true };
    let first =
        Routing { held: vec![place("q", 600, Some("g"))], put_off: Some(put_off), ..Routing::default() };
    outbox.route(&waiting.id(), first).await.expect("put off");
    let again = Routing { held: vec![place("q", 600, None)], ..Routing::default() };
    outbox.route(&waiting.id(), again).await.expect("routed");
    assert_eq!(outbox.told("inc_c").await.expect("who was told is read"), singly);
}

/// Not before its time, unless what it waits behind lets it go.
pub async fn a_notice_can_be_put_off_and_released(data: &dyn Backend) {
    let scribe = begin(data).await;
    route(&scribe, &notice("inc_a", 1), behind("upstream", 100, false)).await;
    route(&scribe, &notice("inc_b", 1), behind("maintenance", 50, false)).await;
    assert!(waiting(&scribe, 49).await.is_empty());
    assert_eq!(waiting(&scribe, 50).await, [notice("inc_b", 1)]);
    let outbox = &scribe.stores.outbox;
    assert_eq!(outbox.release("upstream", after(20)).await, Ok(1));
    assert_eq!(outbox.release("upstream", after(20)).await, Ok(0));
    assert_eq!(waiting(&scribe, 20).await, [notice("inc_a", 1)]);
    let answer = outbox.route(&notice("inc_a", 1).id(), Routing::default()).await;
    assert_eq!((answer, waiting(&scribe, 49).await), (Ok(()), vec![]));
}

/// One that says all that earlier ones of its thread say, and only of its thread, and only those that wait for the same.
pub async fn a_later_notice_takes_the_place_of_earlier_ones(data: &dyn Backend) {
    let scribe = begin(data).await;
    route(&scribe, &notice("inc_a", 1), behind("maintenance", 50, true)).await;
    route(&scribe, &notice("inc_b", 1), behind("maintenance", 50, true)).await;
    scribe.stores.outbox.post(notice("inc_a", 2)).await.expect("the notice is put in");
    route(&scribe, &notice("inc_a", 4), behind("something else", 50, true)).await;
    route(&scribe, &notice("inc_a", 5), behind("maintenance", 50, true)).await;
    let mut left: Vec<_> = waiting(&scribe, 50).await.iter().map(Notice::id).collect();
    left.sort();
    assert_eq!(left, ["inc_a-2", "inc_a-4", "inc_a-5", "inc_b-1"]);
}

/// So many in a minute, and then no more until the next; what is refused has done nothing.
pub async fn only_a_few_go_out_singly_in_a_minute(data: &dyn Backend) {
    let scribe = begin(data).await;
    let outbox = &scribe.stores.outbox;
    let singly = |number: i64| {
        Some(Singly { of: "opened default".to_owned(), minute: after(number / 2 * 60), most: 2 })
    };
    for number in 0..2 {
        let notice = notice(&format!("inc_{number}"), 1);
        let deliveries = vec![delivery(&notice, "slack", after(1))];
        route(&scribe, &notice, Routing { deliveries, singly: singly(0), ..Routing::default() }).await;
    }
    let third = notice("inc_2", 1);
    outbox.post(third.clone()).await.expect("the notice is put in");
    let routing = || Routing::from(vec![delivery(&third, "slack", after(1))]);
    let refused = outbox.route(&third.id(), Routing { singly: singly(0), ..routing() }).await;
    assert_eq!(refused, Err(StoreError::Conflict));
    assert_eq!(waiting(&scribe, 100).await, std::slice::from_ref(&third));
    assert_eq!(listed(&scribe, &ALL).await.len(), 2);
    let next = outbox.route(&third.id(), Routing { singly: singly(2), ..routing() }).await;
    assert_eq!((next, listed(&scribe, &ALL).await.len()), (Ok(()), 3));
}
