//! Several servers on one store: they share the work, and what one of them leaves undone the others do.

use serde_json::{Value, json};

use crate::harness::{FakeHook, Ground, Home, Serve, Server, eventually, millis, note, now_millis};

const LEASE_MILLIS: i64 = 2000;
/// What a busy machine may add to a second.
const SLACK_MILLIS: i64 = 1000;

fn serve<'a>(home: &'a Home, hook: &FakeHook, ground: &Ground) -> Serve<'a> {
    let config = home.write("punctual.toml", hook.table_by_default("hook"));
    let serve = ground.under(Serve::new(home).args(&["--config", config.to_str().expect("a path")]));
    let serve = serve.env("PUNCTUAL_LEASE", "2s").env("PUNCTUAL_ALLOW_PRIVATE_TARGETS", "true");
    serve.env("PUNCTUAL_RATE_LIMIT", "off").env("PUNCTUAL_STORM_THRESHOLD", "1000")
}

/// Registers a scheduler whose runs may take so long, and reports a run; answers its deadline.
fn start_a_run(server: &Server, id: &str, max_runtime: &str) -> i64 {
    let registration =
        json!({ "scheduler_id": id, "service_name": "s", "job_name": id, "max_runtime": max_runtime });
    server.call("POST", "/schedulers/register", Some(&registration)).expect(201);
    let report = json!({ "status": "running", "run_id": "r" });
    let answer = server.call("PUT", &format!("/schedulers/{id}/status"), Some(&report)).expect(200).json();
    millis(&answer["deadline_at"])
}

fn fail(server: &Server, id: &str) {
    let registration = json!({ "scheduler_id": id, "service_name": "s", "job_name": id });
    server.call("POST", "/schedulers/register", Some(&registration)).expect(201);
    server.call("PUT", &format!("/schedulers/{id}/status"), Some(&json!({ "status": "failed" }))).expect(200);
}

/// When it was concluded that a run takes too long; once only.
fn noticed_at(server: &Server, id: &str) -> i64 {
    let events = server.get(&format!("/schedulers/{id}/events"));
    let events = events.as_array().expect("events");
    let overran: Vec<&Value> = events.iter().filter(|event| event["type"] == "run_overran").collect();
    assert_eq!(overran.len(), 1, "{id}: {events:#?}");
    millis(&overran[0]["at"])
}

fn wait_until_all_overran(server: &Server, count: usize) {
    eventually("all of them run too long", || {
        let bad = server.get("/schedulers?health=overrun&limit=1000");
        (bad.as_array().map(Vec::len) == Some(count)).then_some(())
    });
}

/// Each of these schedulers was told of once, under one id.
#[track_caller]
fn told_once(hook: &FakeHook, ids: &[String]) {
    let mut told: Vec<String> = hook
        .wait_for_all(ids, "alert.opened")
        .iter()
        .filter_map(|message| message.body["data"]["scheduler_id"].as_str().map(str::to_owned))
        .collect();
    told.sort_unstable();
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    assert_eq!(told, ids);
}

/// The shards that an instance watches, as its figures say.
fn shards_of(server: &Server) -> usize {
    let page = server.metrics();
    let line = page.lines().find(|line| line.starts_with("punctual_shards_watched "));
    let number = line.and_then(|line| line.rsplit(' ').next()).and_then(|number| number.parse().ok());
    number.unwrap_or_else(|| panic!("no shards in the figures: {page}"))
}

#[test]
fn what_a_killed_instance_watched_is_noticed_by_the_others_within_its_lease_and_told_once() {
    let home = Home::new();
    a_killed_instance(&home, &Ground::File);
}

#[test]
fn on_tables_what_a_killed_instance_watched_is_noticed_by_the_others_within_its_lease_and_told_once() {
    let home = Home::new();
    a_killed_instance(&home, &Ground::tables(&home));
}

