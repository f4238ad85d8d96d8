//! Notices until they are routed: each becomes its deliveries once.

use app::Notice;
use app::ports::{Commit, Delivery, DeliveryQuery, DeliveryState, OutboxCounts, Routing};
use domain::id::ChannelId;
use domain::{ConfigChange, Instant, ProjectId, Status};
use tokio::task::JoinSet;

use super::begin;
use super::paging::walk;
use crate::fixtures::{after, alert, configure, delivery, key, notice, registration, report, start};
use crate::{Backend, Scribe};

pub(super) async fn unrouted(scribe: &Scribe, limit: usize) -> Vec<Notice> {
    let waiting = scribe.stores.outbox.unrouted(Instant::MAX, limit).await.expect("notices are read");
    waiting.into_iter().map(|waiting| waiting.notice).collect()
}

pub(super) async fn counts(scribe: &Scribe) -> OutboxCounts {
    scribe.stores.outbox.counts().await.expect("counts are read")
}

pub(super) async fn told(scribe: &Scribe, incident: &str) -> Vec<ChannelId> {
    let mut told = scribe.stores.outbox.told(incident).await.expect("who was told is read");
    told.sort();
    told.into_iter().map(|told| told.channel).collect()
}

/// Nothing but deliveries.
pub(super) fn to(deliveries: Vec<Delivery>) -> Routing {
    Routing { deliveries, ..Routing::default() }
}

/// Puts a notice in and routes it to channels, due at once.
pub(super) async fn routed(
    scribe: &Scribe,
    notice: &Notice,
    channels: &[&str],
    second: i64,
) -> Vec<Delivery> {
    let deliveries: Vec<_> =
        channels.iter().map(|channel| delivery(notice, channel, after(second))).collect();
    scribe.stores.outbox.post(notice.clone()).await.expect("the notice is put in");
    scribe.stores.outbox.route(&notice.id(), to(deliveries.clone())).await.expect("the notice is routed");
    deliveries
}

/// Every delivery of the default project that a query asks for, newest first.
pub(super) async fn listed(scribe: &Scribe, query: &DeliveryQuery) -> Vec<Delivery> {
    let project = ProjectId::default_project();
    walk(query.limit, async |cursor| {
        scribe.stores.outbox.deliveries(&project, &DeliveryQuery { cursor, ..query.clone() }).await
    })
    .await
}

pub(super) const ALL: DeliveryQuery =
    DeliveryQuery { state: None, channel: None, thread: None, limit: 1000, cursor: None };

/// What a commit asks to be told is in the outbox as soon as the commit is written, and before it is not.
pub async fn alerts_of_a_commit_become_notices_in_their_order(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    let mut expected = Vec::new();
    for (status, second) in [(Status::Failed, 1), (Status::Completed, 2), (Status::Failed, 3)] {
        let command = crate::fixtures::reported(report(status, after(second)));
        let commit = scribe.decide(&nightly, command, after(second)).await;
        expected.extend(commit.alerts.iter().map(|alert| Notice::Alert(Box::new(alert.clone()))));
        scribe.commit(commit).await.expect("the commit is written");
        assert_eq!(unrouted(&scribe, 1000).await, expected);
    }
    assert_eq!(expected.len(), 3);
    assert_eq!(unrouted(&scribe, 2).await, expected[..2]);
    assert_eq!(unrouted(&scribe, 1).await, expected[..1]);
    assert_eq!(counts(&scribe).await, OutboxCounts { unrouted: 3, ..OutboxCounts::default() });
}

/// Several alerts of one commit stay in the order in which they were decided.
pub async fn alerts_of_one_commit_are_all_kept(data: &dyn Backend) {
    let scribe = begin(data).await;
    let commit = scribe.decide(&key("nightly"), configure(registration()), start()).await;
    let alerts = [3, 1, 2].map(|version| alert("inc_a", version)).to_vec();
    scribe.commit(Commit { alerts, ..commit }).await.expect("the commit is written");
    let expected = [3, 1, 2].map(|version| notice("inc_a", version));
    assert_eq!(unrouted(&scribe, 10).await, expected);
}

/// Once, however often, and not again after it was routed.
pub async fn a_notice_is_put_in_once(data: &dyn Backend) {
    let scribe = begin(data).await;
    for _ in 0..3 {
        scribe.stores.outbox.post(notice("inc_a", 1)).await.expect("the notice is put in");
    }
    scribe.stores.outbox.post(notice("inc_b", 1)).await.expect("the notice is put in");
    assert_eq!(unrouted(&scribe, 10).await, [notice("inc_a", 1), notice("inc_b", 1)]);
    routed(&scribe, &notice("inc_a", 1), &["slack"], 10).await;
    scribe.stores.outbox.post(notice("inc_a", 1)).await.expect("the notice is known");
    assert_eq!(unrouted(&scribe, 10).await, [notice("inc_b", 1)]);
}

