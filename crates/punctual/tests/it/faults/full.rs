//! A full disk: reports are refused and say so, reading goes on, and when there is room again nothing has to be started
//! again, and no job is blamed.

use std::io::Write as _;

use serde_json::{Value, json};

use crate::harness::{FakeSlack, Home, Reply, Serve, Server, curl, eventually, millis, note, now_millis};

fn register(server: &Server, id: &str, more: &Value) {
    let mut registration = json!({ "scheduler_id": id, "service_name": "shop", "job_name": id });
    registration.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    server.call("POST", "/schedulers/register", Some(&registration)).expect(201);
}

/// Reports with so much to say that it cannot stay in the room there is.
fn report(server: &Server) -> Reply {
    let body = json!({ "status": "completed", "metadata": { "ballast": "x".repeat(20_000) } });
    server.call("PUT", "/schedulers/busy/status", Some(&body))
}

fn probe(server: &Server, path: &str) -> u16 {
    curl(&[&format!("{}{path}", server.address)], None).expect("an answer").status
}

/// Reports until the store is full; answers how many were taken.
fn fill(server: &Server) -> usize {
    let taken = (0..1000).take_while(|_| report(server).status == 200).count();
    let refused = report(server).expect(503);
    assert_eq!(refused.error_message(), "the store is away, try again");
    assert!(refused.header("retry-after").is_some(), "{refused:?}");
    taken
}

/// What must hold while nothing can be written.
fn serves_what_it_can(server: &Server, taken: usize) {
    assert_eq!((probe(server, "/readyz"), probe(server, "/healthz")), (503, 200));
    assert_eq!(server.get("/schedulers/busy")["status"], "completed");
    let history = server.get("/schedulers/busy/history?limit=1000");
    assert_eq!(
        history.as_array().map(Vec::len),
        Some(taken),
        "what was refused is there, or what was taken not"
    );
    let registration = json!({ "scheduler_id": "new", "service_name": "s", "job_name": "j" });
    server.call("POST", "/schedulers/register", Some(&registration)).expect(503).error_message();
}

/// What must hold as soon as there is room.
fn goes_on(server: &Server, taken: usize) {
    report(server).expect(200);
    assert_eq!(probe(server, "/readyz"), 200);
    let history = server.get("/schedulers/busy/history?limit=1000");
    assert_eq!(history.as_array().map(Vec::len), Some(taken + 1));
}

/// What the server itself put into a history.
fn system_kinds(server: &Server, id: &str) -> Vec<String> {
    let history = server.get(&format!("/schedulers/{id}/history?include=system"));
    let kinds = history.as_array().expect("a list").iter().filter_map(|entry| entry["kind"].as_str());
    kinds.map(str::to_owned).collect()
}

#[test]
fn at_a_limit_of_file_sizes_reports_are_refused_until_it_is_lifted_and_no_slot_is_missed_meanwhile() {
    let (home, slack) = (Home::new(), FakeSlack::start());
    let serve = slack.told_by(Serve::new(&home)).env("PUNCTUAL_RATE_LIMIT", "off");
    let server = serve.under(&["prlimit", "--fsize=1048576:unlimited"]).start();
    register(&server, "busy", &json!({}));
    let taken = fill(&server);
    // What was registered before the disk was full would have been due meanwhile.
    server.limit("--fsize=unlimited");
    register(&server, "slots", &json!({ "schedule": { "every": "5s", "grace": "1s" } }));
    server.limit("--fsize=1048576:unlimited");
    report(&server).expect(503);
    serves_what_it_can(&server, taken);
    let due = millis(&server.get("/schedulers/slots")["deadline_at"]);
    eventually("the slot's grace ends", || (now_millis() > due).then_some(()));
    report(&server).expect(503);
    server.limit("--fsize=unlimited");
    goes_on(&server, taken);
    eventually("the slot is judged", || (!system_kinds(&server, "slots").is_empty()).then_some(()));
    server.call("PUT", "/schedulers/slots/status", Some(&json!({ "status": "completed" }))).expect(200);
    server.call("PATCH", "/schedulers/slots", Some(&json!({ "schedule": null }))).expect(200);
    assert_eq!(system_kinds(&server, "slots"), ["unobserved"]);
    slack.wait_for_text("*Punctual could not watch for *: *1 slot not judged");
    server.terminate();
    assert_eq!(slack.messages().len(), 1, "{:#?}", slack.messages());
    let doctor = home.says(&["doctor", "--data-dir", home.data().to_str().expect("a path")]);
    assert!(doctor.contains(" 0 problems"), "{doctor}");
}

/// A disk of its own for the server, in a place that only it sees.
const SMALL_DISK: &str = "mkdir -p \"$0\" && mount -t tmpfs -o size=8m none \"$0\" && exec \"$@\"";

#[test]
fn on_a_full_disk_reports_are_refused_until_there_is_room() {
    let home = Home::new();
    let alone = ["unshare", "--mount", "--map-root-user", "sh", "-c"];
    let tried = home.program(alone[0]).args(&alone[1..]).args([SMALL_DISK, "disk", "true"]).output();
    if !tried.as_ref().is_ok_and(|output| output.status.success()) {
        // The limit of file sizes above stands in for it.
        return note(&format!("no disk can be mounted here: {tried:?}"));
    }
    let data = home.data();
    let mut under = alone.to_vec();
    under.extend([SMALL_DISK, data.to_str().expect("a path")]);
    let server = Serve::new(&home).env("PUNCTUAL_RATE_LIMIT", "off").under(&under).start();
    register(&server, "busy", &json!({}));
    report(&server).expect(200);
    let other = server.seen_by_it(&home.data().join("somebody-else"));
    let mut file = std::fs::File::create(&other).expect("a file on its disk");
    while file.write_all(&[0; 4096]).is_ok() {}
    let taken = 1 + fill(&server);
    server.wait_for_log("make room on its disk, writing goes on by itself");
    serves_what_it_can(&server, taken);
    std::fs::remove_file(&other).expect("room");
    drop(file);
    goes_on(&server, taken);
}