fn a_killed_instance(home: &Home, ground: &Ground) {
    let hook = FakeHook::start();
    let serve = serve(home, &hook, ground);
    // The first has what one does for all, so it is the one that matters most.
    let (first, second, third) = (serve.start(), serve.start(), serve.start());
    eventually("the shards are divided", || {
        let shares = [&first, &second, &third].map(shards_of);
        (shares.iter().sum::<usize>() == 16 && shares.iter().all(|share| *share > 0)).then_some(())
    });
    let ids: Vec<String> = (0..30).map(|number| format!("job-{number}")).collect();
    let deadlines: Vec<i64> = ids.iter().map(|id| start_a_run(&second, id, "4s")).collect();
    let killed_at = now_millis();
    first.kill_9();
    wait_until_all_overran(&second, ids.len());
    let late =
        ids.iter().zip(&deadlines).map(|(id, deadline)| noticed_at(&third, id) - (*deadline).max(killed_at));
    let worst = late.max().expect("some");
    note(&format!("after a kill the worst deadline was noticed {worst} ms late"));
    assert!(worst <= LEASE_MILLIS + SLACK_MILLIS, "{worst}");
    told_once(&hook, &ids);
    assert_eq!(shards_of(&second) + shards_of(&third), 16);
    assert_eq!((second.terminate().code(), third.terminate().code()), (Some(0), Some(0)));
    told_once(&hook, &ids);
}

#[test]
fn a_rolling_restart_loses_and_repeats_nothing_and_is_no_gap() {
    let home = Home::new();
    a_rolling_restart(&home, &Ground::File);
}

#[test]
fn on_tables_a_rolling_restart_loses_and_repeats_nothing_and_is_no_gap() {
    let home = Home::new();
    a_rolling_restart(&home, &Ground::tables(&home));
}

fn a_rolling_restart(home: &Home, ground: &Ground) {
    let hook = FakeHook::start();
    // A gap would hold what is due back for longer than anybody waits here.
    let serve = serve(home, &hook, ground).env("PUNCTUAL_STARTUP_QUIET", "10m");
    let mut servers = vec![serve.start(), serve.start()];
    let mut ids = Vec::new();
    for round in 0..3 {
        for number in 0..5 {
            ids.push(format!("failed-{round}-{number}"));
            fail(&servers[number % 2], &format!("failed-{round}-{number}"));
        }
        ids.push(format!("overran-{round}"));
        start_a_run(&servers[1], &format!("overran-{round}"), "2s");
        let stopped = servers.remove(0).terminate();
        assert_eq!(stopped.code(), Some(0));
        fail(&servers[0], &format!("failed-{round}-between"));
        ids.push(format!("failed-{round}-between"));
        servers.push(serve.start());
    }
    told_once(&hook, &ids);
    assert!(hook.received().iter().all(|message| message.body["type"] != "unobserved"));
}

#[test]
fn dedicated_workers_share_what_the_others_do_not_run() {
    let home = Home::new();
    dedicated_workers(&home, &Ground::File);
}

#[test]
fn on_tables_dedicated_workers_share_what_the_others_do_not_run() {
    let home = Home::new();
    dedicated_workers(&home, &Ground::tables(&home));
}

fn dedicated_workers(home: &Home, ground: &Ground) {
    let hook = FakeHook::start();
    let with = |roles: &str| serve(home, &hook, ground).args(&["--roles", roles]).start();
    let front = with("api");
    let (evaluators, notifiers) =
        ([with("evaluator"), with("evaluator")], [with("dispatcher"), with("dispatcher")]);
    let ids: Vec<String> = (0..10).map(|number| format!("job-{number}")).collect();
    let deadlines: Vec<i64> = ids.iter().map(|id| start_a_run(&front, id, "2s")).collect();
    wait_until_all_overran(&front, ids.len());
    let late = ids.iter().zip(&deadlines).map(|(id, deadline)| noticed_at(&front, id) - deadline);
    let worst = late.max().expect("some");
    assert!(worst <= LEASE_MILLIS + SLACK_MILLIS, "{worst}");
    told_once(&hook, &ids);
    let [one, two] = evaluators;
    one.kill_9();
    let [first, last] = notifiers;
    first.kill_9();
    let more: Vec<String> = (0..10).map(|number| format!("later-{number}")).collect();
    for id in &more {
        start_a_run(&front, id, "2s");
    }
    told_once(&hook, &[ids, more].concat());
    assert_eq!((two.terminate().code(), last.terminate().code()), (Some(0), Some(0)));
}
