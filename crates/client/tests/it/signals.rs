//! Signals reach the command, once each, and leave it the dispositions it would have had.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Stdio};

use nix::pty::openpty;
use nix::sys::signal::Signal::{self, SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
use nix::sys::signal::kill;
use nix::unistd::Pid;

use crate::program::{Home, text};
use crate::server::Server;

/// Prints the name of each signal it gets, and ends with SIGTERM or with its input.
const TELLER: &str = r#"
    for name in HUP INT QUIT USR1 USR2 ALRM; do trap "told=1; echo $name" $name; done
    trap 'exit 7' TERM
    echo ready
    while read line || [ $told ]; do told=; done"#;

fn send(child: &Child, signal: Signal) {
    kill(Pid::from_raw(child.id() as i32), signal).expect("it to run");
}

#[test]
fn every_signal_that_can_be_caught_reaches_the_command() {
    let (home, server) = (Home::new(), Server::start());
    let mut child = home.exec(&server.address, TELLER).stdin(Stdio::piped()).spawn().unwrap();
    // Held, or waiting for the end would end the input first.
    let _stdin = child.stdin.take();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "ready");
    for signal in [SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM] {
        send(&child, signal);
        assert_eq!(format!("SIG{}", lines.next().unwrap().unwrap()), signal.as_str());
    }
    send(&child, SIGTERM);
    assert_eq!(child.wait().unwrap().code(), Some(7));
    assert_eq!(server.wait_for(2, "PUT")[1].body["exit_code"], 7);
}

#[test]
fn a_signal_that_kills_the_command_is_our_exit_code() {
    let (home, server) = (Home::new(), Server::start());
    let mut child = home.exec(&server.address, "echo ready; exec sleep 1000").spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    send(&child, SIGTERM);
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert_eq!(server.wait_for(2, "PUT")[1].text("error_message"), "killed by signal 15 (SIGTERM)\nready\n");
}

#[test]
fn what_is_ignored_stays_ignored_and_nothing_is_left_blocked() {
    let (home, server) = (Home::new(), Server::start());
    let ours = home.exec(&server.address, "grep -E 'Sig(Blk|Ign)' /proc/self/status");
    let mut shell = Home::as_if_by("sh", &["-c", "trap '' HUP; exec \"$@\"", "sh"], &ours);
    let told = text(&shell.output().unwrap().stdout);
    let mask = |name: &str| {
        let line = told.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
        u64::from_str_radix(line.split_whitespace().nth(1).unwrap(), 16).unwrap()
    };
    assert_eq!((mask("SigBlk"), mask("SigIgn") & 1), (0, 1), "{told}");
}

#[test]
fn ctrl_c_in_a_terminal_reaches_the_command_once() {
    let (home, server) = (Home::new(), Server::start());
    let terminal = openpty(None, None).unwrap();
    let ours = home.exec(&server.address, TELLER);
    // `setsid -c` makes the terminal the controlling one, as a login does.
    let mut session = Home::as_if_by("setsid", &["-c"], &ours);
    let slave = File::from(terminal.slave);
    session.stdin(slave.try_clone().unwrap()).stdout(slave.try_clone().unwrap()).stderr(slave);
    let mut child = session.spawn().unwrap();
    drop(session);
    let mut master = File::from(terminal.master);
    let mut shown = BufReader::new(master.try_clone().unwrap());
    wait_for_line(&mut shown, "ready");
    master.write_all(b"\x03").unwrap();
    wait_for_line(&mut shown, "INT");
    send(&child, SIGUSR1);
    // Were the interrupt to come twice, the second would be told before this.
    assert_eq!(next_line(&mut shown), "USR1");
    send(&child, SIGTERM);
    assert_eq!(child.wait().unwrap().code(), Some(7));
    let _ = shown.read_to_end(&mut Vec::new());
    assert_eq!(server.wait_for(2, "PUT")[1].text("error_message"), "exit status 7");
}

fn wait_for_line(shown: &mut impl std::io::BufRead, expected: &str) {
    // The terminal echoes what is typed, so a line may begin with `^C`.
    while !next_line(shown).ends_with(expected) {}
}

fn next_line(shown: &mut impl std::io::BufRead) -> String {
    let mut line = String::new();
    assert!(shown.read_line(&mut line).expect("the terminal") > 0, "the terminal was closed");
    line.trim_end().to_owned()
}
