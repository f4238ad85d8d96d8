//! Boards, from the environment of the reference deployment to a message in Slack, and over a restart; and the roles
//! that post them in a process of their own.

use serde_json::{Value, json};

use crate::harness::{FakeSlack, Home, Serve, Server, eventually, now_millis};

/// A server whose board's day begins half a day from now, so that no test is at work while a window ends.
fn serve<'a>(home: &'a Home, slack: &FakeSlack) -> Serve<'a> {
    let hour = half_a_day_from_now();
    let serve = slack.told_by(Serve::new(home)).at_one_port();
    let serve = serve.env("SLACK_START_HOUR", &hour.to_string()).env("SLACK_END_HOUR", &hour.to_string());
    serve.env("SLACK_TIMEZONE", "UTC").env("SLACK_UPDATE_INTERVAL_MINUTES", "1440")
}

fn half_a_day_from_now() -> i64 {
    (now_millis() / 3_600_000 + 12) % 24
}

/// Posts the board now; not while somebody else is at it.
fn post(server: &Server) -> Value {
    eventually("the board is posted", || {
        let reply = server.call("POST", "/boards/default/post", None);
        (reply.status == 200).then(|| reply.json())
    })
}

#[test]
fn four_variables_make_a_board_that_a_restart_does_not_post_again() {
    let (home, slack) = (Home::new(), FakeSlack::start());
    let serve = serve(&home, &slack);
    let server = serve.start();
    let first = slack.wait_for_text("Scheduled jobs: no scheduler");
    assert_eq!(first.body["metadata"]["event_payload"]["board"], "default");
    server.says(&home, &["register", "backup", "--service", "shop", "--job", "backup"]);
    server.says(&home, &["report", "backup", "failed", "--error", "disk full"]);
    assert_eq!(post(&server)["state"], "posted");
    assert_eq!(slack.edits().last().expect("an edit").text, "Scheduled jobs: 1 failed");
    server.kill_9();

    let server = serve.start();
    let shown = server.says(&home, &["board", "show"]);
    assert!(shown.contains("1 failed; total execution time") && shown.contains("disk full"), "{shown}");
    let listed = server.says(&home, &["board", "list"]);
    assert!(listed.contains("default") && listed.contains("Scheduled jobs"), "{listed}");
    let edits = slack.edits().len();
    assert_eq!(post(&server)["state"], "posted");
    assert_eq!(slack.edits().len(), edits + 1);
    let boards = slack.messages().into_iter().filter(|message| message.text.starts_with("Scheduled jobs"));
    assert_eq!(boards.count(), 1);
}

#[test]
fn the_notification_service_can_be_a_process_of_its_own() {
    let (home, slack) = (Home::new(), FakeSlack::start());
    let serve = serve(&home, &slack);
    let api = serve.clone().args(&["--roles", "api,evaluator,janitor"]).start();
    let hours = format!("{:02}:00", half_a_day_from_now());
    let board = json!({ "name": "ours", "title": "Ours", "channel": "slack", "start": hours, "end": hours });
    api.call("POST", "/boards", Some(&board)).expect(201);
    assert_eq!(slack.messages().len(), 0);
    let apart = serve.args(&["--roles", "dispatcher,boards"]).start();
    slack.wait_for_text("Scheduled jobs: no scheduler");
    slack.wait_for_text("Ours: no scheduler");
    drop(apart);
    assert_eq!(slack.messages().len(), 2);
}
