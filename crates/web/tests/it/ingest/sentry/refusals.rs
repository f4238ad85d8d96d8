//! What is refused: what the sender is answered, and what the project's people are told.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use insta::assert_snapshot;
use serde_json::json;

use super::{ID, KEY, Project, auth, enveloped, posted};
use crate::support::Ask;

#[tokio::test]
async fn a_refusal_is_an_answer_in_sentrys_shape() {
    let project = Project::new().await;
    let reply = project.world.ask(posted(&project.at("/envelope/"), "{}")).await;
    assert_snapshot!(reply, @r#"
401 Unauthorized
cache-control: no-store
content-length: 102
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac00555e71c18690ee42c90b

{"detail":"no key: it must be in X-Sentry-Auth, in the query as sentry_key, or in the envelope's dsn"}
"#);
}

#[tokio::test]
async fn whoever_bears_no_good_key_is_refused() {
    let project = Project::new().await;
    let number = project.number;
    let ok = enveloped(&json!({ "status": "ok" }));
    let mut told = Vec::new();
    for (path, auth) in [
        (format!("/api/{number}/envelope/"), ""),
        (format!("/api/{number}/envelope/"), "Sentry sentry_key=a-b"),
        (format!("/api/{number}/envelope/"), "Sentry sentry_key=nobodys_key_at_all"),
        (format!("/api/{}/envelope/", number + 7), &*auth()),
        ("/api/v1/envelope/".to_owned(), &*auth()),
        (format!("/api/{number}/cron/nightly?status=ok"), ""),
        (format!("/api/{number}/cron/nightly/a-b?status=ok"), ""),
        (format!("/api/{number}/cron/nightly/nobodys_key_at_all?status=ok"), ""),
        (format!("/api/{}/cron/nightly/{KEY}?status=ok", number + 7), ""),
        (format!("/api/default/cron/nightly/{KEY}?status=ok"), ""),
    ] {
        let reply = project.world.ask(posted(&path, ok.clone()).header("x-sentry-auth", auth)).await;
        told.push(format!("{} {}", reply.status.as_u16(), reply.text()));
    }
    assert_snapshot!(told.join("\n"), @r#"
401 {"detail":"no key: it must be in X-Sentry-Auth, in the query as sentry_key, or in the envelope's dsn"}
400 {"detail":"the key must be 1 to 128 of A-Z, a-z, 0-9 and '_'"}
403 {"detail":"the key in the DSN is no project's: the ping key of a project is what stands there"}
403 {"detail":"the key is that of project 0, and the path names 7"}
400 {"detail":"the project must be a number, was 'v1'"}
401 {"detail":"no key: it must be in X-Sentry-Auth, in the query as sentry_key, or in the envelope's dsn"}
400 {"detail":"the key must be 1 to 128 of A-Z, a-z, 0-9 and '_'"}
403 {"detail":"the key in the DSN is no project's: the ping key of a project is what stands there"}
403 {"detail":"the key is that of project 0, and the path names 7"}
400 {"detail":"the project must be a number, was 'default'"}
"#);
    assert_snapshot!(project.problems().await.join("\n"), @r#"
malformed_address request 6: the project must be a number, was 'default'
other_project request 2: the key is that of project 0, and the path names 7
unknown_ping_key nobody… 2: the key in the DSN is no project's: the ping key of a project is what stands there
"#);
    assert_eq!(project.world.get("/api/v1/schedulers").await.text(), "[]");
}

#[tokio::test]
async fn an_address_that_tries_many_keys_is_held_back_and_a_key_that_has_worked_is_not() {
    let project = Project::new().await;
    assert_eq!(project.cron(Method::GET, &format!("/cron/nightly/{KEY}?status=ok")).await.0, 202);
    for _ in 0..30 {
        assert_eq!(project.cron(Method::GET, "/cron/nightly/wrong?status=ok").await.0, 403);
    }
    assert_eq!(project.cron(Method::GET, "/cron/nightly/wrong?status=ok").await.0, 429);
    assert_eq!(project.cron(Method::GET, &format!("/cron/nightly/{KEY}?status=ok")).await.0, 202);
}

#[tokio::test]
async fn a_body_that_is_no_envelope_is_refused() {
    let project = Project::new().await;
    let mut told = Vec::new();
    for (encoding, body) in [
        ("", &b""[..]),
        ("", b"[]\n"),
        ("", b"what?\n"),
        ("gzip", b"{}\n"),
        ("compress", b"{}\n"),
        ("gzip, br", b"{}\n"),
    ] {
        let ask = posted(&project.at("/envelope/"), body).header("x-sentry-auth", &auth());
        let reply = project.world.ask(ask.header("content-encoding", encoding)).await;
        told.push(format!("{} {}", reply.status.as_u16(), reply.text()));
    }
    assert_snapshot!(told.join("\n"), @r#"
400 {"detail":"the body is no envelope: it is empty"}
400 {"detail":"the body is no envelope: its first line must be an object, was an array"}
400 {"detail":"the body is no envelope: in its first line, the body is not JSON: expected value at line 1 column 1"}
400 {"detail":"the body is no envelope: unexpected end of file"}
415 {"detail":"Content-Encoding must be one of gzip, deflate, br, zstd and identity, was 'compress'"}
415 {"detail":"Content-Encoding must be one of gzip, deflate, br, zstd and identity, was 'gzip, br'"}
"#);
    let problems = project.problems().await;
    assert!(problems.len() == 1 && problems[0].starts_with("unreadable_body request 6:"), "{problems:?}");
}

#[tokio::test]
async fn a_bad_check_in_in_an_envelope_is_counted_and_the_rest_is_taken() {
    let project = Project::new().await;
    let good = format!(
        "{{\"type\":\"check_in\"}}\n{{\"monitor_slug\":\"nightly\",\"status\":\"ok\",\"check_in_id\":\"{ID}\"}}\n"
    );
    let bad = "{\"type\":\"check_in\"}\n{\"monitor_slug\":\"nightly\",\"status\":\"missed\"}\n";
    let reply = project.send(format!("{{}}\n{bad}{good}")).await;
    assert_eq!((reply.status, reply.text()), (StatusCode::OK, "{}"));
    assert_eq!(project.runs("nightly").await.len(), 1);
    assert_snapshot!(project.problems().await.join("\n"), @r#"invalid_check_in envelope 1: a check-in is refused: status must be one of in_progress, ok, error, was 'missed'"#);
}

#[tokio::test]
async fn a_bad_check_in_of_its_own_is_refused() {
    let project = Project::new().await;
    let mut told = Vec::new();
    for query in ["", "status=missed", "status=ok&check_in_id=7", "status=ok&environment=a%0Ab"] {
        let (status, body) = project.cron(Method::GET, &format!("/cron/nightly/{KEY}?{query}")).await;
        told.push(format!("{status} {body}"));
    }
    let (status, body) = project.cron(Method::GET, &format!("/cron/---/{KEY}?status=ok")).await;
    told.push(format!("{status} {body}"));
    for body in ["", "[]", "{\"status\":\"ok\""] {
        let ask = Ask::new(Method::POST, &project.at(&format!("/cron/nightly/{KEY}"))).body(body);
        let reply = project.world.ask(ask.without("x-api-key")).await;
        told.push(format!("{} {}", reply.status.as_u16(), reply.text()));
    }
    assert_snapshot!(told.join("\n"), @r#"
400 {"detail":"status is required, was absent"}
400 {"detail":"status must be one of in_progress, ok, error, was 'missed'"}
400 {"detail":"check_in_id must be a UUID of 32 hexadecimal digits, with or without dashes, was '7'"}
400 {"detail":"environment must not contain control characters, was 'a�b'"}
400 {"detail":"monitor_slug must have a letter or a digit of ASCII, was '---'"}
400 {"detail":"the body is not JSON: EOF while parsing a value at line 1 column 0"}
400 {"detail":"check_in must be a JSON object, was an array"}
400 {"detail":"the body is not JSON: EOF while parsing an object at line 1 column 14"}
"#);
    assert_eq!(project.world.get("/api/v1/schedulers").await.text(), "[]");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_whether_it_says_so_or_not() {
    let project = Project::new().await;
    let announced = posted(&project.at("/envelope/"), "{}\n").header("content-length", "20971521");
    let reply = project.world.ask(announced).await;
    assert_eq!(
        (reply.status.as_u16(), reply.text()),
        (413, r#"{"detail":"the body has more than 20971520 bytes"}"#)
    );
    let chunks = (0..22).map(|_| Ok::<_, std::io::Error>(vec![b'\n'; 1024 * 1024]));
    let endless = Body::from_stream(futures_util::stream::iter(chunks));
    let ask = Ask::new(Method::POST, &project.at("/envelope/")).without("x-api-key").body(endless);
    let reply = project.world.ask(ask.header("x-sentry-auth", &auth())).await;
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    let large =
        Ask::new(Method::POST, &project.at(&format!("/cron/nightly/{KEY}"))).body(" ".repeat(102_401));
    assert_eq!(project.world.ask(large.without("x-api-key")).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn nothing_of_a_body_is_read_for_a_key_that_is_nobodys() {
    let project = Project::new().await;
    let never = Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let ask = Ask::new(Method::POST, &project.at("/envelope/")).without("x-api-key").body(never);
    let reply = project.world.ask(ask.header("x-sentry-auth", "Sentry sentry_key=nobodys_key_at_all")).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused() {
    let project = Project::new().await;
    let broken = futures_util::stream::iter([
        Ok(b"{}\n".to_vec()),
        Err(std::io::Error::other("the connection is gone")),
    ]);
    let ask = Ask::new(Method::POST, &project.at("/envelope/"))
        .without("x-api-key")
        .body(Body::from_stream(broken));
    let reply = project.world.ask(ask.header("x-sentry-auth", &auth())).await;
    assert_eq!(
        (reply.status.as_u16(), reply.text()),
        (400, r#"{"detail":"the body ended before it was complete"}"#)
    );
}
