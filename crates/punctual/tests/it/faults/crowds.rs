//! Many clients, and bad ones: whatever they do not do, others are served meanwhile, memory stays bounded, and each is cut
//! in the end.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use serde_json::json;

use crate::harness::{Home, KEY, PATIENCE, Serve, Server, note};

const IDLE: usize = 1000;
/// How many there are of each bad kind.
const OF_A_KIND: usize = 10;
/// What a well client sends meanwhile.
const CALLS: usize = 10;
/// The most that a server may hold on to, whatever hangs on it.
const MEMORY_KIB_MAX: u64 = 100 << 10;
/// How long a slow client waits for its end before it sends another byte.
const BEAT: Duration = Duration::from_millis(200);

fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address.strip_prefix("http://").expect("an address"));
    let stream = stream.expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a bound");
    stream
}

/// Limits that a test can wait for.
fn hasty(home: &Home) -> Serve<'_> {
    Serve::new(home).env("PUNCTUAL_REQUEST_TIMEOUT", "3s").env("PUNCTUAL_IDLE_TIMEOUT", "3s")
}

fn register(server: &Server) {
    let registration = json!({ "scheduler_id": "a", "service_name": "s", "job_name": "j" });
    server.call("POST", "/schedulers/register", Some(&registration)).expect(201);
}

/// Reports and asks as a well client does.
fn serves_others(server: &Server) {
    for _ in 0..CALLS {
        server.call("PUT", "/schedulers/a/status", Some(&json!({ "status": "completed" }))).expect(200);
        assert_eq!(server.get("/schedulers/a")["status"], "completed");
    }
}

#[track_caller]
fn is_cut(mut stream: TcpStream) {
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("it was not cut within {PATIENCE:?}: {error}"),
    }
}

#[test]
fn a_thousand_idle_connections_keep_nobody_out_and_are_cut_in_the_end() {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("a limit");
    setrlimit(Resource::RLIMIT_NOFILE, hard.min(4096), hard).expect("room for a thousand connections");
    let home = Home::new();
    // The system's usual limit would not do.
    let server = hasty(&home).under(&["prlimit", &format!("--nofile=256:{hard}")]).start();
    register(&server);
    let idle: Vec<TcpStream> = (0..IDLE).map(|_| connect(&server.address)).collect();
    serves_others(&server);
    let most = server.memory_kib("VmHWM");
    note(&format!("{IDLE} idle connections: {most} KiB at most"));
    assert!(most < MEMORY_KIB_MAX, "{most} KiB");
    idle.into_iter().for_each(is_cut);
    serves_others(&server);
}

/// Sends bytes one by one, slower than any limit, until it is cut.
fn dribble(mut stream: TcpStream, head: &str, drops: &str) {
    stream.set_read_timeout(Some(BEAT)).expect("a bound");
    stream.write_all(head.as_bytes()).expect("to be taken");
    for drop in
        drops.as_bytes().iter().cycle().take(PATIENCE.as_millis() as usize / BEAT.as_millis() as usize)
    {
        let mut answer = [0; 1000];
        match stream.read(&mut answer) {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            // Told that it was too slow, or simply cut.
            Ok(_) | Err(_) => return,
        }
        if stream.write_all(&[*drop]).is_err() {
            return;
        }
    }
    panic!("it may be slow for ever");
}

/// The head of a report, whose body has yet to come.
fn head(length: usize) -> String {
    format!(
        "PUT /api/v1/schedulers/a/status HTTP/1.1\r\nhost: a\r\nx-api-key: {KEY}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    )
}

/// Asks for more than the wires hold, and reads none of it.
fn greedy(mut stream: TcpStream) {
    let request = format!("GET /api/openapi.json HTTP/1.1\r\nhost: a\r\nx-api-key: {KEY}\r\n\r\n");
    stream.set_write_timeout(Some(BEAT)).expect("a bound");
    for _ in 0..1000 {
        if stream.write_all(request.as_bytes()).is_err() {
            break;
        }
    }
    is_cut(stream);
}

/// Goes away with its answer unread, which the other side sees as a reset.
fn reset(mut stream: TcpStream) {
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").expect("to be taken");
    stream.peek(&mut [0; 1]).expect("an answer");
}

#[test]
fn slow_half_open_and_greedy_clients_keep_nobody_out_and_are_cut_in_the_end() {
    let home = Home::new();
    let server = hasty(&home).start();
    register(&server);
    let address = server.address.as_str();
    let silent_after = |sent: &str| {
        let mut stream = connect(address);
        stream.write_all(sent.as_bytes()).expect("to be taken");
        stream
    };
    thread::scope(|scope| {
        for _ in 0..OF_A_KIND {
            scope.spawn(|| dribble(connect(address), "GET /healthz HTTP/1.1\r\nx-slow: ", "z"));
            scope.spawn(|| dribble(connect(address), &head(100_000), " "));
            scope.spawn(|| is_cut(silent_after("")));
            scope.spawn(|| is_cut(silent_after("GET /healthz HT")));
            scope.spawn(|| is_cut(silent_after(&head(10))));
            scope.spawn(|| is_cut(silent_after("GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n")));
            scope.spawn(|| greedy(connect(address)));
            scope.spawn(|| reset(connect(address)));
        }
        serves_others(&server);
    });
    serves_others(&server);
    let most = server.memory_kib("VmHWM");
    note(&format!("{} bad clients: {most} KiB at most", 8 * OF_A_KIND));
    assert!(most < MEMORY_KIB_MAX, "{most} KiB");
}

#[test]
fn who_finds_all_places_taken_waits_until_one_is_cut_and_the_log_says_so() {
    let home = Home::new();
    let server = hasty(&home).env("PUNCTUAL_CONNECTIONS_MAX", "2").start();
    let held = [connect(&server.address), connect(&server.address)];
    register(&server);
    server.wait_for_log("all connections are taken: further ones wait until one ends or is cut");
    held.into_iter().for_each(is_cut);
}
