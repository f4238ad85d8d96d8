//! The clients of `docs/clients/`, run as they are written, as the clients of the reference deployment do it: with
//! `null` for what they do not know. Then what the server has made of it.

use std::process::Output;

use serde_json::{Value, json};

use crate::harness::{Home, KEY, Serve, Server, lines_of, text};
use crate::pages::blocks;

/// Runs the last program of a page against a server: shorter ones come before it.
fn run(home: &Home, server: &Server, page: &str, interpreter: &str, file: &str) -> Output {
    let language = |language: &str| ["python", "javascript", "bash"].contains(&language);
    let program = blocks(page).into_iter().rfind(|block| language(&block.language));
    let path = home.write(file, program.expect("a program").content);
    let mut command = home.program(interpreter);
    command.arg(path).env("PUNCTUAL_URL", &server.address).env("PUNCTUAL_API_KEY", KEY);
    let output = command.output().unwrap_or_else(|why| panic!("{interpreter}: {why}"));
    assert!(output.status.success(), "{output:?}");
    output
}

/// Two nights: the first went well, the second did not.
fn tells_of_two_nights(server: &Server, id: &str, error: &str) {
    let path = format!("/schedulers/{}", id.replace('/', "%2F"));
    let scheduler = server.get(&path);
    for (field, value) in [
        ("scheduler_id", json!(id)),
        ("service_name", json!("reports")),
        ("status", json!("failed")),
        ("health", json!("failing")),
        ("metadata", json!({ "rows": 7 })),
        ("error_message", json!(error)),
    ] {
        assert_eq!(scheduler[field], value, "{field} of {scheduler:#}");
    }
    for absent in ["owner_email", "alert_user_id"] {
        assert!(scheduler.get(absent).is_none(), "{absent} of {scheduler:#}");
    }
    let history = server.get(&format!("{path}/history"));
    let statuses: Vec<&Value> =
        history.as_array().expect("a list").iter().map(|entry| &entry["status"]).collect();
    assert_eq!(statuses, ["failed", "running", "completed", "running"]);
    let took = history[2]["execution_time_ms"].as_f64().expect("a number");
    assert!((1532.0..=1533.0).contains(&took), "{history:#}");
    assert!(history[2].get("error_message").is_none(), "{history:#}");
    let runs = server.get(&format!("{path}/runs"));
    assert_eq!(runs.as_array().map(Vec::len), Some(2), "{runs:#}");
}

const SAID: [&str; 6] = [
    "Heartbeat recorded",
    "Heartbeat recorded",
    "Heartbeat recorded",
    "completed",
    "failing",
    "400 Bad Request",
];

#[test]
fn the_client_in_python_works_as_it_is() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    let output = run(&home, &server, "clients/python.md", "python3", "client.py");
    assert_eq!(lines_of(&text(&output.stdout)), SAID);
    tells_of_two_nights(&server, "reports/nightly-python", "division by zero");
}

#[test]
fn the_client_in_node_works_as_it_is() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    let output = run(&home, &server, "clients/node.md", "node", "client.mjs");
    assert_eq!(lines_of(&text(&output.stdout)), SAID);
    let error = "TypeError: Cannot read properties of null (reading 'rows')";
    tells_of_two_nights(&server, "reports/nightly-node", error);
}

#[test]
fn the_client_in_curl_works_as_it_is() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    let output = run(&home, &server, "clients/curl.md", "bash", "client.sh");
    let answers: Vec<Value> = lines_of(&text(&output.stdout))
        .into_iter()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}")))
        .collect();
    let statuses: Vec<&Value> = answers.iter().map(|answer| &answer["status"]).collect();
    assert_eq!(statuses[..2], [&json!("pending"), &json!("running")]);
    assert_eq!(answers[2]["message"], "Heartbeat recorded");
    tells_of_two_nights(&server, "nightly-curl", "disk full");
    assert_eq!(server.get("/schedulers/nightly-curl/history")[0]["exit_code"], 3);
}
