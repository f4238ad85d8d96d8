//! What was pinged in vain is shown to those who can mend it.

use app::ports::Role;
use axum::http::{Method, StatusCode};
use domain::ProjectId;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{ID, get, world};
use crate::support::{Ask, World};

const PATH: &str = "/api/v1/ingest-problems";

/// One problem a line, in the order of what was wrong: all came at one instant.
async fn problems(world: &World, key: Option<&str>) -> String {
    let ask = Ask::new(Method::GET, PATH);
    let reply = world.ask(key.map_or(ask, |key| Ask::new(Method::GET, PATH).key(key))).await;
    assert_eq!(reply.status, StatusCode::OK, "{reply}");
    let problems: Vec<Value> = serde_json::from_slice(&reply.body).expect("a list");
    let text = |problem: &Value, name: &str| problem[name].as_str().expect("text").to_owned();
    let mut lines: Vec<String> = problems
        .iter()
        .map(|it| {
            format!("{} {} {}: {}", it["count"], text(it, "problem"), text(it, "subject"), text(it, "sample"))
        })
        .collect();
    lines.sort();
    lines.join("\n")
}

#[tokio::test]
async fn everything_that_was_refused_is_counted_and_told_with_what_to_do() {
    let world = world().await;
    let unknown = ID.replace('5', "6");
    for path in [
        "nightly",
        "ID/fail/",
        "KEY/Nightly",
        "other-key/Nightly",
        &unknown,
        &unknown,
        "KEY/nobody",
        "other-key/nightly",
        "ID/256",
        "KEY/nightly?rid=7",
    ] {
        assert!(get(&world, path).await.status.is_client_error(), "{path}");
    }
    for id in ["twin", "nobody"] {
        let body = json!({ "scheduler_id": id, "service_name": "s", "job_name": "j", "slug": "nobody" });
        let reply = world.post("/api/v1/schedulers/register", &body.to_string()).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{reply}");
    }
    let reply = get(&world, "KEY/nobody/fail").await;
    assert_eq!((reply.status, reply.text()), (StatusCode::CONFLICT, "ambiguous slug"));
    assert_snapshot!(problems(&world, None).await, @r#"
1 ambiguous_slug nobody: several schedulers have this slug: give all but one another
1 invalid_exit_status billing-nightly: an exit status is 0 to 255: the ping was not taken
1 invalid_rid billing-nightly: rid must be a UUID with dashes: the ping was not taken
1 malformed_address Nightly: a slug has no capitals: ping it in small letters
1 unknown_ping_key nightly: no project has the ping key before this slug: it was changed, or misspelt; an admin sees it in GET /projects
1 unknown_slug nobody: no scheduler has this slug: register it, or ping it with ?create=1 and it is made
2 malformed_address /ping/: a ping's address is /ping/ and a UUID in small letters with dashes, or a ping key and a slug; then /start, /fail, /log or an exit status, and nothing after it
2 unknown_address 6e0b9d…: no scheduler has this address: it was deleted, or given another one; `punctual show` tells a scheduler's address
"#);
}

#[tokio::test]
async fn a_problem_is_shown_in_full_and_its_secret_only_in_part() {
    let world = world().await;
    get(&world, &ID.replace('5', "6")).await;
    world.pass(60);
    get(&world, &ID.replace('5', "6")).await;
    assert_snapshot!(world.get(PATH).await.text(), @r#"[{"dialect":"ping","problem":"unknown_address","subject":"6e0b9d…","count":2,"first_at":"2026-03-02T08:00:00.000Z","last_at":"2026-03-02T08:01:00.000Z","sample":"no scheduler has this address: it was deleted, or given another one; `punctual show` tells a scheduler's address"}]"#);
}

#[tokio::test]
async fn each_project_is_told_its_own() {
    let world = world().await;
    let shop =
        world.key_in(ProjectId::parse("shop").expect("a project"), Role::ServiceOwner, &["till"]).await;
    let body = json!({ "name": "Shop", "ping_key": "ping-key-of-the-shop" }).to_string();
    assert_eq!(world.put("/api/v1/projects/shop", &body).await.status, StatusCode::OK);
    get(&world, "ping-key-of-the-shop/till").await;
    get(&world, "KEY/till").await;
    get(&world, "KEY/till").await;
    let (ours, theirs) = (problems(&world, None).await, problems(&world, Some(&shop)).await);
    assert!(ours.starts_with("2 unknown_slug till: ") && !ours.contains('\n'), "{ours}");
    assert!(theirs.starts_with("1 unknown_slug till: ") && !theirs.contains('\n'), "{theirs}");
}
