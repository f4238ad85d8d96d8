//! `docs/incidents.md`, `docs/maintenance.md` and `docs/routing.md`, run as they are written: each page's blocks in `bash` in
//! one shell, beside a server that alerts to Slack. Each line of a block in `text` must be among what the block before it
//! printed, but for words that hold a figure; each line of a block in `json` must be taken as a maintenance window.

use serde_json::Value;

use crate::harness::{FakeSlack, Home, KEY, Serve, Server, text};
use crate::pages::{Block, blocks, shape};

const END: &str = "=== the block has ended";

/// What each block in `bash` printed, in their order.
pub(crate) fn run(home: &Home, server: &Server, blocks: &[Block]) -> Vec<String> {
    let scripts = blocks.iter().filter(|block| block.language == "bash");
    let parts: Vec<String> = scripts.map(|block| format!("{}\necho '{END}'\n", block.content)).collect();
    let path = home.write("page.sh", format!("set -euo pipefail\nexec 2>&1\n{}", parts.concat()));
    let mut bash = home.program("bash");
    bash.arg(path).env("PUNCTUAL_URL", &server.address).env("PUNCTUAL_API_KEY", KEY);
    let output = bash.output().expect("bash");
    assert!(output.status.success(), "{output:?}");
    text(&output.stdout).split(END).map(str::to_owned).collect()
}

#[track_caller]
pub(crate) fn is_among(line: &str, printed: &str) {
    assert!(printed.lines().any(|said| shape(said) == shape(line)), "'{line}' is not among {printed}");
}

/// How many lines of the page were held against what came.
fn holds(page: &str) -> usize {
    let (home, slack) = (Home::new(), FakeSlack::start());
    let server = slack.told_by(Serve::new(&home)).start();
    let blocks = blocks(page);
    let printed = run(&home, &server, &blocks);
    let (mut place, mut held) = (0, 0);
    for block in &blocks {
        let lines: Vec<&str> = block.content.lines().collect();
        match block.language.as_str() {
            "bash" => place += 1,
            "text" => lines.iter().for_each(|line| is_among(line, &printed[place - 1])),
            "json" => lines.iter().for_each(|line| {
                let window: Value = serde_json::from_str(line).unwrap_or_else(|why| panic!("{line}: {why}"));
                assert_eq!(server.call("POST", "/maintenance", Some(&window)).status, 201, "{line}");
            }),
            other => panic!("nobody knows what to do with {other}"),
        }
        held += if block.language == "bash" { 0 } else { lines.len() };
    }
    held
}

#[test]
fn the_page_on_incidents_does_what_it_says() {
    assert_eq!(holds("incidents.md"), 7);
}

#[test]
fn the_page_on_maintenance_does_what_it_says() {
    assert_eq!(holds("maintenance.md"), 6);
}

#[test]
fn the_page_on_routing_does_what_it_says() {
    assert_eq!(holds("routing.md"), 5);
}
