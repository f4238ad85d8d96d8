//! `docs/protocols/sentry.md`: what it shows in `bash`, run as it is written, and what the server has made of it. Its
//! programs with SDKs are run with the SDKs, beside other clients (`xtask/clients`).

use serde_json::Value;

use crate::harness::{Home, KEY, Serve, text};
use crate::pages::blocks;

#[test]
fn the_page_on_sentry_does_what_it_says() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    let shown = blocks("protocols/sentry.md").into_iter().filter(|block| block.language == "bash");
    let script: String = shown.map(|block| block.content).collect();
    let mut bash = home.program("bash");
    bash.arg(home.write("page.sh", format!("set -euo pipefail\n{script}")));
    let output =
        bash.env("PUNCTUAL_URL", &server.address).env("PUNCTUAL_API_KEY", KEY).output().expect("bash");
    assert!(output.status.success(), "{output:?}");
    let said: Vec<Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert_eq!(said[0]["ping_key"], "a_key_for_our_jobs");
    let [_, production, staging] = &said[..] else { panic!("{said:#?}") };
    for (runs, status, duration) in [(production, "completed", 12_500), (staging, "failed", 3000)] {
        assert_eq!(runs.as_array().map(Vec::len), Some(1), "{runs:#}");
        assert_eq!((&runs[0]["status"], &runs[0]["duration_ms"]), (&status.into(), &duration.into()));
    }
    assert_eq!(staging[0]["run_id"], "83a7c03ed44248bba4e2b322ed24dfc3");
    assert_eq!(server.get("/schedulers/nightly-books@staging")["schedule"]["every"], "1d");
}
