//! Standard input, output and error pass through untouched, whatever is in them and however much.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use crate::program::{Home, feed, text};
use crate::server::Server;

/// Every byte there is, in every order of two, many times.
fn all_bytes(count: usize) -> Vec<u8> {
    (0..count).map(|index| (index ^ (index >> 8) ^ (index >> 16)) as u8).collect()
}

#[test]
fn large_output_that_is_no_text_passes_byte_for_byte() {
    let (home, server) = (Home::new(), Server::start());
    let input = all_bytes(16 << 20);
    let output = feed(&mut home.exec(&server.address, "cat"), &input);
    assert!(output.stdout == input, "the output differs");
    let output = feed(&mut home.exec(&server.address, "cat >&2"), &input[..1 << 20]);
    assert!(output.stderr == input[..1 << 20], "the errors differ");
}

#[test]
fn memory_does_not_grow_with_the_output() {
    let (home, server) = (Home::new(), Server::start());
    let mut child =
        home.exec(&server.address, "head -c 100000000 /dev/zero; cat").stdin(Stdio::piped()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let copied = std::io::copy(&mut stdout.by_ref().take(100_000_000), &mut std::io::sink()).unwrap();
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    drop(child.stdin.take());
    child.wait().unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap().to_owned();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(copied == 100_000_000 && kilobytes < 64 << 10, "{line} after {copied} bytes");
}

#[test]
fn output_comes_as_it_is_written_and_input_is_the_command_s_own() {
    let (home, server) = (Home::new(), Server::start());
    let mut child =
        home.exec(&server.address, "printf no-newline; head -c 3").stdin(Stdio::piped()).spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut first = [0; 10];
    stdout.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"no-newline");
    stdin.write_all(b"abcdef").unwrap();
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "abc");
    child.wait().unwrap();
}

/// Writes to both streams in turn.
pub(crate) const ALTERNATING: &str =
    "i=0; while [ $i -lt 500 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done; exit 1";

/// What is written in turn must come in turn where both streams are one.
#[track_caller]
pub(crate) fn keeps_the_order(command: &mut Command) {
    let (mut ours, theirs) = std::io::pipe().expect("a pipe");
    let mut child = command
        .stdout(theirs.try_clone().expect("a descriptor"))
        .stderr(theirs)
        .spawn()
        .expect("the program");
    // The command holds the other end, too.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut told = String::new();
    ours.read_to_string(&mut told).expect("text");
    child.wait().expect("an end");
    let expected: String = (0..500).flat_map(|i| [format!("out {i}\n"), format!("err {i}\n")]).collect();
    assert_eq!(told, expected);
}

#[test]
fn output_and_errors_that_share_a_file_keep_their_order() {
    let (home, server) = (Home::new(), Server::start());
    keeps_the_order(&mut home.exec(&server.address, ALTERNATING));
}

#[test]
fn a_reader_that_goes_away_is_felt_by_the_command() {
    let (home, server) = (Home::new(), Server::start());
    let mut child = home.exec(&server.address, "yes").spawn().unwrap();
    let mut some = [0; 100];
    child.stdout.take().unwrap().read_exact(&mut some).unwrap();
    let sigpipe = 128 + 13;
    assert_eq!(child.wait().unwrap().code(), Some(sigpipe));
}

#[test]
fn a_full_disk_does_not_kill_the_command() {
    let (home, server) = (Home::new(), Server::start());
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut child = home.exec(&server.address, "seq 1 100000; exit 4").stdout(full).spawn().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(4));
}

#[test]
fn a_grandchild_that_keeps_the_output_open_neither_holds_us_up_nor_dies_of_it() {
    let (home, server) = (Home::new(), Server::start());
    let gate = home.path("gate");
    nix::unistd::mkfifo(&gate, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let script = "(read word < \"$0\"; echo \"late $word\") & echo early";
    let arguments = ["exec", "a", "--", "sh", "-c", script, gate.to_str().unwrap()];
    let mut child = home.punctual(&server.address, &arguments).spawn().unwrap();
    // Were it to wait for the grandchild, this would wait for ever: nobody has opened the gate.
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(server.wait_for(2, "PUT")[1].body["metadata"]["output"], "early\n");
    fs::write(&gate, "word\n").unwrap();
    let mut told = String::new();
    child.stdout.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!(told, "early\nlate word\n");
}

#[test]
fn descriptors_beyond_the_first_three_reach_the_command() {
    let (home, server) = (Home::new(), Server::start());
    let ours = home.exec(&server.address, "echo there >&7");
    let script = "exec 7>\"$0\"; exec \"$@\"";
    let seventh = home.path("seventh");
    let output = Home::as_if_by("sh", &["-c", script, seventh.to_str().unwrap()], &ours).output().unwrap();
    assert_eq!(text(&output.stderr), "");
    assert_eq!(fs::read_to_string(home.path("seventh")).unwrap(), "there\n");
}
