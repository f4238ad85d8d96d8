//! What the pages of `docs/protocols` show of other products' dialects, run as it is against the real program.

use serde_json::Value;

use crate::harness::{Home, KEY, Serve, text};
use crate::pages::blocks;

const TOKEN: &str = "d8f2a1b3c4";

/// Runs the commands of a page, and answers the reports that are in the history of `docs-<name>` afterwards, oldest first:
/// status, and error or metadata.
fn ran(page: &str, scheduler: &str) -> Vec<(String, Value)> {
    let home = Home::new();
    let server = Serve::new(&home).start();
    let registration = serde_json::json!({
        "scheduler_id": scheduler, "service_name": "docs", "job_name": page.trim_end_matches(".md"), "aliases": [TOKEN],
    });
    server.call("POST", "/schedulers/register", Some(&registration)).expect(201);
    let script: String = blocks(&format!("protocols/{page}"))
        .into_iter()
        .filter(|block| block.language == "bash")
        .map(|block| block.content)
        .collect();
    assert!(!script.is_empty(), "{page} shows nothing to run");
    let output = home
        .program("bash")
        .args(["-euc", &script])
        .env("PUNCTUAL_URL", &server.address)
        .env("PUNCTUAL_API_KEY", KEY)
        .env("TOKEN", TOKEN)
        .output()
        .expect("bash");
    assert!(output.status.success(), "{page}: {}", text(&output.stderr));
    let history = server.get(&format!("/schedulers/{scheduler}/history"));
    let entries = history.as_array().expect("a history").iter().rev();
    entries
        .map(|entry| {
            let status = entry["status"].as_str().unwrap_or_default().to_owned();
            let told = [&entry["error_message"], &entry["metadata"]].into_iter().find(|told| !told.is_null());
            (status, told.cloned().unwrap_or_default())
        })
        .collect()
}

fn statuses(reports: &[(String, Value)]) -> Vec<&str> {
    reports.iter().map(|(status, _)| status.as_str()).collect()
}

#[test]
fn what_the_page_on_uptime_kuma_shows_works() {
    let reports = ran("uptime-kuma.md", "kuma");
    assert_eq!(statuses(&reports), ["completed", "failed"]);
    assert_eq!(reports[1].1, "disk full");
}

#[test]
fn what_the_page_on_gatus_shows_works() {
    let reports = ran("gatus.md", "anything");
    assert_eq!(statuses(&reports), ["completed", "failed"]);
    assert_eq!(reports[1].1, "disk full");
}

#[test]
fn what_the_page_on_dead_mans_snitch_shows_works() {
    let reports = ran("dead-mans-snitch.md", "snitch");
    assert_eq!(statuses(&reports), ["completed", "failed"]);
    assert_eq!((&reports[0].1["message"], &reports[1].1), (&"42 rows".into(), &"disk full".into()));
}

#[test]
fn what_the_page_on_better_stack_shows_works() {
    let reports = ran("better-stack.md", "heartbeat");
    assert_eq!(statuses(&reports), ["completed", "failed", "failed"]);
    assert_eq!((&reports[1].1, &reports[2].1), (&"disk full".into(), &"killed".into()));
}

#[test]
fn what_the_page_on_watchdogs_shows_works() {
    assert_eq!(statuses(&ran("watchdog.md", "watchdog")), ["completed", "failed"]);
}

#[test]
fn what_the_page_on_cronitor_shows_works() {
    let reports = ran("cronitor.md", "docs-cronitor");
    assert_eq!(statuses(&reports), ["running", "completed", "failed"]);
    assert_eq!((&reports[1].1["metrics"]["count"], &reports[2].1), (&42.into(), &"disk full".into()));
}
