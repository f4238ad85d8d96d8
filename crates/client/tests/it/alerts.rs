//! Incidents, maintenance and routes: what is asked of the server, and how it is shown.

use serde_json::{Value, json};

use crate::program::{Home, text};
use crate::server::{Call, Reply, Server};

fn incident() -> Value {
    json!({
        "id": "inc_1", "scheduler_id": "nightly", "service_name": "billing", "job_name": "nightly",
        "state": "acknowledged", "severity": "error", "causes": ["missed", "failing"],
        "opened_at": "2024-01-15T01:30:00.000Z", "acknowledged": { "by": "Ada", "at": "2024-01-15T01:31:00.000Z" },
        "timeline": [
            { "at": "2024-01-15T01:30:00.000Z", "version": 6, "what": "failed", "run": 3, "error_message": "disk\u{1b} full" },
            { "at": "2024-01-15T01:30:00.000Z", "version": 7, "what": "opened", "causes": ["failing"] }
        ],
        "timeline_is_whole": false,
        "deliveries": [{ "id": "d", "channel": "ops", "state": "delivered", "kind": "opened",
                         "created_at": "2024-01-15T01:30:01.000Z", "attempts": 1, "last_answer": "200 OK" }]
    })
}

#[test]
fn incidents_that_are_open_are_listed_unless_others_are_asked_for() {
    let (home, server) = (Home::new(), Server::answering(|_| Reply::ok(json!([incident()]))));
    let listed = text(&home.run(&server.address, &["incident", "list"]).stdout);
    assert!(listed.contains("inc_1     acknowledged  nightly    missed, failing  error"), "{listed}");
    let filters = ["incident", "list", "--state", "any", "--service", "a b", "--limit", "5", "--json"];
    let listed: Value = serde_json::from_slice(&home.run(&server.address, &filters).stdout).expect("JSON");
    assert_eq!(listed, json!([incident()]));
    let lines: Vec<_> = server.calls().into_iter().map(|call| call.line).collect();
    assert_eq!(lines, ["GET /api/v1/incidents?state=open", "GET /api/v1/incidents?service=a%20b&limit=5"]);
}

#[test]
fn no_incident_is_a_sentence_for_people() {
    let (home, server) = (Home::new(), Server::answering(|_| Reply::ok(json!([]))));
    let output = home.run(&server.address, &["incident", "list"]);
    assert_eq!((text(&output.stdout), text(&output.stderr)), (String::new(), "no incidents\n".into()));
}

#[test]
fn an_incident_is_shown_with_what_happened_and_who_was_told() {
    let (home, server) = (Home::new(), Server::answering(|_| Reply::ok(incident())));
    let output = home.run(&server.address, &["incident", "show", "inc_1"]);
    let shown = text(&output.stdout);
    for line in [
        "acknowledged_by  Ada at 2024-01-15T01:31:00.000Z",
        "2024-01-15 01:30:00Z  failed  error_message=disk  full run=3",
        "2024-01-15 01:30:00Z  opened  causes=failing",
        "2024-01-15 01:30:01Z  ops      opened  delivered  200 OK",
    ] {
        assert!(shown.contains(line), "{line} is not in {shown}");
    }
    assert!(text(&output.stderr).contains("older entries"), "{output:?}");
}

#[test]
fn an_incident_is_acknowledged_and_that_taken_back() {
    let home = Home::new();
    let server = Server::answering(|call: &Call| {
        if call.line.starts_with("PUT") {
            Reply::ok(incident())
        } else {
            Reply::error(409, "incident inc_1 is over")
        }
    });
    let output = home.run(&server.address, &["incident", "ack", "inc_1"]);
    assert_eq!(text(&output.stdout), "inc_1 of nightly is acknowledged\n");
    let output = home.run(&server.address, &["incident", "ack", "inc_1", "--withdraw"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), String::new()));
    assert!(text(&output.stderr).contains("incident inc_1 is over"), "{output:?}");
    let lines: Vec<_> = server.calls().into_iter().map(|call| call.line).collect();
    let path = "/api/v1/incidents/inc_1/acknowledgement";
    assert_eq!(lines, [format!("PUT {path}"), format!("DELETE {path}")]);
}

#[test]
fn maintenance_is_started_of_what_is_named() {
    let home = Home::new();
    let server = Server::answering(|call| {
        let window = json!({ "name": call.text("name"), "selector": call.body["selector"], "until": "2024-01-15T04:00:00.000Z" });
        Reply { status: 201, body: window, link: None, retry_after: None }
    });
    let arguments = [
        "maintenance",
        "start",
        "--for",
        "2h",
        "--name",
        "upgrade",
        "--service",
        "billing",
        "--service",
        "shop",
        "--tag",
        "eu",
    ];
    let said = text(&home.run(&server.address, &arguments).stdout);
    assert_eq!(said, "upgrade of service billing, shop and tag eu until 2024-01-15T04:00:00.000Z\n");
    let call = &server.calls()[0];
    assert_eq!(call.line, "POST /api/v1/maintenance");
    let expected = json!({ "name": "upgrade", "selector": { "services": ["billing", "shop"], "tags": ["eu"] }, "duration": "2h" });
    assert_eq!(call.body, expected);
    let said = text(&home.run(&server.address, &["maintenance", "start", "--for", "1h"]).stdout);
    assert!(said.starts_with("maintenance of 2") && said.contains("Z of every scheduler until"), "{said}");
    assert_eq!(server.calls()[1].body["selector"], json!({}));
    let output = home.run(&server.address, &["maintenance", "start"]);
    assert_eq!(output.status.code(), Some(2), "how long must be said");
}

