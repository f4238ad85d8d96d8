//! Lists for people: complete, readable without colour, and no wider than the terminal.

use serde_json::{Value, json};

use crate::program::{Home, text};
use crate::server::{Call, Reply, Server};

fn schedulers(call: &Call) -> Reply {
    let scheduler = |id: &str, health: &str| {
        json!({ "scheduler_id": id, "health": health, "status": "completed", "service_name": "shop",
                "execution_time_ms": 125_000 })
    };
    if call.line.contains("cursor=second") {
        return Reply::ok(json!([scheduler("mail", "healthy")]));
    }
    Reply {
        link: Some(r#"</elsewhere/schedulers?cursor=second&limit=2>; rel="next""#.to_owned()),
        retry_after: None,
        ..Reply::ok(json!([scheduler("nightly/backup", "failing"), scheduler("\u{1b}[31mred", "late")]))
    }
}

#[test]
fn list_asks_for_the_worst_first_and_says_that_there_is_more() {
    let (home, server) = (Home::new(), Server::answering(schedulers));
    let arguments = ["list", "--health", "failing", "--tag", "a b", "--limit", "2"];
    let output = home.run(&server.address, &arguments);
    let line = &server.calls()[0].line;
    assert_eq!(line, "GET /api/v1/schedulers?health=failing&tag=a%20b&sort=%2Dseverity&limit=2");
    let expected = " HEALTH   STATUS     SCHEDULER       SERVICE  REPORTED  TOOK   EXPECTED\n \
                     failing  completed  nightly/backup  shop               2m 5s\n \
                     late     completed   [31mred        shop               2m 5s\n";
    assert_eq!(text(&output.stdout), expected);
    assert_eq!(text(&output.stderr), "there are more: --all shows them\n");
}

#[test]
fn all_pages_are_followed_at_the_address_that_was_given() {
    let (home, server) = (Home::new(), Server::answering(schedulers));
    let output = home.run(&server.address, &["list", "--all", "--json"]);
    let rows: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let ids: Vec<&str> = rows.iter().filter_map(|row| row["scheduler_id"].as_str()).collect();
    assert_eq!(ids, ["nightly/backup", "\u{1b}[31mred", "mail"]);
    assert_eq!(server.calls()[1].line, "GET /api/v1/schedulers?cursor=second&limit=2");
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn a_table_fits_a_narrow_terminal() {
    let (home, server) = (Home::new(), Server::answering(schedulers));
    let output = home.punctual(&server.address, &["list"]).env("COLUMNS", "50").output().unwrap();
    let shown = text(&output.stdout);
    assert!(shown.lines().all(|line| line.chars().count() <= 50), "{shown}");
    assert!(shown.contains(" failing  completed  nightly/backup\n"), "{shown}");
}

#[test]
fn a_list_of_nothing_is_empty_for_programs_and_a_sentence_for_people() {
    let (home, server) = (Home::new(), Server::answering(|_| Reply::ok(json!([]))));
    let output = home.run(&server.address, &["list"]);
    assert_eq!((text(&output.stdout), text(&output.stderr)), (String::new(), "no schedulers\n".into()));
    assert_eq!(text(&home.run(&server.address, &["list", "--json"]).stdout), "[]\n");
}

#[test]
fn show_begins_with_what_matters() {
    let home = Home::new();
    let server = Server::answering(|_| {
        Reply::ok(json!({ "created_at": "2024-01-01T00:00:00Z", "health": "failing", "scheduler_id": "a",
                          "error_message": "line\nline", "tags": ["x", "y"], "schedule": { "every": "5m" } }))
    });
    let shown = text(&home.run(&server.address, &["show", "a"]).stdout);
    let fields: Vec<&str> = shown.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(
        fields,
        ["FIELD", "scheduler_id", "health", "error_message", "created_at", "schedule", "tags"]
    );
    assert!(shown.contains("x, y") && shown.contains("line line"), "{shown}");
}

#[test]
fn history_shows_reports_and_what_the_server_concluded() {
    let home = Home::new();
    let server = Server::answering(|_| {
        Reply::ok(json!([
            { "status": "failed", "timestamp": "2024-01-15T01:30:00.250Z", "exit_code": 3, "run_id": "r",
              "error_message": "exit status 3\nboom", "execution_time_ms": 250 },
            { "kind": "missed", "timestamp": "2024-01-14T02:00:00.000Z" }
        ]))
    });
    let arguments = ["history", "a", "--limit", "2", "--from", "2024-01-01T00:00:00Z", "--include-system"];
    let output = home.run(&server.address, &arguments);
    let expected = " WHEN                  WHAT    TOOK   EXIT  RUN  ERROR\n \
                     2024-01-15 01:30:00Z  failed  250ms  3     r    exit status 3 boom\n \
                     2024-01-14 02:00:00Z  missed\n";
    assert_eq!(text(&output.stdout), expected);
    let line = &server.calls()[0].line;
    assert_eq!(
        line,
        "GET /api/v1/schedulers/a/history?limit=2&from=2024%2D01%2D01T00%3A00%3A00Z&include=system"
    );
}

#[test]
fn deliveries_are_shown_with_what_came_of_them() {
    let home = Home::new();
    let server = Server::answering(|_| {
        Reply::ok(json!([
            { "id": "inc_1-7.ops", "channel": "ops", "state": "dead", "kind": "opened", "attempts": 1,
              "scheduler_id": "nightly", "created_at": "2024-01-15T01:30:00.250Z",
              "last_answer": "the receiver answered 403 forbidden" },
            { "id": "storm.3.ops", "channel": "ops", "state": "delivered", "kind": "group", "attempts": 2,
              "created_at": "2024-01-15T01:29:00.000Z", "last_answer": "status 204" }
        ]))
    });
    let output = home.run(&server.address, &["delivery", "list", "--channel", "ops", "--limit", "2"]);
    let expected = " WHEN                  STATE      CHANNEL  KIND    SCHEDULER  TRIES  ANSWER                               ID\n \
                     2024-01-15 01:30:00Z  dead       ops      opened  nightly    1      the receiver answered 403 forbidden  inc_1-7.ops\n \
                     2024-01-15 01:29:00Z  delivered  ops      group              2      status 204                           storm.3.ops\n";
    assert_eq!(text(&output.stdout), expected);
    assert_eq!(server.calls()[0].line, "GET /api/v1/deliveries?channel=ops&limit=2");
}

#[test]
fn dead_deliveries_are_sent_again_one_by_one_or_all() {
    let home = Home::new();
    let server = Server::answering(|call| {
        if call.line.starts_with("GET") {
            Reply::ok(json!([{ "id": "a.ops" }, { "id": "b/c.ops" }]))
        } else {
            Reply { status: 202, ..Reply::ok(json!(null)) }
        }
    });
    let output = home.run(&server.address, &["delivery", "retry", "x.ops"]);
    assert_eq!(text(&output.stdout), "1 sent again\n");
    let output = home.run(&server.address, &["delivery", "retry", "--dead", "--channel", "ops"]);
    assert_eq!(text(&output.stdout), "2 sent again\n");
    let lines: Vec<String> = server.calls().into_iter().map(|call| call.line).collect();
    assert_eq!(
        lines,
        [
            "POST /api/v1/deliveries/x.ops/retry",
            "GET /api/v1/deliveries?state=dead&channel=ops&limit=1000",
            "POST /api/v1/deliveries/a.ops/retry",
            "POST /api/v1/deliveries/b%2Fc.ops/retry",
        ]
    );
    assert_eq!(home.run(&server.address, &["delivery", "retry"]).status.code(), Some(2));
}
