//! Healthchecks' management API, as its clients see it: codes, bodies, headers. Nothing is redacted.

mod checks;
mod others;
mod pings;
mod refusals;

use app::AckKey;
use axum::http::Method;
use serde_json::Value;
use web::WebSettings;

use crate::support::{Ask, Reply, World};

/// A world whose address is known and whose badges are signed.
fn world() -> World {
    World::with(settings())
}

fn settings() -> WebSettings {
    WebSettings {
        public_url: Some("https://hc.example".to_owned()),
        ack_key: Some(AckKey::new([7; 32])),
        ..WebSettings::default()
    }
}

/// Makes a check by the third version of the API, and answers its object.
async fn made(world: &World, spec: &str) -> Value {
    let reply = world.post("/api/v3/checks/", spec).await;
    assert_eq!(reply.status.as_u16(), 201, "{reply}");
    reply.json()
}

fn uuid(check: &Value) -> String {
    check["uuid"].as_str().expect("an id").to_owned()
}

/// A ping without a key.
async fn ping(world: &World, path: &str, body: &str) -> Reply {
    let ask = Ask::new(Method::POST, &format!("/ping/{path}")).body(body.to_owned());
    let ask = ask.header("content-type", "text/plain").header("user-agent", "curl/8.5");
    let reply = world.ask(ask.without("x-api-key")).await;
    assert!(reply.status.is_success(), "{reply}");
    reply
}
