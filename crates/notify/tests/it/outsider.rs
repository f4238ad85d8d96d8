//! Somebody outside: asked for as it is written, held to the rules of every address that leaves us.

use app::ports::Outsider as _;
use axum::http::{StatusCode, header};
use notify::{HttpOutsider, PrivateTargets, Target};

use crate::receiver::Receiver;
use crate::{permanent, transient};

fn outsider(targets: &str, url: &str) -> HttpOutsider {
    let targets: PrivateTargets = targets.parse().expect("targets");
    HttpOutsider::new(targets, Target::parse(url).expect("an address")).expect("a client")
}

#[tokio::test]
async fn somebody_outside_is_asked_for_with_everything_that_the_address_says() {
    let receiver = Receiver::answering(|| "OK").await;
    let heard = outsider("true", &receiver.url("/ping/9f3c?rid=7")).hear().await;
    assert_eq!(heard.expect("heard").answer, "status 200");
    let [got] = receiver.got().try_into().expect("one request");
    assert_eq!(got.uri, "/ping/9f3c?rid=7");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_a_refusal_is_told_without_the_address() {
    let moved = || (StatusCode::FOUND, [(header::LOCATION, "/elsewhere")]);
    let receiver = Receiver::answering(moved).await;
    let told = permanent(outsider("true", &receiver.url("/9f3c")).hear().await);
    assert_eq!(told, "the receiver redirects (302), which is not followed");
    assert_eq!(receiver.got().len(), 1);
    let receiver = Receiver::answering(|| StatusCode::BAD_GATEWAY).await;
    let (told, _) = transient(outsider("true", &receiver.url("/9f3c")).hear().await);
    assert_eq!(told, "the receiver answered 502 bad gateway");
}

#[tokio::test]
async fn an_address_of_this_machine_is_refused_unless_it_is_allowed() {
    let receiver = Receiver::answering(|| "OK").await;
    let heard = outsider("false", &receiver.url("/9f3c")).hear().await;
    let told = heard.expect_err("refused").to_string();
    assert!(!told.contains("9f3c") && !told.contains("127.0.0.1"), "{told}");
    assert_eq!(receiver.got().len(), 0);
}
