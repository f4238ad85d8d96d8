//! Every route, inside the chassis.

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::v1;
use crate::auth::enter;
use crate::chassis::{around, catch_panics, cors};
use crate::settings::Prefix;
use crate::state::WebState;
use crate::{acknowledge, docs, ingest, openapi, ops, portal};

/// Everything that is served on the main listener.
pub fn router(state: WebState) -> Router {
    let prefix = state.settings().prefix.clone();
    let (api, _) = v1::routes().split_for_parts();
    let api = api.route_layer(from_fn_with_state(state.clone(), enter));
    let (outside, _) = outside().split_for_parts();
    let outside = outside
        .route("/api/docs/docs.js", get(docs::script))
        .route("/api/docs/docs.css", get(docs::style))
        .route(
            "/acknowledge/{token}",
            get(acknowledge::show).post(acknowledge::act).options(acknowledge::methods),
        )
        .route("/portal/assets/acknowledge.css", get(acknowledge::style))
        .route("/portal/schedulers/{id}", get(portal::scheduler))
        .route("/portal/boards/{id}", get(portal::board))
        .route("/portal/assets/keyed.js", get(portal::shared_script))
        .route("/portal/assets/board.js", get(portal::board_script))
        .route("/portal/assets/scheduler.js", get(portal::script))
        .route("/portal/assets/scheduler.css", get(portal::style));
    let routes =
        if prefix.as_str().is_empty() { outside.merge(api) } else { outside.nest(prefix.as_str(), api) };
    let others = Router::new().fallback(unknown);
    let routes = routes.fallback(ingest::sentry::with_slashes_in_a_row(others, state.clone()));
    within_chassis(routes, ingest::routes(&prefix), state)
}

/// `/metrics`, `/healthz` and `/readyz` without any key, for a listener that only operators reach.
pub fn operations_router(state: WebState) -> Router {
    let (routes, _) = OpenApiRouter::default()
        .routes(routes!(ops::health::healthz))
        .routes(routes!(ops::health::readyz))
        .split_for_parts();
    let routes = routes.route("/metrics", get(ops::metrics::unguarded)).fallback(unknown);
    within_chassis(routes, Router::new(), state)
}

/// The description of the API as it is served.
pub fn openapi_json(prefix: &Prefix) -> String {
    let (_, outside) = outside().split_for_parts();
    let (_, api) = v1::routes().split_for_parts();
    pretty(&openapi::describe(outside, api, prefix))
}

fn pretty(description: &OpenApi) -> String {
    let mut text = description.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

fn outside() -> OpenApiRouter<WebState> {
    OpenApiRouter::default()
        .routes(routes!(ops::health::healthz))
        .routes(routes!(ops::health::readyz))
        .routes(routes!(ops::metrics::metrics))
        .routes(routes!(docs::description))
        .routes(routes!(docs::page))
}

async fn unknown() -> StatusCode {
    StatusCode::NOT_FOUND
}

/// Jobs may speak from anywhere: which origins may is each dialect's own word, not `cors_origins`.
fn within_chassis(routes: Router<WebState>, dialects: Router<WebState>, state: WebState) -> Router {
    let routes = routes.layer(catch_panics());
    let routes = match cors(state.settings()) {
        Some(cors) => routes.layer(cors),
        None => routes,
    };
    let routes = routes.merge(dialects.layer(catch_panics()));
    routes.layer(from_fn_with_state(state.clone(), around)).with_state(state)
}
