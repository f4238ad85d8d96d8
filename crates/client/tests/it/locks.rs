//! `--lock`: no two runs at once on this machine.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::program::{Home, Waiting, first_line, text};
use crate::server::Server;

/// A run that holds the lock until its input ends.
fn holder(home: &Home, server: &Server, flags: &[&str]) -> Waiting {
    let mut waiting = Waiting::start(&mut home.exec_with(&server.address, flags, "echo ready; cat"));
    assert_eq!(first_line(waiting.0.stdout.take().expect("its output")), "ready");
    waiting
}

#[test]
fn a_run_is_skipped_while_another_runs_and_the_server_hears_nothing_of_it() {
    let (home, server) = (Home::new(), Server::start());
    let first = holder(&home, &server, &["--lock"]);
    let output = home.exec_with(&server.address, &["--lock"], "echo started").output().unwrap();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), String::new()));
    assert_eq!(
        text(&output.stderr),
        "punctual: skipped: another run on this machine holds the lock 'nightly/backup'\n"
    );
    assert_eq!(first.end().status.code(), Some(0));
    let statuses: Vec<_> = server.reports().iter().map(|report| report.text("status").to_owned()).collect();
    assert_eq!(statuses, ["running", "completed"]);
    let output = home.exec_with(&server.address, &["--lock"], "echo started").output().unwrap();
    assert_eq!(text(&output.stdout), "started\n", "the lock is free again");
}

#[test]
fn a_skipped_run_has_the_exit_code_that_is_asked_for_and_is_quiet_where_that_is() {
    let (home, server) = (Home::new(), Server::start());
    let first = holder(&home, &server, &["--lock=db"]);
    let flags = ["--lock=db", "--skipped-exit-code", "75", "--quiet"];
    let output = home.exec_with(&server.address, &flags, "true").output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(75), String::new()));
    first.end();
}

#[test]
fn locks_of_other_names_are_not_in_the_way() {
    let (home, server) = (Home::new(), Server::start());
    let first = holder(&home, &server, &["--lock"]);
    for flags in [&["--lock=other"][..], &[]] {
        let output = home.exec_with(&server.address, flags, "echo started").output().unwrap();
        assert_eq!(text(&output.stdout), "started\n", "{flags:?}");
    }
    first.end();
}

#[test]
fn who_is_to_wait_runs_as_soon_as_the_lock_is_free() {
    let (home, server) = (Home::new(), Server::start());
    let first = holder(&home, &server, &["--lock"]);
    let mut second = home.exec_with(&server.address, &["--lock", "--lock-wait", "1h"], "echo second");
    let second = second.spawn().unwrap();
    first.end();
    let output = second.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), "second\n".into()));
    let ids: Vec<_> = server.reports().iter().map(|report| report.text("run_id").to_owned()).collect();
    assert!(ids[0] == ids[1] && ids[2] == ids[3] && ids[1] != ids[2], "one after the other: {ids:?}");
}

#[test]
fn who_waits_no_longer_is_skipped() {
    let (home, server) = (Home::new(), Server::start());
    let first = holder(&home, &server, &["--lock"]);
    let output =
        home.exec_with(&server.address, &["--lock", "--lock-wait", "1s"], "echo second").output().unwrap();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), String::new()));
    first.end();
}

#[test]
fn who_waits_can_be_ended() {
    let (home, server) = (Home::new(), Server::start());
    let first = holder(&home, &server, &["--lock"]);
    let mut second =
        home.exec_with(&server.address, &["--lock", "--lock-wait", "1h"], "true").spawn().unwrap();
    kill(Pid::from_raw(second.id() as i32), Signal::SIGTERM).unwrap();
    assert_eq!(second.wait().unwrap().signal(), Some(15));
    first.end();
}

#[test]
fn the_lock_of_a_run_that_was_killed_is_free_and_what_a_command_leaves_behind_does_not_hold_it() {
    let (home, server) = (Home::new(), Server::start());
    let mut first = holder(&home, &server, &["--lock"]);
    first.0.kill().unwrap();
    first.0.wait().unwrap();
    // Its command still waits for the end of its input.
    let started = |script: &str| {
        let output = home.exec_with(&server.address, &["--lock"], script).output().unwrap();
        text(&output.stdout)
    };
    let left_behind = started("sleep 1000 > /dev/null 2>&1 & echo $!");
    assert_eq!(started("echo third"), "third\n");
    kill(Pid::from_raw(left_behind.trim().parse().unwrap()), Signal::SIGKILL).unwrap();
    drop(first);
}

#[test]
fn a_lock_that_cannot_be_used_stops_the_command_and_is_reported_as_a_failure() {
    let (home, server) = (Home::new(), Server::start());
    fs::write(home.path("spool"), "a file, no directory").unwrap();
    let output = home.exec_with(&server.address, &["--lock"], "echo started").output().unwrap();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(125), String::new()));
    let told = text(&output.stderr);
    assert!(told.starts_with("punctual: not started, because its lock cannot be used: the spool"), "{told}");
    let [failed] = server.reports().try_into().unwrap();
    assert_eq!((failed.text("status"), failed.body["exit_code"].as_i64()), ("failed", Some(125)));
}

#[test]
fn a_name_must_be_tied_to_the_flag_so_that_it_swallows_no_argument() {
    let (home, server) = (Home::new(), Server::start());
    let output = home.run(&server.address, &["exec", "--lock", "a", "--", "echo", "started"]);
    assert_eq!(text(&output.stdout), "started\n");
    assert_eq!(server.reports()[0].line, "PUT /api/v1/schedulers/a/status");
}
