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
fn history_names_the_entries_whose_output_is_kept() {
    let home = Home::new();
    let server = Server::answering(|_| {
        Reply::ok(json!([
            { "id": "7", "status": "failed", "timestamp": "2024-01-15T01:30:00.250Z", "output_bytes": 12 },
            { "id": "6", "status": "running", "timestamp": "2024-01-15T01:29:00.250Z" }
        ]))
    });
    let expected = " WHEN                  WHAT     TOOK  EXIT  RUN  ERROR  OUTPUT\n \
                     2024-01-15 01:30:00Z  failed                           7\n \
                     2024-01-15 01:29:00Z  running\n";
    assert_eq!(text(&home.run(&server.address, &["history", "a"]).stdout), expected);
}

#[test]
fn output_is_given_to_programs_byte_for_byte() {
    let home = Home::new();
    let server = Server::answering(|call| {
        if call.line.contains("/history") {
            return Reply::ok(
                json!([{ "id": "9" }, { "id": "7", "output_bytes": 5 }, { "id": "6", "output_bytes": 1 }]),
            );
        }
        Reply::ok(json!("ночь"))
    });
    let output = home.run(&server.address, &["output", "a/b"]);
    assert_eq!(text(&output.stdout), "\"ночь\"", "and not a byte more");
    let lines: Vec<String> = server.calls().into_iter().map(|call| call.line).collect();
    assert_eq!(
        lines,
        [
            "GET /api/v1/schedulers/a%2Fb/history?include=system&limit=1000",
            "GET /api/v1/schedulers/a%2Fb/output/7"
        ]
    );
    home.run(&server.address, &["output", "a", "31"]);
    assert_eq!(
        server.calls().last().map(|call| call.line.as_str()),
        Some("GET /api/v1/schedulers/a/output/31")
    );
}

#[test]
fn where_nothing_was_printed_that_is_said() {
    let (home, server) = (Home::new(), Server::answering(|_| Reply::ok(json!([{ "id": "9" }]))));
    let output = home.run(&server.address, &["output", "a"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert_eq!(said, "error: nothing that a printed is kept among its newest 1000 entries\n");
}

#[test]
fn what_came_in_vain_is_shown_with_what_to_do() {
    let home = Home::new();
    let server = Server::answering(|_| {
        Reply::ok(json!([
            { "dialect": "ping", "problem": "unknown_address", "subject": "5e0b9d…", "count": 12,
              "first_at": "2024-01-14T01:30:00.250Z", "last_at": "2024-01-15T01:30:00.250Z",
              "sample": "no scheduler\u{1b} has it" }
        ]))
    });
    let expected = " LAST                  TIMES  DIALECT  PROBLEM          SUBJECT  WHAT TO DO\n \
                     2024-01-15 01:30:00Z  12     ping     unknown_address  5e0b9d…  no scheduler  has it\n";
    assert_eq!(text(&home.run(&server.address, &["problems"]).stdout), expected);
    assert_eq!(server.calls()[0].line, "GET /api/v1/ingest-problems");
    let none = Server::answering(|_| Reply::ok(json!([])));
    assert_eq!(text(&home.run(&none.address, &["problems"]).stderr), "nothing came in vain\n");
    assert_eq!(text(&home.run(&none.address, &["problems", "--json"]).stdout), "[]\n");
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
