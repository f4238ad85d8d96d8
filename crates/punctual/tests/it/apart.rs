//! The notifier apart: two processes on one data directory, one that takes reports and judges, one that tells.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{FakeHook, Home, Serve, Server, eventually};

/// Nobody waits longer for a message that another process decided.
const SECONDS: Duration = Duration::from_secs(10);

fn with_roles<'a>(home: &'a Home, hook: &FakeHook, roles: &str) -> Serve<'a> {
    let config = home.write("punctual.toml", hook.table_by_default("hook"));
    let serve = Serve::new(home).args(&["--config", config.to_str().expect("a path"), "--roles", roles]);
    let serve = serve.env("PUNCTUAL_ALLOW_PRIVATE_TARGETS", "true").env("PUNCTUAL_RATE_LIMIT", "off");
    serve.env("PUNCTUAL_STORM_THRESHOLD", "1000")
}

/// The process that takes reports and judges.
fn front(home: &Home, hook: &FakeHook) -> Server {
    with_roles(home, hook, "api,evaluator,janitor").start()
}

/// A job of that name that fails.
fn fail(front: &Server, id: &str) {
    let registration = json!({ "scheduler_id": id, "service_name": "shop", "job_name": id });
    front.call("POST", "/schedulers/register", Some(&registration)).expect(201);
    front.call("PUT", &format!("/schedulers/{id}/status"), Some(&json!({ "status": "failed" }))).expect(200);
}

#[test]
fn what_one_process_decides_waits_for_the_one_that_tells_and_is_told_within_seconds() {
    let (home, hook) = (Home::new(), FakeHook::start());
    let front = front(&home, &hook);
    fail(&front, "early");
    assert_eq!(front.get("/deliveries"), json!([]), "nobody has routed it");
    assert_eq!(hook.received(), []);
    let _back = with_roles(&home, &hook, "dispatcher").start();
    hook.wait_for_all(&["early".to_owned()], "alert.opened");
    #[expect(clippy::disallowed_methods, reason = "how long it takes is what is asked")]
    let begun = Instant::now();
    fail(&front, "late");
    hook.wait_for_all(&["late".to_owned()], "alert.opened");
    assert!(begun.elapsed() < SECONDS, "{:?}", begun.elapsed());
    eventually("both are known to be delivered", || {
        let deliveries = front.get("/deliveries?state=delivered");
        (deliveries.as_array().map(Vec::len) == Some(2)).then_some(())
    });
}

#[test]
fn a_notifier_that_is_killed_and_started_again_loses_nothing_and_repeats_nothing_under_another_id() {
    let (home, hook) = (Home::new(), FakeHook::start());
    let (front, notifier) = (front(&home, &hook), with_roles(&home, &hook, "dispatcher"));
    let back = notifier.start();
    let ids: Vec<String> = (0..40).map(|number| format!("job-{number}")).collect();
    for id in &ids[..30] {
        fail(&front, id);
    }
    hook.wait_for_all(&ids[..5], "alert.opened");
    back.kill_9();
    for id in &ids[30..] {
        fail(&front, id);
    }
    home.forget_claims();
    let _back = notifier.start();
    let received = hook.wait_for_all(&ids, "alert.opened");
    let mut messages = BTreeMap::<&str, BTreeSet<&str>>::new();
    for message in &received {
        let of = message.body["data"]["scheduler_id"].as_str().expect("a scheduler");
        messages.entry(of).or_default().insert(&message.id);
    }
    assert_eq!(messages.len(), ids.len());
    let repeated = messages.iter().filter(|(_, ids)| ids.len() != 1).collect::<Vec<_>>();
    assert!(repeated.is_empty(), "{repeated:?}");
}
