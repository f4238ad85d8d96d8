//! `punctual key …` beside a server that runs.

use serde_json::{Value, json};

use crate::harness::{Home, KEY, Serve, Server, eventually, text};

/// A key made on the machine of the store: its id and itself.
fn create(home: &Home, role: &str) -> (String, String) {
    let data = home.data();
    let data = data.to_str().expect("a path");
    let made = home.says(&["key", "create", "--name", role, "--role", role, "--json", "--data-dir", data]);
    let made: Value = serde_json::from_str(&made).expect("JSON");
    let field = |name: &str| made[name].as_str().expect(name).to_owned();
    (field("id"), field("key"))
}

fn key_command(home: &Home, arguments: &[&str]) -> std::process::Output {
    let data = home.data();
    home.run(&[&["key"], arguments, &["--data-dir", data.to_str().expect("a path")]].concat())
}

fn status_with(server: &Server, key: &str) -> u16 {
    server.call_as(key, "GET", "/schedulers", None).status
}

#[test]
fn a_key_that_is_made_beside_the_server_works_at_once_and_revoked_stops_at_once() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    let (id, key) = create(&home, "viewer");
    assert_eq!(status_with(&server, &key), 200);
    let revoked = key_command(&home, &["revoke", &id]);
    assert!(revoked.status.success(), "{revoked:?}");
    eventually("the key is refused", || (status_with(&server, &key) == 401).then_some(()));
    assert_eq!(server.call_as(&key, "GET", "/schedulers", None).error_message(), "Invalid API key");
}

#[test]
fn a_rotated_key_has_a_successor_and_works_on_for_the_overlap_alone() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    let (id, old) = create(&home, "reporter");
    let rotated = key_command(&home, &["rotate", &id, "--overlap", "1h"]);
    let new = text(&rotated.stdout).trim().to_owned();
    assert!(new != old && status_with(&server, &new) == 200, "{rotated:?}");
    assert_eq!(status_with(&server, &old), 200);
    let (id, old) = create(&home, "reporter");
    let rotated = key_command(&home, &["rotate", &id, "--overlap", "0s"]);
    assert!(rotated.status.success(), "{rotated:?}");
    eventually("the old key is refused", || (status_with(&server, &old) == 401).then_some(()));
}

#[test]
fn a_role_reaches_no_further_than_its_name() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    let (_, viewer) = create(&home, "viewer");
    let registration = json!({ "scheduler_id": "a", "service_name": "s", "job_name": "j" });
    let call = |key: &str| server.call_as(key, "POST", "/schedulers/register", Some(&registration)).status;
    assert_eq!(call(&viewer), 403);
    let (_, reporter) = create(&home, "reporter");
    assert_eq!(call(&reporter), 201);
    assert_eq!(call(KEY), 200);
}

#[test]
fn a_list_shows_every_key_and_no_secret() {
    let home = Home::new();
    let _server = Serve::new(&home).start();
    let (id, key) = create(&home, "viewer");
    let (revoked, _) = create(&home, "admin");
    key_command(&home, &["revoke", &revoked]);
    let table = text(&key_command(&home, &["list"]).stdout);
    let json = text(&key_command(&home, &["list", "--json"]).stdout);
    for shown in [&table, &json] {
        assert!(shown.contains(&id) && shown.contains(&revoked) && shown.contains("works"), "{shown}");
        assert!(shown.contains("revoked") && !shown.contains(&key), "{shown}");
    }
}

#[test]
fn what_cannot_be_done_with_keys_is_refused_with_a_reason() {
    let home = Home::new();
    home.says(&["migrate", "--data-dir", home.data().to_str().expect("a path")]);
    for (arguments, said) in [
        (&["create", "--name", "x", "--role", "king"][..], "viewer, reporter, service-owner or admin"),
        (&["create", "--name", ""], "name"),
        (&["create", "--name", "x", "--expires", "soon"], "--expires"),
        (&["create", "--name", "x", "--project", "nowhere"], "nowhere"),
        (&["revoke", "key_of_nobody"], "key_of_nobody"),
        (&["rotate", "key_of_nobody"], "key_of_nobody"),
    ] {
        let output = key_command(&home, arguments);
        let told = text(&output.stderr);
        assert!(output.status.code() == Some(1) && told.contains(said), "{arguments:?}: {told}");
    }
}
