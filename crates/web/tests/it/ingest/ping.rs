//! `/ping/…`: every form of a ping and every answer, and that what was sent is found where people look.

mod bodies;
mod create;
mod limits;
mod meaning;
mod vain;

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Ask, Reply, World};

/// The address of `billing-nightly`.
pub(super) const ID: &str = "5e0b9d3c-7f7c-4a5b-9d53-1d3e4d0c2f11";
/// The ping key of the project.
pub(super) const KEY: &str = "ping-key-of-the-tests";
/// The name of a run.
pub(super) const RID: &str = "0b9d3c5e-7c7f-4b5a-9d53-1d3e4d0c2f22";

/// A world in which `billing-nightly` is heard at [`ID`], and as `nightly` under [`KEY`].
pub(super) async fn world() -> World {
    let world = World::new();
    with_billing(&world, json!({})).await;
    world
}

/// Registers `billing-nightly`, with whatever else is said of it.
pub(super) async fn with_billing(world: &World, more: Value) {
    world.app().make_ready().await.expect("ready");
    let project = json!({ "name": "Default", "ping_key": KEY }).to_string();
    assert_eq!(world.put("/api/v1/projects/default", &project).await.status, StatusCode::OK);
    let mut body = json!({ "scheduler_id": "billing-nightly", "service_name": "billing", "job_name": "nightly",
        "ping_id": ID, "slug": "nightly" });
    let fields = body.as_object_mut().expect("an object");
    fields.extend(more.as_object().expect("an object").clone());
    let reply = world.post("/api/v1/schedulers/register", &body.to_string()).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{reply}");
}

/// A ping, without any key of the API. `ID` and `KEY` in the path stand for those.
pub(super) fn ping(method: Method, path: &str) -> Ask {
    let path = path.replace("RID", RID).replace("ID", ID).replace("KEY", KEY);
    Ask::new(method, &format!("/ping/{path}")).without("x-api-key")
}

pub(super) async fn get(world: &World, path: &str) -> Reply {
    world.ask(ping(Method::GET, path)).await
}

pub(super) async fn post(world: &World, path: &str, body: impl Into<Body>) -> Reply {
    world.ask(ping(Method::POST, path).body(body).without("content-type")).await
}

/// Status and body.
pub(super) fn told(reply: &Reply) -> (u16, String) {
    (reply.status.as_u16(), reply.text().to_owned())
}

