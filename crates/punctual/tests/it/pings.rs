//! Pings to the real program: `docs/protocols/pings.md`, run as it is written, and what only a real socket shows.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::json;

use crate::harness::{Home, KEY, PATIENCE, Reply, Serve, Server, curl, text};
use crate::pages::{Shell, blocks, is_among};

/// The address of the scheduler `a`.
const ID: &str = "5e0b9d3c-7f7c-4a5b-9d53-1d3e4d0c2f11";

fn register(server: &Server) {
    let body = json!({ "scheduler_id": "a", "service_name": "s", "job_name": "j", "ping_id": ID });
    server.call("POST", "/schedulers/register", Some(&body)).expect(201);
}

fn ping(server: &Server, path: &str, body: Option<&[u8]>) -> Reply {
    curl(&[&format!("{}/ping/{path}", server.address)], body).expect("an answer")
}

#[test]
fn the_page_about_pings_does_what_it_says() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    let mut command = home.program("bash");
    command.env("PUNCTUAL_API_KEY", KEY).env("PUNCTUAL_URL", &server.address);
    let mut shell = Shell::start(command);
    let (mut printed, mut held) = (Vec::new(), 0);
    for block in blocks("protocols/pings.md") {
        match block.language.as_str() {
            "bash" => printed = shell.run(&home, &block.content),
            "text" => {
                block.content.lines().for_each(|line| is_among(line, &printed));
                held += block.content.lines().count();
            }
            "crontab" => {}
            other => panic!("nobody knows what to do with {other}"),
        }
    }
    assert_eq!(held, 12);
}

#[test]
fn a_ping_survives_a_kill_and_its_address_is_in_no_log() {
    let home = Home::new();
    let serve =
        Serve::new(&home).env("PUNCTUAL_LOG", "trace").env("PUNCTUAL_PUBLIC_URL", "https://p.example/");
    let server = serve.start();
    register(&server);
    let printed = b"\xff\0half a line";
    let reply = ping(&server, &format!("{ID}/3"), Some(printed)).expect(200);
    assert_eq!((reply.body.as_str(), reply.header("ping-body-limit")), ("OK", Some("100000")));
    ping(&server, &ID.replace('5', "6"), None).expect(404);
    let logs = server.logs().concat();
    assert!(!logs.contains(&ID[..13]) && !logs.contains("6e0b9d3c"), "{logs}");
    server.kill_9();
    let server = serve.start();
    let shown = server.get("/schedulers/a");
    let entry = server.get("/schedulers/a/history")[0].clone();
    assert_eq!((&entry["status"], &entry["exit_code"]), (&"failed".into(), &3.into()), "{entry}");
    assert_eq!(shown["ping_url"], format!("https://p.example/ping/{ID}"));
    let output = server.client(&home, &["output", "a"]).output().expect("the program");
    assert_eq!(output.stdout, printed, "{}", text(&output.stderr));
    assert!(server.says(&home, &["show", "a"]).contains(&format!("https://p.example/ping/{ID}\n")));
}

#[test]
fn as_much_of_a_body_is_kept_as_is_set() {
    let home = Home::new();
    let server = Serve::new(&home).env("PUNCTUAL_PING_BODY_LIMIT", "5").start();
    register(&server);
    let reply = ping(&server, ID, Some(b"0123456789")).expect(200);
    assert_eq!(reply.header("ping-body-limit"), Some("5"));
    assert_eq!(server.says(&home, &["output", "a"]), "01234");
}

#[test]
fn a_body_without_end_is_answered_and_its_connection_closed() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    register(&server);
    let address = server.address.strip_prefix("http://").expect("an address");
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a bound");
    stream.set_write_timeout(Some(PATIENCE)).expect("a bound");
    let head = format!("POST /ping/{ID} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\n");
    stream.write_all(head.as_bytes()).expect("a head");
    let chunk = vec![b'x'; 1 << 20];
    // It reads ten of them, and stops: what is sent after that it need not take.
    let sent = (0..200).take_while(|_| stream.write_all(&chunk).is_ok()).count();
    assert!(sent < 200, "all of it was read");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let shown = server.get("/schedulers/a/history");
    assert_eq!(
        (&shown[0]["output_bytes"], &shown[0]["cut"]),
        (&100_000.into(), &json!(["output"])),
        "{shown}"
    );
    ping(&server, ID, None).expect(200);
}
