//! What jobs sent in vain, as it is answered.

use app::ports::IngestProblem;
use serde::Serialize;
use utoipa::ToSchema;

/// Something that jobs sent in vain, however often.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IngestProblem)]
pub struct IngestProblemBody {
    /// Whose language it was in.
    #[schema(example = "ping")]
    pub dialect: String,
    /// What was wrong, in a word.
    #[schema(example = "unknown_address")]
    pub problem: String,
    /// With what: a slug, a scheduler, the beginning of a token.
    #[schema(example = "5e0b9d…")]
    pub subject: String,
    /// How often.
    #[schema(example = 12)]
    pub count: u64,
    /// When it came first.
    #[schema(format = DateTime)]
    pub first_at: String,
    /// When it came last.
    #[schema(format = DateTime)]
    pub last_at: String,
    /// What was wrong with the last one, and what to do.
    #[schema(
        example = "a ping came for an address that no scheduler has: it was deleted, or given another address"
    )]
    pub sample: String,
}

impl From<IngestProblem> for IngestProblemBody {
    fn from(problem: IngestProblem) -> Self {
        Self {
            dialect: problem.dialect,
            problem: problem.problem,
            subject: problem.subject,
            count: problem.count,
            first_at: problem.first_at.to_string(),
            last_at: problem.last_at.to_string(),
            sample: problem.sample,
        }
    }
}
