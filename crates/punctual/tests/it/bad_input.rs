//! What comes in on the socket, however odd or large: the server answers in its one error shape where HTTP is intact,
//! cuts what goes on for too long, keeps its memory, and goes on serving.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use serde_json::json;

use crate::harness::{Home, KEY, PATIENCE, Reply, Serve, Server, curl, note};

/// The most that a server may hold on to whatever is thrown at it: far below what is thrown.
const MEMORY_KIB_MAX: u64 = 100 << 10;

fn connect(server: &Server) -> TcpStream {
    let address = server.address.strip_prefix("http://").expect("an address");
    let stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a bound");
    stream.set_write_timeout(Some(PATIENCE)).expect("a bound");
    stream
}

/// Sends bytes as they are; answers what comes back until the server closes.
fn raw(server: &Server, bytes: &[u8]) -> String {
    let mut stream = connect(server);
    // A server that has seen enough closes while we still write.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn with_a_scheduler(home: &Home) -> Server {
    let server = Serve::new(home).start();
    register(&server);
    server
}

fn register(server: &Server) {
    let registration = json!({ "scheduler_id": "a", "service_name": "s", "job_name": "j" });
    server.call("POST", "/schedulers/register", Some(&registration)).expect(201);
}

fn still_serves(server: &Server) {
    server.call("PUT", "/schedulers/a/status", Some(&json!({ "status": "completed" }))).expect(200);
}

#[test]
fn rubbish_instead_of_http_ends_the_connection_and_nothing_else() {
    let home = Home::new();
    let server = with_a_scheduler(&home);
    let zeros = vec![0; 100_000];
    let noise: Vec<u8> = (0..100_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let tls = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".as_slice();
    for bytes in [&zeros[..], &noise, tls, b"", b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"] {
        let answer = raw(&server, bytes);
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.1 505"),
            "{answer}"
        );
    }
    still_serves(&server);
}

#[test]
fn headers_without_end_are_cut_and_cost_no_memory() {
    let home = Home::new();
    let server = with_a_scheduler(&home);
    let long =
        format!("GET /api/v1/schedulers HTTP/1.1\r\nhost: a\r\nx-long: {}\r\n\r\n", "x".repeat(64 << 20));
    let answer = raw(&server, long.as_bytes());
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    let many = "x-again: 1\r\n".repeat(200_000);
    let answer = raw(&server, format!("GET / HTTP/1.1\r\nhost: a\r\n{many}\r\n").as_bytes());
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    let path = format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "x".repeat(1 << 20));
    let answer = raw(&server, path.as_bytes());
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    still_serves(&server);
    is_modest(&server, "after 65 MB of headers");
}

/// Reports with this body, and these arguments of `curl` besides.
fn put(url: &str, more: &[&str], body: &[u8]) -> Option<Reply> {
    let key = format!("x-api-key: {KEY}");
    let common = ["--request", "PUT", "--header", &key, "--header", "content-type: application/json", url];
    curl(&[&common[..], more].concat(), Some(body))
}

#[test]
fn a_body_of_100_megabytes_that_is_announced_is_refused_before_it_is_sent() {
    let home = Home::new();
    let server = with_a_scheduler(&home);
    let url = server.url("/schedulers/a/status");
    let reply = put(&url, &["--header", "expect: 100-continue"], &vec![b' '; 100 << 20]);
    reply.expect("an answer").expect(413).error_message();
    still_serves(&server);
    is_modest(&server, "after a body of 100 MB was announced");
}

#[test]
fn bodies_that_turn_out_too_large_are_refused_or_cut_and_never_kept() {
    let home = Home::new();
    let server = with_a_scheduler(&home);
    let url = server.url("/schedulers/a/status");
    let body = vec![b' '; 100 << 20];
    // Who goes on sending what nobody reads may lose the answer with the connection: that is TCP's way.
    let refused = |reply: Option<Reply>| {
        if let Some(reply) = reply {
            reply.expect(413).error_message();
        }
    };
    refused(put(&url, &["--header", "expect:"], &body));
    let chunked = ["--header", "transfer-encoding: chunked", "--header", "expect:"];
    refused(put(&url, &chunked, &body));
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| refused(put(&url, &chunked, &body[..8 << 20])));
        }
    });
    still_serves(&server);
    is_modest(&server, "after two bodies of 100 MB and 16 of 8 MB");
}

