//! One message a window, whatever happens: restarts, outages, lost answers, deleted messages, two processes.

use app::ports::{Boards as _, PostState};
use app::roles::BoardKeeper;
use app::{BoardDraft, ConfiguredBoard, Settings};
use domain::{Duration, Status};
use testkit::Whim;

use super::{Night, at, draft, words};
use crate::world::{World, admin, of_service};

#[tokio::test]
async fn it_is_posted_at_the_start_edited_every_hour_and_closed_at_the_end() {
    let night = Night::with("2026-11-23T23:59:50Z", draft()).await;
    let deeds = night.until("2026-11-24T12:00:00Z").await;
    let times: Vec<_> =
        deeds.iter().map(|deed| deed.page.updated_at.to_string()[11..19].to_owned()).collect();
    let hours = ["00:00:00", "01:00:00", "02:00:00", "03:00:00", "04:00:00", "05:00:00", "06:00:00"];
    assert_eq!(times, hours);
    assert_eq!(words(&deeds)[..2], ["post 1 done", "edit 1 done"]);
    assert!(deeds[1..].iter().all(|deed| deed.what == "edit"));
    assert!(deeds[6].page.closing && !deeds[5].page.closing);
    assert!(night.world.store.open_posts().await.expect("read").is_empty());
}

#[tokio::test]
async fn a_board_that_is_set_up_in_its_window_is_posted_at_once() {
    let night = Night::with("2026-11-24T02:20:00Z", draft()).await;
    night.keep().await;
    assert_eq!(words(&night.wall.take_deeds()), ["post 1 done"]);
    let deeds = night.until("2026-11-24T03:30:00Z").await;
    assert_eq!(
        (words(&deeds), deeds[0].page.updated_at),
        (vec!["edit 1 done".to_owned()], at("2026-11-24T03:00:00Z"))
    );
}

#[tokio::test]
async fn of_a_window_that_passed_before_nothing_is_told() {
    let night = Night::with("2026-11-24T06:00:00Z", draft()).await;
    assert_eq!(night.until("2026-11-24T12:00:00Z").await, []);
}

#[tokio::test]
async fn a_restart_makes_no_second_message_and_makes_up_what_was_missed() {
    let mut night = Night::with("2026-11-24T00:00:00Z", draft()).await;
    night.until("2026-11-24T00:30:00Z").await;
    night.restart();
    assert_eq!(night.until("2026-11-24T00:59:00Z").await, []);
    night.world.advance(2 * 3600);
    night.restart();
    night.keep().await;
    let deeds = night.wall.take_deeds();
    assert_eq!(
        (words(&deeds), deeds[0].page.updated_at),
        (vec!["edit 1 done".to_owned()], at("2026-11-24T02:59:00Z"))
    );
}

#[tokio::test]
async fn a_summary_is_told_later_but_not_a_day_later() {
    for (hours, told) in [(7, true), (29, true), (30, false), (100, false)] {
        let night =
            Night::with("2026-11-24T00:00:00Z", BoardDraft { days: vec!["tue".to_owned()], ..draft() }).await;
        night.until("2026-11-24T00:00:10Z").await;
        night.world.advance(hours * 3600);
        night.keep().await;
        let closing: Vec<_> = night.wall.take_deeds().into_iter().filter(|deed| deed.page.closing).collect();
        assert_eq!(closing.len(), usize::from(told), "{hours}");
        assert!(night.world.store.open_posts().await.expect("read").is_empty(), "{hours}");
    }
}

#[tokio::test]
async fn a_message_whose_answer_was_lost_is_found_and_not_posted_again() {
    let night = Night::with("2026-11-24T00:00:00Z", draft()).await;
    night.wall.then(Whim::AnswerLost);
    let deeds = night.until("2026-11-24T00:10:00Z").await;
    assert_eq!(words(&deeds), ["post 1 lost", "find 1 found", "edit 1 done"]);
}

#[tokio::test]
async fn where_the_receiver_cannot_be_asked_a_second_message_may_appear() {
    let night = Night::with("2026-11-24T00:00:00Z", draft()).await;
    night.wall.hide();
    night.wall.then(Whim::AnswerLost);
    let deeds = night.until("2026-11-24T00:10:00Z").await;
    assert_eq!(words(&deeds), ["post 1 lost", "find - nothing", "post 2 done"]);
}

