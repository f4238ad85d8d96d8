//! Keys: shown once, recognised by their hash, rotated with an overlap, useless at once when revoked.

use app::ports::{AuditQuery, Role};
use app::{AppError, Caller, ConfiguredKeys, Issued, NewKey, Settings};
use domain::{Duration, ProjectId};
use testkit::fixtures::start;

use crate::world::{World, admin, limited, states};

fn new_key(role: Role) -> NewKey {
    let services = if role == Role::ServiceOwner { vec!["billing".to_owned()] } else { Vec::new() };
    NewKey { name: "ci".to_owned(), role, services, expires_at: None, project: None }
}

async fn make(world: &World, new: NewKey) -> Issued {
    world.app.create_key(&admin(), new).await.expect("made")
}

async fn bearer(world: &World, secret: &str) -> Option<Caller> {
    world.app.authenticate(secret).await.expect("asked")
}

#[tokio::test]
async fn a_key_is_known_by_what_was_shown_once() {
    let world = World::new();
    let issued = make(&world, new_key(Role::ServiceOwner)).await;
    let caller = bearer(&world, &issued.secret).await.expect("known");
    assert_eq!((caller.role, caller.actor.as_str()), (Role::ServiceOwner, issued.record.id.as_str()));
    assert!(issued.secret.starts_with(&issued.record.prefix) && !issued.record.hash.contains(&issued.secret));
    assert!(!format!("{issued:?}").contains(&issued.secret));
    for wrong in ["", "pun_", &issued.secret[1..], &format!("{}x", issued.secret), &"é".repeat(21)] {
        assert_eq!(bearer(&world, wrong).await, None, "{wrong}");
    }
}

#[tokio::test]
async fn a_revoked_key_is_useless_at_once_here_and_a_second_later_elsewhere() {
    let world = World::new();
    let other = world.restarted();
    let issued = make(&world, new_key(Role::Viewer)).await;
    for world in [&world, &other] {
        assert!(bearer(world, &issued.secret).await.is_some());
    }
    world.app.revoke_key(&admin(), &issued.record.id).await.expect("revoked");
    world.app.revoke_key(&admin(), &issued.record.id).await.expect("twice is once");
    assert_eq!(bearer(&world, &issued.secret).await, None);
    assert!(bearer(&other, &issued.secret).await.is_some(), "looked up a moment ago");
    world.advance(1);
    assert_eq!(bearer(&other, &issued.secret).await, None);
}

#[tokio::test]
async fn a_rotated_key_works_beside_its_successor_for_the_overlap() {
    let world = World::new();
    let old = make(&world, new_key(Role::Reporter)).await;
    let new = world.app.rotate_key(&admin(), &old.record.id, Duration::HOUR).await.expect("rotated");
    assert_eq!((new.record.role, new.record.expires_at), (Role::Reporter, None));
    world.advance(3599);
    assert!(bearer(&world, &old.secret).await.is_some() && bearer(&world, &new.secret).await.is_some());
    world.advance(1);
    assert!(bearer(&world, &old.secret).await.is_none() && bearer(&world, &new.secret).await.is_some());
    let again = world.app.rotate_key(&admin(), &old.record.id, Duration::HOUR).await;
    assert!(matches!(again, Err(AppError::Rejected(_))), "what is expired is not rotated");
}

#[tokio::test]
async fn rotating_and_revoking_at_once_never_brings_a_key_back() {
    let world = World::new();
    for _ in 0..20 {
        let key = make(&world, new_key(Role::Reporter)).await;
        let (caller, id) = (admin(), key.record.id.clone());
        let rotate = world.app.rotate_key(&caller, &id, Duration::HOUR);
        let revoke = world.app.revoke_key(&caller, &id);
        let (_, revoked) = tokio::join!(rotate, revoke);
        assert_eq!((revoked, bearer(&world, &key.secret).await), (Ok(()), None));
    }
}

