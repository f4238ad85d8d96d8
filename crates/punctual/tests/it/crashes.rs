//! `kill -9`: what was decided is told, what could not be delivered is delivered later. What was acknowledged stays:
//! `faults/kills.rs`.

use serde_json::{Value, json};

use crate::harness::{FakeSlack, Home, Mood, Serve, Server};

fn register(server: &Server, id: &str) {
    let registration = json!({ "scheduler_id": id, "service_name": "shop", "job_name": id });
    server.call("POST", "/schedulers/register", Some(&registration)).expect(201);
}

#[test]
fn a_message_that_slack_refuses_for_now_comes_once_though_the_server_is_killed_meanwhile() {
    let (home, slack) = (Home::new(), FakeSlack::start());
    let serve = slack.told_by(Serve::new(&home)).at_one_port();
    let server = serve.start();
    register(&server, "refund");
    slack.be(Mood::Refusing { status: 429, retry_after: Some(1) });
    server.call("PUT", "/schedulers/refund/status", Some(&json!({ "status": "failed" }))).expect(200);
    server.wait_until_undelivered(1);
    server.kill_9();
    slack.be(Mood::Well);
    let server = serve.start();
    slack.wait_for(1);
    server.terminate();
    slack.heard_exactly(&["🔴 shop / refund failed"]);
}

#[test]
fn a_message_that_was_on_its_way_when_the_server_was_killed_comes_when_its_claim_runs_out() {
    let (home, slack) = (Home::new(), FakeSlack::start());
    let serve = slack.told_by(Serve::new(&home)).at_one_port();
    let server = serve.start();
    register(&server, "refund");
    slack.be(Mood::Hanging);
    server.call("PUT", "/schedulers/refund/status", Some(&json!({ "status": "failed" }))).expect(200);
    slack.wait_turned_away(1);
    server.kill_9();
    slack.be(Mood::Well);
    home.forget_claims();
    let server = serve.start();
    slack.wait_for(1);
    server.terminate();
    slack.heard_exactly(&["🔴 shop / refund failed"]);
}

#[test]
fn a_job_runs_while_the_server_is_away_and_is_told_of_afterwards() {
    let (home, slack) = (Home::new(), FakeSlack::start());
    let serve = slack.told_by(Serve::new(&home)).at_one_port();
    let server = serve.start();
    register(&server, "export");
    let arguments = ["exec", "--no-background-flush", "export", "--", "sh", "-c", "echo half done; exit 4"];
    let mut exec = server.client(&home, &arguments);
    let mut flush = server.client(&home, &["flush"]);
    server.kill_9();
    let output = exec.output().expect("the program");
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(4), b"half done\n".as_slice()));
    let server = serve.start();
    assert!(flush.output().expect("the program").status.success());
    slack.wait_for_text("🔴 shop / export failed: exit 4 — exit status 4 half done");
    let entries = server.get("/schedulers/export/history");
    let statuses: Vec<&Value> =
        entries.as_array().expect("a list").iter().map(|entry| &entry["status"]).collect();
    assert_eq!(statuses, ["failed", "running"]);
    assert_eq!(entries[0]["run_id"], entries[1]["run_id"]);
}
