//! How a message came in, as the history keeps it.

use axum::http::header::{HOST, USER_AGENT};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri};
use domain::Origin;

use crate::chassis::Visit;
use crate::state::WebState;

/// How a request of a dialect came in.
pub(crate) fn origin(dialect: &str, state: &WebState, visit: &Visit, headers: &HeaderMap) -> Origin {
    let agent = headers.get(USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()));
    let origin = Origin {
        dialect: dialect.to_owned(),
        scheme: scheme(state, headers).to_owned(),
        method: visit.method.to_string(),
        remote_addr: visit.address.to_string(),
        ..Origin::default()
    };
    origin.by(agent.as_deref().unwrap_or_default())
}

/// The address by which the client reached us: as people set it, else as the client itself says.
pub(crate) fn site(state: &WebState, headers: &HeaderMap, uri: &Uri) -> String {
    if let Some(public) = &state.settings().public_url {
        return public.trim_end_matches('/').to_owned();
    }
    let named = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = named.or(uri.authority().map(Authority::as_str)).unwrap_or_default();
    let good = |c: char| c.is_ascii_alphanumeric() || ".-:[]_".contains(c);
    let host = if (1..=255).contains(&host.len()) && host.chars().all(good) { host } else { "localhost" };
    format!("{}://{host}", scheme(state, headers))
}

/// What a proxy says of the connection in front of it counts; else what the people who set our address say.
pub(super) fn scheme(state: &WebState, headers: &HeaderMap) -> &'static str {
    let forwarded = headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
    let public = state.settings().public_url.as_deref().unwrap_or_default();
    if forwarded.map_or(public.starts_with("https:"), |scheme| scheme.eq_ignore_ascii_case("https")) {
        "https"
    } else {
        "http"
    }
}