fn windows(call: &Call) -> Reply {
    if call.line.starts_with("DELETE") {
        return Reply { status: 204, body: Value::Null, link: None, retry_after: None };
    }
    Reply::ok(json!([
        { "id": "win_1", "name": "upgrade", "selector": { "services": ["billing"] }, "active": true,
          "current": { "from": "2024-01-15T02:00:00.000Z", "until": "2024-01-15T04:00:00.000Z" } },
        { "id": "win_2", "name": "weekly", "selector": {}, "active": false, "duration": "2h",
          "schedule": { "cron": "0 2 * * 0", "timezone": "Asia/Jakarta" } }
    ]))
}

#[test]
fn maintenance_is_listed() {
    let (home, server) = (Home::new(), Server::answering(windows));
    let listed = text(&home.run(&server.address, &["maintenance", "list"]).stdout);
    assert!(listed.contains("upgrade  service billing  yes"), "{listed}");
    assert!(listed.contains("weekly   every scheduler  no"), "{listed}");
    assert!(listed.contains("0 2 * * 0 Asia/Jakarta"), "{listed}");
    home.run(&server.address, &["maintenance", "list", "--active"]);
    assert_eq!(server.calls()[1].line, "GET /api/v1/maintenance?active=true");
}

#[test]
fn maintenance_is_ended_by_name_and_one_that_recurs_only_for_good() {
    let (home, server) = (Home::new(), Server::answering(windows));
    let end = |arguments: &[&str]| home.run(&server.address, &[&["maintenance", "end"], arguments].concat());
    assert_eq!(text(&end(&["upgrade"]).stdout), "upgrade is over\n");
    assert_eq!(server.calls()[1].line, "DELETE /api/v1/maintenance/win_1");
    let refused = end(&["weekly"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("recurs: --for-good"), "{refused:?}");
    assert_eq!(text(&end(&["win_2", "--for-good"]).stdout), "win_2 is over\n");
    assert!(text(&end(&["nothing"]).stderr).contains("there is no maintenance called nothing"));
    let deleted = server.calls().into_iter().filter(|call| call.line.starts_with("DELETE")).count();
    assert_eq!(deleted, 2);
}

fn route() -> Value {
    json!({
        "scheduler_id": "nightly", "at": "2024-01-15T02:00:00.000Z", "remind_every": "4h",
        "maintenance": { "until": "2024-01-15T04:00:00.000Z", "windows": ["upgrade"] },
        "causes": [
            { "cause": "failing", "severity": "error", "steps": [
                { "by": "rules", "rules": ["billing", "all"], "unknown": ["gone"], "hearers": [
                    { "channel": "ops", "name": "ops", "kind": "slack", "quiet_until": "2024-01-15T07:00:00.000Z" } ] },
                { "after": "15m", "by": "escalation", "hearers": [
                    { "channel": "pager", "name": "pager", "kind": "pagerduty", "disabled": "revoked" } ] } ] },
            { "cause": "missed", "severity": "error", "steps": [ { "by": "own", "hearers": [] } ] }
        ]
    })
}

#[test]
fn a_route_is_explained_line_by_line() {
    let (home, server) = (Home::new(), Server::answering(|_| Reply::ok(route())));
    let shown = text(&home.run(&server.address, &["route", "explain", "nightly"]).stdout);
    let expected = "Under maintenance (upgrade) until 2024-01-15T04:00:00.000Z: what is wrong still is told then.
Told again every 4h until someone acknowledges.

 CAUSE    SEVERITY  WHEN       CHANNEL  WHY                     NOTE
 failing  error     at once    ops      rules: billing, all     quiet until 2024-01-15T07:00:00.000Z; no channel is called gone
 failing  error     after 15m  pager    escalation              switched off: revoked
 missed   error     at once    nobody   the scheduler names it
";
    assert_eq!(shown, expected);
    assert_eq!(server.calls()[0].line, "GET /api/v1/schedulers/nightly/route");
}

#[test]
fn a_route_is_explained_for_one_cause_and_for_programs() {
    let (home, server) = (Home::new(), Server::answering(|_| Reply::ok(route())));
    let arguments = ["route", "explain", "nightly", "--cause", "missed", "--json"];
    let shown: Value = serde_json::from_slice(&home.run(&server.address, &arguments).stdout).expect("JSON");
    assert_eq!(shown["causes"], json!([route()["causes"][1]]));
    let output = home.run(&server.address, &["route", "explain", "nightly", "--cause", "late"]);
    assert_eq!(output.status.code(), Some(2));
}
