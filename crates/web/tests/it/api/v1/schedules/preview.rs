//! `POST /schedules/preview`.

use axum::http::StatusCode;
use insta::assert_snapshot;
use serde_json::json;

use crate::support::World;

const PREVIEW: &str = "/api/v1/schedules/preview";

#[tokio::test]
async fn the_next_instants_are_shown() {
    let body = json!({ "schedule": { "cron": "0 2 * * *", "timezone": "Asia/Jakarta" }, "after": "2026-03-02", "count": "2" });
    assert_snapshot!(World::new().post(PREVIEW, &body.to_string()).await, @r#"
200 OK
cache-control: no-store
content-length: 64
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac005cc1beeb8da1658eec67

{"next":["2026-03-02T19:00:00.000Z","2026-03-03T19:00:00.000Z"]}
"#);
}

#[tokio::test]
async fn five_from_now_on_unless_something_else_is_said() {
    let world = World::new();
    let reply = world.post(PREVIEW, r#"{"schedule":{"every":"15m"}}"#).await.json();
    assert_eq!(
        (reply["next"].as_array().map(Vec::len), &reply["next"][0]),
        (Some(5), &json!("2026-03-02T08:15:00.000Z"))
    );
    let reply = world.post(PREVIEW, r#"{"schedule":{"on_calendar":"2026-03-04"}}"#).await.json();
    assert_eq!(reply["next"], json!(["2026-03-04T00:00:00.000Z"]));
}

#[tokio::test]
async fn the_place_is_told_where_an_expression_stops_making_sense() {
    let world = World::new();
    for (body, message) in [
        (r#"{"schedule":{"cron":"61 4 * * *"}}"#, "schedule.cron at character 1: minute 61 is above 59"),
        (
            r#"{"schedule":{"on_calendar":"4:61"}}"#,
            "schedule.on_calendar at character 3: minute 61 is above 59",
        ),
        ("{}", "schedule is required, was absent"),
        (
            r#"{"schedule":{"every":"15m"},"count":101}"#,
            "count must be a whole number from 1 to 100, was 101",
        ),
        (
            r#"{"schedule":{"cron":"@daily","timezone":"Nowhere"}}"#,
            "schedule.timezone 'Nowhere' is not a time zone of the IANA database, such as Europe/Riga or UTC",
        ),
    ] {
        let reply = world.post(PREVIEW, body).await;
        assert_eq!((reply.status, reply.message().as_str()), (StatusCode::BAD_REQUEST, message), "{body}");
    }
}
