//! What another product watches, taken over by the real program: planned, applied, and applied again.

use serde_json::{Value, json};

use crate::harness::{Elsewhere, FakeHook, Home, Serve, Server, curl, text};

const UUID: &str = "5e0b9d3c-7f7c-4a5b-9d53-1d3e4d0c2f11";

fn check(schedule: &str) -> Value {
    json!({
        "name": "Nightly backup", "slug": "", "tags": "prod db", "desc": "copies it all", "grace": 600, "status": "up",
        "manual_resume": false, "methods": "", "channels": "", "uuid": UUID, "schedule": schedule, "tz": "Europe/Riga",
        "ping_url": format!("https://hc-ping.com/{UUID}"),
    })
}

/// What the import says on both streams.
#[track_caller]
fn imported(server: &Server, home: &Home, arguments: &[&str]) -> String {
    let output = server.client(home, &[&["import"], arguments].concat()).output().expect("the program");
    assert!(output.status.success(), "{output:?}");
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

#[test]
fn of_a_ping_address_only_the_host_changes() {
    let (home, elsewhere) = (Home::new(), Elsewhere::start());
    let server = Serve::new(&home).start();
    elsewhere.has("/api/v3/checks/", &json!({ "checks": [check("0 2 * * *")] }));
    let plan = ["healthchecks", "--from", &elsewhere.address, "--from-key", "hcw_0123456789"];
    let apply = [&plan[..], &["--apply"]].concat();
    let said = imported(&server, &home, &plan);
    assert_eq!(
        said,
        "+ Nightly-backup: 0 2 * * * Europe/Riga, grace 10m (check Nightly backup)\n1 to make, 0 to change, 0 unchanged\n"
    );
    assert_eq!(server.get("/schedulers"), json!([]));
    assert!(imported(&server, &home, &apply).ends_with("1 registered\n"));

    let ping = format!("{}/ping/{UUID}", server.address);
    assert_eq!(curl(&[&ping], None).expect("an answer").expect(200).body, "OK");
    let backup = server.get("/schedulers/Nightly-backup");
    assert_eq!((&backup["status"], &backup["health"]), (&json!("completed"), &json!("healthy")), "{backup}");
    let schedule = json!({
        "cron": "0 2 * * *", "timezone": "Europe/Riga", "grace": "10m", "early": "0s", "expect_from": "first_report",
    });
    assert_eq!(backup["schedule"], schedule);
    assert_eq!((&backup["max_runtime"], &backup["heartbeat_timeout"]), (&json!("10m"), &json!("off")));
    assert_eq!((&backup["tags"], &backup["while_paused"]), (&json!(["prod", "db"]), &json!("resume")));

    let again = imported(&server, &home, &apply);
    assert_eq!(again, "0 to make, 0 to change, 1 unchanged\n0 registered\n");
}

#[test]
fn what_changed_there_changes_here_and_a_new_name_is_no_new_scheduler() {
    let (home, elsewhere) = (Home::new(), Elsewhere::start());
    let server = Serve::new(&home).start();
    let apply = ["healthchecks", "--from", &elsewhere.address, "--from-key", "hcw_0123456789", "--apply"];
    elsewhere.has("/api/v1/checks/", &json!({ "checks": [check("0 2 * * *")] }));
    imported(&server, &home, &apply);
    let mut renamed = check("0 4 * * *");
    renamed["name"] = json!("Backup");
    elsewhere.has("/api/v1/checks/", &json!({ "checks": [renamed] }));
    let said = imported(&server, &home, &apply);
    assert!(said.starts_with("~ Nightly-backup: job_name, schedule (check Backup)\n"), "{said}");
    let backup = server.get("/schedulers/Nightly-backup");
    assert_eq!((&backup["job_name"], &backup["schedule"]["cron"]), (&json!("Backup"), &json!("0 4 * * *")));
    assert_eq!(server.get("/schedulers").as_array().map(Vec::len), Some(1));
}

#[test]
fn a_scheduler_of_the_same_name_keeps_its_address() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    server.says(&home, &["register", "Nightly-backup", "--service", "own", "--job", "own"]);
    let before = server.get("/schedulers/Nightly-backup");
    home.write("checks.json", json!([check("0 2 * * *")]).to_string());
    let said = imported(&server, &home, &["healthchecks", "-f", "checks.json", "--apply"]);
    assert!(said.starts_with("+ Nightly-backup-"), "{said}");
    assert_eq!(server.get("/schedulers/Nightly-backup")["ping_url"], before["ping_url"]);
    assert_eq!(server.get("/schedulers").as_array().map(Vec::len), Some(2));
    let again = imported(&server, &home, &["healthchecks", "-f", "checks.json", "--apply"]);
    assert!(again.starts_with("0 to make, 0 to change, 1 unchanged"), "{again}");
}

#[test]
fn what_is_paused_there_is_paused_here_once() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    let mut paused = check("0 2 * * *");
    (paused["status"], paused["manual_resume"]) = (json!("paused"), json!(true));
    home.write("checks.json", json!([paused]).to_string());
    let apply = ["healthchecks", "-f", "checks.json", "--apply"];
    let said = imported(&server, &home, &apply);
    assert!(said.starts_with("+ Nightly-backup: 0 2 * * * Europe/Riga, grace 10m, paused (check"), "{said}");
    let backup = server.get("/schedulers/Nightly-backup");
    assert_eq!(
        (&backup["health"], &backup["while_paused"]),
        (&json!("paused"), &json!("ignore")),
        "{backup}"
    );
    server.call("DELETE", "/schedulers/Nightly-backup/pause", None).expect(200);
    imported(&server, &home, &apply);
    assert_eq!(server.get("/schedulers/Nightly-backup")["health"], "new", "whoever resumed it here meant it");
}

