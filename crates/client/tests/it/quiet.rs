//! `--quiet`: what the command prints is shown only if it fails, in bounded space.

use std::fs;
use std::io::Read as _;

use crate::program::{Home, text};
use crate::server::Server;
use crate::streams::{ALTERNATING, keeps_the_order};

#[test]
fn nothing_is_shown_of_a_success_and_its_output_is_reported_all_the_same() {
    let (home, server) = (Home::new(), Server::start());
    let output = home.exec_with(&server.address, &["--quiet"], "echo out; echo err >&2").output().unwrap();
    assert_eq!((output.status.code(), output.stdout, output.stderr), (Some(0), Vec::new(), Vec::new()));
    let told = server.reports()[1].body["metadata"]["output"].as_str().unwrap().to_owned();
    assert!(told.contains("out\n") && told.contains("err\n"), "{told}");
}

#[test]
fn all_is_shown_of_a_failure_each_stream_in_its_place() {
    let (home, server) = (Home::new(), Server::start());
    let script = "echo out; echo err >&2; exit 3";
    for flags in [&["--quiet"][..], &["-q", "--no-output"]] {
        let output = home.exec_with(&server.address, flags, script).output().unwrap();
        let shown = (output.status.code(), text(&output.stdout), text(&output.stderr));
        assert_eq!(shown, (Some(3), "out\n".into(), "err\n".into()), "{flags:?}");
    }
}

#[test]
fn streams_that_share_a_file_are_shown_in_their_order() {
    let (home, server) = (Home::new(), Server::start());
    keeps_the_order(&mut home.exec_with(&server.address, &["--quiet"], ALTERNATING));
}

#[test]
fn of_much_output_start_and_end_are_shown_and_how_much_is_left_out() {
    let (home, server) = (Home::new(), Server::start());
    let flags = ["--quiet", "--output-bytes", "100K"];
    let output = home.exec_with(&server.address, &flags, "seq 1 100000; exit 1").output().unwrap();
    let all = (1..=100_000).fold(String::new(), |all, number| all + &number.to_string() + "\n");
    let shown = text(&output.stdout);
    let mark = format!("\n[punctual: {} bytes of output are left out here]\n", all.len() - (100 << 10));
    assert_eq!(shown, format!("{}{mark}{}", &all[..50 << 10], &all[all.len() - (50 << 10)..]));
}

#[test]
fn memory_does_not_grow_with_what_is_held_back_and_nothing_is_left_on_the_disk() {
    let (home, server) = (Home::new(), Server::start());
    fs::create_dir(home.path("tmp")).unwrap();
    // The parent's peak, told while it still runs; the end of it is the end of the report.
    let script = "head -c 50000000 /dev/zero; grep VmHWM /proc/$PPID/status >&2; exit 1";
    let mut command = home.exec_with(&server.address, &["--quiet"], script);
    let output = command.env("TMPDIR", home.path("tmp")).output().unwrap();
    assert!(output.stdout.len() < 17 << 20 && output.stdout.len() > 16 << 20, "{}", output.stdout.len());
    let line = text(&output.stderr);
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(kilobytes < 64 << 10, "{line}");
    assert!(home.files("tmp").is_empty());
}

#[test]
fn failed_tries_are_shown_only_if_the_last_one_fails_too() {
    let (home, server) = (Home::new(), Server::start());
    let flags = ["--quiet", "--retries", "1", "--retry-delay", "0s"];
    let script = "echo try $PUNCTUAL_TRY; [ $PUNCTUAL_TRY = 2 ]";
    let output = home.exec_with(&server.address, &flags, script).output().unwrap();
    assert_eq!(
        (output.status.code(), text(&output.stdout), text(&output.stderr)),
        (Some(0), String::new(), String::new())
    );
    let output = home.exec_with(&server.address, &flags, "echo try $PUNCTUAL_TRY; exit 1").output().unwrap();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), "try 1\ntry 2\n".into()));
}

#[test]
fn what_outlives_a_quiet_command_does_not_die_of_its_next_line() {
    let (home, server) = (Home::new(), Server::start());
    let [gate, done] = ["gate", "done"].map(|name| home.path(name));
    for fifo in [&gate, &done] {
        nix::unistd::mkfifo(fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
    }
    let script = "(read word < gate; echo late && echo alive > done) & echo early";
    let mut command = home.exec_with(&server.address, &["--quiet"], script);
    let mut child = command.current_dir(home.path("")).spawn().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    fs::write(&gate, "word\n").unwrap();
    assert_eq!(fs::read_to_string(&done).unwrap(), "alive\n");
    let mut shown = String::new();
    child.stdout.take().unwrap().read_to_string(&mut shown).unwrap();
    assert_eq!(shown, "");
}
