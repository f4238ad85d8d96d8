//! Every error has one shape, whoever raised it.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use insta::assert_snapshot;
use web::WebSettings;

use crate::support::{Ask, Broken, Reply, World};

const REGISTER: &str = "/api/v1/schedulers/register";

#[tokio::test]
async fn an_unknown_scheduler_is_not_found() {
    assert_snapshot!(World::new().get("/api/v1/schedulers/unknown-id").await, @r#"
404 Not Found
cache-control: no-store
content-length: 221
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac005cc1beeb8da1658eec67

{"statusCode":404,"timestamp":"2026-03-02T08:00:00.000Z","path":"/api/v1/schedulers/unknown-id","method":"GET","error":"Not Found","message":"Scheduler unknown-id not found","requestId":"019cad8fac005cc1beeb8da1658eec67"}
"#);
}

#[tokio::test]
async fn an_unknown_route_is_not_found() {
    assert_snapshot!(World::new().get("/api/v2/schedulers").await, @r#"
404 Not Found
cache-control: no-store
content-length: 209
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac005cc1beeb8da1658eec67

{"statusCode":404,"timestamp":"2026-03-02T08:00:00.000Z","path":"/api/v2/schedulers","method":"GET","error":"Not Found","message":"Cannot GET /api/v2/schedulers","requestId":"019cad8fac005cc1beeb8da1658eec67"}
"#);
}

#[tokio::test]
async fn a_wrong_method_is_told_which_are_right() {
    let reply = World::new().delete("/api/v1/schedulers").await;
    assert_snapshot!(reply, @r#"
405 Method Not Allowed
allow: GET,HEAD,POST
cache-control: no-store
content-length: 218
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac005cc1beeb8da1658eec67

{"statusCode":405,"timestamp":"2026-03-02T08:00:00.000Z","path":"/api/v1/schedulers","method":"DELETE","error":"Method Not Allowed","message":"DELETE is not allowed here","requestId":"019cad8fac005cc1beeb8da1658eec67"}
"#);
}

#[tokio::test]
async fn options_says_which_methods_there_are_and_head_is_get_without_a_body() {
    let world = World::new();
    let reply = world.ask(Ask::new(Method::OPTIONS, "/api/v1/schedulers/a").without("x-api-key")).await;
    assert_eq!(
        (reply.status, reply.header("allow"), reply.body.len()),
        (StatusCode::NO_CONTENT, Some("GET,HEAD,PATCH,DELETE,OPTIONS"), 0)
    );
    for path in
        ["/healthz", "/metrics", "/api/docs", "/api/openapi.json", "/portal/schedulers/a", "/portal/boards/a"]
    {
        let reply = world.ask(Ask::new(Method::OPTIONS, path).without("x-api-key")).await;
        assert_eq!(
            (reply.status, reply.header("allow")),
            (StatusCode::NO_CONTENT, Some("GET,HEAD,OPTIONS")),
            "{path}"
        );
        let reply = world.ask(Ask::new(Method::POST, path)).await;
        assert_eq!(
            (reply.status, reply.header("allow")),
            (StatusCode::METHOD_NOT_ALLOWED, Some("GET,HEAD")),
            "{path}"
        );
    }
    let reply = world.ask(Ask::new(Method::HEAD, "/api/v1/schedulers")).await;
    assert_eq!(
        (reply.status, reply.header("x-total-count"), reply.body.len()),
        (StatusCode::OK, Some("0"), 0)
    );
    let reply = world.ask(Ask::new(Method::HEAD, "/api/v1/schedulers/unknown")).await;
    assert_eq!((reply.status, reply.body.len()), (StatusCode::NOT_FOUND, 0));
}

#[tokio::test]
async fn who_takes_no_json_is_told_so() {
    let world = World::new();
    let ask = |accept| world.ask(Ask::new(Method::GET, "/api/v1/schedulers").header("accept", accept));
    let reply = ask("text/html").await;
    assert_eq!(
        (reply.status, reply.message().as_str()),
        (StatusCode::NOT_ACCEPTABLE, "only application/json is served here")
    );
    for accept in ["*/*", "text/html, application/json;q=0.5", "application/*"] {
        assert_eq!(ask(accept).await.status, StatusCode::OK, "{accept}");
    }
}

/// A body that is refused, and what is said of it.
async fn refused(body: impl Into<Body>, status: StatusCode, message: &str) {
    let reply = World::new().ask(Ask::new(Method::POST, REGISTER).body(body)).await;
    assert_eq!((reply.status, reply.message().as_str()), (status, message));
    assert_eq!(reply.json()["statusCode"], status.as_u16());
}

#[tokio::test]
async fn rubbish_in_the_body_is_a_400_that_says_where() {
    let bad = StatusCode::BAD_REQUEST;
    refused("{\"a\":}", bad, "the body is not JSON: expected value at line 1 column 6").await;
    refused("{", bad, "the body is not JSON: EOF while parsing an object at line 1 column 1").await;
    refused(vec![b'{', b'"', 0xff, b'"', b'}'], bad, "the body is not UTF-8 from byte 2 on").await;
    refused("NaN", bad, "the body is not JSON: expected value at line 1 column 1").await;
    refused("[]", bad, "body must be a JSON object, was an array").await;
    refused("", bad, "body must be a JSON object, was null").await;
    refused("{} x", bad, "the body is not JSON: trailing characters at line 1 column 4").await;
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    refused(deep, bad, "body must be a JSON object, was an array").await;
    let deep = "{\"a\":".repeat(100_000) + "1" + &"}".repeat(100_000);
    let message = "scheduler_id is required, was absent; a is not a field of a registration";
    refused(deep, bad, message).await;
}

#[tokio::test]
async fn a_body_of_a_mebibyte_is_read_and_one_byte_more_is_not() {
    let world = World::new();
    let filled = |bytes: usize| {
        let frame = r#"{"scheduler_id":"a","service_name":"s","job_name":"j"}"#;
        frame.to_owned() + &" ".repeat(bytes - frame.len())
    };
    let reply = world.post(REGISTER, &filled(1024 * 1024)).await;
    assert_eq!(reply.status, StatusCode::CREATED);
    let reply = world.post(REGISTER, &filled(1024 * 1024 + 1)).await;
    assert_eq!(
        (reply.status, reply.message().as_str()),
        (StatusCode::PAYLOAD_TOO_LARGE, "the body has more than 1048576 bytes")
    );
    let announced = Ask::new(Method::POST, REGISTER).body("{}").header("content-length", "1048577");
    assert_eq!(world.ask(announced).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_body_that_is_not_json_by_its_own_word_is_a_415() {
    let world = World::new();
    let ask = |kind| world.ask(Ask::new(Method::POST, REGISTER).body("{}").header("content-type", kind));
    let reply = ask("text/plain").await;
    assert_eq!(
        (reply.status, reply.message().as_str()),
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body must be application/json, was 'text/plain'")
    );
    for kind in ["application/json; charset=utf-8", "Application/JSON", "application/vnd.x+json"] {
        assert_eq!(ask(kind).await.status, StatusCode::BAD_REQUEST, "{kind}");
    }
    let untold = Ask::new(Method::POST, REGISTER).body("{}").without("content-type");
    assert_eq!(world.ask(untold).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn paths_that_cannot_be_decoded_are_a_400() {
    let world = World::new();
    for (path, message) in [
        ("/api/v1/schedulers/%zz", "the path holds a '%' that is not followed by two hexadecimal digits"),
        ("/api/v1/schedulers/a%2", "the path holds a '%' that is not followed by two hexadecimal digits"),
        ("/api/v1/schedulers/%ff", "the path is not UTF-8 when decoded"),
        ("/api/v1/schedulers/%00", "scheduler_id must not contain control characters, was '\u{fffd}'"),
        ("/api/v1/schedulers/..", "scheduler_id must not be '..', which a path would swallow"),
        ("/api/v1/schedulers/a%20", "scheduler_id must not begin or end with a space"),
    ] {
        let reply = world.get(path).await;
        assert_eq!((reply.status, reply.message().as_str()), (StatusCode::BAD_REQUEST, message), "{path}");
    }
}

#[tokio::test]
async fn queries_that_make_no_sense_are_a_400_with_every_problem() {
    let world = World::new();
    let reply =
        world.get("/api/v1/schedulers?status=done&limit=0&stauts=x&q=%ff&sort=name&tag=a&tag=b").await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_snapshot!(reply.details(), @r#"
q: is not UTF-8 when decoded
tag: is given twice
status: must be one of pending, running, completed, failed, was 'done'
sort: must be one of scheduler_id, -severity, was 'name'
limit: must be a whole number from 1 to 10000, was '0'
stauts: is not a parameter of this query
"#);
    let reply = world.get("/api/v1/schedulers?cursor=rubbish").await;
    assert_eq!(
        (reply.status, reply.message().as_str()),
        (StatusCode::BAD_REQUEST, "cursor is not from a page of this query")
    );
}

async fn from_broken(how: Broken) -> Reply {
    World::broken(how, WebSettings::default()).get("/api/v1/schedulers/a").await
}

#[tokio::test]
async fn a_store_that_is_away_is_a_503_with_a_time_to_come_back() {
    assert_snapshot!(from_broken(Broken::Away).await, @r#"
503 Service Unavailable
cache-control: no-store
content-length: 220
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
retry-after: 2
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac005cc1beeb8da1658eec67

{"statusCode":503,"timestamp":"2026-03-02T08:00:00.000Z","path":"/api/v1/schedulers/a","method":"GET","error":"Service Unavailable","message":"the store is away, try again","requestId":"019cad8fac005cc1beeb8da1658eec67"}
"#);
}

#[tokio::test]
async fn a_store_that_is_damaged_is_a_503_that_says_nothing_of_the_inside() {
    let reply = from_broken(Broken::Damaged).await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(reply.header("retry-after"), Some("30"));
    assert!(reply.text().contains("restored") && !reply.text().contains("secret"), "{reply}");
}

#[tokio::test]
async fn a_panic_and_an_unreadable_row_say_nothing_of_the_inside() {
    for how in [Broken::Panics, Broken::Corrupt] {
        let reply = from_broken(how).await;
        assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR, "{how:?}");
        assert!(!reply.text().contains("secret"), "{reply}");
        assert!(reply.text().contains(reply.header("x-request-id").expect("an id")), "{reply}");
    }
    assert_snapshot!(from_broken(Broken::Panics).await, @r#"
500 Internal Server Error
cache-control: no-store
content-length: 265
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac005cc1beeb8da1658eec67

{"statusCode":500,"timestamp":"2026-03-02T08:00:00.000Z","path":"/api/v1/schedulers/a","method":"GET","error":"Internal Server Error","message":"Something went wrong on our side; it is in our log under this requestId","requestId":"019cad8fac005cc1beeb8da1658eec67"}
"#);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_takes_too_long_is_given_up_with_a_503() {
    let settings = WebSettings { request_timeout: Duration::from_secs(3), ..WebSettings::default() };
    let reply = World::broken(Broken::Hangs, settings).get("/api/v1/schedulers/a").await;
    assert_eq!(
        (reply.status, reply.header("retry-after"), reply.message().as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, Some("5"), "the request took too long")
    );
}
