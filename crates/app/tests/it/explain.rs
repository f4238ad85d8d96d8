//! What is explained of a route is what the router does.

use app::explain::{By, Hearer, Step};
use app::ports::Channel;
use app::{AppError, Draft};
use domain::config::Escalation;
use domain::maintenance::When;
use domain::{Cause, ConfigChange, Duration, Patch, QuietHours, Rule, Selector, Severity, Status, Window};
use std::sync::Arc;
use testkit::ScriptedNotifier;
use testkit::fixtures::registration;

use crate::world::{World, admin, name};

/// A world with the default channels `a` and `b`; `c`; `quiet` until 09:00; and `off`, which is switched off.
fn world() -> World {
    let world = World::new();
    world.channels.add("a", true);
    world.channels.add("b", true);
    world.channels.add("c", false);
    let hours = r#"{"timezone":"UTC","from":"07:00:00","until":"09:00:00"}"#;
    let hours: QuietHours = serde_json::from_str(hours).expect("quiet hours");
    let quiet = Channel { quiet: Some(hours), ..Channel::new("quiet", "scripted", false) };
    let off = Channel { disabled: Some("revoked".to_owned()), ..Channel::new("off", "scripted", false) };
    for channel in [quiet, off] {
        world.channels.list(admin().project, channel, Arc::new(ScriptedNotifier::willing()));
    }
    world
}

async fn rule(world: &World, name: &str, rule: Rule) {
    world.app.create_rule(&admin(), Draft { name: name.to_owned(), body: rule }).await.expect("a rule");
}

fn to(channels: &[&str]) -> Rule {
    Rule { channels: owned(channels), ..Rule::default() }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The opening of a failure, as it is explained.
async fn explained(world: &World) -> Step {
    let route = world.app.explain(&admin(), name("job")).await.expect("explained");
    assert_eq!(route.causes[0].cause, Cause::Failing);
    route.causes[0].steps[0].clone()
}

/// Who is told at once when it fails, and who later.
async fn told(world: &World) -> (Vec<String>, Vec<String>) {
    world.report("job", Status::Failed).await;
    world.route().await;
    let now: Vec<String> = world.deliveries().await.iter().map(|it| it.channel.to_string()).collect();
    world.advance(3601);
    world.route().await;
    let all = world.deliveries().await.iter().map(|it| it.channel.to_string()).collect::<Vec<_>>();
    let later = all.into_iter().filter(|channel| !now.contains(channel)).collect();
    (sorted(now), later)
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names
}

fn named(hearers: &[Hearer], quiet: bool) -> Vec<String> {
    let these = hearers.iter().filter(|it| it.quiet_until.is_some() == quiet);
    sorted(these.map(|it| it.channel.to_string()).collect())
}

#[tokio::test]
async fn what_is_explained_is_what_is_routed() {
    let own = |names: &[&str]| ConfigChange { channels: Patch::Set(owned(names)), ..registration() };
    let critical = |change: ConfigChange| ConfigChange { severity: Patch::Set(Severity::Critical), ..change };
    for (change, rules, by) in [
        (registration(), vec![], By::Defaults),
        (own(&["c"]), vec![to(&["a"])], By::Own),
        (own(&["c", "gone", "quiet"]), vec![], By::Own),
        (critical(own(&["quiet"])), vec![], By::Own),
        (own(&["off"]), vec![], By::Own),
        (own(&["gone"]), vec![], By::Own),
        (own(&[]), vec![], By::Own),
        (registration(), vec![to(&["c"]), to(&["quiet", "a"])], By::Rules(owned(&["rule 0", "rule 1"]))),
        (registration(), vec![Rule { last: true, ..to(&["c"]) }, to(&["a"])], By::Rules(owned(&["rule 0"]))),
        (registration(), vec![Rule { causes: vec![Cause::Missed], ..to(&["c"]) }], By::Defaults),
        (registration(), vec![Rule { severity: Some(Severity::Critical), ..to(&["c"]) }], By::Defaults),
        (
            critical(registration()),
            vec![Rule { severity: Some(Severity::Critical), ..to(&["off"]) }],
            By::Rules(owned(&["rule 0"])),
        ),
    ] {
        let world = world();
        for (number, one) in rules.into_iter().enumerate() {
            rule(&world, &format!("rule {number}"), one).await;
        }
        world.register("job", change).await;
        let step = explained(&world).await;
        assert_eq!(step.by, by);
        let (now, later) = told(&world).await;
        assert_eq!((named(&step.hearers, false), named(&step.hearers, true)), (now, later), "{step:?}");
    }
}

#[tokio::test]
async fn names_that_mean_nothing_and_channels_that_are_off_are_pointed_out() {
    let world = world();
    let change = ConfigChange { channels: Patch::Set(owned(&["off", "gone"])), ..registration() };
    world.register("job", change).await;
    let step = explained(&world).await;
    assert_eq!(step.unknown, ["gone"]);
    let said: Vec<_> =
        step.hearers.iter().map(|it| (it.name.as_str(), it.stands_in, it.disabled.as_deref())).collect();
    assert_eq!(said, [("a", true, None), ("b", true, None), ("off", false, Some("revoked"))]);
}

#[tokio::test]
async fn steps_of_the_escalation_follow_the_opening() {
    let world = world();
    let step = |minutes, channel: &str| Escalation {
        after: Duration::from_minutes(minutes),
        channels: owned(&[channel]),
    };
    let change =
        ConfigChange { escalation: Patch::Set(vec![step(10, "c"), step(30, "quiet")]), ..registration() };
    world.register("job", change).await;
    let route = world.app.explain(&admin(), name("job")).await.expect("explained");
    for cause in &route.causes {
        let steps: Vec<_> =
            cause.steps.iter().map(|step| (step.after, step.by.as_str(), step.hearers.len())).collect();
        let after = |minutes| Some(Duration::from_minutes(minutes));
        assert_eq!(
            steps,
            [(None, "defaults", 2), (after(10), "escalation", 1), (after(30), "escalation", 1)]
        );
    }
}

#[tokio::test]
async fn maintenance_is_named_as_long_as_it_holds() {
    let world = world();
    world.register("job", registration()).await;
    let window = |service: &str, minutes| {
        let when = When::Once { from: world.now(), until: world.now() + Duration::from_minutes(minutes) };
        let selector = Selector { services: owned(&[service]), ..Selector::default() };
        Draft { name: format!("{service} {minutes}"), body: Window { selector, when } }
    };
    for draft in [window("billing", 10), window("billing", 20), window("shop", 90)] {
        world.app.create_window(&admin(), draft).await.expect("a window");
    }
    let maintenance =
        || async { world.app.explain(&admin(), name("job")).await.expect("explained").maintenance };
    let held = maintenance().await.expect("maintenance");
    assert_eq!(
        (held.until, held.windows),
        (world.now() + Duration::from_minutes(20), owned(&["billing 10", "billing 20"]))
    );
    world.advance(20 * 60);
    assert_eq!(maintenance().await, None);
}

#[tokio::test]
async fn a_scheduler_that_is_not_there_has_no_route() {
    let refused = world().app.explain(&admin(), name("job")).await;
    assert!(matches!(refused, Err(AppError::Rejected(domain::Rejection::NotFound(_)))), "{refused:?}");
}
