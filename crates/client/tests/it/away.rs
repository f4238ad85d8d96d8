//! No server, a hanging one, no spool, no sense in the settings: the command must not notice.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::program::{Home, Waiting, text};
use crate::server::{Away, Reply, Server};

const ADDED_MAX: Duration = Duration::from_secs(2);

/// Prints when it ends, so that what we add can be told from what the machine's load adds to it.
const TIMED: &str = "cat; date +%s%N; exit 3";

#[expect(clippy::disallowed_methods, reason = "the bound on time is what is tested")]
fn since_the_command_s_end(stdout: &[u8]) -> Duration {
    let ended = Duration::from_nanos(text(stdout).trim().parse().expect("an instant"));
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").saturating_sub(ended)
}

#[test]
fn with_the_server_away_the_command_is_unaffected_and_both_reports_are_spooled() {
    let (home, away) = (Home::new(), Away::new());
    let output = home.exec(&away.address, TIMED).output().unwrap();
    assert!(since_the_command_s_end(&output.stdout) < ADDED_MAX);
    assert_eq!(output.status.code(), Some(3));
    let told = text(&output.stderr);
    assert!(
        told.starts_with("punctual: cannot reach http://127.0.0.1:") && told.lines().count() == 1,
        "{told}"
    );
    assert!(
        told.contains("Connection refused") && told.contains(home.path("spool").to_str().unwrap()),
        "{told}"
    );
    let spooled = home.spooled();
    let statuses: Vec<&str> =
        spooled.iter().map(|entry| entry["report"]["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["running", "failed"]);
    assert!(spooled.iter().all(|entry| entry["scheduler_id"] == "nightly/backup"));
    assert!(!text(&fs::read(&home.files("spool")[3]).unwrap()).contains("key-of-the-test"));
}

#[test]
fn the_spool_is_private() {
    let (home, away) = (Home::new(), Away::new());
    home.exec(&away.address, "true").output().unwrap();
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(home.path("spool")), 0o700);
    let files = home.files("spool");
    assert!(files.len() >= 2 && files.into_iter().all(|path| mode(path) == 0o600));
}

#[test]
fn quiet_says_nothing() {
    let (home, away) = (Home::new(), Away::new());
    let output = home.run(&away.address, &["exec", "a", "--quiet", "--no-background-flush", "--", "true"]);
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn a_server_that_accepts_and_never_answers_adds_no_more_than_two_seconds() {
    let home = Home::new();
    let hanging = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", hanging.local_addr().unwrap());
    let output = home.exec(&address, TIMED).output().unwrap();
    assert!(since_the_command_s_end(&output.stdout) < ADDED_MAX);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(home.spooled().len(), 2);
    assert!(text(&output.stderr).contains("did not answer in time"), "{}", text(&output.stderr));
}

#[test]
fn the_command_starts_while_the_server_hangs() {
    let home = Home::new();
    let hanging = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", hanging.local_addr().unwrap());
    let mut waiting = Waiting::start(&mut home.exec(&address, "echo started; cat"));
    let mut line = String::new();
    BufReader::new(waiting.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "started\n");
    // It has said so although nobody ever took its report.
    assert_eq!(waiting.end().status.code(), Some(0));
}

#[test]
fn a_server_in_trouble_gets_the_reports_later() {
    let home = Home::new();
    let server = Server::answering(|_| Reply::error(503, "The store is away"));
    let output = home.exec(&server.address, "true").output().unwrap();
    assert_eq!((output.status.code(), home.spooled().len()), (Some(0), 2));
    assert!(text(&output.stderr).starts_with("punctual: The store is away; reports wait in "));
}

#[test]
fn without_server_and_without_spool_the_command_runs_all_the_same() {
    let (home, away) = (Home::new(), Away::new());
    fs::write(home.path("spool"), "a file, no directory").unwrap();
    let output = home.exec(&away.address, "echo out; exit 4").output().unwrap();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(4), "out\n".into()));
    let told = text(&output.stderr);
    assert!(told.contains("the spool") && told.lines().count() == 1, "{told}");
}

#[test]
fn settings_without_sense_do_not_stop_the_command() {
    let home = Home::new();
    for address in ["not a url", "ftp://host", "http://", "http://[::1", "\u{1}"] {
        let output = home.exec(address, "echo out; exit 4").output().unwrap();
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(4), "out\n".into()), "{address}");
        assert!(
            text(&output.stderr).starts_with("punctual: nothing is reported: "),
            "{}",
            text(&output.stderr)
        );
    }
    let arguments = ["exec", "..", "--key-file", "/nonexistent", "--", "sh", "-c", "exit 4"];
    assert_eq!(home.run("http://127.0.0.1:9", &arguments).status.code(), Some(4));
}

#[test]
fn an_address_that_is_no_text_does_not_stop_the_command() {
    use std::os::unix::ffi::OsStringExt as _;
    let home = Home::new();
    let strange = std::ffi::OsString::from_vec(vec![0xff, 0xfe]);
    let mut command = home.exec("", "exit 4");
    command.env("PUNCTUAL_URL", &strange).env("PUNCTUAL_API_KEY", &strange);
    assert_eq!(command.output().unwrap().status.code(), Some(4));
}
