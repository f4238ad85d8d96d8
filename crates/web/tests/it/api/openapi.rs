//! `/api/openapi.json`.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use serde_json::Value;
use web::roles_table::{OUTSIDE, RULES};
use web::{Prefix, WebSettings};

use crate::support::{Ask, World};

const COMMITTED: &str = include_str!("../../../../../docs/contracts/openapi.json");

#[tokio::test]
async fn the_committed_description_is_the_served_one() {
    let reply = World::new().ask(Ask::new(Method::GET, "/api/openapi.json").without("x-api-key")).await;
    assert_eq!((reply.status, reply.header("content-type")), (StatusCode::OK, Some("application/json")));
    assert!(
        reply.text() == COMMITTED,
        "docs/contracts/openapi.json is out of date: cargo run -p web --example openapi > docs/contracts/openapi.json"
    );
}

/// Method and path of every operation.
fn operations(description: &Value) -> BTreeSet<(String, String)> {
    let paths = description["paths"].as_object().expect("paths");
    let pairs = paths.iter().flat_map(|(path, item)| {
        item.as_object().expect("an item").keys().map(move |method| (method.to_uppercase(), path.clone()))
    });
    pairs.collect()
}

#[test]
fn every_route_of_the_table_is_described_and_every_described_one_is_in_the_table() {
    let described: Value = serde_json::from_str(COMMITTED).expect("JSON");
    let inside = RULES.iter().map(|rule| (rule.method.to_owned(), format!("/api/v1{}", rule.path)));
    let outside = OUTSIDE.iter().map(|(method, path)| ((*method).to_owned(), (*path).to_owned()));
    assert_eq!(operations(&described), inside.chain(outside).collect());
}

#[test]
fn every_operation_says_what_it_answers_and_who_may_ask() {
    let described: Value = serde_json::from_str(COMMITTED).expect("JSON");
    let mut ids = BTreeSet::new();
    for (method, path) in operations(&described) {
        let operation = &described["paths"][&path][method.to_lowercase()];
        assert!(ids.insert(operation["operationId"].as_str().expect("an id").to_owned()), "{method} {path}");
        assert!(operation["summary"].is_string() && operation["tags"][0].is_string(), "{method} {path}");
        assert!(operation["security"].is_array(), "{method} {path}");
        assert_eq!(operation["x-least-role"].is_string(), path.starts_with("/api/v1"), "{method} {path}");
        for (status, response) in operation["responses"].as_object().expect("responses") {
            let schema = &response["content"]["application/json"]["schema"]["$ref"];
            let is_error = status.as_str() >= "400";
            assert!(!is_error || schema == "#/components/schemas/Error", "{method} {path} {status}");
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let described: Value = serde_json::from_str(COMMITTED).expect("JSON");
    let mut left = vec![&described];
    while let Some(value) = left.pop() {
        if let Some(name) = value["$ref"].as_str() {
            assert!(described.pointer(&name[1..]).is_some(), "{name}");
        }
        match value {
            Value::Array(items) => left.extend(items),
            Value::Object(fields) => left.extend(fields.values()),
            _ => {}
        }
    }
}

#[tokio::test]
async fn another_prefix_moves_the_api_and_its_description() {
    let prefix = Prefix::parse("jobs/").expect("a prefix");
    let world = World::with(WebSettings { prefix, ..WebSettings::default() });
    assert_eq!(world.get("/jobs/schedulers").await.status, StatusCode::OK);
    assert_eq!(world.get("/api/v1/schedulers").await.status, StatusCode::NOT_FOUND);
    let described = world.get("/api/openapi.json").await.json();
    assert!(described["paths"]["/jobs/schedulers/{id}"].is_object());

    let prefix = Prefix::parse("/").expect("a prefix");
    let world = World::with(WebSettings { prefix, ..WebSettings::default() });
    assert_eq!(world.get("/schedulers").await.status, StatusCode::OK);
    assert_eq!(world.get("/healthz").await.status, StatusCode::OK);
}
