//! The subcommands that make one call, and how they fail.

use serde_json::{Value, json};

use crate::program::{Home, text};
use crate::server::{Away, Reply, Server};

#[test]
fn register_sends_what_was_given_and_nothing_else() {
    let home = Home::new();
    let server = Server::answering(|_| Reply {
        status: 201,
        body: json!({ "scheduler_id": "a", "expected_at": "2024-01-15T02:00:00.000Z", "hints": ["grace is short"] }),
        link: None,
        retry_after: None,
    });
    let arguments = [
        "register",
        "a",
        "--service",
        "shop",
        "--job",
        "backup",
        "--cron",
        "0 2 * * *",
        "--timezone",
        "Asia/Jakarta",
        "--grace",
        "30m",
        "--expect-from",
        "first_report",
        "--max-runtime",
        "2h",
        "--heartbeat-timeout",
        "off",
        "--failure-threshold",
        "2",
        "--realert-after",
        "off",
        "--tag",
        "x",
        "--tag",
        "y",
        "--channel",
        "ops",
        "--owner-email",
        "a@example.org",
    ];
    let output = home.run(&server.address, &arguments);
    assert_eq!(text(&output.stdout), "a registered, expected at 2024-01-15T02:00:00.000Z\n");
    assert_eq!(text(&output.stderr), "hint: grace is short\n");
    let call = &server.calls()[0];
    assert_eq!(call.line, "POST /api/v1/schedulers/register");
    let expected = json!({
        "scheduler_id": "a", "service_name": "shop", "job_name": "backup", "tags": ["x", "y"], "channels": ["ops"],
        "schedule": { "cron": "0 2 * * *", "timezone": "Asia/Jakarta", "grace": "30m", "expect_from": "first_report" },
        "max_runtime": "2h", "heartbeat_timeout": "off", "failure_threshold": 2, "realert_after": "off",
        "owner_email": "a@example.org"
    });
    assert_eq!(call.body, expected);
}

#[test]
fn two_schedules_at_once_are_wrong_usage() {
    let home = Home::new();
    let output = home.run("http://127.0.0.1:9", &["register", "a", "--cron", "* * * * *", "--every", "5m"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn report_sends_its_facts() {
    let home = Home::new();
    let server = Server::answering(|_| {
        Reply::ok(json!({ "scheduler_id": "a", "status": "failed", "health": "failing" }))
    });
    let arguments = [
        "report",
        "a",
        "failed",
        "--run-id",
        "r",
        "--error",
        "boom",
        "--exit-code",
        "-1",
        "--duration",
        "1500ms",
        "--metadata",
        r#"{"rows":5}"#,
        "--report-id",
        "once",
        "--timestamp",
        "2024-01-15T01:30:00Z",
    ];
    let output = home.run(&server.address, &arguments);
    assert_eq!(text(&output.stdout), "a is failed, failing\n");
    let mut body = server.calls()[0].body.clone();
    assert!(body["sent_at"].take().is_string());
    let expected = json!({
        "status": "failed", "timestamp": "2024-01-15T01:30:00Z", "sent_at": null, "run_id": "r", "report_id": "once",
        "error_message": "boom", "exit_code": -1, "execution_time_ms": 1500, "metadata": { "rows": 5 }
    });
    assert_eq!(body, expected);
}

#[test]
fn report_that_cannot_be_delivered_is_kept_only_when_told_to() {
    let (home, away) = (Home::new(), Away::new());
    assert_eq!(home.run(&away.address, &["report", "a", "completed"]).status.code(), Some(3));
    assert!(home.spooled().is_empty());
    let output = home.run(&away.address, &["report", "a", "completed", "--spool"]);
    assert_eq!((output.status.code(), home.spooled().len()), (Some(0), 1));
    assert!(text(&output.stderr).ends_with("the report is kept for later\n"));
}

#[test]
fn a_heartbeat_for_a_closed_run_fails_with_what_the_server_says() {
    let home = Home::new();
    let server = Server::answering(|call| match call.text("run_id") {
        "old" => Reply::error(409, "Run old is closed"),
        _ => Reply::ok(json!({ "message": "Heartbeat recorded" })),
    });
    assert_eq!(text(&home.run(&server.address, &["heartbeat", "a"]).stdout), "Heartbeat recorded\n");
    assert_eq!(server.calls()[0].body, json!({}));
    let output = home.run(&server.address, &["heartbeat", "a", "--run-id", "old"]);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(1), "error: Run old is closed\n".into()));
}

#[test]
fn a_refusal_shows_every_problem_and_exits_with_1() {
    let home = Home::new();
    let server = Server::answering(|_| Reply {
        status: 400,
        body: json!({ "statusCode": 400, "message": "The registration is not valid", "details": [
            { "field": "schedule.cron", "problem": "at character 1: minute 61 is above 59" },
            { "field": "tags", "problem": "at most 20" } ] }),
        link: None,
        retry_after: None,
    });
    let output = home.run(&server.address, &["register", "a", "--cron", "61 * * * *"]);
    let expected = "error: The registration is not valid\n  \
                    schedule.cron: at character 1: minute 61 is above 59\n  tags: at most 20\n";
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(1), expected.into()));
    assert_eq!(text(&output.stdout), "");
}

#[test]
fn a_server_that_is_away_exits_with_3_and_names_address_and_cause() {
    let (home, away) = (Home::new(), Away::new());
    let output = home.run(&away.address, &["list"]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        told.contains(&away.address) && told.contains("Connection refused") && told.contains("hint: "),
        "{told}"
    );
}

#[test]
fn an_address_that_is_none_exits_with_2() {
    let home = Home::new();
    let output = home.run("localhost", &["list"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("https://punctual.example.org"), "{}", text(&output.stderr));
}

#[test]
fn a_key_is_not_sent_along_a_redirect() {
    let home = Home::new();
    let elsewhere = Server::start();
    let target = elsewhere.address.clone();
    let server = Server::answering(move |_| Reply {
        status: 307,
        body: json!({ "to": target }),
        link: None,
        retry_after: None,
    });
    let output = home.run(&server.address, &["list"]);
    assert_eq!((output.status.code(), elsewhere.calls().len()), (Some(1), 0));
    assert!(text(&output.stderr).contains("redirects"), "{}", text(&output.stderr));
}

#[test]
fn json_is_what_the_server_said() {
    let home = Home::new();
    let scheduler = json!({ "scheduler_id": "a/b", "extra": { "deep": [1, 2.5, null] } });
    let said = scheduler.clone();
    let server = Server::answering(move |_| Reply::ok(said.clone()));
    let output = home.run(&server.address, &["show", "a/b", "--json"]);
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap(), scheduler);
    assert_eq!(server.calls()[0].line, "GET /api/v1/schedulers/a%2Fb");
}

#[test]
fn an_answer_without_bounds_is_not_taken() {
    let home = Home::new();
    let server = Server::answering(|_| Reply::ok(json!({ "status": "x".repeat(2 << 20) })));
    let output = home.run(&server.address, &["report", "a", "completed"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("longer than 1048576 bytes"), "{}", text(&output.stderr));
}