/// A word about ourselves travels as alerts do.
pub async fn a_word_about_ourselves_is_a_notice_too(data: &dyn Backend) {
    let scribe = begin(data).await;
    let gap = app::Unobserved {
        project: ProjectId::default_project(),
        from: after(10),
        until: after(100),
        slots: 3,
    };
    let notice = Notice::Unobserved(gap);
    scribe.stores.outbox.post(notice.clone()).await.expect("the notice is put in");
    assert_eq!(unrouted(&scribe, 10).await, std::slice::from_ref(&notice));
    let expected = routed(&scribe, &notice, &["mail"], 10).await;
    assert_eq!(listed(&scribe, &ALL).await, expected);
}

/// One delivery for each channel, as it was given; to nobody is an answer too.
pub async fn routing_turns_a_notice_into_its_deliveries(data: &dyn Backend) {
    let scribe = begin(data).await;
    let mut expected = routed(&scribe, &notice("inc_a", 1), &["slack", "mail"], 10).await;
    routed(&scribe, &notice("inc_b", 1), &[], 20).await;
    assert!(unrouted(&scribe, 10).await.is_empty());
    let mut found = listed(&scribe, &ALL).await;
    expected.sort_by(|a, b| a.id.cmp(&b.id));
    found.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(found, expected);
    assert_eq!(counts(&scribe).await, OutboxCounts { pending: 2, ..OutboxCounts::default() });
}

/// One after the other and at the same time, with the same channels or with others: the first word holds.
pub async fn routing_twice_is_routing_once(data: &dyn Backend) {
    let scribe = begin(data).await;
    let first = notice("inc_a", 1);
    routed(&scribe, &first, &["slack"], 10).await;
    let again = vec![delivery(&first, "slack", after(20)), delivery(&first, "mail", after(20))];
    scribe.stores.outbox.route(&first.id(), to(again)).await.expect("it was routed before");
    assert_eq!(listed(&scribe, &ALL).await, [delivery(&first, "slack", after(10))]);

    let there = scribe.on(data.open().await);
    for version in 2..12 {
        let notice = notice("inc_a", version);
        scribe.stores.outbox.post(notice.clone()).await.expect("the notice is put in");
        let routers = [&scribe, &there, &scribe].map(|scribe| {
            let (outbox, notice) = (scribe.stores.outbox.clone(), notice.clone());
            async move { outbox.route(&notice.id(), to(vec![delivery(&notice, "slack", after(10))])).await }
        });
        let answers = routers.into_iter().collect::<JoinSet<_>>().join_all().await;
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    }
    assert_eq!(listed(&scribe, &ALL).await.len(), 11);
}

/// It was routed and forgotten long ago, or never was.
pub async fn routing_a_notice_that_is_not_there_makes_nothing(data: &dyn Backend) {
    let scribe = begin(data).await;
    let unknown = notice("inc_a", 1);
    let answer =
        scribe.stores.outbox.route(&unknown.id(), to(vec![delivery(&unknown, "slack", start())])).await;
    assert_eq!(answer, Ok(()));
    assert!(listed(&scribe, &ALL).await.is_empty());
    assert!(told(&scribe, "inc_a").await.is_empty());
}

/// Each channel once, whatever became of the deliveries, and of no other incident.
pub async fn it_is_known_who_was_told_of_an_incident(data: &dyn Backend) {
    let scribe = begin(data).await;
    assert!(told(&scribe, "inc_a").await.is_empty());
    routed(&scribe, &notice("inc_a", 1), &["slack", "mail"], 10).await;
    routed(&scribe, &notice("inc_a", 2), &["slack", "pager"], 20).await;
    routed(&scribe, &notice("inc_b", 1), &["hook"], 30).await;
    let channels = ["mail", "pager", "slack"].map(ChannelId::trusted);
    assert_eq!(told(&scribe, "inc_a").await, channels);
    assert_eq!(told(&scribe, "inc_b").await, [ChannelId::trusted("hook")]);
}

/// An incident may last longer than deliveries are kept, and then those who were told must hear its end all the same.
pub async fn who_was_told_outlives_the_deliveries(data: &dyn Backend) {
    let scribe = begin(data).await;
    routed(&scribe, &notice("inc_a", 1), &["slack"], 10).await;
    super::claims::deliver_all(&scribe, "slack", 20).await;
    let pruned = scribe.stores.outbox.prune_outbox(after(1000), 1000).await;
    assert!(pruned.is_ok_and(|pruned| pruned > 0));
    assert!(listed(&scribe, &ALL).await.is_empty());
    assert_eq!(told(&scribe, "inc_a").await, [ChannelId::trusted("slack")]);
}

/// A scheduler's notices say what it was called then.
pub async fn a_notice_says_what_was_so_when_it_was_decided(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    scribe.report(&nightly, report(Status::Failed, after(10))).await;
    let before = unrouted(&scribe, 10).await;
    let moved = ConfigChange { service_name: Some("ledger".to_owned()), ..ConfigChange::default() };
    scribe.write(&nightly, configure(moved), after(20)).await;
    assert_eq!(unrouted(&scribe, 10).await, before);
    let deliveries = routed(&scribe, &before[0], &["slack"], 30).await;
    let listed = listed(&scribe, &ALL).await;
    assert_eq!(listed, deliveries);
    assert_eq!(listed[0].state, DeliveryState::Pending);
}