#[test]
fn a_client_that_stops_in_the_middle_is_cut() {
    let home = Home::new();
    let server = Serve::new(&home).env("PUNCTUAL_REQUEST_TIMEOUT", "2s").start();
    register(&server);
    let mut silent = connect(&server);
    let mut half_a_head = connect(&server);
    half_a_head.write_all(b"GET /api/v1/schedulers HTTP/1.1\r\nhost: ").expect("to be taken");
    let mut half_a_body = connect(&server);
    let head = format!(
        "PUT /api/v1/schedulers/a/status HTTP/1.1\r\nhost: a\r\nx-api-key: {KEY}\r\n\
         content-type: application/json\r\ncontent-length: 100\r\n\r\n{{"
    );
    half_a_body.write_all(head.as_bytes()).expect("to be taken");
    for (what, stream) in
        [("silence", &mut silent), ("half a head", &mut half_a_head), ("half a body", &mut half_a_body)]
    {
        let mut answer = String::new();
        let ended = stream.read_to_string(&mut answer);
        assert!(ended.is_ok(), "{what} is kept for more than {PATIENCE:?}: {ended:?}");
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 408") || answer.starts_with("HTTP/1.1 503"),
            "{what}: {answer}"
        );
    }
    still_serves(&server);
}

#[test]
fn connections_that_say_nothing_keep_nobody_else_out() {
    let home = Home::new();
    let server = with_a_scheduler(&home);
    let held: Vec<TcpStream> = (0..300).map(|_| connect(&server)).collect();
    still_serves(&server);
    note(&format!("{} idle connections, {} KiB", held.len(), server.memory_kib("VmRSS")));
}

#[test]
fn json_that_is_deep_broken_or_of_another_kind_is_refused_in_the_one_shape() {
    let home = Home::new();
    let server = with_a_scheduler(&home);
    let url = server.url("/schedulers/a/status");
    let put = |body: &[u8]| put(&url, &["--header", "expect:"], body).expect("an answer");
    let deep = format!("{}1{}", "[".repeat(200_000), "]".repeat(200_000));
    for body in [
        deep.as_bytes(),
        b"",
        b"{",
        b"null",
        b"[]",
        b"\"completed\"",
        b"{\"status\":\"complet\xff\"}",
        b"{\"status\":\"completed\"} trailing",
        b"{\"status\":7}",
        b"{\"status\":\"done\"}",
        b"{\"status\":\"failed\",\"exit_code\":1e400}",
        b"{\"status\":\"failed\",\"execution_time_ms\":-1}",
        b"\xef\xbb\xbf\x00",
    ] {
        let reply = put(body);
        let sent = String::from_utf8_lossy(&body[..body.len().min(60)]);
        assert_eq!(reply.status, 400, "{sent}: {reply:?}");
        let message = reply.error_message();
        assert!(!message.is_empty() && reply.body.len() < 4000, "{sent}: {reply:?}");
    }
    assert_eq!(server.get("/schedulers/a")["status"], "pending", "something was half-applied");
    // A report is never refused for its depth: what is too deep is cut.
    let (down, up) = ("{\"a\":".repeat(50_000), "}".repeat(50_000));
    let reply = put(format!("{{\"status\":\"completed\",\"metadata\":{down}1{up}}}").as_bytes()).expect(200);
    assert!(reply.body.len() < 1000, "{reply:?}");
}

#[test]
fn paths_that_are_no_text_too_long_or_climbing_are_refused_in_the_one_shape() {
    let home = Home::new();
    let server = with_a_scheduler(&home);
    let key = format!("x-api-key: {KEY}");
    let long = format!("/schedulers/{}", "x".repeat(2000));
    for path in [
        "/schedulers/%ff%fe",
        "/schedulers/%00",
        "/schedulers/..%2f..%2fetc",
        "/schedulers/%",
        &long,
        "/nowhere",
    ] {
        let url = server.url(path);
        let reply = curl(&["--path-as-is", "--header", &key, &url], None).expect("an answer");
        assert!([400, 404, 414].contains(&reply.status), "{path}: {reply:?}");
        reply.error_message();
    }
    still_serves(&server);
}

#[test]
fn a_method_that_a_path_does_not_know_is_405_with_those_it_knows() {
    let home = Home::new();
    let server = with_a_scheduler(&home);
    for method in ["DELETE", "BREW"] {
        let reply = server.call(method, "/schedulers", None).expect(405);
        assert!(reply.header("allow").is_some_and(|allowed| allowed.contains("GET")), "{reply:?}");
        reply.error_message();
    }
}

#[test]
fn a_client_that_leaves_before_its_answer_harms_nobody() {
    let home = Home::new();
    let server = with_a_scheduler(&home);
    let request = format!("GET /api/v1/schedulers HTTP/1.1\r\nhost: a\r\nx-api-key: {KEY}\r\n\r\n");
    for _ in 0..50 {
        connect(&server).write_all(request.as_bytes()).expect("to be taken");
    }
    still_serves(&server);
}

#[track_caller]
fn is_modest(server: &Server, when: &str) {
    let (now, most) = (server.memory_kib("VmRSS"), server.memory_kib("VmHWM"));
    note(&format!("{now} KiB resident {when}, {most} KiB at most"));
    assert!(most < MEMORY_KIB_MAX, "{most} KiB {when}");
}
