//! Version 1 of the API, as CONTRACT has it. Paths are relative to the prefix.

mod schedulers;

use axum::routing::MethodRouter;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::WebState;

/// Every route, with its description.
pub(crate) fn routes() -> OpenApiRouter<WebState> {
    OpenApiRouter::default()
        .routes(routes!(schedulers::list::list, schedulers::register::create))
        .routes(routes!(schedulers::register::register))
        .routes(routes!(schedulers::get::get, schedulers::patch::patch, schedulers::delete::delete))
        .route("/schedulers/register", called_register())
        .routes(routes!(schedulers::status::put, schedulers::status::post))
        .routes(routes!(schedulers::heartbeat::post))
        .routes(routes!(schedulers::history::history))
        .routes(routes!(schedulers::runs::runs))
        .routes(routes!(schedulers::pause::put, schedulers::pause::delete))
}

/// A scheduler may be called `register`: the word in the path is then its id.
fn called_register() -> MethodRouter<WebState> {
    axum::routing::get(schedulers::get::get)
        .patch(schedulers::patch::patch)
        .delete(schedulers::delete::delete)
}
