//! `/acknowledge/{token}`: the page that messages link to.

use std::sync::Arc;

use app::AckKey;
use axum::http::{Method, StatusCode};
use domain::Duration;
use domain::id::IncidentId;
use insta::assert_snapshot;
use web::WebSettings;

use crate::support::{Ask, Broken, Reply, World};

fn key() -> AckKey {
    AckKey::new([7; 32])
}

fn settings() -> WebSettings {
    WebSettings { ack_key: Some(key()), ..WebSettings::default() }
}

async fn report(world: &World, status: &str) {
    let body = format!(r#"{{"status":"{status}"}}"#);
    assert_eq!(world.put("/api/v1/schedulers/billing-nightly/status", &body).await.status, StatusCode::OK);
}

/// The signed address of the open incident.
async fn address(world: &World) -> String {
    let listed = world.get("/api/v1/incidents?state=open").await.json();
    let id = IncidentId::trusted(listed[0]["id"].as_str().expect("an incident"));
    format!("/acknowledge/{}", key().sign(&id, world.app().now() + Duration::HOUR))
}

async fn failing() -> (World, String) {
    let world = World::with(settings());
    world.billing().await;
    report(&world, "failed").await;
    let address = address(&world).await;
    (world, address)
}

async fn look(world: &World, address: &str) -> Reply {
    world.ask(Ask::new(Method::GET, address).without("x-api-key")).await
}

async fn press(world: &World, address: &str, form: &str) -> Reply {
    let ask = Ask::new(Method::POST, address).body(form.to_owned()).without("x-api-key");
    world.ask(ask.header("content-type", "application/x-www-form-urlencoded")).await
}

async fn state(world: &World) -> String {
    let listed = world.get("/api/v1/incidents").await.json();
    format!("{} {}", listed[0]["state"], listed[0]["acknowledged"]["by"])
}

#[tokio::test]
async fn looking_shows_the_incident_and_changes_nothing() {
    let (world, address) = failing().await;
    let page = look(&world, &address).await;
    assert_eq!(page.text(), look(&world, &address).await.text());
    assert_snapshot!(page, @r#"
200 OK
cache-control: no-store
content-length: 914
content-security-policy: default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'
content-type: text/html; charset=utf-8
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac000b63d0bad0da572baaf1

<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Something is wrong · Punctual</title>
<link rel="stylesheet" href="../portal/assets/acknowledge.css">
</head>
<body>
<main>
<h1>Something is wrong</h1>
<p>Press the button to say that you look after it: nobody else is called for what is wrong now.</p>
<dl>
<dt>Scheduler</dt><dd>billing-nightly</dd>
<dt>Service</dt><dd>billing</dd>
<dt>Job</dt><dd>nightly</dd>
<dt>Wrong</dt><dd>failing</dd>
<dt>Since</dt><dd>2026-03-02 08:00:00 UTC</dd>
<dt>Incident</dt><dd>inc_01kjprzb009xgsnz6m9macz2zy</dd>
</dl>
<form method="post">
<label for="name">Your name, if you like others to see it</label>
<input id="name" name="name" maxlength="100" autocomplete="name">
<button type="submit">I look after it</button>
</form>
</main>
</body>
</html>
"#);
    let head = world.ask(Ask::new(Method::HEAD, &address).without("x-api-key")).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    assert_eq!(state(&world).await, r#""unacknowledged" null"#);
}

#[tokio::test]
async fn the_button_acknowledges_once_under_the_name_that_was_given() {
    let (world, address) = failing().await;
    let page = press(&world, &address, "name=+Ada+%26+Co+").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text().contains("<h1>You look after it</h1>\n<p>Noted as Ada &amp; Co (by link)."),
        "{page}"
    );
    assert_eq!(state(&world).await, r#""acknowledged" "Ada & Co (by link)""#);
    let again = press(&world, &address, "name=Eve").await;
    assert!(
        again.text().contains("<h1>Someone looks after it already</h1>\n<p>It was Ada &amp; Co"),
        "{again}"
    );
    let looked = look(&world, &address).await;
    assert!(
        looked.text().contains("Someone looks after it already") && !looked.text().contains("<form"),
        "{looked}"
    );
    assert_eq!(state(&world).await, r#""acknowledged" "Ada & Co (by link)""#);
}

#[tokio::test]
async fn without_a_name_it_was_someone() {
    for form in ["", "name=", "name=+++"] {
        let (world, address) = failing().await;
        assert_eq!(press(&world, &address, form).await.status, StatusCode::OK);
        assert_eq!(state(&world).await, r#""acknowledged" "someone (by link)""#, "{form}");
        let audit = world.get("/api/v1/audit?subject=billing-nightly").await;
        assert!(
            audit.text().contains(r#""actor":"someone (by link)","action":"incident.acknowledge""#),
            "{audit}"
        );
    }
}

#[tokio::test]
async fn a_new_cause_asks_again() {
    let (world, address) = failing().await;
    press(&world, &address, "").await;
    let patch = r#"{"max_runtime":"1m"}"#;
    assert_eq!(world.patch("/api/v1/schedulers/billing-nightly", patch).await.status, StatusCode::OK);
    report(&world, "running").await;
    world.pass(120);
    app::roles::Role::run_once(&app::roles::Evaluator(world.app().clone())).await.expect("evaluated");
    let page = look(&world, &address).await;
    assert!(page.text().contains("<form") && page.text().contains("overrun, failing"), "{page}");
}

#[tokio::test]
async fn what_is_over_expired_or_forged_says_so_and_changes_nothing() {
    let (world, address) = failing().await;
    let token = address.trim_start_matches("/acknowledge/");
    let id = IncidentId::trusted(token.split('.').next().expect("an id"));
    let until = world.app().now() + Duration::HOUR;
    let foreign = AckKey::new([8; 32]).sign(&id, until);
    let unknown = key().sign(&IncidentId::trusted("inc_unknown"), until);
    let long = "x".repeat(2000);
    for (token, status, title) in [
        (foreign.as_str(), StatusCode::NOT_FOUND, "This address leads nowhere"),
        ("<script>", StatusCode::NOT_FOUND, "This address leads nowhere"),
        (long.as_str(), StatusCode::NOT_FOUND, "This address leads nowhere"),
        (unknown.as_str(), StatusCode::GONE, "This incident is forgotten"),
    ] {
        let address = format!("/acknowledge/{}", token.replace('<', "%3C").replace('>', "%3E"));
        for page in [look(&world, &address).await, press(&world, &address, "").await] {
            assert_eq!(
                (page.status, page.header("content-type")),
                (status, Some("text/html; charset=utf-8"))
            );
            assert!(
                page.text().contains(&format!("<h1>{title}</h1>")) && !page.text().contains("<script"),
                "{page}"
            );
        }
    }
    assert_eq!(state(&world).await, r#""unacknowledged" null"#);
    report(&world, "completed").await;
    for page in [look(&world, &address).await, press(&world, &address, "name=Ada").await] {
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("<h1>It is over</h1>") && !page.text().contains("<form"), "{page}");
    }
    assert_eq!(state(&world).await, r#""resolved" null"#);
    world.pass(3601);
    for page in [look(&world, &address).await, press(&world, &address, "").await] {
        assert_eq!(page.status, StatusCode::GONE);
        assert!(page.text().contains("<h1>This address has expired</h1>"), "{page}");
    }
}

#[tokio::test]
async fn a_name_that_is_too_long_or_odd_is_refused() {
    let (world, address) = failing().await;
    let forms = [
        format!("name={}", "x".repeat(101)),
        "name=a%0Ab".to_owned(),
        "name=%FF".to_owned(),
        "name=a&name=b".to_owned(),
        "nom=a".to_owned(),
        format!("name={}", "x".repeat(5000)),
    ];
    for form in forms {
        let page = press(&world, &address, &form).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{form}");
        assert!(page.text().contains("That name cannot be taken"), "{page}");
    }
    assert_eq!(state(&world).await, r#""unacknowledged" null"#);
    assert_eq!(
        press(&world, &address, &format!("name={}", "%C3%A9".repeat(100))).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn names_of_others_are_text_and_never_markup() {
    let world = World::with(settings());
    let evil = r#"<img src=x onerror=alert(1)>{{form}}\u202e&'\""#;
    let body = format!(r#"{{"scheduler_id":"billing-nightly","service_name":"{evil}","job_name":"{evil}"}}"#);
    assert_eq!(world.post("/api/v1/schedulers/register", &body).await.status, StatusCode::CREATED);
    report(&world, "failed").await;
    let address = address(&world).await;
    let page = look(&world, &address).await;
    let shown = "&lt;img src=x onerror=alert(1)&gt;{{form}}\u{fffd}&amp;&#39;&quot;";
    assert_eq!(page.text().matches(shown).count(), 2, "{page}");
    assert_eq!((page.text().matches("<form").count(), page.text().contains("<img")), (1, false));
    let page = press(&world, &address, "name=%3Cscript%3E%22%27").await;
    assert!(
        page.text().contains("&lt;script&gt;&quot;&#39; (by link)") && !page.text().contains("<script"),
        "{page}"
    );
}

#[tokio::test]
async fn without_a_key_there_is_no_such_page() {
    let world = World::new();
    let reply = look(&world, "/acknowledge/a.1.b").await;
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (StatusCode::NOT_FOUND, Some("application/json"))
    );
}

#[tokio::test]
async fn its_style_is_served_and_other_methods_are_not() {
    let (world, address) = failing().await;
    let style = look(&world, "/portal/assets/acknowledge.css").await;
    assert_eq!(
        (style.status, style.header("content-type")),
        (StatusCode::OK, Some("text/css; charset=utf-8"))
    );
    let put = world.ask(Ask::new(Method::PUT, &address)).await;
    assert_eq!(
        (put.status, put.header("allow")),
        (StatusCode::METHOD_NOT_ALLOWED, Some("GET,HEAD,POST,OPTIONS"))
    );
}

#[tokio::test]
async fn where_the_store_is_away_the_page_says_to_try_again() {
    let (world, address) = failing().await;
    let incidents = world.app().ports().incidents.clone();
    let broken = World::on(settings(), |ports| {
        ports.incidents = incidents;
        ports.queries = Arc::new(Broken::Away);
    });
    let page = look(&broken, &address).await;
    assert_eq!(
        (page.status, page.text().contains("try again")),
        (StatusCode::SERVICE_UNAVAILABLE, true),
        "{page}"
    );
}

#[tokio::test]
async fn the_page_says_that_it_takes_a_form() {
    let reply = World::new().ask(Ask::new(Method::OPTIONS, "/acknowledge/token").without("x-api-key")).await;
    assert_eq!(
        (reply.status, reply.header("allow")),
        (StatusCode::NO_CONTENT, Some("GET,HEAD,POST,OPTIONS"))
    );
}