#[tokio::test]
async fn an_expired_key_is_unknown() {
    let world = World::new();
    let expires_at = Some(start() + Duration::MINUTE);
    let issued = make(&world, NewKey { expires_at, ..new_key(Role::Viewer) }).await;
    assert!(bearer(&world, &issued.secret).await.is_some());
    world.advance(60);
    assert_eq!(bearer(&world, &issued.secret).await, None);
}

#[tokio::test]
async fn configured_keys_are_administrators_of_the_first_project_and_stored_nowhere() {
    let settings = Settings { keys: ConfiguredKeys::new(["short", "another"]), ..Settings::default() };
    let world = World::with(|_| {}, settings);
    let caller = bearer(&world, "another").await.expect("known");
    assert_eq!((caller.role, caller.actor.as_str()), (Role::Admin, "configured key 2"));
    assert_eq!(world.app.list_keys(&caller).await, Ok(vec![]));
    assert_eq!(world.app.first_key().await, Ok(None), "there is a way in already");
}

#[tokio::test]
async fn the_first_key_is_made_once() {
    let world = World::new();
    let first = world.app.first_key().await.expect("asked").expect("made");
    assert_eq!(bearer(&world, &first.secret).await.expect("known").role, Role::Admin);
    assert_eq!(world.restarted().app.first_key().await, Ok(None));
    assert_eq!(states(&world.app.list_keys(&admin()).await.expect("listed")), [true]);
}

#[tokio::test]
async fn only_an_administrator_handles_keys_and_only_those_of_its_project() {
    let world = World::new();
    let key = make(&world, new_key(Role::Viewer)).await;
    for role in [Role::Viewer, Role::Reporter, Role::ServiceOwner] {
        let caller = limited(role, &[]);
        assert!(matches!(world.app.list_keys(&caller).await, Err(AppError::Forbidden(_))));
        assert!(matches!(world.app.create_key(&caller, new_key(role)).await, Err(AppError::Forbidden(_))));
        let revoked = world.app.revoke_key(&caller, &key.record.id).await;
        assert!(matches!(revoked, Err(AppError::Forbidden(_))));
    }
    let shop = ProjectId::trusted("shop");
    let foreign = Caller::local(shop.clone());
    assert!(matches!(
        world.app.revoke_key(&foreign, &key.record.id).await,
        Err(AppError::NotFound { what: "API key", .. })
    ));
    let elsewhere = NewKey { project: Some(shop.clone()), ..new_key(Role::Viewer) };
    let unknown = world.app.create_key(&admin(), elsewhere.clone()).await;
    assert!(matches!(unknown, Err(AppError::NotFound { what: "project", .. })));
    world.app.put_project(&admin(), shop.clone(), "Shop".to_owned(), None).await.expect("made");
    assert_eq!(make(&world, elsewhere).await.record.project, shop);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_every_problem() {
    let world = World::new();
    let new = NewKey {
        name: String::new(),
        role: Role::ServiceOwner,
        services: Vec::new(),
        expires_at: Some(start()),
        project: None,
    };
    let Err(AppError::Rejected(domain::Rejection::Invalid(problems))) =
        world.app.create_key(&admin(), new).await
    else {
        panic!("not refused")
    };
    let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["name", "services", "expires_at"]);
}

#[tokio::test]
async fn who_changed_which_key_is_written_down_without_the_key() {
    let world = World::new();
    let key = make(&world, new_key(Role::Reporter)).await;
    world.app.rotate_key(&admin(), &key.record.id, Duration::HOUR).await.expect("rotated");
    world.app.revoke_key(&admin(), &key.record.id).await.expect("revoked");
    let query = AuditQuery { subject: Some(key.record.id.to_string()), limit: 10, cursor: None };
    let log = world.app.audit_log(&admin(), &query).await.expect("log").items;
    let actions: Vec<&str> = log.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["key.revoke", "key.rotate", "key.create"]);
    assert!(!format!("{log:?}").contains(&key.secret));
}
