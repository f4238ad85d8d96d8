//! `kill -9`: what was acknowledged stays, what was decided is told, what could not be delivered is delivered later.

use std::collections::BTreeSet;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use serde_json::{Value, json};

use crate::harness::{FakeSlack, Home, KEY, Mood, PATIENCE, Serve, Server, curl, note};

const REPORTERS: usize = 4;
/// How many acknowledgements the power fails after.
const ENOUGH: usize = 200;

fn register(server: &Server, id: &str) {
    let registration = json!({ "scheduler_id": id, "service_name": "shop", "job_name": id });
    server.call("POST", "/schedulers/register", Some(&registration)).expect(201);
}

/// Reports one run after the other until nobody answers; says which were acknowledged.
fn report_until_the_end(url: &str, reporter: usize, acknowledged: &Sender<String>) {
    let key = format!("x-api-key: {KEY}");
    let headers = ["--request", "PUT", "--header", &key, "--header", "content-type: application/json", url];
    for number in 0.. {
        let run = format!("run-{reporter}-{number}");
        let body = json!({ "status": "completed", "run_id": run }).to_string();
        match curl(&headers, Some(body.as_bytes())) {
            Some(reply) if reply.status == 200 => acknowledged.send(run).expect("someone to count"),
            Some(reply) => panic!("{reply:?}"),
            None => return,
        }
    }
}

/// The runs in a history, all pages of it.
fn runs_in_history(server: &Server, id: &str) -> BTreeSet<String> {
    let entries = server.get(&format!("/schedulers/{id}/history?limit=1000"));
    let run = |entry: &Value| entry["run_id"].as_str().expect("a run id").to_owned();
    entries.as_array().expect("a list").iter().map(run).collect()
}

#[test]
fn every_acknowledged_report_is_in_the_history_after_kill_9() {
    let home = Home::new();
    // Four reporters make more than one report a second of one scheduler.
    let serve = Serve::new(&home).at_one_port().env("PUNCTUAL_RATE_LIMIT", "off");
    let server = serve.start();
    register(&server, "busy");
    let url = server.url("/schedulers/busy/status");
    let (sender, receiver) = channel();
    let acknowledged: BTreeSet<String> = thread::scope(|scope| {
        for reporter in 0..REPORTERS {
            let (url, sender) = (&url, sender.clone());
            scope.spawn(move || report_until_the_end(url, reporter, &sender));
        }
        drop(sender);
        let mut acknowledged: BTreeSet<String> =
            (0..ENOUGH).map(|_| receiver.recv_timeout(PATIENCE).expect("an acknowledgement")).collect();
        server.kill_9();
        acknowledged.extend(receiver.iter());
        acknowledged
    });
    let server = serve.start();
    let kept = runs_in_history(&server, "busy");
    note(&format!(
        "{} reports acknowledged before kill -9, {} in the history",
        acknowledged.len(),
        kept.len()
    ));
    let lost: Vec<_> = acknowledged.difference(&kept).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    // At most the one report that each was about to hear of was kept and not acknowledged.
    assert!(kept.len() <= acknowledged.len() + REPORTERS, "{} and {}", kept.len(), acknowledged.len());
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
    // The dead process's claim lasts longer than a test should: its end is brought forward.
    let program = "import sqlite3, sys\n\
                   db = sqlite3.connect(sys.argv[1])\n\
                   db.execute('update deliveries set ready_at = 0')\n\
                   db.commit()\n";
    home.python(program, &[home.data().join("punctual.db").to_str().expect("a path")]);
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
