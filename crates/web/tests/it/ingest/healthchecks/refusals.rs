//! What is refused, and how: keys, bodies, methods, addresses, other projects.

use app::ports::Role;
use axum::http::{Method, StatusCode};
use domain::ProjectId;
use insta::assert_snapshot;
use serde_json::json;
use web::{Prefix, WebSettings};

use super::{made, settings, uuid, world};
use crate::support::{Ask, World};

const LONG: &str = "0123456789abcdef0123456789abcdef";

#[tokio::test]
async fn keys_are_asked_for_in_healthchecks_words() {
    let world = world();
    let viewer = world.key(Role::Viewer, &[]).await;
    let (missing, wrong) = ("missing api key", "wrong api key");
    for (method, path, key, body, status, told) in [
        (Method::GET, "/api/v3/checks/", None, "", 401, missing),
        (Method::GET, "/api/v3/checks/", Some("short"), "", 401, missing),
        (Method::GET, "/api/v3/checks/", Some(LONG), "", 401, wrong),
        (Method::GET, "/api/v3/checks/", Some("pun_revoked"), "", 401, wrong),
        (Method::POST, "/api/v3/checks/", None, "", 401, missing),
        (Method::POST, "/api/v3/checks/", Some(LONG), "{}", 401, wrong),
        (Method::POST, "/api/v3/checks/", Some(&viewer), "{}", 401, wrong),
        (Method::GET, "/api/v3/channels/", Some(&viewer), "", 401, wrong),
        (Method::POST, "/api/v3/checks/", None, r#"{"api_key":"short"}"#, 401, missing),
        // What cannot be read is told before the key is looked at.
        (Method::POST, "/api/v3/checks/", None, "surprise", 400, "could not parse request body"),
        (Method::POST, "/api/v3/checks/", None, "[]", 400, "json validation error: value is not an object"),
        (Method::POST, "/api/v3/checks/", None, "null", 400, "json validation error: value is not an object"),
    ] {
        let ask = Ask::new(method.clone(), path).without("x-api-key").body(body.to_owned());
        let reply = world.ask(if let Some(key) = key { ask.key(key) } else { ask }).await;
        let seen = (reply.status.as_u16(), reply.json());
        assert_eq!(seen, (status, json!({ "error": told })), "{method} {path} {key:?} {body}");
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    }
    let posted = json!({"api_key": crate::support::ADMIN, "name": "by body"}).to_string();
    let reply = world.ask(Ask::new(Method::POST, "/api/v3/checks/").without("x-api-key").body(posted)).await;
    assert_eq!(reply.status, StatusCode::CREATED);
    let nothing = world.ask(Ask::new(Method::GET, "/api/v3/checks/").body("null")).await;
    assert_eq!(nothing.status, StatusCode::OK);
}

#[tokio::test]
async fn a_wrong_key_is_told_to_the_projects_people() {
    let world = world();
    world.ask(Ask::new(Method::GET, "/api/v3/checks/").key(LONG)).await;
    let someone = app::Caller::local(ProjectId::default_project());
    let problems = world.app().ingest_problems(&someone).await.expect("problems");
    let told: Vec<_> =
        problems.iter().map(|it| (it.dialect.as_str(), it.problem.as_str(), it.subject.as_str())).collect();
    assert_eq!(told, [("healthchecks", "wrong_api_key", "012345…")]);
}

#[tokio::test]
async fn what_cannot_be_is_told_first_things_first_and_nothing_is_made() {
    let world = world();
    for (spec, told) in [
        (r#"{"timeout":"x","name":null}"#, "json validation error: name is not a string"),
        (r#"{"grace":59}"#, "json validation error: grace is too small"),
        (r#"{"channels":"nobody"}"#, "invalid channel identifier: nobody"),
        (r#"{"channels":","}"#, "empty channel identifier"),
    ] {
        let reply = world.post("/api/v3/checks/", spec).await;
        assert_eq!((reply.status.as_u16(), reply.json()), (400, json!({ "error": told })), "{spec}");
    }
    assert_eq!(world.get("/api/v3/checks/").await.json(), json!({"checks": []}));
}

#[tokio::test]
async fn browsers_may_ask_and_wrong_methods_are_answered_without_a_word() {
    let world = world();
    let reply = world.ask(Ask::new(Method::OPTIONS, "/api/v3/checks/").without("x-api-key")).await;
    assert_snapshot!(reply, @r#"
204 No Content
access-control-allow-headers: X-Api-Key
access-control-allow-methods: GET, POST
access-control-allow-origin: *
access-control-max-age: 600
cache-control: no-store
content-length: 0
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac005cc1beeb8da1658eec67
"#);
    let reply = world.ask(Ask::new(Method::PUT, "/api/v3/checks/")).await;
    assert_snapshot!(reply, @r#"
405 Method Not Allowed
access-control-allow-headers: X-Api-Key
access-control-allow-methods: GET, POST
access-control-allow-origin: *
access-control-max-age: 600
cache-control: no-store
content-length: 0
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac00555e71c18690ee42c90b
"#);
    let id = uuid(&made(&world, "{}").await);
    for (path, methods) in [
        (format!("checks/{id}"), "POST, DELETE, GET"),
        (format!("checks/{id}/pause"), "POST"),
        (format!("checks/{id}/resume"), "POST"),
        (format!("checks/{id}/pings/"), "GET"),
        (format!("checks/{id}/flips/"), "GET"),
        ("channels/".to_owned(), "GET"),
        ("badges/".to_owned(), "GET"),
    ] {
        let reply = world.ask(Ask::new(Method::PATCH, &format!("/api/v3/{path}"))).await;
        let seen = (reply.status.as_u16(), reply.header("access-control-allow-methods"), reply.body.len());
        assert_eq!(seen, (405, Some(methods), 0), "{path}");
    }
}

#[tokio::test]
async fn an_address_without_its_slash_leads_to_the_one_that_has_it() {
    let world = world();
    let id = uuid(&made(&world, "{}").await);
    for (method, path) in [
        (Method::GET, "/api/v3/checks?slug=a".to_owned()),
        (Method::POST, "/healthchecks/api/v1/checks".to_owned()),
        (Method::POST, format!("/api/v1/checks/{id}/pings")),
        (Method::GET, "/api/v2/channels".to_owned()),
        (Method::GET, "/healthchecks/api/v1/channels".to_owned()),
        (Method::GET, "/api/v1/badges".to_owned()),
    ] {
        let reply = world.ask(Ask::new(method, &path)).await;
        let (before, query) = path.split_once('?').unwrap_or((&path, ""));
        let query = if query.is_empty() { String::new() } else { format!("?{query}") };
        let seen = (reply.status.as_u16(), reply.header("location"), reply.body.len());
        assert_eq!(seen, (301, Some(format!("{before}/{query}").as_str()), 0), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_page_and_what_is_anothers_is_forbidden() {
    let world = world();
    let check = made(&world, "{}").await;
    let id = uuid(&check);
    let missing = world.get("/api/v3/checks/f618072a-7bde-4eee-af63-71a77c5723bc").await;
    assert_snapshot!(missing, @r#"
404 Not Found
cache-control: no-store
content-length: 82
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: text/html; charset=utf-8
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac004f619afcd44d14cf8bfe

<!doctype html>
<html lang="en"><title>Not Found</title><h1>Not Found</h1></html>
"#);
    for path in [format!("checks/{id}/"), format!("checks/{id}/pings/9/body"), "nothing".to_owned()] {
        assert_eq!(world.get(&format!("/api/v3/{path}")).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let other = world.key_in(ProjectId::parse("other").expect("a project"), Role::Admin, &[]).await;
    for (method, path) in [
        (Method::GET, format!("checks/{id}")),
        (Method::POST, format!("checks/{id}")),
        (Method::DELETE, format!("checks/{id}")),
        (Method::POST, format!("checks/{id}/pause")),
        (Method::GET, format!("checks/{id}/pings/")),
        (Method::GET, format!("checks/{id}/flips/")),
    ] {
        let reply = world.ask(Ask::new(method, &format!("/api/v3/{path}")).key(&other)).await;
        assert_eq!((reply.status, reply.body.len()), (StatusCode::FORBIDDEN, 0), "{path}");
    }
    assert_eq!(world.get(&format!("/api/v3/checks/{id}")).await.json(), check);
}

#[tokio::test]
async fn our_own_api_stays_where_it_is_whatever_its_prefix() {
    for prefix in ["/api/v1", "/api/v3", "", "/punctual", "/api"] {
        let own = Prefix::parse(prefix).expect("a prefix");
        let world = World::with(WebSettings { prefix: own, ..settings() });
        let schedulers = world.get(&format!("{prefix}/schedulers")).await;
        assert_eq!((schedulers.status, schedulers.text()), (StatusCode::OK, "[]"), "{prefix}");
        let channels = world.post(&format!("{prefix}/channels"), "{}").await;
        assert_eq!(channels.json()["statusCode"], json!(400), "{prefix}: {channels}");
        for version in ["v1", "v2", "v3"] {
            for path in ["channels/", "checks/", "badges/"] {
                for mount in ["/api", "/healthchecks/api"] {
                    let reply = world.get(&format!("{mount}/{version}/{path}")).await;
                    assert_eq!(reply.status, StatusCode::OK, "{prefix}: {mount}/{version}/{path}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_store_that_is_away_is_no_fault_of_the_client() {
    let world = World::broken(crate::support::Broken::Away, settings());
    let reply = world.get("/api/v3/checks/").await;
    assert_eq!((reply.status.as_u16(), reply.header("retry-after")), (503, Some("2")));
    assert_eq!(reply.json(), json!({"error": "the store is away, try again"}));
}