#[test]
fn channels_are_found_by_their_names() {
    let (home, hook) = (Home::new(), FakeHook::start());
    home.write("punctual.toml", hook.table("ops"));
    let server = Serve::new(&home).args(&["--config", "punctual.toml"]).start();
    let mut told = check("0 2 * * *");
    told["channels"] = json!("c1,c2");
    home.write("checks.json", json!({ "checks": [told] }).to_string());
    let channels =
        json!({ "channels": [{ "id": "c1", "name": "Ops" }, { "id": "c2", "name": "Pager", "kind": "pd" }] });
    home.write("channels.json", channels.to_string());
    let files = ["healthchecks", "-f", "checks.json", "-f", "channels.json", "--apply"];
    let said = imported(&server, &home, &files);
    assert!(
        said.contains("note: channel Pager: there is none of that name here, and 1 of them name it"),
        "{said}"
    );
    assert_eq!(server.get("/schedulers/Nightly-backup")["channels"], json!(["ops"]));
}

#[test]
fn tokens_become_aliases_and_what_people_set_beside_them_stays() {
    let (home, elsewhere) = (Home::new(), Elsewhere::start());
    let server = Serve::new(&home).start();
    let snitch = json!({ "token": "c2354d53d2", "name": "Daily", "interval": "daily", "status": "healthy", "tags": [] });
    elsewhere.has("/v1/snitches", &json!([snitch]));
    let apply = ["dead-mans-snitch", "--from", &elsewhere.address, "--from-key", "k3y", "--apply"];
    assert!(imported(&server, &home, &apply).starts_with("+ Daily: every 1d, grace 1d (snitch Daily)\n"));
    let mut schedule = server.get("/schedulers/Daily")["schedule"].clone();
    schedule["grace"] = json!("2h");
    let own = json!({ "aliases": ["c2354d53d2", "another-token"], "schedule": schedule, "tags": ["own"] });
    server.call("PATCH", "/schedulers/Daily", Some(&own)).expect(200);
    let again = imported(&server, &home, &apply);
    assert!(again.starts_with("0 to make, 0 to change, 1 unchanged"), "{again}");
    let daily = server.get("/schedulers/Daily");
    assert_eq!((&daily["aliases"], &daily["schedule"]["grace"]), (&own["aliases"], &json!("2h")), "{daily}");
}

#[test]
fn every_product_is_taken_over_and_again_nothing_changes() {
    let (home, elsewhere) = (Home::new(), Elsewhere::start());
    let server = Serve::new(&home).start();
    elsewhere.has(
        "/api/monitors",
        &json!({ "monitors": [{
            "key": "nightly.etl", "name": "ETL", "type": "job", "schedules": ["*/5 * * * *"], "timezone": "Europe/Riga",
            "grace_seconds": 0, "failure_tolerance": 1, "paused": true, "attributes": { "code": "1U1IG1" },
            "assertions": ["metric.duration < 10 min"],
        }], "page_size": 50, "total_monitor_count": 1 }),
    );
    let heartbeat = json!({
        "url": "https://uptime.betterstack.com/api/v1/heartbeat/abcd1234abcd1234abcd1234", "name": "Ship it", "period": 3600,
        "grace": 0, "paused_at": null,
    });
    elsewhere.has(
        "/api/v2/heartbeats",
        &json!({ "data": [{ "attributes": heartbeat }], "pagination": { "next": null } }),
    );
    let config =
        json!({ "schedule": [1, "month"], "checkin_margin": 5, "max_runtime": 10, "recovery_threshold": 2 });
    let monitor = json!({ "slug": "monthly", "config": config, "environments": [{ "name": "staging" }], "status": "active" });
    elsewhere.has("/api/0/organizations/acme/monitors/", &json!([monitor]));
    let push = json!({ "type": "push", "name": "NAS", "pushToken": "Zk3pQw81LmXy7TbN", "interval": 20, "maxretries": 1, "active": true });
    home.write("backup.json", json!({ "monitorList": [push], "notificationList": [] }).to_string());
    let from = ["--from", &elsewhere.address, "--from-key", "k3y", "--apply"];
    for (product, arguments, made) in [
        ("cronitor", &from[..], "+ nightly.etl: */5 * * * * Europe/Riga, grace 0s, paused (job ETL)"),
        ("better-stack", &from[..], "+ Ship-it: every 1h, grace 0s (heartbeat Ship it)"),
        (
            "sentry",
            &[&from[..], &["--organization", "acme"]].concat(),
            "+ monthly@staging: every 31d, grace 5m (monitor monthly@staging)",
        ),
        ("uptime-kuma", &["-f", "backup.json", "--apply"], "+ NAS: every 20s, grace 20s (monitor NAS)"),
    ] {
        let arguments = [&[product], arguments].concat();
        let said = imported(&server, &home, &arguments);
        assert!(said.starts_with(made) && said.ends_with("1 registered\n"), "{said}");
        let again = imported(&server, &home, &arguments);
        assert_eq!(again, "0 to make, 0 to change, 1 unchanged\n0 registered\n", "{product}");
    }
    let etl = server.get("/schedulers/nightly.etl");
    assert_eq!((&etl["failure_threshold"], &etl["max_runtime"]), (&json!(2), &json!("10m")), "{etl}");
    assert_eq!(
        (&etl["aliases"], &etl["health"], &etl["service_name"]),
        (&json!(["1U1IG1"]), &json!("paused"), &json!("cronitor"))
    );
    assert_eq!(server.get("/schedulers/NAS")["aliases"], json!(["Zk3pQw81LmXy7TbN"]));
}
