//! What could not be delivered is delivered later: in order, with its own times, once.

use std::fs::{self, File};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use crate::program::{Home, Waiting, text};
use crate::server::{Away, Call, Reply, Server};

fn yes(_: &Call) -> Reply {
    Reply::taken()
}

fn statuses(calls: &[Call]) -> Vec<&str> {
    calls.iter().map(|call| call.text("status")).collect()
}

#[test]
fn flush_sends_in_order_with_the_times_of_then() {
    let (home, away) = (Home::new(), Away::new());
    home.exec(&away.address, "true").output().unwrap();
    home.exec(&away.address, "exit 1").output().unwrap();
    let spooled = home.spooled();
    let server = away.returns(yes);
    let output = home.run(&server.address, &["flush"]);
    assert_eq!(text(&output.stdout), format!("{}/api/v1: 4 sent, 0 rejected, 0 left\n", server.address));
    assert_eq!((output.status.code(), home.spooled().len()), (Some(0), 0));
    let calls = server.calls();
    assert_eq!(statuses(&calls), ["running", "completed", "running", "failed"]);
    for (call, entry) in calls.iter().zip(&spooled) {
        for field in ["timestamp", "report_id", "run_id"] {
            assert_eq!(call.body[field], entry["report"][field]);
        }
        assert!(call.text("sent_at") > call.text("timestamp"), "{call:?}");
    }
}

#[test]
fn the_next_exec_sends_what_waits_before_its_own() {
    let (home, away) = (Home::new(), Away::new());
    home.exec(&away.address, "exit 1").output().unwrap();
    let server = away.returns(yes);
    let output = home.exec(&server.address, "true").output().unwrap();
    assert_eq!(text(&output.stderr), "");
    assert_eq!(statuses(&server.calls()), ["running", "failed", "running", "completed"]);
    assert!(home.spooled().is_empty());
}

#[test]
fn a_run_whose_start_could_not_be_reported_reports_it_as_soon_as_the_server_is_back() {
    let (home, away) = (Home::new(), Away::new());
    let arguments = ["exec", "a", "--heartbeat-every", "1s", "--no-background-flush", "--", "sh", "-c"];
    let script = "until [ -e \"$0\" ]; do read line; done; cat";
    let spool_has_it = home.path("go");
    let mut command = home.punctual(&away.address, &arguments);
    let waiting = Waiting::start(command.arg(script).arg(&spool_has_it));
    let server = away.returns(yes);
    fs::write(&spool_has_it, "").unwrap();
    server.wait_for(1, "/status");
    assert_eq!(statuses(&server.calls())[0], "running");
    drop(server);
    waiting.end();
}

#[test]
fn a_detached_flusher_delivers_when_nobody_else_does() {
    let (home, away) = (Home::new(), Away::new());
    let output = home.run(&away.address, &["exec", "a", "--", "true"]);
    assert_eq!(output.status.code(), Some(0));
    let server = away.returns(yes);
    let calls = server.wait_for(2, "/status");
    assert_eq!(statuses(&calls), ["running", "completed"]);
    assert_eq!(calls[1].header("x-api-key"), Some("key-of-the-test"));
}

#[test]
fn a_flusher_does_not_keep_a_lock_that_its_caller_holds() {
    let (home, away) = (Home::new(), Away::new());
    let ours = home.punctual(&away.address, &["exec", "a", "--", "true"]);
    let held = File::create(home.path("lock")).unwrap();
    held.lock().unwrap();
    let mut shell = Home::as_if_by("sh", &["-c", "exec 9<&0 0</dev/null; exec \"$@\"", "sh"], &ours);
    assert_eq!(shell.stdin(held).status().unwrap().code(), Some(0));
    drop(shell);
    let (open, gate) = channel::<()>();
    let gate = Mutex::new(gate);
    let server = away.returns(move |_| {
        let _ = gate.lock().expect("the gate").recv();
        Reply::taken()
    });
    // The flusher is at work, and waits for an answer.
    server.wait_for(1, "/status");
    File::open(home.path("lock")).unwrap().try_lock().unwrap();
    drop(open);
    server.wait_for(2, "/status");
}

