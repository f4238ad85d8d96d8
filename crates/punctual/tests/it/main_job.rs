//! What the product is for, from end to end: jobs run under `punctual exec`, some go wrong in every way there is, the
//! server is killed in the middle, and people hear of each thing once.

use serde_json::{Value, json};

use crate::harness::{FakeSlack, Home, Mood, Serve, Server, Watched, eventually};

/// What people hear of jobs that go wrong; `*` stands for figures and names that are new each time.
const WRONG: [&str; 5] = [
    "🔴 shop / refund failed: exit 3 — exit status 3 no stock",
    "🔴 shop / export failed: exit 137 — killed by signal 9 (SIGKILL) *",
    "🟠 shop / mirror went silent: nothing heard for *, run *",
    "🟠 shop / report is running too long: *s so far, its limit is 1s",
    "🔴 shop / backup missed a run: expected at * UTC",
];

/// What people hear when all is well again.
const RIGHT: [&str; 5] = [
    "🟢 shop / refund recovered after *s: was failing",
    "🟢 shop / export recovered after *s: was failing",
    "🟢 shop / mirror recovered after *s: was silent",
    "🟢 shop / report recovered after *s: was running too long",
    "🟢 shop / backup recovered after *s: was missing its runs",
];

/// Registers a scheduler with the real client.
fn register(server: &Server, home: &Home, id: &str, options: &[&str]) {
    let mut arguments = vec!["register", id, "--service", "shop", "--job", id];
    arguments.extend(options);
    server.says(home, &arguments);
}

/// Runs a shell script under watch; answers its exit code and its output.
fn exec(server: &Server, home: &Home, id: &str, script: &str) -> (Option<i32>, String) {
    let mut command = server.client(home, &["exec", id, "--", "sh", "-c", script]);
    let output = command.output().expect("the program");
    (output.status.code(), crate::harness::text(&output.stdout))
}

fn health(server: &Server, id: &str) -> Value {
    server.get(&format!("/schedulers/{id}"))["health"].clone()
}

fn status(server: &Server, id: &str) -> Value {
    server.get(&format!("/schedulers/{id}"))["status"].clone()
}

/// What the history says, oldest first: status and exit code.
fn history(server: &Server, id: &str) -> Vec<(String, Value)> {
    let entries = server.get(&format!("/schedulers/{id}/history"));
    let entry =
        |entry: &Value| (entry["status"].as_str().unwrap_or_default().to_owned(), entry["exit_code"].clone());
    entries.as_array().expect("a list").iter().rev().map(entry).collect()
}

fn told(status: &str, exit_code: impl Into<Value>) -> (String, Value) {
    (status.to_owned(), exit_code.into())
}

#[test]
fn every_way_of_going_wrong_is_told_once_and_so_is_every_recovery_though_the_server_is_killed() {
    let (home, slack) = (Home::new(), FakeSlack::start());
    let serve = slack.told_by(Serve::new(&home)).at_one_port();
    let serve = serve
        .env("ALERT_MENTION_USER_ID", "U0ONCALL")
        .env("PUNCTUAL_PUBLIC_URL", "https://punctual.example.org");
    let server = serve.start();
    register(&server, &home, "fine", &["--every", "1h"]);
    register(&server, &home, "refund", &["--every", "1h"]);
    register(&server, &home, "export", &[]);
    register(&server, &home, "mirror", &["--heartbeat-timeout", "2s"]);
    register(&server, &home, "report", &["--max-runtime", "1s"]);

    // One succeeds, one fails, one is killed.
    assert_eq!(exec(&server, &home, "fine", "echo all good"), (Some(0), "all good\n".to_owned()));
    assert_eq!(exec(&server, &home, "refund", "echo no stock >&2; exit 3").0, Some(3));
    assert_eq!(Watched::start(&server, &home, "export", &[]).kill_job().code(), Some(128 + 9));
    slack.wait_for(2);
    is_complete(&slack.wait_for_text(WRONG[0]).body.to_string());

    // Nobody can be told for a while, in which one goes silent and one runs too long; then the power fails.
    slack.be(Mood::Refusing { status: 503, retry_after: None });
    let mirror = Watched::start(&server, &home, "mirror", &["--heartbeat-every", "1s"]);
    eventually("it is known to run", || (status(&server, "mirror") == "running").then_some(()));
    mirror.kill_exec();
    let report = Watched::start(&server, &home, "report", &["--heartbeat-every", "1s"]);
    eventually("one is silent", || (health(&server, "mirror") == "stale").then_some(()));
    eventually("one runs too long", || (health(&server, "report") == "overrun").then_some(()));
    server.wait_until_undelivered(2);
    server.kill_9();
    slack.be(Mood::Well);
    let server = serve.start();
    slack.wait_for(4);

    // One never comes at all.
    register(&server, &home, "backup", &["--every", "5s", "--grace", "0s"]);
    slack.wait_for(5);
    slack.heard_exactly(&WRONG);

    // All of them are well again.
    assert_eq!(report.end().code(), Some(0));
    for id in ["refund", "export", "mirror"] {
        assert_eq!(exec(&server, &home, id, "true").0, Some(0));
    }
    server.says(&home, &["report", "backup", "completed"]);
    server.call("PATCH", "/schedulers/backup", Some(&json!({ "schedule": null }))).expect(200);
    slack.wait_for(10);
    server.call("PUT", "/schedulers/refund/status", Some(&json!({ "status": "failed" }))).expect(200);
    slack.wait_for(11);
    for id in ["fine", "export", "mirror", "report", "backup"] {
        assert_eq!(health(&server, id), "healthy", "{id}");
    }
    assert_eq!(history(&server, "fine"), [told("running", Value::Null), told("completed", 0)]);
    let refund = history(&server, "refund");
    assert_eq!(refund[..2], [told("running", Value::Null), told("failed", 3)]);
    assert_eq!(server.terminate().code(), Some(0));
    slack.heard_exactly(&[&WRONG[..], &RIGHT[..], &["🔴 shop / refund failed"]].concat());
}

/// Whether a message has what people need: where to look, whom it calls, and the facts.
fn is_complete(message: &str) {
    for part in [
        "<https://punctual.example.org/",
        "/schedulers/refund|shop / refund>",
        "<@U0ONCALL>",
        "*Service*\\nshop",
        "*Job*\\nrefund",
        "*Status*\\nfailed",
        "*Time*\\n<!date^",
        "no stock",
    ] {
        assert!(message.contains(part), "{part} is missing: {message}");
    }
}
