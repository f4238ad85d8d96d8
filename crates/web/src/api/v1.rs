//! Version 1 of the API, as CONTRACT has it. Paths are relative to the prefix.

mod api_keys;
mod audit;
mod boards;
mod bulk;
mod channels;
mod deliveries;
mod incidents;
mod ingest_problems;
mod maintenance;
mod members;
mod projects;
mod rules;
mod schedulers;
mod schedules;

use axum::routing::MethodRouter;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::WebState;

/// Every route, with its description.
pub(crate) fn routes() -> OpenApiRouter<WebState> {
    OpenApiRouter::default()
        .merge(of_schedulers())
        .merge(of_alerts())
        .merge(of_alerting())
        .merge(of_boards())
        .merge(of_administrators())
}

fn of_schedulers() -> OpenApiRouter<WebState> {
    OpenApiRouter::default()
        .routes(routes!(schedulers::list::list, schedulers::register::create))
        .routes(routes!(schedulers::register::register))
        .route("/schedulers/register", called_register())
        .routes(routes!(schedulers::get::get, schedulers::patch::patch, schedulers::delete::delete))
        .routes(routes!(schedulers::status::put, schedulers::status::post))
        .routes(routes!(schedulers::heartbeat::post))
        .routes(routes!(schedulers::history::history))
        .routes(routes!(schedulers::output::output))
        .routes(routes!(schedulers::runs::runs))
        .routes(routes!(schedulers::events::events))
        .routes(routes!(schedulers::pause::put, schedulers::pause::delete))
        .routes(routes!(bulk::reports))
        .routes(routes!(bulk::heartbeats))
        .routes(routes!(schedules::preview::preview))
        .routes(routes!(ingest_problems::list::list))
}

/// A scheduler may be called `register`: the word in the path is then its id.
fn called_register() -> MethodRouter<WebState> {
    axum::routing::get(schedulers::get::get)
        .patch(schedulers::patch::patch)
        .delete(schedulers::delete::delete)
}

fn of_alerting() -> OpenApiRouter<WebState> {
    OpenApiRouter::default()
        .routes(routes!(channels::read::list, channels::change::create))
        .routes(routes!(channels::read::get, channels::change::replace, channels::change::delete))
        .routes(routes!(channels::test::test))
        .routes(routes!(channels::test::enable))
}

fn of_boards() -> OpenApiRouter<WebState> {
    OpenApiRouter::default()
        .routes(routes!(boards::list::list, boards::create::create))
        .routes(routes!(boards::get::get, boards::put::put, boards::delete::delete))
        .routes(routes!(boards::page::page))
        .routes(routes!(boards::post::post))
}

fn of_alerts() -> OpenApiRouter<WebState> {
    OpenApiRouter::default()
        .routes(routes!(incidents::list::list))
        .routes(routes!(incidents::get::get))
        .routes(routes!(incidents::acknowledgement::put, incidents::acknowledgement::delete))
        .routes(routes!(rules::list::list, rules::create::create))
        .routes(routes!(rules::get::get, rules::replace::replace, rules::delete::delete))
        .routes(routes!(schedulers::route::route))
        .routes(routes!(maintenance::list::list, maintenance::create::create))
        .routes(routes!(maintenance::get::get, maintenance::replace::replace, maintenance::delete::delete))
}

fn of_administrators() -> OpenApiRouter<WebState> {
    OpenApiRouter::default()
        .routes(routes!(api_keys::create::create, api_keys::list::list))
        .routes(routes!(api_keys::rotate::rotate))
        .routes(routes!(api_keys::revoke::revoke))
        .routes(routes!(projects::list::list))
        .routes(routes!(projects::put::put))
        .routes(routes!(audit::list::list))
        .routes(routes!(members::list::list))
        .routes(routes!(deliveries::list::list))
        .routes(routes!(deliveries::retry::retry))
}
