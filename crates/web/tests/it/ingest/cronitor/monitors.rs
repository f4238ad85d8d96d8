//! Cronitor's monitor API.

use app::ports::Role;
use axum::http::Method;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::super::kept::said;
use super::basic;
use crate::support::{ADMIN, Ask, Reply, World};

const MONITORS: &str = "/api/monitors";

async fn ask(world: &World, method: Method, path: &str, body: &str) -> Reply {
    ask_as(world, ADMIN, method, path, body).await
}

async fn ask_as(world: &World, key: &str, method: Method, path: &str, body: &str) -> Reply {
    let ask = Ask::new(method, path).without("x-api-key").body(body.to_owned());
    world.ask(ask.header("authorization", &basic(key))).await
}

async fn nightly(world: &World) {
    let body = r#"[{"key":"nightly","type":"job","schedule":"0 2 * * *","timezone":"Asia/Jakarta","grace_seconds":600}]"#;
    let reply = ask(world, Method::PUT, MONITORS, body).await;
    assert_eq!(reply.status, 200, "{reply}");
}

fn keys(reply: &Reply) -> Vec<String> {
    let body = reply.json();
    let monitors = body["monitors"].as_array().expect("monitors");
    monitors.iter().map(|monitor| monitor["key"].as_str().expect("a key").to_owned()).collect()
}