/// The process dies between posting and noting: its claim runs out, and the next one looks first.
#[tokio::test]
async fn who_dies_after_posting_leaves_no_second_message_behind() {
    let mut night = Night::with("2026-11-24T00:00:00Z", draft()).await;
    night.until("2026-11-24T00:00:10Z").await;
    let post = night.world.store.open_posts().await.expect("read").remove(0);
    let left = app::ports::BoardPost {
        version: post.version + 1,
        state: PostState::Intended,
        message: None,
        shown_at: None,
        leased_until: Some(at("2026-11-24T00:03:00Z")),
        ..post.clone()
    };
    night.world.store.put_post(left, post.version).await.expect("written");
    night.restart();
    assert_eq!(words(&night.until("2026-11-24T00:02:50Z").await), Vec::<String>::new());
    assert_eq!(words(&night.until("2026-11-24T00:03:00Z").await), ["find 1 found", "edit 1 done"]);
}

#[tokio::test]
async fn a_deleted_message_is_posted_anew() {
    let night = Night::with("2026-11-24T00:00:00Z", draft()).await;
    night.until("2026-11-24T00:30:00Z").await;
    night.wall.strip();
    let deeds = night.until("2026-11-24T02:10:00Z").await;
    assert_eq!(words(&deeds), ["edit 1 gone", "find - nothing", "post 2 done", "edit 2 done"]);
}

#[tokio::test]
async fn where_nothing_can_be_changed_any_more_the_summary_is_a_message_of_its_own() {
    let night = Night::with("2026-11-24T03:30:00Z", draft()).await;
    night.until("2026-11-24T03:30:00Z").await;
    night.wall.fix();
    let deeds = night.until("2026-11-24T07:00:00Z").await;
    assert_eq!(words(&deeds), ["edit 1 fixed", "edit 1 fixed", "edit 1 fixed", "post 2 done"]);
    assert!(deeds[3].page.closing);
}

#[tokio::test]
async fn what_fails_is_tried_again_with_growing_pauses() {
    let night = Night::with("2026-11-24T00:00:00Z", draft()).await;
    for whim in [Whim::Away, Whim::Away, Whim::Panics, Whim::Away] {
        night.wall.then(whim);
    }
    let deeds = night.until("2026-11-24T00:20:00Z").await;
    assert_eq!(words(&deeds)[..2], ["post - away", "find - away"]);
    assert_eq!(words(&deeds)[4..], ["find - nothing", "post 1 done"]);
    let times: Vec<_> = deeds.iter().map(|deed| deed.page.updated_at).collect();
    let pauses: Vec<_> = times.windows(2).take(4).map(|pair| pair[1].since(pair[0])).collect();
    assert!(pauses.is_sorted() && pauses[3] >= Duration::from_seconds(40), "{pauses:?}");
}

/// Someone may mend it before the window ends.
#[tokio::test]
async fn what_is_refused_for_good_is_tried_seldom() {
    let night = Night::with("2026-11-24T00:00:00Z", draft()).await;
    (0..100).for_each(|_| night.wall.then(Whim::Refused));
    let deeds = night.until("2026-11-24T02:00:00Z").await;
    assert!((6..=8).contains(&deeds.len()), "{}", deeds.len());
    let post = night.world.store.open_posts().await.expect("read").remove(0);
    assert_eq!(post.last_answer.as_deref(), Some("the wall is closed to us"));
}

#[tokio::test]
async fn a_channel_that_is_gone_is_waited_for() {
    let night = Night::with("2026-11-24T00:00:00Z", draft()).await;
    night.world.channels.remove("wall");
    assert_eq!(night.until("2026-11-24T00:30:00Z").await, []);
    let post = night.world.store.open_posts().await.expect("read").remove(0);
    assert_eq!(post.last_answer.as_deref(), Some("channel wall is gone, switched off, or shows no boards"));
    let wall = night.world.channels.add_wall("wall");
    night.until("2026-11-24T01:00:00Z").await;
    assert_eq!(wall.notes().len(), 1);
}

#[tokio::test]
async fn of_two_processes_one_posts() {
    let night = Night::with("2026-11-23T23:59:59Z", draft()).await;
    let other = night.world.restarted();
    let other_keeper = BoardKeeper::new(other.app.clone());
    for _ in 0..400 {
        night.world.advance(60);
        let (one, two) = tokio::join!(
            app::roles::Role::run_once(&night.keeper),
            app::roles::Role::run_once(&other_keeper)
        );
        one.and(two).expect("kept");
    }
    let deeds = night.wall.take_deeds();
    assert_eq!((deeds.len(), night.wall.notes().len()), (7, 1), "{:?}", words(&deeds));
}

#[tokio::test]
async fn changed_hours_end_the_post_of_the_old_window_and_begin_another() {
    let night = Night::with("2026-11-24T01:00:00Z", draft()).await;
    night.until("2026-11-24T01:10:00Z").await;
    let later = BoardDraft { start: "01:00".to_owned(), end: "09:00".to_owned(), ..draft() };
    night.app().replace_board(&admin(), "night", later, None).await.expect("changed");
    let deeds = night.until("2026-11-24T01:11:00Z").await;
    assert_eq!(words(&deeds).len(), 2, "{:?}", words(&deeds));
    assert!(deeds.iter().any(|deed| deed.page.closing && deed.note == Some(1)));
    assert!(deeds.iter().any(|deed| !deed.page.closing && deed.note == Some(2)));
}

