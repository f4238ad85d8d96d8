//! What jobs sent in vain is counted for those who can mend it; an address is one scheduler's; a ping key is one
//! project's.

use app::AppError;
use app::ingest::Vain;
use app::ports::{Access, IngestProblem, Observation, Role};
use domain::{ConfigChange, Instant, Patch, PingId, ProjectId};
use testkit::fixtures::{audit, registration, start};

use crate::trouble::Trouble;
use crate::world::{World, admin, limited, name};
use crate::write_path::troubled;

fn vain<'a>(project: Option<&'a ProjectId>, subject: &'a str, sample: &'a str) -> Vain<'a> {
    Vain { project, dialect: "ping", problem: "unknown_address", subject, sample }
}

async fn problems(world: &World) -> Vec<IngestProblem> {
    world.app.ingest_problems(&admin()).await.expect("listed")
}

fn detail(error: &AppError) -> String {
    let AppError::Rejected(domain::Rejection::Invalid(problems)) = error else { panic!("{error:?}") };
    let told: Vec<String> =
        problems.iter().map(|problem| format!("{} {}", problem.field, problem.problem)).collect();
    told.join("")
}

#[tokio::test]
async fn what_came_in_vain_is_added_up_and_told_to_its_project() {
    let world = World::new();
    let other = ProjectId::trusted("other");
    world.app.note_vain(vain(None, "backup", "first"));
    world.advance(60);
    world.app.note_vain(vain(None, "backup", "second"));
    world.app.note_vain(vain(Some(&other), "backup", "theirs"));
    let [problem] = problems(&world).await.try_into().expect("one problem");
    assert_eq!(
        problem,
        IngestProblem {
            project: ProjectId::default_project(),
            dialect: "ping".to_owned(),
            problem: "unknown_address".to_owned(),
            subject: "backup".to_owned(),
            count: 2,
            first_at: start(),
            last_at: world.now(),
            sample: "second".to_owned(),
        }
    );
    world.app.note_vain(vain(None, "backup", "third"));
    let [again] = problems(&world.restarted()).await.try_into().expect("still what was written");
    assert_eq!((again.count, again.sample.as_str()), (2, "second"));
    assert_eq!(problems(&world).await[0].count, 3, "asking writes what waits");
}

#[tokio::test]
async fn what_came_in_vain_is_written_down_within_seconds_and_forgotten_after_a_month() {
    let world = World::new();
    world.app.note_vain(vain(None, "backup", "x"));
    world.observe().await;
    let written = async || world.store.problems(&ProjectId::default_project()).await.expect("read").len();
    assert_eq!(written().await, 1);
    world.advance(30 * 86_400);
    let janitor = app::roles::Janitor::new(world.app.clone());
    app::roles::Role::run_once(&janitor).await.expect("swept");
    assert_eq!(written().await, 1);
    world.advance(1);
    app::roles::Role::run_once(&janitor).await.expect("swept");
    assert_eq!(written().await, 0);
}

#[tokio::test]
async fn what_came_in_vain_is_kept_short_and_in_bounds() {
    let world = World::new();
    world.app.note_vain(vain(None, &"é\n".repeat(300), &"long\u{1b}[31m".repeat(300)));
    let [problem] = problems(&world).await.try_into().expect("one problem");
    assert!(problem.subject.chars().count() <= 100 && problem.sample.chars().count() <= 500);
    assert!(!format!("{}{}", problem.subject, problem.sample).contains(char::is_control));
    for number in 0..3000 {
        world.app.note_vain(vain(None, &format!("job-{number}"), "x"));
    }
    world.app.note_vain(vain(None, "job-0", "x"));
    assert_eq!(problems(&world).await.len(), app::ports::PROBLEMS_MAX);
    assert_eq!(world.app.telemetry().ingest_problems.load(std::sync::atomic::Ordering::Relaxed), 3002);
}

#[tokio::test]
async fn of_a_secret_only_the_beginning_is_shown() {
    for (secret, shown) in [("", ""), ("abcdef", "abcdef"), ("abcdefg", "abcdef…"), ("éèêëēėę", "éèêëēė…")]
    {
        assert_eq!(Vain::token(secret), shown);
    }
}

#[tokio::test]
async fn problems_are_for_those_who_can_mend_them() {
    let world = World::new();
    for role in [Role::Viewer, Role::Reporter] {
        let answer = world.app.ingest_problems(&limited(role, &[])).await;
        assert!(matches!(answer, Err(AppError::Forbidden(_))), "{role:?}");
    }
    assert_eq!(world.app.ingest_problems(&limited(Role::ServiceOwner, &["billing"])).await, Ok(vec![]));
}

