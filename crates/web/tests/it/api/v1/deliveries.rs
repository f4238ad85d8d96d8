//! `/deliveries`.

use app::ports::{Delivery, DeliveryOutcome, DeliveryState};
use app::{Group, GroupReason, Notice, Tally, Test, Trouble, TroubleKind, Unobserved};
use axum::http::StatusCode;
use domain::id::{ChannelId, DeliveryId};
use domain::{Duration, ProjectId};
use insta::assert_snapshot;
use testkit::fixtures::{after, start};

use crate::support::World;

/// A delivery to `ops` that was given up.
async fn dead(world: &World) {
    let outbox = &world.app().ports().outbox;
    let gap = Unobserved { project: ProjectId::default_project(), from: start(), until: after(60), slots: 2 };
    let notice = Notice::Unobserved(gap);
    outbox.post(notice.clone()).await.expect("posted");
    let (id, channel) = (DeliveryId::trusted("n1/ops"), ChannelId::trusted("ops"));
    let delivery = Delivery {
        id: id.clone(),
        project: ProjectId::default_project(),
        channel: channel.clone(),
        thread: notice.thread(),
        notice: notice.clone(),
        created_at: start(),
        due_at: start(),
        attempts: 0,
        state: DeliveryState::Pending,
        last_answer: None,
        finished_at: None,
    };
    outbox.route(&notice.id(), vec![delivery].into()).await.expect("routed");
    outbox.claim(&channel, start(), start() + Duration::MINUTE, 1).await.expect("claimed");
    let outcome = DeliveryOutcome::Dead { at: after(5), answer: "410 Gone".to_owned() };
    outbox.settle(&id, 1, outcome).await.expect("settled");
}

#[tokio::test]
async fn a_dead_delivery_is_listed_and_sent_again() {
    let world = World::new();
    dead(&world).await;
    assert_snapshot!(world.get("/api/v1/deliveries?state=dead&channel=ops").await.text(), @r#"[{"id":"n1/ops","channel":"ops","state":"dead","kind":"unobserved","created_at":"2026-03-02T08:00:00.000Z","attempts":1,"last_answer":"410 Gone","finished_at":"2026-03-02T08:00:05.000Z"}]"#);
    let retry = "/api/v1/deliveries/n1%2Fops/retry";
    let reply = world.post(retry, "").await;
    assert_eq!((reply.status, reply.body.len()), (StatusCode::ACCEPTED, 0));
    let reply = world.post(retry, "").await;
    assert_eq!(
        (reply.status, reply.message().as_str()),
        (StatusCode::NOT_FOUND, "dead delivery n1/ops not found")
    );
    assert_eq!(world.get("/api/v1/deliveries?state=dead").await.text(), "[]");
    assert_eq!(world.get("/api/v1/deliveries?state=lost").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn every_kind_of_notice_is_listed_with_its_tries_and_a_short_answer() {
    let (world, project) = (World::new(), ProjectId::default_project());
    let outbox = &world.app().ports().outbox;
    let group = Group {
        project: project.clone(),
        id: "storm.1.0".to_owned(),
        thread: "storm".to_owned(),
        reason: GroupReason::Storm,
        from: start(),
        until: after(60),
        opened: Tally { count: 9980, ..Tally::default() },
        updated: Tally::default(),
        resolved: Tally::default(),
        still_open: 9980,
    };
    let what = TroubleKind::DeadLetters { count: 3 };
    let trouble = Trouble { project: project.clone(), since: start(), at: start(), what, over: false };
    let test =
        Test { project: project.clone(), channel: "ops".to_owned(), by: "ann".to_owned(), at: start() };
    let notices = [Notice::Group(Box::new(group)), Notice::Trouble(trouble), Notice::Test(test)];
    for (notice, second) in notices.into_iter().zip(1..) {
        let delivery = testkit::fixtures::delivery(&notice, "ops", after(second));
        let (id, channel) = (delivery.id.clone(), delivery.channel.clone());
        outbox.post(notice.clone()).await.expect("posted");
        outbox.route(&notice.id(), vec![delivery].into()).await.expect("routed");
        outbox.claim(&channel, after(second), after(second + 60), 1).await.expect("claimed");
        let answer = "503 service unavailable".to_owned();
        outbox.settle(&id, 1, DeliveryOutcome::Retry { at: after(900), answer }).await.expect("settled");
    }
    let body = world.get("/api/v1/deliveries").await.text().to_owned();
    let listed: Vec<serde_json::Value> = serde_json::from_str(&body).expect("a list");
    let told =
        |it: &serde_json::Value| (it["kind"].clone(), it["attempts"].clone(), it["last_answer"].clone());
    let expected = ["test", "dead_letters", "group"]
        .map(|kind| (kind.into(), 1.into(), "503 service unavailable".into()));
    assert_eq!(listed.iter().map(told).collect::<Vec<_>>(), expected);
}
