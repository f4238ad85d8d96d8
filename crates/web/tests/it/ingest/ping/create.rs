//! `?create=1`: a ping makes its scheduler where there is none of its slug.

use axum::http::StatusCode;
use futures_util::future::join_all;
use insta::assert_snapshot;
use serde_json::Value;

use super::{get, told, world};
use crate::support::World;

async fn shown(world: &World, id: &str, fields: &[&str]) -> String {
    let reply = world.get(&format!("/api/v1/schedulers/{id}")).await;
    assert_eq!(reply.status, StatusCode::OK, "{reply}");
    let scheduler = reply.json();
    let line = |name: &&str| format!("{name}: {}", scheduler[*name]);
    fields.iter().map(line).collect::<Vec<_>>().join("\n")
}

const FIELDS: [&str; 12] = [
    "service_name",
    "job_name",
    "description",
    "tags",
    "channels",
    "schedule",
    "max_runtime",
    "heartbeat_timeout",
    "while_paused",
    "slug",
    "status",
    "health",
];

#[tokio::test]
async fn a_first_ping_makes_its_scheduler_and_counts() {
    let world = world().await;
    assert_eq!(told(&get(&world, "KEY/backup?create=1").await), (201, "Created".to_owned()));
    assert_eq!(told(&get(&world, "KEY/backup?create=1&name=Other").await), (200, "OK".to_owned()));
    assert_snapshot!(shown(&world, "backup", &FIELDS).await, @r#"
service_name: "default"
job_name: "backup"
description: null
tags: null
channels: null
schedule: {"early":"0s","every":"1d","expect_from":"first_report","from":"end","grace":"1h"}
max_runtime: "1h"
heartbeat_timeout: "off"
while_paused: "resume"
slug: null
status: "completed"
health: "healthy"
"#);
}

#[tokio::test]
async fn a_scheduler_is_made_as_the_parameters_say() {
    let world = world().await;
    let query = "create=1&schedule=0+2+*+*+1-5&tz=Europe/Riga&grace=10m&name=Nightly+backup&desc=of+the+db\
                 &service=db&tags=eu+prod,db&channels=ops";
    assert_eq!(told(&get(&world, &format!("KEY/backup/start?{query}")).await), (201, "Created".to_owned()));
    assert_snapshot!(shown(&world, "backup", &FIELDS).await, @r#"
service_name: "db"
job_name: "Nightly backup"
description: "of the db"
tags: ["eu","prod","db"]
channels: ["ops"]
schedule: {"cron":"0 2 * * 1-5","early":"0s","expect_from":"first_report","grace":"10m","timezone":"Europe/Riga"}
max_runtime: "10m"
heartbeat_timeout: "off"
while_paused: "resume"
slug: null
status: "running"
health: "healthy"
"#);
    assert_eq!(told(&get(&world, "KEY/tick/fail?create=1&timeout=300&grace=60").await).0, 201);
    assert_snapshot!(shown(&world, "tick", &FIELDS).await, @r#"
service_name: "default"
job_name: "tick"
description: null
tags: null
channels: null
schedule: {"early":"0s","every":"5m","expect_from":"first_report","from":"end","grace":"1m"}
max_runtime: "1m"
heartbeat_timeout: "off"
while_paused: "resume"
slug: null
status: "failed"
health: "failing"
"#);
    assert_eq!(told(&get(&world, "KEY/cal?create=1&schedule=Mon..Fri+02:00").await).0, 201);
    assert_snapshot!(shown(&world, "cal", &["schedule"]).await, @r#"schedule: {"early":"0s","expect_from":"first_report","grace":"1h","on_calendar":"Mon..Fri 02:00","timezone":"UTC"}"#);
}

#[tokio::test]
async fn what_cannot_be_read_is_left_out_and_told_while_the_ping_counts() {
    let world = world().await;
    let query = "create=1&schedule=every+tuesday&grace=5&timeout=soon&tz=Mars/Olympus";
    assert_eq!(told(&get(&world, &format!("KEY/backup?{query}")).await), (201, "Created".to_owned()));
    assert_snapshot!(shown(&world, "backup", &["schedule", "status"]).await, @r#"
schedule: {"early":"0s","every":"1d","expect_from":"first_report","from":"end","grace":"1h"}
status: "completed"
"#);
    let problems = world.get("/api/v1/ingest-problems").await.json();
    let told = &problems.as_array().expect("problems")[0];
    assert_eq!(
        (&told["problem"], &told["subject"], &told["count"]),
        (&"invalid_parameter".into(), &"backup".into(), &3.into())
    );
}

#[tokio::test]
async fn nothing_is_made_but_where_that_is_asked_for_in_these_words() {
    let world = world().await;
    for query in ["", "?create=0", "?create=true", "?create", "?create=1x", "?Create=1"] {
        assert_eq!(
            told(&get(&world, &format!("KEY/backup{query}")).await),
            (404, "not found".to_owned()),
            "{query}"
        );
    }
    let long = "x".repeat(101);
    for path in ["other-key/backup?create=1", &format!("KEY/{long}?create=1")] {
        assert_eq!(told(&get(&world, path).await), (404, "not found".to_owned()), "{path}");
    }
    let most = "x".repeat(100);
    assert_eq!(told(&get(&world, &format!("KEY/{most}?create=1")).await), (201, "Created".to_owned()));
    let listed = world.get("/api/v1/schedulers").await.json();
    assert_eq!(listed.as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn of_many_first_pings_at_once_one_makes_the_scheduler_and_all_count() {
    let world = world().await;
    let pings = (0..20).map(|_| get(&world, "KEY/backup/log?create=1"));
    let mut answers: Vec<_> = join_all(pings).await.iter().map(told).collect();
    answers.sort();
    assert_eq!(answers.last(), Some(&(201, "Created".to_owned())));
    assert!(answers[..19].iter().all(|answer| *answer == (200, "OK".to_owned())), "{answers:?}");
    let history = world.get("/api/v1/schedulers/backup/history?include=system&limit=100").await.json();
    assert_eq!(history.as_array().map(Vec::len), Some(20));
}

#[tokio::test]
async fn what_people_changed_stays_whatever_later_pings_ask_for() {
    let world = world().await;
    get(&world, "KEY/backup?create=1").await;
    let patch = world.patch("/api/v1/schedulers/backup", r#"{"job_name":"Ours","slug":"db"}"#).await;
    assert_eq!(patch.status, StatusCode::OK, "{patch}");
    assert_eq!(told(&get(&world, "KEY/db?create=1&name=Theirs").await), (200, "OK".to_owned()));
    assert_eq!(shown(&world, "backup", &["job_name"]).await, "job_name: \"Ours\"");
    // Its id is taken, and another slug leads to it: nobody can say which of both was meant.
    assert_eq!(told(&get(&world, "KEY/backup?create=1").await), (409, "ambiguous slug".to_owned()));
    let problems = world.get("/api/v1/ingest-problems").await.json();
    assert_eq!(problems[0]["problem"], "ambiguous_slug");
    assert_ne!(problems[0]["sample"], Value::Null);
}
