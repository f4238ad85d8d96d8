//! Channels, rules and the rest from a file: a plan first, then done, and done again nothing changes; channels tried out,
//! secrets that never come back, and a channel that breaks and is mended.

mod settling;

use serde_json::json;

use crate::harness::{FakeHook, FakeSlack, Home, Serve, eventually};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn file(hook: &FakeHook) -> String {
    format!(
        r#"
{}quiet_hours = {{ timezone = "Asia/Jakarta", from = "00:00", until = "00:01" }}

[rules."billing to its team"]
channels = ["team"]
selector = {{ services = ["billing"] }}

[maintenance.upgrade]
schedule = {{ cron = "0 3 * * sun", timezone = "Europe/Riga" }}
duration = "120m"
selector = {{ tags = ["db"] }}

[schedulers.nightly]
service_name = "billing"
job_name = "nightly"
schedule = {{ cron = "0 2 * * *", grace = "90m" }}
max_runtime = "2h"
severity = "critical"
"#,
        hook.table("team")
    )
}

#[test]
fn a_file_is_applied_after_its_plan_and_applied_again_changes_nothing() {
    let (home, hook) = (Home::new(), FakeHook::start());
    let server = Serve::new(&home).env("PUNCTUAL_ALLOW_PRIVATE_TARGETS", "true").start();
    home.write("ours.toml", file(&hook));
    let planned = server.says(&home, &["apply", "-f", "ours.toml", "--plan"]);
    for line in
        ["+ channel team", "+ rule billing to its team", "+ maintenance upgrade", "+ scheduler nightly"]
    {
        assert!(planned.contains(line), "{planned}");
    }
    assert!(planned.contains("4 to make, 0 to change, 0 to take away, 0 unchanged"), "{planned}");
    assert_eq!(server.get("/channels"), json!([]), "a plan changes nothing");
    server.says(&home, &["apply", "-f", "ours.toml", "--yes"]);
    let again = server.says(&home, &["apply", "-f", "ours.toml", "--yes"]);
    assert_eq!(again.trim(), "0 to make, 0 to change, 0 to take away, 4 unchanged");

    let changed =
        file(&hook).replace("a secret of the tests", SECRET).replace("cron = \"0 2", "cron = \"0 4");
    home.write("ours.toml", changed);
    let planned = server.says(&home, &["apply", "-f", "ours.toml", "--yes"]);
    assert!(planned.contains("~ channel team: its configuration"), "{planned}");
    assert!(planned.contains("~ scheduler nightly: schedule"), "{planned}");
    assert!(planned.contains("0 to make, 2 to change, 0 to take away, 2 unchanged"), "{planned}");

    server.says(&home, &["report", "nightly", "failed"]);
    hook.wait_for_all(&["nightly".to_owned()], "alert.opened");
    home.write("ours.toml", "");
    let pruned = server.says(&home, &["apply", "-f", "ours.toml", "--prune", "--yes"]);
    assert!(pruned.contains("0 to make, 0 to change, 3 to take away"), "{pruned}");
    assert_eq!(server.get("/channels"), json!([]));
}

#[test]
fn what_cannot_serve_is_refused_in_words_and_no_secret_comes_back() {
    let (home, hook) = (Home::new(), FakeHook::start());
    let server = Serve::new(&home).env("PUNCTUAL_ALLOW_PRIVATE_TARGETS", "true").start();
    home.write("ours.toml", hook.table("team"));
    server.says(&home, &["apply", "-f", "ours.toml", "--yes"]);
    let shown = server.says(&home, &["channel", "show", "team"]);
    assert!(shown.contains("********") && !shown.contains("a secret of the tests"), "{shown}");
    let stored = std::fs::read(home.data().join("punctual.db-wal")).expect("the log of the store");
    let secret = b"a secret of the tests";
    assert!(!stored.windows(secret.len()).any(|part| part == secret), "it is sealed");
    for (body, problem) in [
        (json!({ "name": "a", "kind": "pager", "config": {} }), "config unknown variant `pager`"),
        (
            json!({ "name": "a", "kind": "exec", "config": { "command": "/bin/true" } }),
            "kind exec runs a local command: make it in the configuration file",
        ),
        (
            json!({ "name": "team", "kind": "teams", "config": { "url": "https://h.example/x" } }),
            "name is taken: there is a channel 'team' already",
        ),
        (
            json!({ "name": "a", "kind": "webhook", "config": { "url": "https://h.example", "secret": "short" } }),
            "config.secret",
        ),
    ] {
        let reply = server.call("POST", "/channels", Some(&body)).expect(400).json();
        let said = reply["message"].as_str().unwrap_or_default();
        assert!(said.contains(problem), "{said}");
    }
    assert!(server.says(&home, &["channel", "test", "team"]).starts_with("delivered"));
    let log = server.logs().join("\n");
    assert!(!log.contains("a secret of the tests") && !log.contains("whsec"), "{log}");
}

#[test]
fn a_channel_that_breaks_is_switched_off_told_of_elsewhere_and_comes_back_by_a_test() {
    let (home, slack, hook) = (Home::new(), FakeSlack::start(), FakeHook::start());
    home.write("punctual.toml", hook.table("broken"));
    let serve = slack.told_by(Serve::new(&home)).args(&["--config", "punctual.toml"]);
    let server = serve.start();
    hook.answers(410);
    let job = json!({ "scheduler_id": "job", "service_name": "s", "job_name": "j", "channels": ["broken"] });
    server.call("POST", "/schedulers/register", Some(&job)).expect(201);
    server.call("PUT", "/schedulers/job/status", Some(&json!({ "status": "failed" }))).expect(200);
    slack.wait_for_text("🔴 Punctual switched the channel broken off: *410*");
    let off = server.says(&home, &["channel", "list"]);
    assert!(off.contains("off: "), "{off}");
    hook.answers(204);
    assert!(server.says(&home, &["channel", "test", "broken"]).starts_with("delivered"));
    eventually("the channel is on", || {
        let on = server.says(&home, &["channel", "list"]);
        (!on.contains("off: ")).then_some(())
    });
}

#[test]
fn the_file_of_the_page_about_alerting_is_one_that_can_be_planned() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    let block = crate::pages::blocks("alerting.md").into_iter().find(|block| block.language == "toml");
    home.write("page.toml", block.expect("an example").content);
    std::fs::create_dir(home.path("secrets")).expect("a folder");
    home.write("secrets/slack-token", "xoxb-1");
    let planned = server.says(&home, &["apply", "-f", "page.toml", "--plan"]);
    assert!(planned.contains("4 to make"), "{planned}");
}
