//! `/incidents`.

use std::sync::Arc;

use app::ports::Role;
use app::roles::{Dispatcher, Role as _, Router};
use axum::http::{Method, StatusCode};
use domain::ProjectId;
use insta::assert_snapshot;
use testkit::FixedChannels;
use web::WebSettings;

use crate::support::{Ask, World};

const INCIDENTS: &str = "/api/v1/incidents";

/// A world with the default channel `ops`.
fn world() -> World {
    let channels = Arc::new(FixedChannels::new());
    channels.add("ops", true);
    World::on(WebSettings::default(), |ports| ports.channels = channels)
}

async fn register(world: &World, id: &str, service: &str) {
    let body = format!(r#"{{"scheduler_id":"{id}","service_name":"{service}","job_name":"j"}}"#);
    assert_eq!(world.post("/api/v1/schedulers/register", &body).await.status, StatusCode::CREATED);
}

async fn report(world: &World, id: &str, body: &str) {
    let reply = world.put(&format!("/api/v1/schedulers/{id}/status"), body).await;
    assert_eq!(reply.status, StatusCode::OK, "{reply}");
}

/// The open incident of a scheduler whose run just failed.
async fn failed(world: &World, id: &str, service: &str) -> String {
    register(world, id, service).await;
    report(world, id, r#"{"status":"failed","error_message":"disk full","exit_code":3,"run_id":"r1"}"#).await;
    let listed = world.get(&format!("{INCIDENTS}?scheduler={id}&state=open")).await.json();
    listed[0]["id"].as_str().expect("an incident").to_owned()
}

fn acknowledgement(id: &str) -> String {
    format!("{INCIDENTS}/{id}/acknowledgement")
}

#[tokio::test]
async fn an_incident_is_told_from_what_caused_it_to_its_end() {
    let world = world();
    let id = failed(&world, "billing-nightly", "billing").await;
    Router::new(world.app().clone()).run_once().await.expect("routed");
    Dispatcher::new(world.app().clone(), app::roles::Crew::new()).drain_once().await.expect("sent");
    world.pass(60);
    assert_eq!(world.put(&acknowledgement(&id), "").await.status, StatusCode::OK);
    assert_eq!(world.delete(&acknowledgement(&id)).await.status, StatusCode::OK);
    report(&world, "billing-nightly", r#"{"status":"completed"}"#).await;
    let story = world.get(&format!("{INCIDENTS}/{id}")).await;
    assert_snapshot!(story.text(), @r#"{"id":"inc_01kjprzb009xgsnz6m9macz2zy","scheduler_id":"billing-nightly","service_name":"billing","job_name":"j","state":"resolved","severity":"error","causes":["failing"],"opened_at":"2026-03-02T08:00:00.000Z","alerted_at":"2026-03-02T08:00:00.000Z","escalated":0,"ended":{"at":"2026-03-02T08:01:00.000Z","why":"recovered"},"timeline":[{"at":"2026-03-02T08:00:00.000Z","version":2,"what":"failed","run":1,"run_id":"r1","error_message":"disk full","exit_code":3},{"at":"2026-03-02T08:00:00.000Z","version":3,"what":"opened","causes":["failing"]},{"at":"2026-03-02T08:01:00.000Z","version":4,"what":"acknowledged","causes":["failing"],"by":"configured key 1"},{"at":"2026-03-02T08:01:00.000Z","version":5,"what":"withdrawn","by":"configured key 1"},{"at":"2026-03-02T08:01:00.000Z","version":7,"what":"resolved","why":"recovered"}],"timeline_is_whole":true,"deliveries":[{"id":"inc_01kjprzb009xgsnz6m9macz2zy-3.ops","channel":"ops","channel_name":"ops","state":"delivered","kind":"opened","scheduler_id":"billing-nightly","incident":"inc_01kjprzb009xgsnz6m9macz2zy","created_at":"2026-03-02T08:00:00.000Z","attempts":1,"last_answer":"200 OK","finished_at":"2026-03-02T08:00:00.000Z"}]}"#);
}

#[tokio::test]
async fn incidents_are_listed_newest_first_and_page_by_page() {
    let world = world();
    let mut ids = Vec::new();
    for service in ["a", "b", "c"] {
        ids.insert(0, failed(&world, service, service).await);
        world.pass(1);
    }
    world.put(&acknowledgement(&ids[0]), "").await;
    report(&world, "a", r#"{"status":"completed"}"#).await;
    let listed = async |query: &str| {
        let reply = world.get(&format!("{INCIDENTS}?{query}")).await;
        assert_eq!(reply.status, StatusCode::OK, "{reply}");
        let items = reply.json().as_array().expect("a list").clone();
        items.iter().map(|it| it["id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed("").await, ids);
    assert_eq!(listed("state=open").await, ids[..2]);
    assert_eq!(listed("state=acknowledged").await, ids[..1]);
    assert_eq!(listed("state=unacknowledged").await, ids[1..2]);
    assert_eq!(listed("state=resolved").await, ids[2..]);
    assert_eq!(listed("service=b").await, ids[1..2]);
    assert_eq!(listed("scheduler=a&service=b").await, Vec::<String>::new());
    let first = world.get(&format!("{INCIDENTS}?limit=2")).await;
    let link = first.header("link").expect("a next page").to_owned();
    let next = link.split(['<', '>']).nth(1).expect("an address");
    assert_eq!(world.get(next).await.json()[0]["id"], ids[2]);
    for wrong in ["state=odd", "limit=0", "limit=1001", "scheduler=.", "cursor=%20x", "sort=id"] {
        let status = world.get(&format!("{INCIDENTS}?{wrong}")).await.status;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn acknowledging_twice_is_once_and_is_refused_when_it_is_over() {
    let world = world();
    let id = failed(&world, "billing-nightly", "billing").await;
    for _ in 0..2 {
        let reply = world.put(&acknowledgement(&id), "").await.json();
        assert_eq!(
            (&reply["state"], &reply["acknowledged"]["by"]),
            (&"acknowledged".into(), &"configured key 1".into())
        );
    }
    for _ in 0..2 {
        assert_eq!(world.delete(&acknowledgement(&id)).await.json()["state"], "unacknowledged");
    }
    let events = world.get("/api/v1/schedulers/billing-nightly/events").await.json();
    let told = events.as_array().expect("events").iter().filter(|it| it["type"] == "incident_acknowledged");
    assert_eq!(told.count(), 1);
    let audited = world.get("/api/v1/audit?subject=billing-nightly").await;
    assert!(
        audited.text().contains(&format!(
            r#""action":"incident.acknowledge","subject":"billing-nightly","detail":"{id}""#
        )),
        "{audited}"
    );
    report(&world, "billing-nightly", r#"{"status":"completed"}"#).await;
    report(&world, "billing-nightly", r#"{"status":"failed"}"#).await;
    for method in [Method::PUT, Method::DELETE] {
        let reply = world.ask(Ask::new(method, &acknowledgement(&id))).await;
        assert_eq!(reply.status, StatusCode::CONFLICT);
        assert!(reply.message().contains("is over"), "{reply}");
    }
    let open = world.get(&format!("{INCIDENTS}?state=open")).await.json();
    assert_eq!(
        (&open[0]["state"], open[1].is_null()),
        (&"unacknowledged".into(), true),
        "the next one is untouched"
    );
}

#[tokio::test]
async fn a_key_reaches_the_incidents_of_its_project_and_services_only() {
    let world = world();
    let (billing, shop) =
        (failed(&world, "billing-nightly", "billing").await, failed(&world, "shop-hourly", "shop").await);
    let owner = world.key(Role::ServiceOwner, &["billing"]).await;
    let reporter = world.key(Role::Reporter, &[]).await;
    let stranger = world.key_in(ProjectId::parse("other").expect("a project"), Role::Admin, &[]).await;
    let as_key = |key: &str, method: Method, path: String| world.ask(Ask::new(method, &path).key(key));
    let listed = as_key(&owner, Method::GET, INCIDENTS.to_owned()).await.json();
    assert_eq!((listed[0]["id"].as_str(), listed[1].is_null()), (Some(billing.as_str()), true));
    let story = |id: &str| format!("{INCIDENTS}/{id}");
    assert_eq!(as_key(&owner, Method::GET, story(&billing)).await.status, StatusCode::OK);
    assert_eq!(as_key(&owner, Method::GET, story(&shop)).await.status, StatusCode::FORBIDDEN);
    assert_eq!(as_key(&owner, Method::PUT, acknowledgement(&shop)).await.status, StatusCode::FORBIDDEN);
    assert_eq!(as_key(&owner, Method::PUT, acknowledgement(&billing)).await.status, StatusCode::OK);
    assert_eq!(as_key(&reporter, Method::GET, story(&shop)).await.status, StatusCode::OK);
    assert_eq!(as_key(&reporter, Method::PUT, acknowledgement(&shop)).await.status, StatusCode::FORBIDDEN);
    assert_eq!(as_key(&stranger, Method::GET, INCIDENTS.to_owned()).await.text(), "[]");
    for method in [Method::PUT, Method::DELETE] {
        assert_eq!(as_key(&stranger, method, acknowledgement(&shop)).await.status, StatusCode::NOT_FOUND);
    }
    let reply = as_key(&stranger, Method::GET, story(&shop)).await;
    assert_eq!(
        (reply.status, reply.message()),
        (StatusCode::NOT_FOUND, format!("incident {shop} not found"))
    );
}

#[tokio::test]
async fn the_incident_of_a_deleted_scheduler_stays_without_its_events() {
    let world = world();
    let id = failed(&world, "billing-nightly", "billing").await;
    assert_eq!(world.delete("/api/v1/schedulers/billing-nightly").await.status, StatusCode::NO_CONTENT);
    register(&world, "billing-nightly", "billing").await;
    let story = world.get(&format!("{INCIDENTS}/{id}")).await.json();
    assert_eq!((&story["ended"]["why"], &story["timeline_is_whole"]), (&"deleted".into(), &false.into()));
    assert_eq!(story["timeline"].as_array().map(Vec::len), Some(0), "those of the new one are not its own");
}
