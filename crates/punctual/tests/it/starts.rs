//! A first start, and starts that must be refused.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use serde_json::Value;

use crate::harness::{Home, Serve, free_port, text};

#[test]
fn one_line_says_where_it_listens_and_where_its_data_is() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    let expected = format!("punctual listens on {} (data in {})", server.address, home.data().display());
    assert_eq!(server.said, [expected]);
}

#[test]
fn a_first_start_without_keys_puts_one_in_a_file_that_nobody_else_can_read() {
    let home = Home::new();
    let server = Serve::new(&home).without("API_KEYS").start();
    let key = home.read("data/first-admin-key");
    assert_eq!(home.mode("data/first-admin-key"), 0o600);
    assert_eq!(server.call_as(key.trim(), "GET", "/schedulers", None).status, 200);
    assert_eq!(server.call_as(key.trim(), "GET", "/api-keys", None).status, 200);
    let said = server.said.join("\n");
    assert!(said.contains("first-admin-key") && !said.contains(key.trim()), "{said}");
    assert!(server.logs().iter().all(|line| !line.contains(key.trim())), "{:?}", server.logs());
    // The second start has nothing to tell.
    server.terminate();
    let server = Serve::new(&home).without("API_KEYS").start();
    assert_eq!(server.said.len(), 1, "{:?}", server.said);
    assert_eq!(server.call_as(key.trim(), "GET", "/schedulers", None).status, 200);
}

#[test]
fn the_first_key_is_there_before_the_server_says_that_it_is_ready() {
    let (home, address) = (Home::new(), format!("127.0.0.1:{}", free_port()));
    let mut child =
        Serve::new(&home).without("API_KEYS").listen(&address).command().spawn().expect("the program");
    let mut asked = std::iter::repeat_with(|| is_ready(&address)).take(1_000_000);
    assert!(asked.any(|ready| ready), "it is never ready");
    let is_there = home.data().join("first-admin-key").exists();
    child.kill().and_then(|()| child.wait()).expect("to be killed");
    assert!(is_there);
}

/// Asks as closely as it can: what is sought is a moment.
fn is_ready(address: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let mut answer = String::new();
    let asked = stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: it\r\nconnection: close\r\n\r\n");
    asked.and_then(|()| stream.read_to_string(&mut answer)).is_ok() && answer.starts_with("HTTP/1.1 200")
}

#[test]
fn the_curl_line_of_a_first_start_works_as_it_is() {
    let home = Home::new();
    let server = Serve::new(&home).without("API_KEYS").start();
    let from = server.said.iter().position(|line| line.starts_with("curl ")).expect("a curl line");
    let line = server.said[from..server.said.len() - 1].join("\n");
    let output = home.program("bash").args(["-euc", &line]).output().expect("bash");
    let answer: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|why| panic!("{why}: {output:?}"));
    assert_eq!(answer["health"], "new", "{answer}");
}

#[test]
fn a_first_key_that_could_not_be_told_does_not_keep_the_next_start_from_making_one() {
    let home = Home::new();
    let in_the_way = home.data().join("first-admin-key");
    std::fs::create_dir_all(&in_the_way).expect("a directory where the file should be");
    let output = Serve::new(&home).without("API_KEYS").refused();
    assert!(text(&output.stderr).contains("cannot write the first key"), "{}", text(&output.stderr));
    std::fs::remove_dir(&in_the_way).expect("out of the way");
    let server = Serve::new(&home).without("API_KEYS").start();
    let key = home.read("data/first-admin-key");
    assert_eq!(server.call_as(key.trim(), "GET", "/schedulers", None).status, 200);
}

#[test]
fn with_configured_keys_no_first_key_is_made() {
    let home = Home::new();
    let _server = Serve::new(&home).start();
    assert!(!home.path("data/first-admin-key").exists());
}

#[test]
fn an_address_that_is_taken_is_a_clear_refusal() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let home = Home::new();
    let output = Serve::new(&home).listen(&address).refused();
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(told.contains(&format!("cannot listen on {address}")), "{told}");
    assert_eq!(text(&output.stdout), "");
}

#[test]
fn a_data_directory_that_cannot_be_made_is_a_clear_refusal() {
    let home = Home::new();
    // A file where a directory should be: refused to every user, the superuser too.
    home.write("occupied", "");
    let output = Serve::new(&home).data(home.path("occupied/data")).refused();
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(told.contains("occupied/data"), "{told}");
}

#[test]
fn a_weak_configured_key_works_and_is_warned_of_without_being_shown() {
    let home = Home::new();
    let server = Serve::new(&home).env("API_KEYS", "hunter2").start();
    assert_eq!(server.call_as("hunter2", "GET", "/schedulers", None).status, 200);
    let warned = server.wait_for_log("fewer than 20 characters");
    assert!(!warned.contains("hunter2"), "{warned}");
}
