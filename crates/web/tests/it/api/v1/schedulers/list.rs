//! `GET /schedulers`.

use axum::http::StatusCode;
use insta::assert_snapshot;
use serde_json::json;
use web::WebSettings;

use crate::support::{Reply, World};

async fn register(world: &World, id: &str, service: &str, tags: &[&str]) {
    let body = json!({ "scheduler_id": id, "service_name": service, "job_name": "j", "tags": tags });
    assert_eq!(world.post("/api/v1/schedulers", &body.to_string()).await.status, StatusCode::CREATED);
}

fn ids(reply: &Reply) -> Vec<String> {
    let json = reply.json();
    let items = json.as_array().expect("an array").iter();
    items.map(|item| item["scheduler_id"].as_str().expect("an id").to_owned()).collect()
}

async fn world() -> World {
    let world = World::new();
    register(&world, "c", "shipping", &["night"]).await;
    register(&world, "a", "billing", &["night", "money"]).await;
    register(&world, "b", "billing", &[]).await;
    world.put("/api/v1/schedulers/b/status", r#"{"status":"failed"}"#).await;
    world
}

#[tokio::test]
async fn a_page_leads_to_the_next_one_until_the_end() {
    let world = world().await;
    let mut path = "/api/v1/schedulers?limit=2&sort=scheduler_id&cursor=".to_owned();
    let mut seen = Vec::new();
    for _ in 0..5 {
        let reply = world.get(&path).await;
        assert_eq!((reply.status, reply.header("x-total-count")), (StatusCode::OK, Some("3")));
        seen.extend(ids(&reply));
        let Some(link) = reply.header("link") else { break };
        let target =
            link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")).expect("a link");
        assert!(target.starts_with("/api/v1/schedulers?limit=2&sort=scheduler_id&cursor="), "{target}");
        target.clone_into(&mut path);
    }
    assert_eq!(seen, ["a", "b", "c"]);
}

#[tokio::test]
async fn links_begin_with_the_public_address_where_there_is_one() {
    let public_url = Some("https://punctual.example/".to_owned());
    let world = World::with(WebSettings { public_url, ..WebSettings::default() });
    register(&world, "a", "s", &[]).await;
    register(&world, "b", "s", &[]).await;
    let reply = world.get("/api/v1/schedulers?limit=1").await;
    assert!(
        reply
            .header("link")
            .expect("a link")
            .starts_with("<https://punctual.example/api/v1/schedulers?limit=1&cursor=")
    );
}

#[tokio::test]
async fn a_list_is_filtered_and_sorted() {
    let world = world().await;
    for (query, expected) in [
        ("", vec!["a", "b", "c"]),
        ("?sort=-severity", vec!["b", "a", "c"]),
        ("?status=failed", vec!["b"]),
        ("?health=new", vec!["a", "c"]),
        ("?service=billing", vec!["a", "b"]),
        ("?tag=night", vec!["a", "c"]),
        ("?q=SHIP", vec!["c"]),
        ("?service=billing&tag=night&status=pending", vec!["a"]),
        ("?service=nobody", vec![]),
        ("?status=&limit=3", vec!["a", "b", "c"]),
    ] {
        assert_eq!(ids(&world.get(&format!("/api/v1/schedulers{query}")).await), expected, "{query}");
    }
}

#[tokio::test]
async fn a_total_is_told_where_it_is_cheap() {
    let world = world().await;
    for (query, total) in
        [("", Some("3")), ("?health=new", Some("2")), ("?service=billing", Some("2")), ("?tag=night", None)]
    {
        let reply = world.get(&format!("/api/v1/schedulers{query}")).await;
        assert_eq!(reply.header("x-total-count"), total, "{query}");
    }
}

#[tokio::test]
async fn an_empty_list_in_full() {
    assert_snapshot!(World::new().get("/api/v1/schedulers").await, @r#"
200 OK
cache-control: no-store
content-length: 2
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac005cc1beeb8da1658eec67
x-total-count: 0

[]
"#);
}

#[tokio::test]
async fn limits_have_their_edges() {
    let world = World::new();
    for (limit, status) in [("1", 200), ("10000", 200), ("0", 400), ("10001", 400), ("-1", 400), ("x", 400)] {
        let reply = world.get(&format!("/api/v1/schedulers?limit={limit}")).await;
        assert_eq!(reply.status.as_u16(), status, "{limit}");
    }
}
