//! Boards as people set them up: checks that name the field, who may, versions, and what a page holds.

use app::ports::Role;
use app::{AppError, BoardDraft, Caller, ConfiguredBoard, Settings};
use domain::board::{BoardFilter, Standing};
use domain::{ConfigChange, Duration, Rejection, Status};

use super::{Night, draft};
use crate::world::{World, admin, limited, of_service};

async fn problems(night: &Night, draft: BoardDraft) -> Vec<String> {
    match night.app().create_board(&admin(), draft).await.expect_err("refused") {
        AppError::Rejected(Rejection::Invalid(problems)) => {
            problems.into_iter().map(|it| format!("{} {}", it.field, it.problem)).collect()
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn every_problem_of_a_board_is_named() {
    let night = Night::at("2026-11-24T00:00:00Z");
    let bad = BoardDraft {
        name: "x".repeat(65),
        title: Some(String::new()),
        channel: "a\nb".to_owned(),
        time_zone: Some("Mars/Olympus".to_owned()),
        start: "24:00".to_owned(),
        end: "6".to_owned(),
        days: vec!["monday".to_owned()],
        cadence: Some(Duration::MINUTE),
        filter: BoardFilter { service: Some(String::new()), ..BoardFilter::default() },
    };
    let found = problems(&night, bad).await;
    let expected = [
        "name must have at most 64 characters, begins 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'",
        "title must not be empty",
        "channel must not contain control characters, was 'a\u{fffd}b'",
        "filter.service must not be empty",
        "cadence must be from 5m to 1d, was 1m",
        "days must be of mon, tue, wed, thu, fri, sat, sun, was 'monday'",
        "time_zone 'Mars/Olympus' is not a time zone of the IANA database, such as Europe/Riga or UTC",
        "start must be a time from 00:00 to 23:59, was '24:00'",
        "end must be a time from 00:00 to 24:00, was '6'",
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn the_channel_must_be_there_and_show_boards() {
    let night = Night::at("2026-11-24T00:00:00Z");
    night.world.channels.add("pager", true);
    let to = |channel: &str| BoardDraft { channel: channel.to_owned(), ..draft() };
    assert_eq!(problems(&night, to("nowhere")).await, ["channel is no channel of this project: 'nowhere'"]);
    let problem = "channel must be of a kind that shows boards, such as slack; it is a scripted";
    assert_eq!(problems(&night, to("pager")).await, [problem]);
}

#[tokio::test]
async fn a_board_is_set_up_changed_and_deleted_by_whoever_saw_its_version() {
    let night = Night::at("2026-11-24T00:00:00Z");
    let made = night.create(draft()).await;
    assert!(made.id.starts_with("brd_") && made.version == 1);
    let app = night.app();
    assert_eq!(app.board(&admin(), "night").await.expect("by name"), made);
    assert_eq!(app.board(&admin(), &made.id).await.expect("by id"), made);
    assert_eq!(problems(&night, draft()).await, ["name is the name of another board: 'night'"]);
    let renamed = BoardDraft { name: "day".to_owned(), ..draft() };
    let changed = app.replace_board(&admin(), &made.id, renamed.clone(), Some(1)).await.expect("changed");
    assert_eq!((changed.name.as_str(), changed.version), ("day", 2));
    let stale = app.replace_board(&admin(), &made.id, renamed, Some(1)).await.expect_err("stale");
    assert_eq!(stale, AppError::Rejected(Rejection::VersionMismatch { expected: 1, current: 2 }));
    assert!(app.delete_board(&admin(), "day", Some(1)).await.is_err());
    app.delete_board(&admin(), "day", Some(2)).await.expect("deleted");
    let gone = app.board(&admin(), "day").await.expect_err("gone").to_string();
    assert_eq!(
        (gone.as_str(), app.boards(&admin()).await.expect("listed").len()),
        ("Board day not found", 0)
    );
}

#[tokio::test]
async fn whoever_may_read_reads_and_only_an_administrator_writes() {
    let night = Night::with("2026-11-24T00:00:00Z", draft()).await;
    let viewer = limited(Role::Viewer, &[]);
    let app = night.app();
    assert_eq!(app.boards(&viewer).await.expect("listed").len(), 1);
    assert!(app.board_page(&viewer, "night").await.is_ok());
    let owner = limited(Role::ServiceOwner, &[]);
    let refused = [
        app.create_board(&owner, draft()).await.map(drop),
        app.replace_board(&owner, "night", draft(), None).await.map(drop),
        app.delete_board(&owner, "night", None).await,
        app.post_board(&owner, "night").await.map(drop),
    ];
    assert!(refused.iter().all(|it| matches!(it, Err(AppError::Forbidden(_)))), "{refused:?}");
    let theirs = Caller { project: domain::ProjectId::trusted("theirs"), ..admin() };
    assert!(matches!(app.board(&theirs, "night").await, Err(AppError::NotFound { .. })));
}

#[tokio::test]
async fn a_board_of_the_configuration_is_shown_and_changed_only_there() {
    let (_, board) = draft().check().expect("good");
    let boards = vec![ConfiguredBoard { name: "default".to_owned(), board }];
    let world = World::with(|_| {}, Settings { boards, ..Settings::default() });
    let found = world.app.board(&admin(), "default").await.expect("there");
    assert!(found.is_configured());
    let refused = world.app.delete_board(&admin(), "default", None).await.expect_err("refused").to_string();
    assert_eq!(refused, "board default is set up by the configuration: change it there");
    let theirs = Caller { project: domain::ProjectId::trusted("theirs"), ..admin() };
    assert_eq!(world.app.boards(&theirs).await.expect("listed"), []);
}

#[tokio::test]
async fn a_page_holds_what_the_filter_lets_in_and_the_asker_may_see() {
    let night = Night::at("2026-11-24T01:00:00Z");
    for (id, service, tag) in [("a", "billing", "core"), ("b", "billing", "extra"), ("c", "search", "core")] {
        let change = ConfigChange { tags: domain::Patch::Set(vec![tag.to_owned()]), ..of_service(service) };
        night.world.register(id, change).await;
        night.world.report(id, Status::Completed).await;
    }
    let only = |filter: BoardFilter, name: &str| BoardDraft { filter, name: name.to_owned(), ..draft() };
    let billing = BoardFilter { service: Some("billing".to_owned()), ..BoardFilter::default() };
    let core = BoardFilter { tag: Some("core".to_owned()), ..BoardFilter::default() };
    let prefix = BoardFilter { prefix: Some("SEA".to_owned()), ..BoardFilter::default() };
    for (name, filter, ids) in [
        ("all", BoardFilter::default(), vec!["a", "b", "c"]),
        ("billing", billing, vec!["a", "b"]),
        ("core", core, vec!["a", "c"]),
        ("prefix", prefix, vec!["c"]),
    ] {
        night.create(only(filter, name)).await;
        let page = night.app().board_page(&admin(), name).await.expect("a page");
        assert_eq!(page.rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ids);
    }
    let page = night.app().board_page(&limited(Role::Viewer, &["search"]), "all").await.expect("a page");
    assert_eq!((page.rows.len(), page.counts.total()), (1, 1));
}

#[tokio::test]
async fn outside_of_its_window_a_board_shows_the_last_one() {
    let night = Night::with("2026-11-24T01:00:00Z", draft()).await;
    night.world.register("job", of_service("billing")).await;
    night.world.report("job", Status::Failed).await;
    night.world.advance(9 * 3600);
    let page = night.app().board_page(&admin(), "night").await.expect("a page");
    assert!(page.closing && !page.all_clear);
    assert_eq!(page.rows[0].standing, Standing::Failed);
}

#[tokio::test]
async fn five_thousand_schedulers_are_counted_and_the_worst_shown() {
    let night = Night::with("2026-11-24T01:00:00Z", draft()).await;
    for number in 0..5000 {
        let id = format!("job-{number:04}");
        night.world.register(&id, of_service("billing")).await;
        if number % 1000 == 999 {
            night.world.report(&id, Status::Failed).await;
        }
    }
    let page = night.app().board_page(&admin(), "night").await.expect("a page");
    assert_eq!((page.counts.failed, page.counts.pending), (5, 4995));
    assert_eq!((page.rows.len(), page.left_out, page.unread), (200, 4800, false));
    assert!(page.rows[..5].iter().all(|row| row.standing == Standing::Failed));
}
