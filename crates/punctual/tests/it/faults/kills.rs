//! `kill -9` under load, again and again on one store: every acknowledged report is found once, and everybody hears of
//! every job that failed.

use std::collections::BTreeMap;

use serde_json::json;

use crate::harness::{
    FakeHook, FakeSlack, Heard, Home, Load, Received, Serve, Server, is_kept, note, rounds,
};

/// Says how many kills there are, for long trials.
const KILLS: &str = "PUNCTUAL_TEST_KILLS";

/// Lets a job fail that Slack is to hear of.
fn fail_for_slack(server: &Server, round: u32) -> String {
    let id = format!("payout-{round}");
    let registration =
        json!({ "scheduler_id": id, "service_name": "shop", "job_name": id, "channels": ["slack"] });
    server.call("POST", "/schedulers/register", Some(&registration)).expect(201);
    server.call("PUT", &format!("/schedulers/{id}/status"), Some(&json!({ "status": "failed" }))).expect(200);
    format!("🔴 shop / {id} failed")
}

#[test]
fn whatever_is_killed_when_nothing_acknowledged_is_lost_and_everything_decided_is_told() {
    let (home, slack, hook) = (Home::new(), FakeSlack::start(), FakeHook::start());
    home.write("punctual.toml", hook.table("hook"));
    // Every job is to be told of by itself.
    let serve = Serve::new(&home).env("PUNCTUAL_RATE_LIMIT", "off").env("PUNCTUAL_STORM_THRESHOLD", "1000");
    let serve = slack.told_by(serve);
    let serve = serve.args(&["--config", "punctual.toml"]);
    let kills = rounds(KILLS, 10);
    let (mut all, mut for_slack, mut came_in) = (Heard::default(), Vec::new(), 0);
    // Each time once under load, and once when all has been looked at.
    for round in 0..kills.div_ceil(2) {
        let server = serve.start();
        for_slack.push(fail_for_slack(&server, round));
        // Another moment each time: in the middle of whatever is written then.
        let enough = 20 + (round as usize * 7919) % 180;
        let load = Load { channel: Some("hook"), ..Load::new(&round.to_string(), enough) };
        let heard = load.until(server, Server::kill_9);
        let server = serve.start();
        came_in += is_kept(&server, &heard);
        all.add(heard);
        server.kill_9();
    }
    // What the dead have claimed is not waited for.
    home.forget_claims();
    let server = serve.start();
    let failed: Vec<String> = all.failed().map(str::to_owned).collect();
    let told = hook.wait_for_all(&failed, "alert.opened");
    for text in &for_slack {
        slack.wait_for_text(text);
    }
    has_one_id_for_each_message(&told);
    note(&format!(
        "{} kills: {} reports acknowledged, all kept once; {came_in} of {} without an answer had come in; {} failed \
         jobs told of in {} webhooks, {} in {} messages of Slack",
        kills.next_multiple_of(2),
        all.acknowledged.len(),
        all.unanswered.len(),
        failed.len(),
        told.len(),
        for_slack.len(),
        slack.messages().len()
    ));
    server.terminate();
    let doctor = home.says(&["doctor", "--data-dir", home.data().to_str().expect("a path")]);
    assert!(doctor.contains(" 0 problems"), "{doctor}");
}

/// A receiver that heeds the ids hears everything once: who repeats a message repeats its id, and all of it.
#[track_caller]
fn has_one_id_for_each_message(received: &[Received]) {
    let mut by_id: BTreeMap<&str, &Received> = BTreeMap::new();
    let mut ids: BTreeMap<String, &str> = BTreeMap::new();
    for message in received {
        let first = by_id.entry(&message.id).or_insert(message);
        assert_eq!(*first, message, "one id, two messages");
        let id = ids.entry(message.body.to_string()).or_insert(&message.id);
        assert_eq!(*id, message.id, "one message, two ids: {message:?}");
    }
}
