//! A wall clock that is set while jobs run: nobody is blamed for the time that never was, and what comes is judged at the
//! time that is right now.

use serde_json::{Value, json};

use crate::harness::{FakeSlack, Home, Serve, Server, WallClock, eventually, millis, now_millis};

const HOUR: i64 = 3600;
const QUARTER: i64 = HOUR / 4;
/// How far an instant may be from where it is expected, for the time that a test takes.
const SLACK_MILLIS: i64 = 90_000;

fn register(server: &Server, id: &str, schedule: &Value) {
    let registration =
        json!({ "scheduler_id": id, "service_name": "shop", "job_name": id, "schedule": schedule });
    server.call("POST", "/schedulers/register", Some(&registration)).expect(201);
}

fn report(server: &Server, id: &str, status: &str, run: &str) {
    let body = json!({ "status": status, "run_id": run });
    server.call("PUT", &format!("/schedulers/{id}/status"), Some(&body)).expect(200);
}

fn kinds(server: &Server, id: &str) -> Vec<String> {
    let history = server.get(&format!("/schedulers/{id}/history?include=system"));
    let kinds = history.as_array().expect("a list").iter().filter_map(|entry| entry["kind"].as_str());
    kinds.map(str::to_owned).collect()
}

/// Holds what is expected next to a quarter of an hour from now, by a clock that is so far ahead.
#[track_caller]
fn is_expected_in_a_quarter(server: &Server, ahead: i64) {
    let scheduler = server.get("/schedulers/often");
    let off = millis(&scheduler["expected_at"]) - (now_millis() + (ahead + QUARTER) * 1000);
    assert!(off.abs() < SLACK_MILLIS, "{off} ms off: {scheduler:#}");
    assert_eq!(scheduler["health"], "healthy", "{scheduler:#}");
}

#[test]
fn a_clock_that_is_set_an_hour_forwards_and_back_blames_nobody_and_is_told_once() {
    let (home, slack) = (Home::new(), FakeSlack::start());
    let clock = WallClock::new(&home);
    let serve = slack.told_by(Serve::new(&home)).env("PUNCTUAL_STARTUP_QUIET", "5s");
    let server = clock.of(&serve).start();
    register(&server, "often", &json!({ "every": "15m", "grace": "1m" }));
    register(&server, "loop", &Value::Null);
    report(&server, "often", "completed", "1");
    let limit = json!({ "heartbeat_timeout": "10m" });
    server.call("PATCH", "/schedulers/loop", Some(&limit)).expect(200);
    report(&server, "loop", "running", "long");

    clock.set_ahead(HOUR);
    server.call("POST", "/schedulers/loop/heartbeat", Some(&json!({}))).expect(200);
    eventually("the slots of that hour are judged", || (!kinds(&server, "often").is_empty()).then_some(()));
    assert_eq!(kinds(&server, "often"), ["unobserved"]);
    slack.wait_for_text("*Punctual could not watch for *: *");
    report(&server, "often", "completed", "2");
    is_expected_in_a_quarter(&server, HOUR);
    report(&server, "often", "running", "3");

    clock.set_ahead(0);
    report(&server, "often", "completed", "3");
    report(&server, "often", "completed", "4");
    is_expected_in_a_quarter(&server, 0);
    server.call("POST", "/schedulers/loop/heartbeat", Some(&json!({ "run_id": "long" }))).expect(200);
    report(&server, "loop", "completed", "long");
    for id in ["often", "loop"] {
        let blamed: Vec<_> = kinds(&server, id).into_iter().filter(|kind| kind != "unobserved").collect();
        assert_eq!(blamed, Vec::<String>::new(), "{id}");
        for run in server.get(&format!("/schedulers/{id}/runs")).as_array().expect("a list") {
            assert!(run["duration_ms"].as_i64().is_none_or(|length| length >= 0), "{run:#}");
        }
    }
    assert_eq!(slack.messages().len(), 1, "{:#?}", slack.messages());
    server.terminate();
    let doctor = home.says(&["doctor", "--data-dir", home.data().to_str().expect("a path")]);
    assert!(doctor.contains(" 0 problems"), "{doctor}");
}

#[test]
fn a_nightly_job_is_judged_at_its_slot_though_the_clock_was_there_before_and_set_back() {
    let (home, slack) = (Home::new(), FakeSlack::start());
    let clock = WallClock::new(&home);
    let server = clock.of(&slack.told_by(Serve::new(&home))).start();
    let begun = now_millis();
    // The minute that begins in two hours or somewhat less.
    let slot = (begun / 60_000 + 120) * 60_000;
    let minute = slot / 60_000 % 1440;
    let cron = format!("{} {} * * *", minute % 60, minute / 60);
    register(&server, "nightly", &json!({ "cron": cron, "timezone": "UTC", "grace": "1s" }));
    register(&server, "other", &Value::Null);
    assert_eq!(millis(&server.get("/schedulers/nightly")["expected_at"]), slot);

    // An hour and a half ahead, and back; each time somebody reports, so that it is noticed at once.
    for ahead in [HOUR + HOUR / 2, 0] {
        clock.set_ahead(ahead);
        report(&server, "other", "completed", &format!("at {ahead}"));
        let nightly = server.get("/schedulers/nightly");
        assert_eq!(
            (millis(&nightly["expected_at"]), &nightly["health"]),
            (slot, &json!("new")),
            "{nightly:#}"
        );
    }
    // The hours pass: five seconds before the slot.
    clock.set_ahead((slot - now_millis()) / 1000 - 5);
    report(&server, "other", "completed", "almost");
    assert_eq!(kinds(&server, "nightly"), Vec::<String>::new());
    let told = slack.wait_for_text("🔴 shop / nightly missed a run: expected at * UTC");
    let time = format!("{:02}:{:02}", minute / 60, minute % 60);
    assert!(told.text.contains(&time), "{} and not at {time}", told.text);
    assert_eq!(kinds(&server, "nightly"), ["missed"]);
}
