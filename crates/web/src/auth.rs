//! The gate of the API: who asks, whether the role is enough, whether it asks too much. Whether a key reaches a
//! service is decided by the use cases, which know the service.

mod accept;
mod attempts;
mod key;

use std::num::NonZeroU32;

use app::Caller;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

pub(crate) use attempts::Attempts;
pub(crate) use key::bearer;

use crate::chassis::Visit;
use crate::error::ApiError;
use crate::roles_table::{self, Rule};
use crate::state::WebState;

/// Wraps every known route of the API.
pub(crate) async fn enter(
    State(state): State<WebState>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let rule = rule(&state, &request)?;
    let visit = visit(&request)?;
    let caller = authenticate(&state, &visit, request.headers()).await?;
    tracing::Span::current().record("actor", caller.actor.as_str());
    caller.must_be(rule.least).map_err(ApiError::from)?;
    state.limits().admit(&caller, rule.class, NonZeroU32::MIN)?;
    if rule.path != roles_table::PLAIN {
        accept::json(request.headers())?;
    }
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

/// Who bears the key of these headers.
pub(crate) async fn authenticate(
    state: &WebState,
    visit: &Visit,
    headers: &HeaderMap,
) -> Result<Caller, ApiError> {
    let settings = state.settings();
    let Some(key) = key::presented(headers, &settings.key_header) else {
        return Err(unauthorized(format!("Missing API key in {} header", settings.key_header)));
    };
    bearing(state, visit, &key).await?.ok_or_else(|| unauthorized("Invalid API key"))
}

/// Who bears that key; `None` where nobody does. Refuses an address that has presented too many that nobody does.
pub(crate) async fn bearing(state: &WebState, visit: &Visit, key: &str) -> Result<Option<Caller>, ApiError> {
    let now = state.app().ports().clock.monotonic();
    state.attempts().admit(visit.address, key, now)?;
    let caller = state.app().authenticate(key).await?;
    match &caller {
        Some(_) => state.attempts().succeeded(key),
        None => state.attempts().failed(visit.address, now),
    }
    Ok(caller)
}

fn unauthorized(message: impl Into<String>) -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, message)
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"punctual\""))
}

fn visit(request: &Request) -> Result<Visit, ApiError> {
    request.extensions().get().cloned().ok_or_else(ApiError::internal)
}

/// A method without a rule is not allowed, whatever else would answer it.
fn rule(state: &WebState, request: &Request) -> Result<&'static Rule, ApiError> {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let path =
        route.and_then(|route| route.strip_prefix(state.settings().prefix.as_str())).unwrap_or_default();
    let method = request.method().as_str();
    roles_table::find(method, path).ok_or_else(|| {
        let refusal = ApiError::new(StatusCode::METHOD_NOT_ALLOWED, format!("{method} is not allowed here"));
        match HeaderValue::from_str(&roles_table::methods(path)) {
            Ok(methods) => refusal.with_header(header::ALLOW, methods),
            Err(_) => refusal,
        }
    })
}
