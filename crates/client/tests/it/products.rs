//! What other products watch, taken over: the other product is a server that remembers who asked, and so is ours.

use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::program::{Home, feed, text};
use crate::server::{Away, Call, Reply, Server};

const UUID: &str = "5e0b9d3c-7f7c-4a5b-9d53-1d3e4d0c2f11";
const KEY: &str = "hcw_the-key-of-the-other-product";

fn checks() -> Value {
    json!({ "checks": [{
        "name": "Nightly backup", "slug": "nightly-backup", "tags": "prod", "desc": "", "grace": 600, "status": "paused",
        "manual_resume": false, "methods": "POST", "channels": "c1", "uuid": UUID, "timeout": 3600,
        "ping_url": format!("https://hc-ping.com/{UUID}"),
    }] })
}

/// Knows no scheduler, and has a channel called ops.
fn ours() -> Server {
    Server::answering(|call: &Call| match call.line.as_str() {
        "GET /api/v1/schedulers" => Reply::ok(json!([])),
        "GET /api/v1/channels" => Reply::ok(json!([{ "id": "x", "name": "ops" }])),
        line if line.starts_with("GET") => Reply::error(404, "Scheduler not found"),
        line if line.starts_with("PUT") => Reply::taken(),
        _ => Reply { status: 201, ..Reply::taken() },
    })
}

