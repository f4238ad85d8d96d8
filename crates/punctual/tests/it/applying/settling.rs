//! A file that was applied is what the server has, however it is written, and only what it says.

use crate::harness::{FakeSlack, Home, Serve, text};

const ODD: &str = r#"
[rules.odd]
channels = []
causes = ["failing", "missed", "failing"]
severity = "error"
last = true
selector = { tags = ["b", "a", "b"] }

[maintenance.once]
from = 2026-01-01T02:00:00
duration = "7200"

[maintenance.weekly]
schedule = { cron = "0 3 * * *", timezone = "europe/riga" }
duration = 900

[schedulers.odd]
service_name = "s"
job_name = "j"
tags = ["x", "x"]
schedule = { cron = "0 2 * * *", timezone = "asia/jakarta", grace = "900" }
max_runtime = "7200"
"#;

#[test]
fn a_file_settles_however_it_says_what_it_means() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    home.write("ours.toml", ODD);
    server.says(&home, &["apply", "-f", "ours.toml", "--yes"]);
    let again = server.says(&home, &["apply", "-f", "ours.toml", "--yes"]);
    assert_eq!(again.trim(), "0 to make, 0 to change, 0 to take away, 4 unchanged");
}

#[test]
fn what_is_taken_out_of_a_file_is_planned_and_goes_back_to_its_default() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    home.write("ours.toml", ODD);
    server.says(&home, &["apply", "-f", "ours.toml", "--yes"]);
    home.write("ours.toml", "[rules.odd]\nchannels = []\nlast = true\n");
    let planned = server.says(&home, &["apply", "-f", "ours.toml", "--yes"]);
    assert!(planned.contains("~ rule odd: causes, selector, severity"), "{planned}");
    let rule = &server.get("/rules")[0];
    assert!(rule["severity"].is_null() && rule["causes"].is_null() && rule["last"] == true, "{rule}");
}

#[test]
fn a_board_of_the_servers_own_configuration_is_left_alone() {
    let (home, slack) = (Home::new(), FakeSlack::start());
    let board = "[boards.night]\nchannel = \"slack\"\nstart = \"00:00\"\nend = \"06:00\"\n";
    home.write("punctual.toml", board);
    let server = slack.told_by(Serve::new(&home)).args(&["--config", "punctual.toml"]).start();
    home.write("ours.toml", "");
    let pruned = server.says(&home, &["apply", "-f", "ours.toml", "--prune", "--yes"]);
    assert_eq!(pruned.trim(), "0 to make, 0 to change, 0 to take away, 0 unchanged");
    home.write("ours.toml", board);
    let output = server.client(&home, &["apply", "-f", "ours.toml", "--yes"]).output().expect("the program");
    let said = text(&output.stderr);
    assert!(!output.status.success(), "{output:?}");
    assert!(said.contains("board night comes from the server's own configuration"), "{said}");
}

#[test]
fn a_window_that_comes_once_says_when_and_is_not_begun_anew() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    home.write("ours.toml", "[maintenance.x]\nduration = \"2h\"\n");
    let output = server.client(&home, &["apply", "-f", "ours.toml", "--yes"]).output().expect("the program");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(said.contains("maintenance.x: from is required"), "{said}");
    home.write("ours.toml", "[maintenance.x]\nfrom = 2026-01-01T00:00:00Z\nduration = \"2h\"\n");
    server.says(&home, &["apply", "-f", "ours.toml", "--yes"]);
    server.says(&home, &["apply", "-f", "ours.toml", "--yes"]);
    let window = &server.get("/maintenance")[0];
    assert_eq!((&window["until"], &window["version"]), (&"2026-01-01T02:00:00.000Z".into(), &1.into()));
}

#[test]
fn a_plan_that_nobody_agrees_to_is_a_failure() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    home.write("ours.toml", "[rules.x]\nchannels = []\n");
    let output = server.client(&home, &["apply", "-f", "ours.toml"]).output().expect("the program");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(text(&output.stdout).contains("+ rule x"), "the plan is shown: {output:?}");
    assert!(text(&output.stderr).contains("--yes applies it"), "{output:?}");
    assert_eq!(server.get("/rules"), serde_json::json!([]));
}
