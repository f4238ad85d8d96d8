//! Escalation set for the whole server, also for incidents that were open before it was set.

use std::sync::Arc;

use app::Settings;
use app::roles::{Evaluator, Role as _, Router};
use domain::config::Escalation;
use domain::{Defaults, Duration, Status};
use testkit::fixtures::registration;

use super::heard;
use crate::world::{World, app_on};

#[tokio::test]
async fn a_step_set_at_a_start_is_taken_for_incidents_that_were_open_before() {
    let world = World::new();
    world.channels.add("slack", true);
    world.channels.add("lead", false);
    world.register("job", registration()).await;
    world.report("job", Status::Failed).await;
    world.route().await;
    let step = Escalation { after: Duration::from_minutes(15), channels: vec!["lead".to_owned()] };
    let defaults = Defaults { escalation: Arc::new([step]), ..Defaults::default() };
    let settings = Settings { defaults, ..Settings::default() };
    let app = app_on(&world.store, world.clock.clone(), &world.channels, |_| {}, settings);
    app.make_ready().await.expect("ready");
    world.advance(15 * 60);
    Evaluator(app.clone()).run_once().await.expect("evaluated");
    Router::new(app).run_once().await.expect("routed");
    assert_eq!(heard(&world, "lead").await, ["escalated job"]);
    assert_eq!(heard(&world, "slack").await, ["opened job"]);
}
