//! `--retries`: a command that fails is tried again, and all of it is one run.

use std::io::{BufRead as _, BufReader};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

use crate::program::{Home, text};
use crate::server::Server;

const AT_ONCE: [&str; 4] = ["--retries", "2", "--retry-delay", "0s"];

#[test]
fn a_command_that_succeeds_at_last_is_one_completed_run() {
    let (home, server) = (Home::new(), Server::start());
    let script = "echo try $PUNCTUAL_TRY of $PUNCTUAL_RUN_ID; [ $PUNCTUAL_TRY = 3 ] || exit 4";
    let flags = [&AT_ONCE[..], &["--run-id", "r"]].concat();
    let output = home.exec_with(&server.address, &flags, script).output().unwrap();
    assert_eq!(
        (output.status.code(), text(&output.stdout).as_str()),
        (Some(0), "try 1 of r\ntry 2 of r\ntry 3 of r\n")
    );
    assert_eq!(
        text(&output.stderr),
        "punctual: exit status 4; try 2 of 3 in 0s\npunctual: exit status 4; try 3 of 3 in 0s\n"
    );
    let [running, completed] = server.reports().try_into().unwrap();
    assert_eq!((running.text("status"), completed.text("status")), ("running", "completed"));
    assert_eq!(completed.body["metadata"], json!({ "output": "try 3 of r\n", "tries": 3 }));
}

#[test]
fn a_command_that_fails_each_time_is_one_failed_run_that_says_how_often() {
    let (home, server) = (Home::new(), Server::start());
    let output =
        home.exec_with(&server.address, &AT_ONCE, "echo bad $PUNCTUAL_TRY; exit 4").output().unwrap();
    assert_eq!((output.status.code(), text(&output.stdout).lines().count()), (Some(4), 3));
    let [_, failed] = server.reports().try_into().unwrap();
    assert_eq!(failed.text("error_message"), "exit status 4, the last of 3 tries\nbad 3\n");
    assert_eq!(failed.body["metadata"], json!({ "tries": 3 }));
}

#[test]
fn a_success_is_not_tried_again_nor_is_a_command_that_is_not_there() {
    let (home, server) = (Home::new(), Server::start());
    let output = home.exec_with(&server.address, &["--retries", "2"], "echo done").output().unwrap();
    assert_eq!(text(&output.stdout), "done\n");
    let output = home.run(&server.address, &["exec", "a", "--retries", "2", "--", "no-such-command"]);
    assert_eq!(output.status.code(), Some(127));
    assert_eq!(server.reports()[2].text("error_message"), "no-such-command: command not found, try 1 of 3");
}

#[test]
fn a_signal_ends_the_wait_for_the_next_try() {
    let (home, server) = (Home::new(), Server::start());
    let flags = ["--retries", "2", "--retry-delay", "1h"];
    let mut child = home.exec_with(&server.address, &flags, "exit 4").spawn().unwrap();
    let mut told = String::new();
    BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut told).unwrap();
    assert_eq!(told, "punctual: exit status 4; try 2 of 3 in 1h\n");
    kill(Pid::from_raw(child.id() as i32), Signal::SIGTERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(4));
    let message = server.reports()[1].text("error_message").to_owned();
    assert_eq!(message, "exit status 4, try 1 of 3, no more: SIGTERM came");
}

#[test]
fn a_signal_that_the_command_got_is_the_end_of_trying() {
    let (home, server) = (Home::new(), Server::start());
    let script = "trap 'exit 5' TERM; echo ready; while :; do sleep 1; done";
    let mut child = home.exec_with(&server.address, &AT_ONCE, script).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    kill(Pid::from_raw(child.id() as i32), Signal::SIGTERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(5));
    assert!(
        server.reports()[1]
            .text("error_message")
            .starts_with("exit status 5, try 1 of 3, no more: SIGTERM came")
    );
}

#[test]
fn the_time_of_a_run_is_that_of_all_its_tries() {
    let (home, server) = (Home::new(), Server::start());
    let flags = ["--retries", "2", "--retry-delay", "1h", "--max-runtime", "30m"];
    let output = home.exec_with(&server.address, &flags, "exit 4").output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(4), String::new()));
    let message = server.reports()[1].text("error_message").to_owned();
    assert_eq!(message, "exit status 4, try 1 of 3, no more: --max-runtime leaves no time");
    let flags = [&AT_ONCE[..], &["--max-runtime", "1s"]].concat();
    let output = home.exec_with(&server.address, &flags, "sleep 1000").output().unwrap();
    assert_eq!(output.status.code(), Some(124));
    let told = server.reports()[3].text("error_message").to_owned();
    assert!(told.starts_with("took longer than 1s") && told.ends_with(", try 1 of 3"), "{told}");
}
