//! What the path names. Segments arrive percent-encoded, so that an id may hold a `/`.

use axum::extract::{FromRequestParts, MatchedPath, RawPathParams};
use axum::http::request::Parts;
use domain::SchedulerId;

use crate::error::ApiError;
use crate::state::WebState;

/// The scheduler that the path names.
#[derive(Clone, Debug)]
pub(crate) struct Target(pub(crate) SchedulerId);

impl FromRequestParts<WebState> for Target {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, ApiError> {
        let Segment(text) = Segment::from_request_parts(parts, state).await?;
        let id = SchedulerId::parse(&text)
            .map_err(|bad| ApiError::invalid_field("scheduler_id", bad.to_string()))?;
        tracing::Span::current().record("scheduler_id", id.as_str());
        Ok(Self(id))
    }
}

/// The `{version}` of the path: the number of an event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version(pub(crate) u64);

impl FromRequestParts<WebState> for Version {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::bad_request("the path is not UTF-8 when decoded"))?;
        let given = params.iter().find(|(name, _)| *name == "version").map_or("", |(_, text)| text);
        given.parse().map(Self).map_err(|_| {
            let shown = domain::time::shorten(given, 40);
            ApiError::invalid_field(
                "version",
                format!("must be a whole number, the id of an entry of the history, was '{shown}'"),
            )
        })
    }
}

/// The `{id}` of the path, decoded. Where the route has a word in its place (a scheduler called `register`), that word.
#[derive(Clone, Debug)]
pub(crate) struct Segment(pub(crate) String);

impl FromRequestParts<WebState> for Segment {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::bad_request("the path is not UTF-8 when decoded"))?;
        if let Some((_, id)) = params.iter().find(|(name, _)| *name == "id") {
            return Ok(Self(id.to_owned()));
        }
        let route = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str);
        let word = route.and_then(|route| route.rsplit('/').next()).ok_or_else(ApiError::internal)?;
        Ok(Self(word.to_owned()))
    }
}