#[tokio::test]
async fn one_that_is_there_already_stays_as_it_is() {
    let world = World::new();
    let create = async |change| world.app.create_only(&admin(), name("job"), change).await;
    assert_eq!(create(registration()).await, Ok(true));
    let other = ConfigChange { job_name: Some("other".to_owned()), ..registration() };
    assert_eq!(create(other.clone()).await, Ok(false));
    assert_eq!(world.view("job").await.scheduler.config.job_name, "nightly");
    assert_eq!(world.kinds("job").await, ["registered"]);
    world.app.delete(&admin(), name("job")).await.expect("deleted");
    assert_eq!(create(other).await, Ok(true));
    let invalid = ConfigChange { job_name: Some(String::new()), ..registration() };
    let refused = world.app.create_only(&admin(), name("other"), invalid).await;
    assert!(matches!(refused, Err(AppError::Rejected(_))), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn of_two_that_make_the_same_scheduler_one_does() {
    let (world, store) = troubled();
    let there = world.restarted();
    let make = async |world: &World| world.app.create_only(&admin(), name("job"), registration()).await;
    let answers: [_; 2] = tokio::join!(make(&world), make(&there)).into();
    assert_eq!(answers.iter().filter(|answer| **answer == Ok(true)).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| **answer == Ok(false)).count(), 1, "{answers:?}");
    store.next([Trouble::AnswerLost]);
    let lost = world.app.create_only(&admin(), name("other"), registration()).await;
    assert_eq!(lost, Ok(true), "it was made by this very call");
}

#[tokio::test]
async fn an_address_that_is_anothers_is_refused_by_name() {
    let world = World::new();
    let aliased =
        |alias: &str| ConfigChange { aliases: Patch::Set(vec![alias.to_owned()]), ..registration() };
    world.register("job", ConfigChange { ping_id: Some(PingId::mint(1)), ..aliased("token-1") }).await;
    let ping_id = ConfigChange { ping_id: Some(PingId::mint(1)), ..registration() };
    for (change, told) in [
        (aliased("token-1"), "aliases names 'token-…', which is another scheduler's"),
        (aliased(PingId::mint(1).as_str()), "aliases names '000000…', which is another scheduler's"),
        (ping_id, "ping_id names '000000…', which is another scheduler's"),
    ] {
        let refused = world.app.register(&admin(), name("other"), change.clone()).await.expect_err("taken");
        assert_eq!(detail(&refused), told);
        world.register("job", change).await;
    }
    world.register("job", ConfigChange { aliases: Patch::Clear, ..registration() }).await;
    world.register("other", aliased("token-1")).await;
}

#[tokio::test]
async fn a_project_is_known_by_its_ping_key() {
    let world = World::new();
    world.app.make_ready().await.expect("ready");
    let first = world.app.projects(&admin()).await.expect("listed").remove(0);
    let of = async |world: &World, key: &str| {
        let project = world.app.project_of_ping_key(key).await.expect("looked up");
        project.map(|project| project.id.to_string())
    };
    assert_eq!(of(&world, &first.ping_key).await.as_deref(), Some("default"));
    let there = world.restarted();
    assert_eq!(of(&there, &first.ping_key).await.as_deref(), Some("default"));
    let put = world.app.put_project(&admin(), first.id, first.name, Some("another-key-1".to_owned())).await;
    assert_eq!(put.expect("changed").0.ping_key, "another-key-1");
    assert_eq!(of(&world, "another-key-1").await.as_deref(), Some("default"));
    for gone in ["", &first.ping_key, "ANOTHER-KEY-1"] {
        assert_eq!(of(&world, gone).await, None, "{gone}");
    }
    assert_eq!(of(&there, "another-key-1").await, None, "it looked a moment ago");
    world.advance(1);
    assert_eq!(of(&there, "another-key-1").await.as_deref(), Some("default"));
}

#[tokio::test]
async fn a_ping_key_belongs_to_one_project_and_a_number_too() {
    let world = World::new();
    world.app.make_ready().await.expect("ready");
    let put = async |id: &str, key: Option<&str>| {
        let key = key.map(str::to_owned);
        world.app.put_project(&admin(), ProjectId::trusted(id), "A project".to_owned(), key).await
    };
    let (shop, is_new) = put("shop", Some("key-of-the-shop")).await.expect("made");
    assert!(is_new);
    let (lab, _) = put("lab", None).await.expect("made");
    assert_eq!((shop.number, lab.number), (2, 3));
    assert_eq!(
        detail(&put("lab", Some("key-of-the-shop")).await.expect_err("taken")),
        "ping_key is another project's"
    );
    let (same, is_new) = put("shop", Some("key-of-the-shop")).await.expect("its own");
    assert!(!is_new);
    assert_eq!(same, shop);
    assert_eq!(put("lab", None).await.expect("renamed").0.ping_key, lab.ping_key);
}

#[tokio::test]
async fn a_start_gives_every_project_what_older_ones_lack() {
    let world = World::new();
    let old = |id: &str, created_at: Instant| app::ports::Project {
        id: ProjectId::trusted(id),
        name: id.to_owned(),
        created_at,
        ping_key: String::new(),
        number: 0,
    };
    let why = audit(start(), "project.put", "shop");
    world.store.put_project(old("shop", start()), why).await.expect("written");
    world.advance(60);
    world.app.make_ready().await.expect("ready");
    let projects = world.store.projects().await.expect("read");
    let numbers: Vec<u32> = projects.iter().map(|project| project.number).collect();
    let dates: Vec<Instant> = projects.iter().map(|project| project.created_at).collect();
    assert_eq!((numbers, dates), (vec![1, 2], vec![world.now(), start()]));
    assert_ne!(projects[0].ping_key, projects[1].ping_key);
    for project in &projects {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        assert!(project.ping_key.len() == 22 && project.ping_key.chars().all(good), "{}", project.ping_key);
    }
    world.restarted().app.make_ready().await.expect("ready");
    assert_eq!(world.store.projects().await, Ok(projects), "and only once");
}
