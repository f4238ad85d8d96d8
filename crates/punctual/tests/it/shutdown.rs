//! The first signal drains, the second cuts.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use nix::sys::signal::Signal;
use serde_json::json;

use crate::harness::{Home, KEY, Load, PATIENCE, Serve, Server, eventually, is_kept};

/// A report whose body is half sent: a call in progress.
fn half_a_report(server: &Server) -> (TcpStream, &'static str) {
    let registration = json!({ "scheduler_id": "slow", "service_name": "s", "job_name": "j" });
    server.call("POST", "/schedulers/register", Some(&registration)).expect(201);
    let address = server.address.strip_prefix("http://").expect("an address");
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a bound");
    let (first, second) = ("{ \"status\": ", "\"completed\" }");
    let length = first.len() + second.len();
    let head = format!(
        "PUT /api/v1/schedulers/slow/status HTTP/1.1\r\nhost: punctual\r\nx-api-key: {KEY}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\nexpect: 100-continue\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).expect("to be taken");
    // It asks for the body: so it has the call in hand.
    let mut answer = [0; 25];
    stream.read_exact(&mut answer).expect("to be asked for the body");
    assert_eq!(&answer, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(first.as_bytes()).expect("to be taken");
    (stream, second)
}

fn is_listening(server: &Server) -> bool {
    TcpStream::connect(server.address.strip_prefix("http://").expect("an address")).is_ok()
}

#[test]
fn the_first_signal_lets_a_call_in_progress_end_well() {
    let home = Home::new();
    let mut server = Serve::new(&home).start();
    let (mut stream, rest) = half_a_report(&server);
    server.signal(Signal::SIGTERM);
    eventually("it takes no more calls", || (!is_listening(&server)).then_some(()));
    stream.write_all(rest.as_bytes()).expect("to be taken");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(server.wait().code(), Some(0));
    let server = Serve::new(&home).start();
    assert_eq!(server.get("/schedulers/slow")["status"], "completed");
}

#[test]
fn under_load_the_first_signal_loses_nothing_and_cuts_nobody() {
    let home = Home::new();
    let serve = Serve::new(&home).env("PUNCTUAL_RATE_LIMIT", "off");
    for round in 0..3 {
        let load = Load::new(&round.to_string(), 30 + 29 * round);
        let heard = load.until(serve.start(), |server| assert_eq!(server.terminate().code(), Some(0)));
        let server = serve.start();
        // Whatever was read was answered: who got no answer was never heard.
        assert_eq!(is_kept(&server, &heard), 0, "calls were cut");
        server.terminate();
    }
}

#[test]
fn the_second_signal_cuts() {
    let home = Home::new();
    let mut server = Serve::new(&home).start();
    let (_stream, _) = half_a_report(&server);
    server.signal(Signal::SIGTERM);
    eventually("it takes no more calls", || (!is_listening(&server)).then_some(()));
    server.signal(Signal::SIGTERM);
    server.wait();
}

#[test]
fn a_call_that_never_ends_does_not_hold_the_end_up_for_ever() {
    let home = Home::new();
    let mut server = Serve::new(&home).env("PUNCTUAL_SHUTDOWN_TIMEOUT", "1s").start();
    let (_stream, _) = half_a_report(&server);
    server.signal(Signal::SIGTERM);
    server.wait();
}
