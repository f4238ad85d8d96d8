//! `/boards`.

use std::sync::Arc;

use app::ports::Role;
use axum::http::{Method, StatusCode};
use insta::assert_snapshot;
use testkit::{FixedChannels, Wall, Whim};
use web::WebSettings;

use crate::support::{Ask, World};

const BOARDS: &str = "/api/v1/boards";
/// From 07:00 to 10:00 UTC: it is open when the world begins.
const NIGHT: &str = r#"{"name":"night","channel":"wall","start":"07:00","end":"10:00"}"#;

/// A world with a wall to post to.
fn world() -> (World, Arc<Wall>) {
    let channels = FixedChannels::new();
    let wall = channels.add_wall("wall");
    channels.add("pager", true);
    (World::on(WebSettings::default(), |ports| ports.channels = Arc::new(channels)), wall)
}

#[tokio::test]
async fn a_board_is_set_up_read_changed_and_deleted() {
    let (world, _) = world();
    let made = world.post(BOARDS, r#"{"name":"night","title":"Nightly jobs","channel":"wall","time_zone":"Asia/Jakarta","start":"00:00","end":"06:00","days":["sun","mon"],"cadence":"30m","filter":{"service":"billing"}}"#).await;
    assert_eq!((made.status, made.header("etag")), (StatusCode::CREATED, Some("\"1\"")));
    let id = made.json()["id"].as_str().expect("an id").to_owned();
    let text = made.text().replace(&id, "brd_x");
    assert_snapshot!(text, @r#"{"id":"brd_x","name":"night","version":1,"configured":false,"title":"Nightly jobs","channel":"wall","time_zone":"Asia/Jakarta","start":"00:00","end":"06:00","days":["mon","sun"],"cadence":"30m","filter":{"service":"billing"},"window":{"start":"2026-03-07T17:00:00.000Z","end":"2026-03-07T23:00:00.000Z"},"created_at":"2026-03-02T08:00:00.000Z","updated_at":"2026-03-02T08:00:00.000Z"}"#);
    assert_eq!(world.get(&format!("{BOARDS}/{id}")).await.text(), made.text());
    assert_eq!(world.get(&format!("{BOARDS}/night")).await.text(), made.text());
    let anew = world.put(&format!("{BOARDS}/{id}"), made.text()).await;
    assert_eq!((anew.status, anew.json()["version"].as_u64()), (StatusCode::OK, Some(2)), "{anew}");
    assert_eq!(world.get(BOARDS).await.json().as_array().map(Vec::len), Some(1));
    let stale = Ask::new(Method::DELETE, &format!("{BOARDS}/{id}")).header("if-match", "\"1\"");
    assert_eq!(world.ask(stale).await.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(world.delete(&format!("{BOARDS}/{id}")).await.status, StatusCode::NO_CONTENT);
    let gone = world.get(&format!("{BOARDS}/{id}")).await;
    assert_eq!((gone.status, gone.message()), (StatusCode::NOT_FOUND, format!("Board {id} not found")));
}

#[tokio::test]
async fn what_is_wrong_with_a_board_is_named() {
    let (world, _) = world();
    let bad = r#"{"name":"","start":5,"end":"6","cadence":"1m","days":"mon","filter":{"servce":"x"},"colour":"red"}"#;
    assert_snapshot!(world.post(BOARDS, bad).await.details(), @r#"
    name: must not be empty
    channel: is required, was absent
    start: must be a text, was 5
    days: must be an array of texts, was 'mon'
    cadence: must be a duration from 5m to 1d, such as 90s or 2h30m, was '1m'
    filter.servce: is not a field of a filter
    colour: is not a field of a board
    "#);
    let bad = r#"{"name":"n","channel":"pager","start":"00:00","end":"06:00"}"#;
    assert_snapshot!(world.post(BOARDS, bad).await.details(), @"channel: must be of a kind that shows boards, such as slack; it is a scripted");
    let bad =
        r#"{"name":"n","channel":"wall","time_zone":"Mars","start":"24:00","end":"06:00","days":["monday"]}"#;
    assert_snapshot!(world.post(BOARDS, bad).await.details(), @r#"
    days: must be of mon, tue, wed, thu, fri, sat, sun, was 'monday'
    time_zone: 'Mars' is not a time zone of the IANA database, such as Europe/Riga or UTC
    start: must be a time from 00:00 to 23:59, was '24:00'
    "#);
}

#[tokio::test]
async fn a_page_shows_how_everyone_stands() {
    let (world, _) = world();
    world.post(BOARDS, NIGHT).await;
    world.billing().await;
    let failed = r#"{"status":"failed","execution_time_ms":90000,"error_message":"disk full"}"#;
    world.put("/api/v1/schedulers/billing-nightly/status", failed).await;
    let page = world.get(&format!("{BOARDS}/night/page")).await;
    let id = page.json()["board"].as_str().expect("an id").to_owned();
    assert_snapshot!(page.text().replace(&id, "brd_x"), @r#"{"board":"brd_x","title":"night","time_zone":"UTC","window":{"start":"2026-03-02T07:00:00.000Z","end":"2026-03-02T10:00:00.000Z"},"updated_at":"2026-03-02T08:00:00.000Z","closing":false,"all_clear":false,"counts":{"failed":1,"stale":0,"overrun":0,"missed":0,"running":0,"pending":0,"completed":0,"paused":0,"total":1},"total_execution_time_ms":0,"rows":[{"scheduler_id":"billing-nightly","service_name":"billing","job_name":"nightly","standing":"failed","at":"2026-03-02T08:00:00.000Z","execution_time_ms":90000,"error_message":"disk full"}],"left_out":0,"unread":false}"#);
    let viewer = world.key(Role::Viewer, &["search"]).await;
    let theirs = world.ask(Ask::new(Method::GET, &format!("{BOARDS}/night/page")).key(&viewer)).await;
    assert_eq!(theirs.json()["counts"]["total"], 0);
}

#[tokio::test]
async fn a_board_is_posted_now_and_says_why_where_it_cannot() {
    let (world, wall) = world();
    world.post(BOARDS, NIGHT).await;
    wall.then(Whim::Refused);
    let post = format!("{BOARDS}/night/post");
    let refused = world.post(&post, "").await;
    assert_eq!(
        (refused.status, &refused.json()["problem"]),
        (StatusCode::OK, &"the wall is closed to us".into())
    );
    let posted = world.post(&post, "").await.json();
    assert_eq!((&posted["state"], posted.get("problem")), (&"posted".into(), None));
    assert_eq!(wall.notes().len(), 1);
    world.pass(3 * 3600);
    let shut = world.post(&post, "").await;
    assert_eq!(shut.status, StatusCode::CONFLICT);
    assert_eq!(
        shut.message(),
        "Board night has no open window now: its next begins 2026-03-03T07:00:00.000Z"
    );
}

#[tokio::test]
async fn a_board_has_a_page_for_browsers_that_asks_for_a_key_itself() {
    let (world, _) = world();
    let open = |path| world.ask(Ask::new(Method::GET, path).without("x-api-key"));
    let page = open("/portal/boards/night").await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (StatusCode::OK, Some("text/html; charset=utf-8"))
    );
    assert!(page.text().contains(r#"data-api="../../api/v1" data-key-header="x-api-key""#), "{page}");
    let (shared, own) = (open("/portal/assets/keyed.js").await, open("/portal/assets/board.js").await);
    assert_eq!((shared.status, own.status), (StatusCode::OK, StatusCode::OK));
    let script = format!("{}{}", shared.text(), own.text());
    for part in ["name", "ask", "key", "problem", "shown", "window", "counts", "rows", "rest", "forget"] {
        assert!(page.text().contains(&format!("id=\"{part}\"")), "{part}");
        assert!(script.contains(&format!("part(\"{part}\")")), "{part}");
    }
    assert!(own.text().contains("page.unread"), "it says where a board has not read all");
}
