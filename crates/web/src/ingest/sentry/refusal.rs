//! A request that is refused: what is answered, and what the project's people are told of it.

use app::ingest::Vain;
use app::ports::Project;
use axum::http::StatusCode;
use axum::response::Response;
use domain::{Problem, ProjectId};

use super::DIALECT;
use super::answer;
use super::auth::AuthError;
use super::encoding::BadEncoding;
use super::envelope::BadEnvelope;
use super::query::sentence;
use crate::error::ApiError;
use crate::state::WebState;

/// A request that is refused.
#[derive(Debug)]
pub(super) struct Refusal {
    why: Why,
    /// Whose it would have been, where that is known.
    project: Option<ProjectId>,
}

#[derive(Debug)]
enum Why {
    /// The sender's fault: the status, the kind of problem, what it was about, and what to do.
    Theirs { status: StatusCode, problem: &'static str, subject: String, detail: String },
    /// It would be taken later.
    Later(ApiError),
}

impl Refusal {
    pub(super) fn new(status: StatusCode, problem: &'static str, detail: impl Into<String>) -> Self {
        let why = Why::Theirs { status, problem, subject: "request".to_owned(), detail: detail.into() };
        Self { why, project: None }
    }

    /// With what it was about.
    pub(super) fn about(mut self, what: impl Into<String>) -> Self {
        if let Why::Theirs { subject, .. } = &mut self.why {
            *subject = what.into();
        }
        self
    }

    /// Of that project.
    pub(super) fn of(self, project: &Project) -> Self {
        Self { project: Some(project.id.clone()), ..self }
    }

    /// A body of more than so many bytes.
    pub(super) fn too_large(most: usize) -> Self {
        let detail = format!("the body has more than {most} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
    }

    /// A check-in that cannot be read.
    pub(super) fn check_in(slug: &str, problems: Vec<Problem>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_check_in", sentence(problems)).about(slug)
    }

    /// Counts it, and answers.
    pub(super) fn answer(self, state: &WebState) -> Response {
        match self.why {
            Why::Later(error) => answer::failed(error),
            Why::Theirs { status, problem, subject, detail } => {
                let project = self.project.as_ref();
                let (dialect, subject) = (DIALECT, subject.as_str());
                state.app().note_vain(Vain { project, dialect, problem, subject, sample: &detail });
                answer::refused(status, &detail, &[])
            }
        }
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self { why: Why::Later(error), project: None }
    }
}

impl From<app::AppError> for Refusal {
    fn from(error: app::AppError) -> Self {
        ApiError::from(error).into()
    }
}

impl From<AuthError> for Refusal {
    fn from(error: AuthError) -> Self {
        let status = match error {
            AuthError::Missing => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        };
        Self::new(status, "malformed_address", error.to_string())
    }
}

impl From<BadEncoding> for Refusal {
    fn from(bad: BadEncoding) -> Self {
        let status = match bad {
            BadEncoding::Unknown(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            BadEncoding::Unreadable { .. } => StatusCode::BAD_REQUEST,
        };
        Self::new(status, "unreadable_body", bad.to_string())
    }
}

impl From<BadEnvelope> for Refusal {
    fn from(bad: BadEnvelope) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unreadable_body", bad.to_string())
    }
}