#[tokio::test]
async fn another_end_is_the_end_of_the_same_post() {
    let night = Night::with("2026-11-24T01:00:00Z", draft()).await;
    night.until("2026-11-24T01:10:00Z").await;
    let longer = BoardDraft { end: "09:00".to_owned(), ..draft() };
    night.app().replace_board(&admin(), "night", longer, None).await.expect("changed");
    let deeds = night.until("2026-11-24T10:00:00Z").await;
    assert_eq!((deeds.len(), night.wall.notes().len()), (8, 1));
    assert_eq!(deeds[7].page.updated_at, at("2026-11-24T09:00:00Z"));
}

#[tokio::test]
async fn another_channel_gets_a_message_of_its_own() {
    let night = Night::with("2026-11-24T01:00:00Z", draft()).await;
    night.until("2026-11-24T01:10:00Z").await;
    let other = night.world.channels.add_wall("other");
    let moved = BoardDraft { channel: "other".to_owned(), ..draft() };
    night.app().replace_board(&admin(), "night", moved, None).await.expect("changed");
    assert_eq!(night.until("2026-11-24T02:10:00Z").await, []);
    assert_eq!(words(&other.take_deeds()), ["post 1 done", "edit 1 done"]);
}

#[tokio::test]
async fn a_deleted_board_is_edited_no_more() {
    let night = Night::with("2026-11-24T01:00:00Z", draft()).await;
    night.until("2026-11-24T01:10:00Z").await;
    night.app().delete_board(&admin(), "night", None).await.expect("deleted");
    assert_eq!(night.until("2026-11-24T12:00:00Z").await, []);
    night.world.advance(86_400);
    night.keep().await;
    assert!(night.world.store.open_posts().await.expect("read").is_empty());
}

/// It is the other's to show and to close.
#[tokio::test]
async fn a_board_of_another_processs_configuration_is_left_alone() {
    let (_, board) = draft().check().expect("good");
    let boards = vec![ConfiguredBoard { name: "default".to_owned(), board }];
    let world = World::with(|_| {}, Settings { boards, ..Settings::default() });
    world.clock.advance(at("2026-11-24T01:00:00Z").since(world.now()));
    let wall = world.channels.add_wall("wall");
    let (knows, knows_not) = (BoardKeeper::new(world.app.clone()), BoardKeeper::new(world.restarted().app));
    for _ in 0..6 {
        for keeper in [&knows_not, &knows] {
            app::roles::Role::run_once(keeper).await.expect("kept");
        }
        world.advance(3600);
    }
    let deeds = wall.take_deeds();
    assert_eq!((deeds.len(), wall.notes().len()), (6, 1), "{:?}", words(&deeds));
    assert!(deeds[5].page.closing);
}

#[tokio::test]
async fn it_can_be_posted_now_while_its_window_is_open() {
    let night = Night::with("2026-11-24T01:20:00Z", draft()).await;
    night.world.register("job", of_service("billing")).await;
    let post = night.app().post_board(&admin(), "night").await.expect("posted");
    assert_eq!((post.state, post.message.as_deref()), (PostState::Posted, Some("note 1")));
    night.world.advance(600);
    night.world.report("job", Status::Completed).await;
    let post = night.app().post_board(&admin(), "night").await.expect("edited");
    assert_eq!(post.shown_at, Some(at("2026-11-24T01:30:00Z")));
    assert_eq!(night.wall.notes()[0].as_ref().expect("there").counts.completed, 1);
    assert_eq!(words(&night.wall.take_deeds()), ["post 1 done", "edit 1 done"]);
    night.world.advance(5 * 3600);
    let shut = night.app().post_board(&admin(), "night").await.expect_err("shut").to_string();
    assert_eq!(shut, "Board night has no open window now: its next begins 2026-11-25T00:00:00.000Z");
}

#[tokio::test]
async fn old_posts_are_forgotten() {
    let night = Night::with("2026-11-24T01:00:00Z", draft()).await;
    night.until("2026-11-24T07:00:00Z").await;
    let janitor = app::roles::Janitor::new(night.app().clone());
    let there = || async {
        let start = at("2026-11-24T00:00:00Z");
        let project = domain::ProjectId::default_project();
        let board = night.app().board(&admin(), "night").await.expect("there").id;
        night.world.store.post_of(&project, &board, start).await.expect("read").is_some()
    };
    app::roles::Role::run_once(&janitor).await.expect("tidied");
    assert!(there().await);
    night.world.advance(31 * 86_400);
    app::roles::Role::run_once(&janitor).await.expect("tidied");
    assert!(!there().await);
}