/// What the history says, oldest first: kind or status, and those of the fields that are there.
pub(super) async fn history(world: &World, fields: &[&str]) -> String {
    let reply = world.get("/api/v1/schedulers/billing-nightly/history?include=system&limit=1000").await;
    let entries: Vec<Value> = serde_json::from_slice(&reply.body).expect("entries");
    let line = |entry: &Value| {
        let what = entry["kind"].as_str().or_else(|| entry["status"].as_str()).unwrap_or("?").to_owned();
        let shown = fields.iter().filter(|name| !entry[**name].is_null());
        shown.fold(what, |line, name| format!("{line} {name}={}", entry[*name]))
    };
    entries.iter().rev().map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn every_form_of_a_ping_is_taken_and_found_in_the_history() {
    let world = world().await;
    let forms = [
        "ID",
        "ID/",
        "ID/start",
        "ID/fail",
        "ID/log",
        "ID/0",
        "ID/1",
        "ID/255",
        "ID/007",
        "KEY/nightly",
        "KEY/nightly/start",
        "KEY/nightly/fail",
        "KEY/nightly/log",
        "KEY/nightly/0",
        "KEY/nightly/3",
    ];
    for form in forms {
        let reply = get(&world, form).await;
        assert_eq!(told(&reply), (200, "OK".to_owned()), "{form}");
    }
    assert_snapshot!(history(&world, &["exit_code"]).await, @r#"
completed
completed
running
failed
log
completed exit_code=0
recovered
failed exit_code=1
failed exit_code=255
failed exit_code=7
completed
recovered
running
failed
log
completed exit_code=0
recovered
failed exit_code=3
"#);
}

#[tokio::test]
async fn any_method_is_a_ping_and_is_kept() {
    let world = world().await;
    let methods = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    for method in methods {
        let reply = world.ask(ping(method.clone(), "ID").header("user-agent", "curl/8.5.0")).await;
        assert_eq!(reply.status, StatusCode::OK, "{method}");
    }
    assert_snapshot!(history(&world, &["origin"]).await, @r#"
completed origin={"dialect":"ping","method":"GET","remote_addr":"0.0.0.0","scheme":"http","user_agent":"curl/8.5.0"}
completed origin={"dialect":"ping","method":"HEAD","remote_addr":"0.0.0.0","scheme":"http","user_agent":"curl/8.5.0"}
completed origin={"dialect":"ping","method":"POST","remote_addr":"0.0.0.0","scheme":"http","user_agent":"curl/8.5.0"}
completed origin={"dialect":"ping","method":"PUT","remote_addr":"0.0.0.0","scheme":"http","user_agent":"curl/8.5.0"}
completed origin={"dialect":"ping","method":"PATCH","remote_addr":"0.0.0.0","scheme":"http","user_agent":"curl/8.5.0"}
completed origin={"dialect":"ping","method":"DELETE","remote_addr":"0.0.0.0","scheme":"http","user_agent":"curl/8.5.0"}
"#);
}

#[tokio::test]
async fn a_ping_is_answered_as_its_clients_expect() {
    let world = world().await;
    assert_snapshot!(get(&world, "ID").await, @r#"
200 OK
access-control-allow-origin: *
cache-control: max-age=0, no-cache, no-store, must-revalidate, private
content-length: 2
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: text/plain; charset=utf-8
ping-body-limit: 100000
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac005dc087b341d690d7a28a

OK
"#);
    assert_snapshot!(world.ask(ping(Method::HEAD, "ID")).await, @r#"
200 OK
access-control-allow-origin: *
cache-control: max-age=0, no-cache, no-store, must-revalidate, private
content-length: 2
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: text/plain; charset=utf-8
ping-body-limit: 100000
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac0089eee263183773ef6508
"#);
    assert_snapshot!(get(&world, "KEY/other?create=1").await, @r#"
201 Created
access-control-allow-origin: *
cache-control: max-age=0, no-cache, no-store, must-revalidate, private
content-length: 7
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: text/plain; charset=utf-8
ping-body-limit: 100000
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac00b99f0c43407dc177b6f7

Created
"#);
}

#[tokio::test]
async fn a_browser_may_ping_from_any_page() {
    let world = world().await;
    let ask = ping(Method::OPTIONS, "ID/start").header("origin", "https://example.com");
    assert_snapshot!(world.ask(ask.header("access-control-request-method", "POST")).await, @r#"
204 No Content
access-control-allow-headers: *
access-control-allow-methods: GET, HEAD, POST
access-control-allow-origin: *
access-control-expose-headers: Ping-Body-Limit
access-control-max-age: 600
cache-control: no-store
content-length: 0
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac005dc087b341d690d7a28a
"#);
    assert_eq!(history(&world, &[]).await, "", "to ask is not to ping");
}

#[tokio::test]
async fn a_browser_may_ping_from_any_page_also_where_the_api_is_open_to_some() {
    let origins = vec!["https://ours.example".parse().expect("an origin")];
    let world = World::with(web::WebSettings { cors_origins: origins, ..web::WebSettings::default() });
    with_billing(&world, json!({})).await;
    for origin in ["https://ours.example", "https://example.com"] {
        for method in [Method::GET, Method::OPTIONS] {
            let ask = ping(method.clone(), "ID").header("origin", origin);
            let reply = world.ask(ask.header("access-control-request-method", "POST")).await;
            let allowed: Vec<_> = reply.headers.get_all("access-control-allow-origin").iter().collect();
            assert_eq!(allowed, ["*"], "{method} {origin}");
        }
    }
}

#[tokio::test]
async fn an_address_that_is_none_is_answered_as_healthchecks_does() {
    let world = world().await;
    let capitals = ID.to_uppercase();
    let (undashed, unknown) = (ID.replace('-', ""), ID.replace('5', "6"));
    let mut answers = String::new();
    for form in [
        "",
        "nightly",
        &capitals,
        &undashed,
        "ID/fail/",
        "ID/start/",
        "KEY/nightly/",
        "KEY/nightly/done",
        "KEY/nightly/start/x",
        "KEY/night%6Cy",
        "KEY/Nightly",
        "KEY/Nightly/fail",
        &unknown,
        &format!("{capitals}/start"),
        "KEY/nobody",
        "other-key/nightly",
        "other-key/nightly?create=1",
        "ID/nightly",
        "KEY/nightly?create=0&x=%",
        "ID/256",
        "ID/99999999999999999999",
        "KEY/nightly/256",
    ] {
        let reply = get(&world, form).await;
        let kind = reply.header("content-type").unwrap_or_default();
        assert_eq!(
            reply.header("access-control-allow-origin").is_some(),
            reply.status.is_success(),
            "{form}"
        );
        writeln!(answers, "{form:<45} {} {kind} {:?}", reply.status.as_u16(), reply.text()).expect("written");
    }
    assert_snapshot!(answers, @r#"
                                              404 text/html; charset=utf-8 "<!doctype html>\n<html lang=\"en\"><title>Not Found</title><h1>Not Found</h1></html>\n"
nightly                                       404 text/html; charset=utf-8 "<!doctype html>\n<html lang=\"en\"><title>Not Found</title><h1>Not Found</h1></html>\n"
5E0B9D3C-7F7C-4A5B-9D53-1D3E4D0C2F11          404 text/html; charset=utf-8 "<!doctype html>\n<html lang=\"en\"><title>Not Found</title><h1>Not Found</h1></html>\n"
5e0b9d3c7f7c4a5b9d531d3e4d0c2f11              404 text/html; charset=utf-8 "<!doctype html>\n<html lang=\"en\"><title>Not Found</title><h1>Not Found</h1></html>\n"
ID/fail/                                      404 text/html; charset=utf-8 "<!doctype html>\n<html lang=\"en\"><title>Not Found</title><h1>Not Found</h1></html>\n"
ID/start/                                     404 text/html; charset=utf-8 "<!doctype html>\n<html lang=\"en\"><title>Not Found</title><h1>Not Found</h1></html>\n"
KEY/nightly/                                  404 text/html; charset=utf-8 "<!doctype html>\n<html lang=\"en\"><title>Not Found</title><h1>Not Found</h1></html>\n"
KEY/nightly/done                              404 text/html; charset=utf-8 "<!doctype html>\n<html lang=\"en\"><title>Not Found</title><h1>Not Found</h1></html>\n"
KEY/nightly/start/x                           404 text/html; charset=utf-8 "<!doctype html>\n<html lang=\"en\"><title>Not Found</title><h1>Not Found</h1></html>\n"
KEY/night%6Cy                                 404 text/html; charset=utf-8 "<!doctype html>\n<html lang=\"en\"><title>Not Found</title><h1>Not Found</h1></html>\n"
KEY/Nightly                                   400 text/plain; charset=utf-8 "invalid url format"
KEY/Nightly/fail                              400 text/plain; charset=utf-8 "invalid url format"
6e0b9d3c-7f7c-4a6b-9d63-1d3e4d0c2f11          404 text/plain; charset=utf-8 "not found"
5E0B9D3C-7F7C-4A5B-9D53-1D3E4D0C2F11/start    404 text/plain; charset=utf-8 "not found"
KEY/nobody                                    404 text/plain; charset=utf-8 "not found"
other-key/nightly                             404 text/plain; charset=utf-8 "not found"
other-key/nightly?create=1                    404 text/plain; charset=utf-8 "not found"
ID/nightly                                    404 text/plain; charset=utf-8 "not found"
KEY/nightly?create=0&x=%                      200 text/plain; charset=utf-8 "OK"
ID/256                                        400 text/plain; charset=utf-8 "invalid url format"
ID/99999999999999999999                       400 text/plain; charset=utf-8 "invalid url format"
KEY/nightly/256                               400 text/plain; charset=utf-8 "invalid url format"
"#);
    assert_eq!(history(&world, &[]).await, "completed", "of all these only one was a ping");
}

#[tokio::test]
async fn a_run_is_named_by_a_uuid_and_the_ping_is_not_taken_where_that_is_none() {
    let world = world().await;
    let capitals = RID.to_uppercase();
    for form in [&format!("ID/start?rid={capitals}"), "KEY/nightly?rid=RID&create=1"] {
        assert_eq!(told(&get(&world, form).await), (200, "OK".to_owned()), "{form}");
        world.pass(90);
    }
    let undashed = RID.replace('-', "");
    for bad in ["rid=", "rid", "rid=7", &format!("rid={undashed}"), "rid=%7B", "rid=RID&rid=x&rid"] {
        let answer = told(&get(&world, &format!("ID/fail?{bad}")).await);
        let expected = if bad.starts_with("rid=RID") { (200, "OK") } else { (400, "invalid uuid format") };
        assert_eq!((answer.0, answer.1.as_str()), expected, "{bad}");
    }
    assert_snapshot!(history(&world, &["run_id"]).await, @r#"
running run_id="0b9d3c5e-7c7f-4b5a-9d53-1d3e4d0c2f22"
completed run_id="0b9d3c5e-7c7f-4b5a-9d53-1d3e4d0c2f22"
failed run_id="0b9d3c5e-7c7f-4b5a-9d53-1d3e4d0c2f22 again"
"#);
    let runs = world.get("/api/v1/schedulers/billing-nightly/runs").await;
    assert_snapshot!(runs.text().replace("},{", "},\n{"), @r#"
[{"run":2,"run_id":"0b9d3c5e-7c7f-4b5a-9d53-1d3e4d0c2f22 again","status":"failed","start_reported":false,"ended_at":"2026-03-02T08:03:00.000Z"},
{"run":1,"run_id":"0b9d3c5e-7c7f-4b5a-9d53-1d3e4d0c2f22","status":"completed","started_at":"2026-03-02T08:00:00.000Z","start_reported":true,"ended_at":"2026-03-02T08:01:30.000Z","duration_ms":90000}]
"#);
}

#[tokio::test]
async fn an_exit_status_that_is_none_is_refused_once_it_is_known_whose_it_is() {
    let world = world().await;
    let unknown = ID.replace('5', "6");
    for (form, status, text) in [
        ("ID/256", 400, "invalid url format"),
        ("ID/256?rid=x", 400, "invalid url format"),
        (&format!("{unknown}/256"), 404, "not found"),
        ("KEY/nobody/256", 404, "not found"),
    ] {
        assert_eq!(told(&get(&world, form).await), (status, text.to_owned()), "{form}");
    }
}

#[tokio::test]
async fn a_ping_is_durable_or_refused_and_says_when_to_come_back() {
    let world = World::broken(crate::support::Broken::Away, web::WebSettings::default());
    assert_snapshot!(get(&world, "ID").await, @r#"
503 Service Unavailable
cache-control: no-store
content-length: 20
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: text/plain; charset=utf-8
referrer-policy: no-referrer
retry-after: 2
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac005cc1beeb8da1658eec67

not taken, try again
"#);
}

#[tokio::test]
async fn an_address_is_read_by_its_whole_scheduler_and_shown_to_those_who_may_report() {
    let world = world().await;
    let path = "/api/v1/schedulers/billing-nightly";
    let shown = world.get(path).await.json();
    assert_eq!(shown["ping_url"], format!("/ping/{ID}"));
    let viewer = world.key(app::ports::Role::Viewer, &[]).await;
    let shown = world.ask(Ask::new(Method::GET, path).key(&viewer)).await.json();
    assert_eq!((&shown["ping_url"], &shown["slug"]), (&Value::Null, &json!("nightly")));
}
