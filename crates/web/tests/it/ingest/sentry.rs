//! Sentry Crons, as its SDKs and its command-line client speak it: what is answered, and what our own API tells of it
//! afterwards.

mod cron;
mod envelopes;
mod limits;
mod monitors;
mod refusals;

use std::io::Write as _;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use web::WebSettings;

use crate::support::{Ask, Reply, World};

/// The ping key of the project, which is the public key of its DSN.
const KEY: &str = "k3y_of_the_tests";
const ID: &str = "0123456789abcdef0123456789abcdef";

/// A world whose project has a DSN.
struct Project {
    world: World,
    number: u64,
}

impl Project {
    async fn new() -> Self {
        Self::with(WebSettings::default()).await
    }

    async fn with(settings: WebSettings) -> Self {
        let world = World::with(settings);
        let body = format!(r#"{{"name":"Default","ping_key":"{KEY}"}}"#);
        let project = world.put("/api/v1/projects/default", &body).await;
        assert_eq!(project.status, StatusCode::OK, "{project}");
        let number = project.json()["number"].as_u64().expect("a number");
        Self { world, number }
    }

    /// The address of an endpoint of the project.
    fn at(&self, path: &str) -> String {
        format!("/api/{}{path}", self.number)
    }

    /// Sends a body to the envelopes' endpoint as the Python SDK does, but for the packing.
    async fn send(&self, envelope: impl Into<Vec<u8>>) -> Reply {
        self.world.ask(posted(&self.at("/envelope/"), envelope).header("x-sentry-auth", &auth())).await
    }

    /// Sends a check-in, and expects it to be taken.
    async fn check_in(&self, fields: &Value) {
        let reply = self.send(enveloped(fields)).await;
        assert_eq!((reply.status, reply.text()), (StatusCode::OK, "{}"), "{fields}");
    }

    /// Asks for an address of the other endpoint, and gives status and body.
    async fn cron(&self, method: Method, path: &str) -> (u16, String) {
        let reply = self.world.ask(Ask::new(method, &self.at(path)).without("x-api-key")).await;
        (reply.status.as_u16(), reply.text().to_owned())
    }

    async fn scheduler(&self, id: &str) -> Value {
        self.world.get(&format!("/api/v1/schedulers/{}", id.replace('@', "%40"))).await.json()
    }

    /// Its runs, oldest first, as "id status duration".
    async fn runs(&self, id: &str) -> Vec<String> {
        let path = format!("/api/v1/schedulers/{}/runs", id.replace('@', "%40"));
        let runs = self.world.get(&path).await.json();
        let told = runs.as_array().expect("runs").iter().rev().map(|run| {
            let (id, status) = (run["run_id"].as_str().unwrap_or("-"), run["status"].as_str());
            format!("{id} {} {}", status.expect("a status"), run["duration_ms"])
        });
        told.collect()
    }

    async fn history(&self, id: &str) -> Vec<Value> {
        let path = format!("/api/v1/schedulers/{}/history?include=system", id.replace('@', "%40"));
        self.world.get(&path).await.json().as_array().expect("a history").clone()
    }

    /// How many events it has had.
    async fn events(&self, id: &str) -> usize {
        let events = self.world.get(&format!("/api/v1/schedulers/{id}/events")).await.json();
        events.as_array().expect("events").len()
    }

    /// What was sent in vain, as "problem subject count: sample".
    async fn problems(&self) -> Vec<String> {
        let caller = app::Caller::local(domain::ProjectId::default_project());
        let problems = self.world.app().ingest_problems(&caller).await.expect("problems");
        let mut told: Vec<_> = problems
            .into_iter()
            .inspect(|it| assert_eq!(it.dialect, "sentry"))
            .map(|it| format!("{} {} {}: {}", it.problem, it.subject, it.count, it.sample))
            .collect();
        told.sort();
        told
    }
}

/// What the Python SDK and the command-line client send as a header.
fn auth() -> String {
    format!("Sentry sentry_key={KEY}, sentry_version=7, sentry_client=sentry.python/2.75.0")
}

fn posted(path: &str, body: impl Into<Vec<u8>>) -> Ask {
    Ask::new(Method::POST, path)
        .without("x-api-key")
        .body(body.into())
        .header("content-type", "application/x-sentry-envelope")
        .header("user-agent", "sentry.python/2.75.0")
}

/// An envelope around a check-in, as SDKs in JavaScript write it: without lengths.
fn enveloped(fields: &Value) -> String {
    let mut fields = fields.clone();
    if fields.get("monitor_slug").is_none() {
        fields["monitor_slug"] = json!("nightly");
    }
    format!("{{}}\n{{\"type\":\"check_in\"}}\n{fields}\n")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(bytes).expect("packed");
    packed.finish().expect("packed")
}