#[tokio::test]
async fn a_list_that_is_put_is_answered_in_its_own_shape() {
    let world = World::new();
    let body = r#"[{"key":"nightly","name":"Nightly","type":"job","schedule":"0 2 * * *","defaultName":"x","rules":[],"platform":"kubernetes","tags":["db"],"group":"billing"}]"#;
    assert_snapshot!(ask(&world, Method::PUT, MONITORS, body).await, @r#"
200 OK
cache-control: no-store
content-length: 489
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac005cc1beeb8da1658eec67

[{"assertions":[],"attributes":{"code":"nightly","group_name":"billing","key":"nightly"},"consecutive_alert_threshold":1,"disabled":false,"failure_tolerance":0,"grace_seconds":null,"group":"billing","initialized":false,"key":"nightly","latest_event":null,"latest_issue":null,"name":"Nightly","note":null,"notify":["default"],"passing":true,"paused":false,"realert_interval":null,"running":false,"schedule":"0 2 * * *","schedules":["0 2 * * *"],"tags":["db"],"timezone":"UTC","type":"job"}]
"#);
    let wrapped = format!(r#"{{"monitors":{body}}}"#);
    let reply = ask(&world, Method::PUT, MONITORS, &wrapped).await.json();
    assert_eq!(reply["monitors"][0]["attributes"]["key"], "nightly");
}

#[tokio::test]
async fn a_monitor_is_a_scheduler_with_what_it_says() {
    let world = World::new();
    nightly(&world).await;
    let made = world.get("/api/v1/schedulers/nightly").await.json();
    let schedule = json!({ "cron": "0 2 * * *", "timezone": "Asia/Jakarta", "grace": "10m", "expect_from": "first_report" });
    for (field, value) in schedule.as_object().expect("an object") {
        assert_eq!(&made["schedule"][field], value, "{made:#}");
    }
    assert_eq!((&made["service_name"], &made["job_name"]), (&"default".into(), &"nightly".into()));
}

#[tokio::test]
async fn what_is_not_said_again_stays() {
    let world = World::new();
    nightly(&world).await;
    let change = r#"[{"key":"nightly","note":"at night","failure_tolerance":2,"assertions":["metric.duration < 2 hours"]}]"#;
    let changed = ask(&world, Method::PUT, MONITORS, change).await.json();
    for (field, value) in [
        ("schedule", json!("0 2 * * *")),
        ("grace_seconds", json!(600)),
        ("note", json!("at night")),
        ("consecutive_alert_threshold", json!(3)),
        ("assertions", json!(["metric.duration < 2 hours"])),
    ] {
        assert_eq!(changed[0][field], value, "{field}");
    }
    let grace = ask(&world, Method::PUT, MONITORS, r#"[{"key":"nightly","grace_seconds":60}]"#).await.json();
    assert_eq!((&grace[0]["schedule"], &grace[0]["grace_seconds"]), (&json!("0 2 * * *"), &json!(60)));
    let cleared = ask(&world, Method::PUT, MONITORS, r#"[{"key":"nightly","schedule":null}]"#).await.json();
    assert_eq!(cleared[0]["schedule"], Value::Null);
}

#[tokio::test]
async fn channels_that_are_not_there_do_not_take_the_place_of_the_default() {
    let world = World::new();
    let body = r#"[{"key":"nightly","notify":["nobody-here","default"]}]"#;
    assert_eq!(ask(&world, Method::PUT, MONITORS, body).await.json()[0]["notify"], json!(["default"]));
}

#[tokio::test]
async fn a_list_is_taken_as_a_whole_or_not_at_all() {
    let world = World::new();
    let body = r#"[{"key":"good"},{"key":"bad","type":"check","request":{}},{"key":"worse","schedule":"61 * * * *"}]"#;
    assert_snapshot!(said(&ask(&world, Method::PUT, MONITORS, body).await), @r#"400 {"errors":[{"message":"bad: type must be job or heartbeat, was check: no sites are checked here"},{"message":"worse: schedule is no cron expression: at character 1: minute 61 is above 59"}]}"#);
    let rolled = ask(&world, Method::PUT, MONITORS, r#"{"monitors":[{"key":"good"}],"rollback":true}"#).await;
    assert_eq!((rolled.status.as_u16(), rolled.json()["monitors"][0]["key"].clone()), (200, json!("good")));
    assert_eq!(keys(&ask(&world, Method::GET, MONITORS, "").await), Vec::<String>::new());
}

#[tokio::test]
async fn monitors_are_listed_by_page_and_by_what_is_asked_for() {
    let world = World::new();
    let body = r#"[{"key":"a","tags":["db"]},{"key":"b","type":"heartbeat","schedule":"every 5 minutes"},{"key":"c","group":"billing"},{"key":"d@qa"}]"#;
    assert_eq!(ask(&world, Method::PUT, MONITORS, body).await.status, 200);
    for (query, expected) in [
        ("", vec!["a", "b", "c", "d@qa"]),
        ("?page=1&pageSize=3", vec!["a", "b", "c"]),
        ("?page=2&pageSize=3", vec!["d@qa"]),
        ("?page=9", vec![]),
        ("?page=x&pageSize=0", vec!["a"]),
        ("?type=heartbeat", vec!["b"]),
        ("?type=job,heartbeat&group=billing", vec!["c"]),
        ("?tag=db", vec!["a"]),
        ("?search=C", vec!["c"]),
        ("?env=qa", vec!["d@qa"]),
        ("?state=failing", vec![]),
    ] {
        let reply = ask(&world, Method::GET, &format!("{MONITORS}{query}"), "").await;
        assert_eq!(keys(&reply), expected, "{query}");
    }
    let page = ask(&world, Method::GET, &format!("{MONITORS}?page=2&pageSize=3"), "").await.json();
    assert_eq!(
        (&page["page"], &page["page_size"], &page["total_monitor_count"]),
        (&json!(2), &json!(3), &json!(4))
    );
}

#[tokio::test]
async fn one_monitor_is_made_shown_paused_copied_and_deleted() {
    let world = World::new();
    let made = ask(
        &world,
        Method::POST,
        MONITORS,
        r#"{"key":"nightly","schedule":"every 5 minutes","tags":["db"]}"#,
    )
    .await;
    assert_eq!((made.status.as_u16(), &made.json()["schedule"]), (201, &json!("every 5 minutes")));
    let again = ask(&world, Method::POST, MONITORS, r#"{"key":"nightly"}"#).await;
    assert_eq!(
        said(&again),
        r#"400 {"errors":[{"message":"key 'nightly' is taken: PUT changes a monitor"}]}"#
    );
    for (end, paused) in [("/pause", true), ("/pause/0", false), ("/pause/5", true), ("", true)] {
        let reply = ask(&world, Method::GET, &format!("{MONITORS}/nightly{end}"), "").await;
        assert_eq!((reply.status.as_u16(), &reply.json()["paused"]), (200, &json!(paused)), "{end}");
    }
    world.pass(5 * 3600 + 1);
    let copy =
        ask(&world, Method::POST, "/api/monitors/clone", r#"{"key":"nightly","name":"Weekly copy"}"#).await;
    assert_eq!(
        (copy.status.as_u16(), &copy.json()["key"], &copy.json()["tags"]),
        (201, &json!("weekly-copy"), &json!(["db"]))
    );
    let renamed = ask(&world, Method::PUT, "/api/monitors/nightly", r#"{"name":"Renamed"}"#).await;
    assert_eq!((renamed.status.as_u16(), &renamed.json()["name"]), (200, &json!("Renamed")));
    let deleted = ask(&world, Method::DELETE, "/api/monitors/nightly", "").await;
    assert_eq!((deleted.status.as_u16(), deleted.body.len()), (204, 0));
    for (method, path) in [
        (Method::GET, "/api/monitors/nightly"),
        (Method::DELETE, "/api/monitors/nightly"),
        (Method::GET, "/api/monitors/nightly/pause"),
    ] {
        assert_eq!(said(&ask(&world, method, path, "").await), r#"404 {"error":"Not found"}"#, "{path}");
    }
}

#[tokio::test]
async fn paused_is_set_with_a_list_too() {
    let world = World::new();
    for paused in [true, true, false] {
        let body = format!(r#"[{{"key":"nightly","paused":{paused}}}]"#);
        let reply = ask(&world, Method::PUT, MONITORS, &body).await;
        assert_eq!(reply.json()[0]["paused"], json!(paused), "{reply}");
    }
}

#[tokio::test]
async fn a_monitor_shows_how_it_stands() {
    let world = World::new();
    nightly(&world).await;
    let show = || ask(&world, Method::GET, "/api/monitors/nightly", "");
    let new = show().await.json();
    assert_eq!(
        (&new["initialized"], &new["passing"], &new["latest_event"]),
        (&json!(false), &json!(true), &Value::Null)
    );
    let failed = world.tell(Method::GET, &format!("/p/{ADMIN}/nightly?state=fail&message=no+room"), "").await;
    assert_eq!(failed.status, 200);
    let failing = show().await.json();
    assert_eq!((&failing["initialized"], &failing["passing"]), (&json!(true), &json!(false)));
    assert_eq!(failing["latest_event"]["state"], "fail");
    assert_eq!(failing["latest_issue"]["state"], "unresolved");
    assert_eq!(keys(&ask(&world, Method::GET, &format!("{MONITORS}?state=failing"), "").await), ["nightly"]);
}

#[tokio::test]
async fn monitors_are_read_from_a_file_and_written_to_one() {
    let world = World::new();
    let file = "jobs:\n  nightly:\n    schedule: 0 2 * * *\n    tags: [db]\nheartbeats:\n  alive:\n    schedule: every 5 minutes\n";
    let put = ask(&world, Method::PUT, "/api/monitors.yaml", file).await;
    assert_eq!((put.status.as_u16(), put.header("content-type")), (200, Some("application/yaml")));
    let written = ask(&world, Method::GET, "/api/monitors.yaml", "").await;
    assert_eq!(put.text(), written.text());
    assert_snapshot!(written.text(), @r#"
heartbeats:
  alive:
    assertions: []
    consecutive_alert_threshold: 1
    failure_tolerance: 0
    group: default
    name: alive
    notify:
    - default
    paused: false
    schedule: every 5 minutes
    tags: []
jobs:
  nightly:
    assertions: []
    consecutive_alert_threshold: 1
    failure_tolerance: 0
    group: default
    name: nightly
    notify:
    - default
    paused: false
    schedule: 0 2 * * *
    tags:
    - db
    timezone: UTC
"#);
    let again = ask(&world, Method::PUT, "/api/monitors.yaml", written.text()).await;
    assert_eq!(again.text(), written.text());
    let refused =
        ask(&world, Method::PUT, "/api/monitors.yaml", "checks:\n  site: {request: {url: x}}\n").await;
    assert_eq!(
        said(&refused),
        r#"400 {"errors":[{"message":"site: type must be job or heartbeat, was check: no sites are checked here"}]}"#
    );
}

#[tokio::test]
async fn what_may_not_be_is_refused_in_cronitors_shapes() {
    let world = World::new();
    nightly(&world).await;
    let viewer = world.key(Role::Viewer, &[]).await;
    let reporter = world.key(Role::Reporter, &[]).await;
    let billing = world.key(Role::ServiceOwner, &["billing"]).await;
    let mut answers = Vec::new();
    for (key, method, path, body) in [
        ("nobodys-key", Method::GET, MONITORS, ""),
        (&viewer, Method::PUT, MONITORS, r#"[{"key":"nightly"}]"#),
        (&reporter, Method::GET, "/api/monitors/nightly/pause", ""),
        (&reporter, Method::PUT, MONITORS, r#"[{"key":"new","paused":true}]"#),
        (&billing, Method::GET, "/api/monitors/nightly", ""),
        (&billing, Method::PUT, MONITORS, r#"[{"key":"nightly"}]"#),
        (ADMIN, Method::PUT, MONITORS, "no JSON"),
        (ADMIN, Method::PUT, MONITORS, "{}"),
        (ADMIN, Method::PUT, MONITORS, "[{}]"),
        (ADMIN, Method::GET, "/api/monitors/nightly/pause/soon", ""),
        (ADMIN, Method::POST, "/api/monitors/clone", "{}"),
        (ADMIN, Method::POST, "/api/monitors/clone", r#"{"key":"nobody","name":"x"}"#),
        (ADMIN, Method::POST, "/api/monitors/clone", r#"{"key":"nightly","name":"nightly"}"#),
    ] {
        answers.push(said(&ask_as(&world, key, method, path, body).await));
    }
    assert_snapshot!(answers.join("\n"), @r#"
403 {"error":"Invalid API key"}
403 {"error":"a key with the role reporter is needed, this one has the role viewer"}
403 {"error":"a key with the role service-owner is needed, this one has the role reporter"}
403 {"error":"a key with the role service-owner is needed, this one has the role reporter"}
403 {"error":"this key is limited to billing, not default"}
403 {"error":"this key is limited to billing, not default"}
400 {"errors":[{"message":"the body is not JSON: expected ident at line 1 column 2"}]}
400 {"errors":[{"message":"monitors must be a list of monitors"}]}
400 {"errors":[{"message":"a monitor: key must not be empty"}]}
400 {"errors":[{"message":"hours must be 0 to 8784"}]}
400 {"errors":[{"message":"key is required"}]}
404 {"error":"Not found"}
400 {"errors":[{"message":"name 'nightly' would make a key that is taken, or none"}]}
"#);
    let none = world.tell(Method::GET, MONITORS, "").await;
    assert_eq!(said(&none), r#"403 {"error":"Invalid API key"}"#);
    assert!(ask(&world, Method::GET, "/api/monitors/new", "").await.status == 404, "nothing was made");
}
