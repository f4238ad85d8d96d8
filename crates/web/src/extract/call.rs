//! Who asks, when it came in, and what it stands on.

use app::{App, Caller};
use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;
use domain::Instant;

use crate::chassis::Visit;
use crate::error::ApiError;
use crate::state::WebState;

/// A call that passed the gate.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) state: WebState,
    pub(crate) caller: Caller,
    /// When the request came in, before its body was read.
    pub(crate) received_at: Instant,
    /// What was asked for, the prefix included.
    pub(crate) uri: Uri,
}

impl Call {
    pub(crate) fn app(&self) -> &App {
        self.state.app()
    }
}

impl FromRequestParts<WebState> for Call {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, ApiError> {
        let caller = parts.extensions.get::<Caller>().cloned().ok_or_else(ApiError::internal)?;
        let visit = parts.extensions.get::<Visit>().ok_or_else(ApiError::internal)?;
        Ok(Self { state: state.clone(), caller, received_at: visit.received_at, uri: visit.uri.clone() })
    }
}
