//! `/api/{project}/cron/…`: for those without an SDK.

use axum::http::{Method, StatusCode};
use insta::assert_snapshot;

use super::{ID, KEY, Project, auth};
use crate::support::Ask;

#[tokio::test]
async fn a_start_and_an_end_without_an_id_are_one_run() {
    let project = Project::new().await;
    let path = format!("/cron/nightly/{KEY}");
    let started =
        Ask::new(Method::GET, &project.at(&format!("{path}?status=in_progress"))).without("x-api-key");
    assert_snapshot!(project.world.ask(started).await, @r#"
202 Accepted
cache-control: no-store
content-length: 0
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac00555e71c18690ee42c90b
"#);
    project.world.pass(12);
    assert_eq!(project.cron(Method::POST, &format!("{path}/?status=ok")).await, (202, String::new()));
    assert_eq!(project.runs("nightly").await, ["- completed 12000"]);
    let origin = project.history("nightly").await[0]["origin"].clone();
    assert_eq!(
        (origin["method"].as_str(), origin["environment"].as_str()),
        (Some("POST"), Some("production"))
    );
}

#[tokio::test]
async fn every_form_of_the_address_and_of_the_key_is_taken() {
    let project = Project::new().await;
    let id = |place: usize| format!("check_in_id={place:032x}&status=error&duration=2.5&environment=qa");
    let asks = [
        Ask::new(Method::GET, &project.at(&format!("/cron/nightly/{KEY}?{}", id(1)))),
        Ask::new(Method::POST, &project.at(&format!("/cron/nightly/{KEY}/?{}", id(2)))),
        Ask::new(Method::GET, &project.at(&format!("/cron/nightly?sentry_key={KEY}&{}", id(3)))),
        Ask::new(Method::POST, &project.at(&format!("/cron/nightly/?{}", id(4))))
            .header("x-sentry-auth", &auth()),
        Ask::new(Method::POST, &format!("/{}", project.at(&format!("//cron/Nightly/{KEY}?{}", id(5))))),
    ];
    for (place, ask) in asks.into_iter().enumerate() {
        let reply = project.world.ask(ask.without("x-api-key")).await;
        assert_eq!((reply.status, reply.text()), (StatusCode::ACCEPTED, ""), "{place}");
    }
    let runs = project.runs("nightly@qa").await;
    assert_eq!(runs.len(), 5);
    assert!(runs.iter().all(|run| run.ends_with(" failed 2500")), "{runs:?}");
}

#[tokio::test]
async fn a_body_of_json_is_a_whole_check_in_of_which_the_path_names_the_monitor() {
    let project = Project::new().await;
    let body = format!(
        r#"{{"monitor_slug":"other","check_in_id":"{ID}","status":"ok","monitor_config":{{"schedule":{{"type":"interval","value":2,"unit":"hour"}}}}}}"#
    );
    let ask = Ask::new(Method::POST, &project.at(&format!("/cron/nightly/{KEY}"))).body(body);
    let reply = project.world.ask(ask.without("x-api-key")).await;
    assert_eq!((reply.status, reply.text()), (StatusCode::ACCEPTED, ""));
    assert_eq!(project.runs("nightly").await, [format!("{ID} completed null")]);
    assert_eq!(project.scheduler("nightly").await["schedule"]["every"], "2h");
}

#[tokio::test]
async fn a_nil_id_means_the_newest_run_that_is_open() {
    let project = Project::new().await;
    let check_in = async |id: &str, status: &str| {
        project.world.pass(10);
        let path = format!("/cron/nightly/{KEY}?status={status}&check_in_id={id}");
        assert_eq!(project.cron(Method::GET, &path).await.0, 202);
    };
    let (first, second, nil) = ("1".repeat(32), "2".repeat(32), "0".repeat(32));
    check_in(&first, "in_progress").await;
    check_in(&second, "in_progress").await;
    check_in(&nil, "error").await;
    assert_eq!(
        project.runs("nightly").await,
        [format!("{first} running null"), format!("{second} failed 10000")]
    );
    check_in(&nil, "ok").await;
    check_in(&nil, "ok").await;
    assert_eq!(
        project.runs("nightly").await,
        [format!("{first} completed 30000"), format!("{second} failed 10000"), "- completed null".to_owned()]
    );
}
