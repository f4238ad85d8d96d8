//! `--max-runtime`: a command is ended when its time is over, with all that it has started.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use nix::pty::openpty;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::program::{Home, first_line, text};
use crate::server::Server;

#[test]
fn a_command_that_takes_too_long_is_ended_and_reported_as_failed() {
    let (home, server) = (Home::new(), Server::start());
    let output =
        home.exec_with(&server.address, &["--max-runtime", "1s"], "echo begun; sleep 1000").output().unwrap();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(124), "begun\n".into()));
    let failed = &server.reports()[1];
    assert_eq!((failed.text("status"), failed.body["exit_code"].as_i64()), ("failed", Some(124)));
    assert_eq!(
        failed.text("error_message"),
        "took longer than 1s (--max-runtime): ended by SIGTERM, killed by signal 15 (SIGTERM)\nbegun\n"
    );
    assert!(failed.body["execution_time_ms"].as_u64() >= Some(1000), "{failed:?}");
}

#[test]
fn a_command_that_ends_well_only_because_it_was_told_to_has_failed_all_the_same() {
    let (home, server) = (Home::new(), Server::start());
    let script = "trap 'echo tidied up; exit 0' TERM; sleep 1000 & wait";
    let output = home.exec_with(&server.address, &["--max-runtime", "1s"], script).output().unwrap();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(124), "tidied up\n".into()));
    assert!(server.reports()[1].text("error_message").contains("ended by SIGTERM, exit status 0"));
}

#[test]
fn a_command_that_does_not_heed_sigterm_is_killed() {
    let (home, server) = (Home::new(), Server::start());
    let flags = ["--max-runtime", "1s", "--kill-after", "1s"];
    let script = "trap '' TERM; while :; do sleep 1; done";
    let output = home.exec_with(&server.address, &flags, script).output().unwrap();
    assert_eq!(output.status.code(), Some(137));
    let failed = &server.reports()[1];
    assert_eq!(
        failed.text("error_message"),
        "took longer than 1s (--max-runtime): did not end within 1s of SIGTERM, killed"
    );
    assert_eq!(failed.body["exit_code"], 137);
}

/// Its output ends only when nobody is left that could write to it.
#[test]
fn what_the_command_has_started_is_ended_with_it() {
    let (home, server) = (Home::new(), Server::start());
    let flags = ["--max-runtime", "1s", "--kill-after", "1s"];
    for left_behind in ["sleep 1000", "(trap '' TERM; while :; do sleep 1; done)"] {
        let script = format!("{left_behind} & wait");
        let output = home.exec_with(&server.address, &flags, &script).output().unwrap();
        assert_eq!(output.status.code(), Some(124), "{left_behind}");
    }
}

#[test]
fn in_time_nothing_is_different() {
    let (home, server) = (Home::new(), Server::start());
    let output =
        home.exec_with(&server.address, &["--max-runtime", "1h"], "echo done; exit 3").output().unwrap();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(3), "done\n".into()));
    assert_eq!(server.reports()[1].text("error_message"), "exit status 3\ndone\n");
}

#[test]
fn signals_reach_the_command_and_what_it_has_started_also_with_a_limit() {
    let (home, server) = (Home::new(), Server::start());
    // The inner shell says it: only then have both set their traps.
    let script =
        "trap 'wait; exit 7' TERM; (trap 'exit 0' TERM; echo ready; while :; do sleep 1; done) & wait";
    let mut child = home.exec_with(&server.address, &["--max-runtime", "1h"], script).spawn().unwrap();
    assert_eq!(first_line(child.stdout.as_mut().unwrap()), "ready");
    kill(Pid::from_raw(child.id() as i32), Signal::SIGTERM).unwrap();
    // The command waits for what it has started: that must have heard it, too.
    assert_eq!(child.wait().unwrap().code(), Some(7));
}

/// In a terminal, with an input that is none.
#[test]
fn ctrl_c_reaches_a_command_that_has_a_group_of_its_own() {
    let (home, server) = (Home::new(), Server::start());
    let terminal = openpty(None, None).unwrap();
    let script = "trap 'exit 7' INT; echo ready; while :; do sleep 1; done";
    let ours = home.exec_with(&server.address, &["--max-runtime", "1h"], script);
    let mut session = Home::as_if_by("setsid", &["-c", "sh", "-c", "exec \"$@\" < /dev/null", "sh"], &ours);
    let slave = File::from(terminal.slave);
    let mut child = session.stdin(slave).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    std::io::Write::write_all(&mut File::from(terminal.master), b"\x03").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(7));
}

#[test]
fn a_command_with_a_limit_can_read_from_its_terminal() {
    let (home, server) = (Home::new(), Server::start());
    let terminal = openpty(None, None).unwrap();
    let ours = home.exec_with(&server.address, &["--max-runtime", "1h"], "read word; echo got $word");
    let mut session = Home::as_if_by("setsid", &["-c"], &ours);
    session.stdin(File::from(terminal.slave)).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = session.spawn().unwrap();
    std::io::Write::write_all(&mut File::from(terminal.master.try_clone().unwrap()), b"it\n").unwrap();
    assert_eq!(text(&child.wait_with_output().unwrap().stdout), "got it\n");
}

#[test]
fn a_time_that_is_none_is_misuse_and_nothing_is_started() {
    let home = Home::new();
    for flags in [["--max-runtime", "0"], ["--max-runtime", "soon"], ["--kill-after", "1s"]] {
        let output = home.exec_with("http://127.0.0.1:9", &flags, "echo started").output().unwrap();
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()), "{flags:?}");
    }
}