#[test]
fn what_the_server_refuses_steps_aside_with_the_reason_and_holds_up_nobody() {
    let (home, away) = (Home::new(), Away::new());
    for scheduler in ["unknown", "known"] {
        home.run(&away.address, &["exec", scheduler, "--no-background-flush", "--", "true"]);
    }
    let server = away.returns(|call| {
        if call.line.contains("unknown") {
            Reply::error(404, "Scheduler unknown not found. Please register first.")
        } else {
            Reply::taken()
        }
    });
    let output = home.run(&server.address, &["flush"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).ends_with(": 2 sent, 2 rejected, 0 left\n"), "{}", text(&output.stdout));
    assert!(text(&output.stderr).contains("rejected: unknown: Scheduler unknown not found."));
    let aside = home.files("spool/rejected");
    assert_eq!(aside.len(), 4);
    let reason =
        fs::read_to_string(aside.iter().find(|path| path.extension().unwrap() == "reason").unwrap()).unwrap();
    assert_eq!(reason, "unknown: Scheduler unknown not found. Please register first.\n");
}

#[test]
fn a_refused_key_rejects_nothing() {
    let (home, away) = (Home::new(), Away::new());
    home.exec(&away.address, "true").output().unwrap();
    let server = away.returns(|_| Reply::error(401, "Invalid API key"));
    let output = home.run(&server.address, &["flush"]);
    assert_eq!((output.status.code(), home.spooled().len(), server.calls().len()), (Some(1), 2, 1));
    assert!(text(&output.stderr).contains("error: Invalid API key\nhint: "), "{}", text(&output.stderr));
}

#[test]
fn a_server_that_is_still_away_keeps_everything() {
    let (home, away) = (Home::new(), Away::new());
    home.exec(&away.address, "true").output().unwrap();
    let output = home.run(&away.address, &["flush"]);
    assert_eq!((output.status.code(), home.spooled().len()), (Some(3), 2));
}

#[test]
fn a_report_whose_answer_was_lost_is_sent_again_under_the_same_name() {
    let home = Home::new();
    let (open, gate) = channel::<()>();
    let gate = Mutex::new(gate);
    let server = Server::answering(move |_| {
        // Blocks until the test lets go, then says yes for ever.
        let _ = gate.lock().expect("the gate").recv();
        Reply::taken()
    });
    home.exec(&server.address, "true").output().unwrap();
    drop(open);
    let output = home.run(&server.address, &["flush"]);
    assert!(text(&output.stdout).contains("2 sent"));
    let calls = server.calls();
    assert_eq!(statuses(&calls), ["running", "running", "completed"]);
    assert_eq!(calls[0].text("report_id"), calls[1].text("report_id"));
}

#[test]
fn two_flushes_do_not_send_the_same() {
    let (home, away) = (Home::new(), Away::new());
    home.exec(&away.address, "true").output().unwrap();
    let (open, gate) = channel::<()>();
    let gate = Arc::new(Mutex::new(gate));
    let server = away.returns(move |_| {
        let _ = gate.lock().expect("the gate").recv();
        Reply::taken()
    });
    let first = home.punctual(&server.address, &["flush"]).spawn().unwrap();
    server.wait_for(1, "/status");
    let second = home.run(&server.address, &["flush"]);
    assert!(text(&second.stderr).contains("another process is sending"), "{}", text(&second.stderr));
    drop(open);
    assert!(text(&first.wait_with_output().unwrap().stdout).contains("2 sent"));
    assert_eq!(server.calls().len(), 2);
}

#[test]
fn reports_of_another_key_are_sent_only_when_told_to() {
    let (home, away) = (Home::new(), Away::new());
    home.exec(&away.address, "true").env("PUNCTUAL_API_KEY", "old-key").output().unwrap();
    let server = away.returns(yes);
    let output = home.run(&server.address, &["flush"]);
    assert_eq!((output.status.code(), server.calls().len()), (Some(1), 0));
    assert!(text(&output.stderr).contains("--any-key"), "{}", text(&output.stderr));
    let output = home.run(&server.address, &["flush", "--any-key"]);
    assert_eq!((output.status.code(), server.calls().len()), (Some(0), 2));
}

#[test]
fn with_nothing_to_do_flush_says_so() {
    let home = Home::new();
    let output = home.run("http://127.0.0.1:9", &["flush"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), "nothing waits\n".into()));
    assert!(!home.path("spool").exists());
}
