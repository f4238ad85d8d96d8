//! Schedulers that are registered by running their jobs: before the first report, beside the command, never in its way.

use std::net::TcpListener;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::program::{Home, Waiting, first_line, text};
use crate::server::{Away, Call, Reply, Server};

const FLAGS: [&str; 4] = ["--schedule", "0 2 * * *", "--service", "shop"];

fn lines(server: &Server) -> Vec<String> {
    let short = |call: &Call| match call.text("status") {
        "" => call.line.split('/').next_back().unwrap_or_default().to_owned(),
        status => status.to_owned(),
    };
    server.calls().iter().map(short).collect()
}

#[test]
fn a_scheduler_is_registered_with_what_is_given_and_nothing_else_before_the_first_report() {
    let (home, server) = (Home::new(), Server::start());
    let more =
        ["--timezone", "Asia/Jakarta", "--grace", "30m", "--job", "backup", "--tag", "a", "--tag", "b"];
    let rest = ["--channel", "ops", "--owner-email", "ops@example.org", "--expect-max-runtime", "2h"];
    let flags = [&FLAGS[..], &more, &rest].concat();
    let output = home.exec_with(&server.address, &flags, "echo done").output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    assert_eq!(lines(&server), ["register", "running", "completed"]);
    let call = &server.calls()[0];
    assert_eq!(call.line, "POST /api/v1/schedulers/register");
    let schedule = json!({ "cron": "0 2 * * *", "timezone": "Asia/Jakarta", "grace": "30m" });
    assert_eq!(
        call.body,
        json!({
            "scheduler_id": "nightly/backup", "service_name": "shop", "job_name": "backup", "schedule": schedule,
            "tags": ["a", "b"], "channels": ["ops"], "owner_email": "ops@example.org", "max_runtime": "2h",
        })
    );
}

#[test]
fn without_a_word_about_the_scheduler_nothing_is_registered() {
    let (home, server) = (Home::new(), Server::start());
    home.exec_with(&server.address, &["--max-runtime", "1h"], "true").output().unwrap();
    assert_eq!(lines(&server), ["running", "completed"]);
}

#[test]
fn the_limit_that_is_kept_here_is_the_server_s_too_with_the_time_it_takes_to_keep_it() {
    let (home, server) = (Home::new(), Server::start());
    let flags = ["--schedule", "every 15m", "--max-runtime", "5m", "--kill-after", "20s"];
    home.exec_with(&server.address, &flags, "true").output().unwrap();
    let body = &server.calls()[0].body;
    assert_eq!((&body["max_runtime"], &body["schedule"]), (&json!("350s"), &json!({ "every": "15m" })));
}

#[test]
fn the_command_does_not_wait_for_its_registration() {
    let home = Home::new();
    let hanging = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", hanging.local_addr().unwrap());
    let mut waiting = Waiting::start(&mut home.exec_with(&address, &FLAGS, "echo started; cat"));
    assert_eq!(first_line(waiting.0.stdout.take().unwrap()), "started");
    assert_eq!(waiting.end().status.code(), Some(0));
    let spooled = home.spooled();
    assert_eq!(spooled[0]["registration"]["schedule"], json!({ "cron": "0 2 * * *" }));
    assert_eq!(spooled.iter().filter(|entry| entry["registration"].is_object()).count(), 1);
}

#[test]
fn a_refused_registration_is_said_with_its_reason_and_the_run_is_reported_all_the_same() {
    let home = Home::new();
    let server = Server::answering(|call| {
        if call.line.ends_with("/register") {
            Reply::error(400, "schedule.cron at character 1: minute 61 is above 59")
        } else {
            Reply::taken()
        }
    });
    let flags = ["--schedule", "61 * * * *"];
    let output = home.exec_with(&server.address, &flags, "exit 3").output().unwrap();
    let told =
        "punctual: the registration was refused: schedule.cron at character 1: minute 61 is above 59\n";
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(3), told));
    assert_eq!(lines(&server), ["register", "running", "failed"]);
}

#[test]
fn with_the_server_away_the_registration_waits_with_the_reports_and_goes_first() {
    let (home, away) = (Home::new(), Away::new());
    home.exec_with(&away.address, &FLAGS, "true").output().unwrap();
    let server = away.returns(|_| Reply::taken());
    let output = home.run(&server.address, &["flush"]);
    assert!(text(&output.stdout).ends_with(": 2 sent, 0 rejected, 0 left\n"), "{output:?}");
    assert_eq!(lines(&server), ["register", "running", "completed"]);
}

#[test]
fn an_older_registration_that_waited_does_not_undo_a_newer_one() {
    let (home, away) = (Home::new(), Away::new());
    home.exec_with(&away.address, &["--schedule", "@daily"], "true").output().unwrap();
    let server = away.returns(|_| Reply::taken());
    home.exec_with(&server.address, &["--schedule", "@hourly"], "true").output().unwrap();
    let registered: Vec<_> =
        server.calls().into_iter().filter(|call| call.line.ends_with("/register")).collect();
    let crons: Vec<_> = registered.iter().map(|call| call.body["schedule"]["cron"].clone()).collect();
    assert_eq!(crons, [json!("@daily"), json!("@hourly")]);
    assert_eq!(home.spooled().len(), 0);
}

#[test]
fn a_registration_that_is_refused_when_it_is_sent_later_does_not_hold_up_its_report() {
    let (home, away) = (Home::new(), Away::new());
    home.exec_with(&away.address, &FLAGS, "true").output().unwrap();
    let server = away.returns(|call| {
        if call.line.ends_with("/register") { Reply::error(400, "No such service") } else { Reply::taken() }
    });
    let output = home.run(&server.address, &["flush"]);
    assert!(text(&output.stdout).contains("2 sent"), "{output:?}");
    let told = "rejected: the registration of nightly/backup: No such service";
    assert!(text(&output.stderr).contains(told), "{output:?}");
}

#[test]
fn a_registration_whose_answer_is_slow_is_awaited_beside_the_command_and_made_once() {
    let home = Home::new();
    let (open, gate) = channel::<()>();
    let gate = Arc::new(Mutex::new(gate));
    let server = Server::answering(move |_| {
        let _ = gate.lock().expect("the gate").recv();
        Reply::taken()
    });
    let waiting = Waiting::start(&mut home.exec_with(&server.address, &FLAGS, "cat"));
    server.wait_for(1, "/register");
    drop(open);
    server.wait_for(1, "/status");
    assert_eq!(waiting.end().status.code(), Some(0));
    assert_eq!(lines(&server), ["register", "running", "completed"]);
}
