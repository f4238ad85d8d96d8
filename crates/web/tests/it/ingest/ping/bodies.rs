//! What a job printed comes along as the body: the first bytes are kept, whatever they are, and length is no error.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use web::WebSettings;

use super::{get, history, ping, post, told, with_billing, world};
use crate::support::{Ask, World};

const PATH: &str = "/api/v1/schedulers/billing-nightly";

/// What is answered of the output of an entry.
async fn output(world: &World, version: u64) -> (u16, Vec<u8>) {
    let reply = world.get(&format!("{PATH}/output/{version}")).await;
    (reply.status.as_u16(), reply.body)
}

#[tokio::test]
async fn a_body_is_kept_byte_for_byte_with_the_entry_of_its_ping() {
    let world = world().await;
    let every: Vec<u8> = (0..=255).collect();
    let bodies: [&[u8]; 4] = [b"all is well\n", "ночь".as_bytes(), &every, b""];
    for body in bodies {
        assert_eq!(told(&post(&world, "ID", body.to_vec()).await), (200, "OK".to_owned()));
    }
    assert_eq!(told(&post(&world, "ID/log", "by the way").await), (200, "OK".to_owned()));
    for (body, version) in bodies.iter().zip(2..) {
        let expected = if body.is_empty() { 404 } else { 200 };
        let (status, bytes) = output(&world, version).await;
        assert_eq!(status, expected, "version {version}");
        assert!(body.is_empty() || bytes == *body, "version {version}");
    }
    assert_eq!(output(&world, 6).await, (200, b"by the way".to_vec()));
    let shown = history(&world, &["output_bytes", "error_message", "cut"]).await;
    insta::assert_snapshot!(shown, @r#"
completed output_bytes=12
completed output_bytes=8
completed output_bytes=256
completed
log output_bytes=10
"#);
}

#[tokio::test]
async fn an_output_is_plain_text_to_browsers_whatever_they_ask_for() {
    let world = world().await;
    post(&world, "ID", "<script>alert(1)</script>").await;
    let ask = Ask::new(Method::GET, &format!("{PATH}/output/2")).header("accept", "text/html");
    insta::assert_snapshot!(world.ask(ask).await, @r#"
200 OK
cache-control: no-store
content-length: 25
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: text/plain; charset=utf-8
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac0089eee263183773ef6508

<script>alert(1)</script>
"#);
    let viewer = world.key(app::ports::Role::Viewer, &[]).await;
    let ask = || Ask::new(Method::GET, &format!("{PATH}/output/2"));
    assert_eq!(world.ask(ask().key(&viewer)).await.status, StatusCode::OK);
    let stranger = world.key(app::ports::Role::ServiceOwner, &["shop"]).await;
    assert_eq!(world.ask(ask().key(&stranger)).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_output_that_is_not_there_is_not_found_by_what_was_asked_for() {
    let world = world().await;
    get(&world, "ID").await;
    for (path, status, message) in [
        ("output/2", StatusCode::NOT_FOUND, "output 2 not found"),
        ("output/99", StatusCode::NOT_FOUND, "output 99 not found"),
        (
            "output/x",
            StatusCode::BAD_REQUEST,
            "version must be a whole number, the id of an entry of the history, was 'x'",
        ),
        (
            "output/-1",
            StatusCode::BAD_REQUEST,
            "version must be a whole number, the id of an entry of the history, was '-1'",
        ),
    ] {
        let reply = world.get(&format!("{PATH}/{path}")).await;
        assert_eq!(reply.status, status, "{path}: {reply}");
        let told = if status == StatusCode::NOT_FOUND {
            reply.message()
        } else {
            reply.details().replace(": ", " ")
        };
        assert_eq!(told, message);
    }
    assert_eq!(world.get("/api/v1/schedulers/nobody/output/2").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_failure_that_says_nothing_else_is_told_by_the_end_of_what_was_printed() {
    let world = world().await;
    let long = format!("{}\nno space left on device\n\n", "x".repeat(2000));
    post(&world, "ID/fail", long).await;
    let reply = world.get(&format!("{PATH}/history")).await;
    let told = reply.json()[0]["error_message"].as_str().map(str::to_owned).expect("a message");
    assert!(told.ends_with("xxx\nno space left on device") && told.chars().count() == 1000, "{told}");
}

#[tokio::test]
async fn of_a_body_the_first_bytes_are_kept_and_the_rest_is_no_error() {
    let world = World::with(WebSettings { ping_body_limit: 10, ..WebSettings::default() });
    with_billing(&world, serde_json::json!({})).await;
    for body in ["0123456789", "0123456789a"] {
        let reply = post(&world, "ID", body).await;
        assert_eq!((told(&reply), reply.header("ping-body-limit")), ((200, "OK".to_owned()), Some("10")));
    }
    assert_eq!(output(&world, 2).await.1, b"0123456789");
    assert_eq!(output(&world, 3).await.1, b"0123456789");
    assert_eq!(
        history(&world, &["output_bytes", "cut"]).await,
        "completed output_bytes=10\ncompleted output_bytes=10 cut=[\"output\"]"
    );
}

#[tokio::test]
async fn a_body_that_does_not_end_is_a_ping_all_the_same() {
    let world = world().await;
    let chunks = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b'x'; 64 * 1024]));
    assert_eq!(told(&post(&world, "ID", Body::from_stream(chunks)).await), (200, "OK".to_owned()));
    assert_eq!(output(&world, 2).await.1.len(), 100_000);
    let large = vec![b'y'; 11 * 1024 * 1024];
    assert_eq!(told(&post(&world, "ID", large).await), (200, "OK".to_owned()));
    assert_eq!(history(&world, &["cut"]).await, "completed cut=[\"output\"]\ncompleted cut=[\"output\"]");
}

#[tokio::test]
async fn a_body_that_breaks_off_counts_as_far_as_it_came() {
    let world = world().await;
    let chunks = [Ok("half of "), Err(std::io::Error::other("gone"))];
    let body = Body::from_stream(futures_util::stream::iter(chunks));
    assert_eq!(told(&post(&world, "ID", body).await), (200, "OK".to_owned()));
    assert_eq!(output(&world, 2).await.1, b"half of ");
}

#[tokio::test]
async fn a_body_of_zero_bytes_can_be_all_that_is_kept() {
    let world = World::with(WebSettings { ping_body_limit: 0, ..WebSettings::default() });
    with_billing(&world, serde_json::json!({})).await;
    let reply = post(&world, "ID", "printed").await;
    assert_eq!((told(&reply), reply.header("ping-body-limit")), ((200, "OK".to_owned()), Some("0")));
    assert_eq!(history(&world, &["output_bytes", "cut"]).await, "completed cut=[\"output\"]");
}

#[tokio::test]
async fn whatever_a_body_says_of_itself_it_is_what_was_printed() {
    let world = world().await;
    for kind in
        ["application/json", "text/plain; charset=latin1", "multipart/form-data; boundary=x", "nonsense"]
    {
        let ask = ping(Method::POST, "ID").body("{").header("content-type", kind);
        assert_eq!(told(&world.ask(ask).await), (200, "OK".to_owned()), "{kind}");
    }
    let with = |agent: &str| ping(Method::GET, "ID").header("user-agent", agent);
    world.ask(with(&"a".repeat(300))).await;
    let entry = world.get(&format!("{PATH}/history?limit=1")).await.json();
    assert_eq!(entry[0]["origin"]["user_agent"].as_str().map(str::len), Some(200));
}
