//! Projects do not see each other, and a key that is limited to services stays within them.

use app::ports::{Filter, HistoryQuery, Role};
use app::{App, AppError, AppResult, Caller};
use domain::{ConfigChange, ProjectId, Rejection, Report, Status};
use testkit::fixtures::{registration, report};

use crate::world::{World, limited, name, of_service, whole_list};

fn is_forbidden<T>(answer: AppResult<T>) -> bool {
    answer.err().is_some_and(|error| matches!(error, AppError::Forbidden(_)))
}

async fn history(app: &App, caller: &Caller, id: &str) -> AppResult<usize> {
    let query = HistoryQuery { from: None, to: None, status: None, system: true, limit: 10, cursor: None };
    Ok(app.history(caller, name(id), &query).await?.items.len())
}

async fn world_of_two() -> World {
    let world = World::new();
    world.register("bill", of_service("billing")).await;
    world.register("ship", of_service("shipping")).await;
    world
}

#[tokio::test]
async fn another_projects_scheduler_is_not_there() {
    let world = world_of_two().await;
    let shop = Caller::local(ProjectId::trusted("shop"));
    let seen = world.app.scheduler(&shop, name("bill")).await;
    assert!(matches!(seen, Err(AppError::Rejected(Rejection::NotFound(_)))));
    let told = world.app.report(&shop, name("bill"), report(Status::Failed, world.now())).await;
    assert!(matches!(told, Err(AppError::NotRegistered(_))));
    assert!(matches!(
        world.app.delete(&shop, name("bill")).await,
        Err(AppError::Rejected(Rejection::NotFound(_)))
    ));
    assert_eq!(world.app.schedulers(&shop, whole_list(world.now())).await.expect("list").items.len(), 0);
    let created = world.app.register(&shop, name("bill"), registration()).await.expect("registered").created;
    assert!(created, "the same name in another project is another scheduler");
    let totals = world.app.project_totals(&shop).await.expect("totals").expect("counted");
    assert_eq!((totals.all, world.app.totals().await.expect("totals").all), (1, 3));
}

#[tokio::test]
async fn a_key_does_what_its_role_may_and_no_more() {
    let world = world_of_two().await;
    let (app, id) = (&world.app, || name("bill"));
    let said = || report(Status::Completed, world.now());
    let viewer = limited(Role::Viewer, &[]);
    assert!(app.scheduler(&viewer, id()).await.is_ok());
    assert!(is_forbidden(app.register(&viewer, id(), registration()).await));
    assert!(is_forbidden(app.report(&viewer, id(), said()).await));
    assert!(is_forbidden(app.heartbeat(&viewer, id(), None, world.now()).await));
    let reporter = limited(Role::Reporter, &[]);
    assert!(app.register(&reporter, id(), of_service("billing")).await.is_ok());
    assert!(app.report(&reporter, id(), said()).await.is_ok());
    assert!(app.heartbeat(&reporter, id(), None, world.now()).await.is_ok());
    assert!(is_forbidden(app.patch(&reporter, id(), registration(), None).await));
    assert!(is_forbidden(app.pause(&reporter, id(), None).await));
    assert!(is_forbidden(app.resume(&reporter, id()).await));
    assert!(is_forbidden(app.acknowledge(&reporter, id(), true).await));
    assert!(is_forbidden(app.delete(&reporter, id()).await));
    let owner = limited(Role::ServiceOwner, &["billing"]);
    assert!(app.pause(&owner, id(), None).await.is_ok());
    assert!(app.resume(&owner, id()).await.is_ok());
    assert!(app.delete(&owner, id()).await.is_ok());
    assert!(is_forbidden(app.delete(&owner, name("ship")).await));
    let query = app::ports::DeliveryQuery { limit: 10, ..app::ports::DeliveryQuery::default() };
    assert!(is_forbidden(app.deliveries(&owner, &query).await));
}

#[tokio::test]
async fn a_limited_key_cannot_register_into_a_foreign_service() {
    let world = world_of_two().await;
    let reporter = limited(Role::Reporter, &["billing"]);
    assert!(world.app.register(&reporter, name("new"), of_service("billing")).await.is_ok());
    assert!(is_forbidden(world.app.register(&reporter, name("alien"), of_service("shipping")).await));
    assert!(!world.loaded("alien").await.scheduler.is_born());
    assert!(is_forbidden(world.app.register(&reporter, name("ship"), of_service("billing")).await));
    assert_eq!(world.view("ship").await.scheduler.config.service_name, "shipping");
}

#[tokio::test]
async fn a_scheduler_moves_only_between_services_that_the_key_may_both_write() {
    let world = world_of_two().await;
    let to = |service: &str| Report {
        service_name: Some(service.to_owned()),
        ..report(Status::Completed, world.now())
    };
    let one = limited(Role::Reporter, &["billing"]);
    let both = limited(Role::Reporter, &["billing", "shipping"]);
    let patch = ConfigChange { service_name: Some("shipping".to_owned()), ..ConfigChange::default() };
    assert!(is_forbidden(world.app.report(&one, name("bill"), to("shipping")).await));
    assert!(is_forbidden(world.app.register(&one, name("bill"), of_service("shipping")).await));
    let owner = limited(Role::ServiceOwner, &["billing"]);
    assert!(is_forbidden(world.app.patch(&owner, name("bill"), patch, None).await));
    assert_eq!(world.kinds("bill").await, ["registered"], "nothing of a refused report stays");
    world.app.report(&both, name("bill"), to("shipping")).await.expect("moved");
    assert_eq!(world.view("bill").await.scheduler.config.service_name, "shipping");
}

#[tokio::test]
async fn a_limited_key_reads_its_services_only() {
    let world = world_of_two().await;
    let viewer = limited(Role::Viewer, &["billing"]);
    let list = world.app.schedulers(&viewer, whole_list(world.now())).await.expect("list").items;
    assert_eq!(list.iter().map(|it| it.scheduler.key.id.as_str()).collect::<Vec<_>>(), ["bill"]);
    let mut query = whole_list(world.now());
    query.filter.services = Some(vec!["shipping".to_owned()]);
    let list = world.app.schedulers(&viewer, query).await.expect("list").items;
    assert_eq!(list.len(), 1, "what a query says of services does not widen what is seen");
    assert_eq!(history(&world.app, &viewer, "bill").await, Ok(0));
    assert!(is_forbidden(history(&world.app, &viewer, "ship").await));
    assert!(is_forbidden(world.app.scheduler(&viewer, name("ship")).await));
    assert!(is_forbidden(world.app.events(&viewer, name("ship"), 0, 10).await));
    assert_eq!(world.app.count(&viewer, &Filter::default(), world.now()).await, Ok(None));
    assert_eq!(world.app.project_totals(&viewer).await, Ok(None));
}

#[tokio::test]
async fn a_cursor_that_was_never_given_is_the_askers_mistake() {
    let world = world_of_two().await;
    let query = app::ports::ListQuery { cursor: Some("x".to_owned()), ..whole_list(world.now()) };
    assert_eq!(world.app.schedulers(&crate::world::admin(), query).await.err(), Some(AppError::BadCursor));
}