/// Another product that has these pages, and nothing else.
fn theirs(pages: Vec<(&'static str, Value)>) -> Server {
    Server::answering(move |call: &Call| {
        let path = call.line.trim_start_matches("GET ");
        let page = pages.iter().find(|(known, _)| *known == path);
        page.map_or_else(|| Reply::error(404, "not found"), |(_, page)| Reply::ok(page.clone()))
    })
}

fn import(home: &Home, ours: &Server, arguments: &[&str]) -> Command {
    home.punctual(&ours.address, &[&["import"], arguments].concat())
}

#[track_caller]
fn done(mut command: Command) -> Output {
    let output = command.output().expect("the program");
    assert!(output.status.success(), "{output:?}");
    output
}

fn lines(server: &Server) -> Vec<String> {
    server.calls().into_iter().map(|call| call.line).collect()
}

#[test]
fn a_plan_shows_what_would_be_and_no_secret() {
    let (home, ours) = (Home::new(), ours());
    let channels = json!({ "channels": [{ "id": "c1", "name": "Ops", "kind": "slack" }] });
    let theirs = theirs(vec![("/hc/api/v3/checks/", checks()), ("/hc/api/v3/channels/", channels)]);
    let from = format!("{}/hc/api/v3/", theirs.address);
    let mut command = import(&home, &ours, &["healthchecks", "--from", &from]);
    command.env("HEALTHCHECKS_API_KEY", KEY);
    let output = done(command);
    let (said, notes) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(
        said,
        "+ nightly-backup: every 1h, grace 10m, paused (check Nightly backup)\n1 to make, 0 to change, 0 unchanged\n"
    );
    assert_eq!(notes, "note: check Nightly backup: there only POST counts as a ping; here any method does\n");
    assert!(!said.contains("5e0b9d3c") && !notes.contains("5e0b9d3c"));
    assert_eq!(theirs.calls()[0].header("x-api-key"), Some(KEY));
    assert!(theirs.calls().iter().all(|call| call.header("authorization").is_none()), "ours is not for them");
    assert!(ours.calls().iter().all(|call| call.header("x-api-key") == Some("key-of-the-test")));
    let planned = lines(&ours);
    assert!(
        !planned.iter().any(|line| line.ends_with("/register") || line.starts_with("PUT")),
        "{planned:?}"
    );
}

#[test]
fn applied_a_check_is_registered_at_its_address_and_paused_as_it_was() {
    let (home, ours) = (Home::new(), ours());
    let key = home.path("hc-key");
    std::fs::write(&key, format!("{KEY}\n")).expect("a key");
    // An older server, which knows the first version only.
    let theirs = theirs(vec![("/api/v1/checks/", checks())]);
    let key = key.to_str().expect("a path");
    let arguments =
        ["healthchecks", "--from", &theirs.address, "--from-key-file", key, "--apply", "--service", "shop"];
    let output = done(import(&home, &ours, &arguments));
    assert!(text(&output.stderr).ends_with("1 registered\n"), "{output:?}");
    assert!(text(&output.stderr).contains("give the answer of GET /api/v3/channels/"), "{output:?}");
    assert_eq!(lines(&theirs), ["GET /api/v3/checks/", "GET /api/v1/checks/", "GET /api/v1/channels/"]);
    let registered = ours.wait_for(1, "POST /api/v1/schedulers/register").pop().expect("a registration");
    let schedule =
        json!({ "every": "1h", "from": "end", "grace": "10m", "early": "0s", "expect_from": "first_report" });
    let body = json!({
        "scheduler_id": "nightly-backup", "service_name": "shop", "job_name": "Nightly backup", "tags": ["prod"],
        "schedule": schedule, "max_runtime": "10m", "heartbeat_timeout": "off", "while_paused": "resume",
        "slug": "nightly-backup", "ping_id": UUID,
    });
    assert_eq!(registered.body, body);
    assert_eq!(lines(&ours).last().expect("a call"), "PUT /api/v1/schedulers/nightly-backup/pause");
}

#[test]
fn a_key_that_may_only_read_is_told_apart() {
    let (home, ours) = (Home::new(), ours());
    let seen =
        json!({ "checks": [{ "name": "a", "unique_key": "0".repeat(40), "timeout": 60, "grace": 60 }] });
    let theirs = theirs(vec![("/api/v3/checks/", seen)]);
    let output =
        home.run(&ours.address, &["import", "healthchecks", "--from", &theirs.address, "--from-key", KEY]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("ask with a key that may write"), "{output:?}");
    assert!(ours.calls().is_empty());
}

#[test]
fn lists_in_pages_are_read_to_their_end_and_by_each_products_door() {
    let (home, ours) = (Home::new(), ours());
    let monitors = |key: &str| {
        json!({ "monitors": [{ "key": key, "type": "job", "schedule": "0 2 * * *" }, { "key": "x", "type": "check" }],
                "page_size": 2, "total_monitor_count": 4 })
    };
    let cronitor =
        theirs(vec![("/api/monitors?page=1", monitors("a")), ("/api/monitors?page=2", monitors("b"))]);
    let mut command = import(&home, &ours, &["cronitor", "--from", &cronitor.address]);
    let output = done({
        command.env("CRONITOR_API_KEY", "cr0nit0r");
        command
    });
    assert!(text(&output.stdout).contains("2 to make"), "{output:?}");
    assert!(
        text(&output.stderr).contains("left out, since they do not report themselves: 2 check"),
        "{output:?}"
    );
    let basic = cronitor.calls()[1].header("authorization").map(str::to_owned);
    assert_eq!(basic.as_deref(), Some("Basic Y3Iwbml0MHI6"), "the key and no password");

    let heartbeats = |token: &str, next: Value| {
        let url = format!("https://uptime.betterstack.com/api/v1/heartbeat/{token}");
        let attributes = json!({ "url": url, "name": token, "period": 60, "grace": 0 });
        json!({ "data": [{ "attributes": attributes }], "pagination": { "next": next } })
    };
    let second = json!("https://elsewhere.example/api/v2/heartbeats?page=2");
    let stack = theirs(vec![
        ("/api/v2/heartbeats?page=1", heartbeats("first-token", second)),
        ("/api/v2/heartbeats?page=2", heartbeats("second-token", Value::Null)),
    ]);
    let output =
        done(import(&home, &ours, &["better-stack", "--from", &stack.address, "--from-key", "t0ken"]));
    assert!(text(&output.stdout).contains("2 to make"), "{output:?}");
    assert_eq!(stack.calls()[1].header("authorization"), Some("Bearer t0ken"));
}

#[test]
fn a_list_that_leads_nowhere_new_ends() {
    let (home, ours) = (Home::new(), ours());
    let page = json!({ "data": [], "pagination": { "next": "https://h/api/v2/heartbeats?page=1" } });
    let stack = theirs(vec![("/api/v2/heartbeats?page=1", page)]);
    done(import(&home, &ours, &["better-stack", "--from", &stack.address, "--from-key", "t0ken"]));
    assert_eq!(stack.calls().len(), 1);
}

#[test]
fn refusals_of_the_other_product_say_what_to_do() {
    let (home, ours) = (Home::new(), ours());
    for (status, advice) in [
        (401, "does not take the key (401): check --from-key-file or HEALTHCHECKS_API_KEY"),
        (404, "there is no list of Healthchecks at"),
        (301, "give the address that it leads to with --from"),
        (502, "answered 502; try again later"),
    ] {
        let theirs = Server::answering(move |_| Reply::error(status, "no"));
        let arguments = ["import", "healthchecks", "--from", &theirs.address, "--from-key", KEY];
        let output = home.run(&ours.address, &arguments);
        let said = text(&output.stderr);
        assert!(output.status.code() == Some(1) && said.contains(advice), "{output:?}");
        assert!(!said.contains(KEY) && !said.contains("PUNCTUAL"), "{said}");
    }
    let away = Away::new();
    let arguments = ["import", "dead-mans-snitch", "--from", &away.address, "--from-key", KEY];
    let said = text(&home.run(&ours.address, &arguments).stderr);
    assert!(said.contains("; check --from") && !said.contains(KEY), "{said}");
    let keyless = home.run(&ours.address, &["import", "sentry", "--organization", "acme"]);
    let said = text(&keyless.stderr);
    assert!(
        keyless.status.code() == Some(2) && said.contains("SENTRY_AUTH_TOKEN, or a saved list with -f"),
        "{said}"
    );
    assert!(ours.calls().is_empty());
}

#[test]
fn saved_lists_are_read_from_files_and_from_standard_input() {
    let (home, ours) = (Home::new(), ours());
    let file = home.path("cronitor.yaml");
    std::fs::write(&file, "jobs:\n  nightly:\n    schedule: every 10 minutes\n").expect("a file");
    let output = done(import(&home, &ours, &["cronitor", "-f", file.to_str().expect("a path")]));
    assert!(text(&output.stdout).contains("+ nightly: every 10m, grace 1m (job nightly)"), "{output:?}");

    let backup = json!({ "monitorList": [
        { "type": "push", "name": "NAS", "pushToken": "Zk3pQw81LmXy", "interval": 60, "maxretries": 0, "active": true },
        { "type": "http", "name": "home" },
    ] });
    let output = feed(&mut import(&home, &ours, &["uptime-kuma", "-f", "-"]), backup.to_string().as_bytes());
    assert!(text(&output.stdout).contains("+ NAS: every 1m, grace 1s (monitor NAS)"), "{output:?}");
    assert!(text(&output.stderr).contains("1 http"), "{output:?}");

    let snitches = json!([{ "token": "c2354d53d2", "name": "Daily Backups", "interval": "daily" }]);
    let output =
        feed(&mut import(&home, &ours, &["dead-mans-snitch", "-f", "-"]), snitches.to_string().as_bytes());
    assert!(
        text(&output.stdout).contains("+ Daily-Backups: every 1d, grace 1d (snitch Daily Backups)"),
        "{output:?}"
    );

    let monitors = json!([{ "slug": "nightly", "config": { "schedule": "0 2 * * *" } }]);
    let output = feed(&mut import(&home, &ours, &["sentry", "-f", "-"]), monitors.to_string().as_bytes());
    assert!(
        text(&output.stdout).contains("+ nightly: 0 2 * * * UTC, grace 1m (monitor nightly)"),
        "{output:?}"
    );

    let broken = feed(&mut import(&home, &ours, &["healthchecks", "-f", "-"]), b"{\"checks\": [s3cret");
    let said = text(&broken.stderr);
    assert!(said.contains("standard input is not JSON") && !said.contains("s3cret"), "{said}");
}

#[test]
fn what_is_too_long_is_refused() {
    let (home, ours) = (Home::new(), ours());
    let file = home.path("checks.json");
    std::fs::File::create(&file).and_then(|file| file.set_len(20 * 1024 * 1024 + 1)).expect("a file");
    let output = home.run(&ours.address, &["import", "healthchecks", "-f", file.to_str().expect("a path")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("has more than 20971520 bytes"), "{output:?}");
}
