//! How soon: from the deadline to the conclusion, and from the deadline to the message.
//!
//! The promise is one second. What is held to it is the median of several: a busy machine delays the worst of them, as
//! it would delay any program, but a server that looked around now and then instead of waking at the deadline, or
//! worked off what is due one by one and slowly, would be late with all.

use serde_json::{Value, json};

use crate::harness::{FakeSlack, Home, Serve, Server, eventually, millis, note};

const PROMISE_MILLIS: i64 = 1000;

/// Registers a scheduler whose runs may take a second, and reports a run; answers its deadline.
fn start_a_run(server: &Server, id: &str) -> i64 {
    let registration =
        json!({ "scheduler_id": id, "service_name": "s", "job_name": id, "max_runtime": "1s" });
    server.call("POST", "/schedulers/register", Some(&registration)).expect(201);
    let report = json!({ "status": "running", "run_id": "r" });
    let answer = server.call("PUT", &format!("/schedulers/{id}/status"), Some(&report)).expect(200).json();
    millis(&answer["deadline_at"])
}

/// The middle of several figures, and a line about them.
fn median(what: &str, mut figures: Vec<i64>) -> i64 {
    figures.sort_unstable();
    let middle = figures[figures.len() / 2];
    note(&format!(
        "{what}: median {middle} ms, worst {} ms of {}",
        figures[figures.len() - 1],
        figures.len()
    ));
    middle
}

#[test]
fn a_deadline_that_passes_is_noticed_within_a_second() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    let runs: Vec<(String, i64)> = (0..20)
        .map(|number| {
            let id = format!("job-{number}");
            let deadline = start_a_run(&server, &id);
            (id, deadline)
        })
        .collect();
    eventually("all of them run too long", || {
        let bad = server.get("/schedulers?health=overrun");
        (bad.as_array().map(Vec::len) == Some(runs.len())).then_some(())
    });
    let noticed = |(id, deadline): &(String, i64)| {
        let events = server.get(&format!("/schedulers/{id}/events"));
        let overran = events.as_array().expect("events").iter().find(|event| event["type"] == "run_overran");
        at(&overran.unwrap_or_else(|| panic!("{events:#}"))["at"]) - deadline
    };
    let late: Vec<i64> = runs.iter().map(noticed).collect();
    assert!(late.iter().all(|late| *late >= 0), "concluded before it was due: {late:?}");
    assert!(median("from deadline to conclusion", late) < PROMISE_MILLIS);
}

#[test]
fn people_are_told_within_a_second_of_the_deadline() {
    let (home, slack) = (Home::new(), FakeSlack::start());
    let server = slack.told_by(Serve::new(&home)).start();
    // One after the other: Slack takes one message a second.
    let late = (1..=5).map(|number| {
        let deadline = start_a_run(&server, &format!("job-{number}"));
        slack.wait_for(number)[number - 1].at_millis - deadline
    });
    assert!(median("from deadline to message", late.collect()) < PROMISE_MILLIS);
}

/// The instant of an event, however it is written.
fn at(instant: &Value) -> i64 {
    instant.as_i64().unwrap_or_else(|| millis(instant))
}
