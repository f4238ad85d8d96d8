//! Every route, inside the chassis.

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::v1;
use crate::auth::enter;
use crate::chassis::{around, catch_panics, cors};
use crate::ops;
use crate::state::WebState;

/// Everything that is served on the main listener.
pub fn router(state: WebState) -> Router {
    let (api, _) = v1::routes().split_for_parts();
    let api = api.route_layer(from_fn_with_state(state.clone(), enter));
    let (outside, _) = outside().split_for_parts();
    let prefix = state.settings().prefix.as_str();
    let routes = if prefix.is_empty() { outside.merge(api) } else { outside.nest(prefix, api) };
    within_chassis(routes.fallback(unknown), state)
}

fn outside() -> OpenApiRouter<WebState> {
    OpenApiRouter::default().routes(routes!(ops::health::healthz)).routes(routes!(ops::health::readyz))
}

#[expect(clippy::unused_async, reason = "a handler")]
async fn unknown() -> StatusCode {
    StatusCode::NOT_FOUND
}

fn within_chassis(routes: Router<WebState>, state: WebState) -> Router {
    let chassis = from_fn_with_state(state.clone(), around);
    let cors = cors(state.settings());
    let routes = routes.layer(catch_panics()).layer(chassis).with_state(state);
    match cors {
        Some(cors) => routes.layer(cors),
        None => routes,
    }
}
