//! Status tables on the terminal.

use serde_json::{Value, json};

use crate::program::{Home, text};
use crate::server::{Call, Reply, Server};

fn board(id: &str, name: &str) -> Value {
    json!({ "id": id, "name": name, "title": "Nightly jobs", "channel": "slack", "time_zone": "Asia/Jakarta",
            "start": "00:00", "end": "06:00", "days": ["mon", "fri"], "cadence": "1h" })
}

fn page() -> Value {
    json!({
        "board": "brd_1", "title": "Nightly \u{1b}[31mjobs", "time_zone": "Asia/Jakarta",
        "window": { "start": "2026-11-23T17:00:00.000Z", "end": "2026-11-23T23:00:00.000Z" },
        "updated_at": "2026-11-23T20:00:00.000Z", "closing": false, "all_clear": false,
        "counts": { "failed": 1, "stale": 0, "pending": 5, "completed": 1, "total": 7 },
        "total_execution_time_ms": 125_000,
        "rows": [
            { "scheduler_id": "invoices", "service_name": "billing", "job_name": "invoices", "standing": "failed",
              "at": "2026-11-23T18:05:00.000Z", "execution_time_ms": 4000, "error_message": "disk full" },
            { "scheduler_id": "backup", "service_name": "ops", "job_name": "backup", "standing": "pending" },
        ],
        "left_out": 5, "unread": false,
    })
}

fn answer(call: &Call) -> Reply {
    match call.line.as_str() {
        "GET /api/v1/boards" => Reply::ok(json!([board("brd_1", "night")])),
        "GET /api/v1/boards/brd_1/page" | "GET /api/v1/boards/the%20night/page" => Reply::ok(page()),
        _ => Reply::error(404, "Board x not found"),
    }
}

#[test]
fn a_board_is_a_table_in_the_wall_time_of_its_zone() {
    let (home, server) = (Home::new(), Server::answering(answer));
    let output = home.run(&server.address, &["board", "show", "the night"]);
    let expected = "Nightly  [31mjobs: Tue 2026-11-24 00:00 to 06:00 Asia/Jakarta\n\
                    1 failed, 5 pending, 1 completed; total execution time 2m 5s; as of 03:00\n\n \
                    STANDING  SCHEDULER  SERVICE  AT     TOOK  ERROR\n \
                    failed    invoices   billing  01:05  4.0s  disk full\n \
                    pending   backup     ops\n";
    assert_eq!(text(&output.stdout), expected);
    assert_eq!(text(&output.stderr), "5 more are counted and not shown: `punctual list` lists them\n");
}

#[test]
fn the_only_board_needs_no_name() {
    let (home, server) = (Home::new(), Server::answering(answer));
    let output = home.run(&server.address, &["board", "show", "--json"]);
    let shown: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(shown, page());
    assert_eq!(server.calls()[1].line, "GET /api/v1/boards/brd_1/page");
}

#[test]
fn of_several_the_one_called_default_is_meant_or_one_must_be_named() {
    let several = |names: &'static [&'static str]| {
        Server::answering(move |call| match call.line.as_str() {
            "GET /api/v1/boards" => Reply::ok(names.iter().map(|name| board(name, name)).collect()),
            _ => Reply::ok(page()),
        })
    };
    let home = Home::new();
    let server = several(&["day", "default"]);
    assert!(home.run(&server.address, &["board", "show"]).status.success());
    assert_eq!(server.calls()[1].line, "GET /api/v1/boards/default/page");
    let output = home.run(&several(&["day", "night"]).address, &["board", "show"]);
    assert_eq!(
        (output.status.code(), text(&output.stderr)),
        (Some(2), "error: which board? There are day, night\n".into())
    );
    let output = home.run(&several(&[]).address, &["board", "show"]);
    assert!(text(&output.stderr).starts_with("error: there is no board"));
}

#[test]
fn a_board_that_is_not_there_is_refused() {
    let (home, server) = (Home::new(), Server::answering(answer));
    let output = home.run(&server.address, &["board", "show", "x"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("Board x not found"));
}

#[test]
fn boards_are_listed() {
    let (home, server) = (Home::new(), Server::answering(answer));
    let output = home.run(&server.address, &["board", "list"]);
    let expected = " NAME   TITLE         CHANNEL  HOURS                     DAYS      EVERY\n \
                    night  Nightly jobs  slack    00:00-06:00 Asia/Jakarta  mon, fri  1h\n";
    assert_eq!(text(&output.stdout), expected);
    let none = Server::answering(|_| Reply::ok(json!([])));
    let output = home.run(&none.address, &["board", "list"]);
    assert_eq!((text(&output.stdout), text(&output.stderr)), (String::new(), "no boards\n".into()));
}
