//! Pings that were refused, as the people are told who can mend it: a job prints what it is answered where nobody looks.

use app::ingest::Vain;
use domain::{ProjectId, SchedulerKey};

use super::DIALECT;
use super::wanted::{Refusal, Target};
use crate::state::WebState;

/// Why a ping was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    NoSuchForm,
    CapitalSlug,
    UnknownAddress,
    UnknownKey,
    UnknownSlug,
    AmbiguousSlug,
    TakenId,
    ExitStatus,
    RunId,
    TooMany,
}

impl Why {
    /// In a word, and in a sentence that says what to do.
    const fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::NoSuchForm => (
                "malformed_address",
                "a ping's address is /ping/ and a UUID in small letters with dashes, or a ping key and a slug; then /start, /fail, /log or an exit status, and nothing after it",
            ),
            Self::CapitalSlug => ("malformed_address", "a slug has no capitals: ping it in small letters"),
            Self::UnknownAddress => (
                "unknown_address",
                "no scheduler has this address: it was deleted, or given another one; `punctual show` tells a scheduler's address",
            ),
            Self::UnknownKey => (
                "unknown_ping_key",
                "no project has the ping key before this slug: it was changed, or misspelt; an admin sees it in GET /projects",
            ),
            Self::UnknownSlug => (
                "unknown_slug",
                "no scheduler has this slug: register it, or ping it with ?create=1 and it is made",
            ),
            Self::AmbiguousSlug => {
                ("ambiguous_slug", "several schedulers have this slug: give all but one another")
            }
            Self::TakenId => (
                "ambiguous_slug",
                "this cannot be made: a scheduler has it as its id, and another slug; give that one this slug",
            ),
            Self::ExitStatus => ("invalid_exit_status", "an exit status is 0 to 255: the ping was not taken"),
            Self::RunId => ("invalid_rid", "rid must be a UUID with dashes: the ping was not taken"),
            Self::TooMany => ("rate_limited", "it is pinged too often: pings were refused with 429"),
        }
    }
}

/// Tells of a ping to a scheduler.
pub(super) fn of_scheduler(state: &WebState, key: &SchedulerKey, why: Why) {
    tell(state, Some(&key.project), key.id.as_str(), why);
}

/// Tells of a ping that leads nowhere, of that project where it names one.
pub(super) fn of_target(state: &WebState, project: Option<&ProjectId>, target: &Target, why: Why) {
    match target {
        Target::Id(id) => tell(state, project, &Vain::token(id.as_str()), why),
        Target::Slug { slug, .. } => tell(state, project, slug, why),
    }
}

/// Tells of an address that is none. Those that could be anything share one line: strangers try many.
pub(super) async fn of_refusal(state: &WebState, refusal: &Refusal) {
    match refusal {
        Refusal::NoSuchPage => tell(state, None, "/ping/", Why::NoSuchForm),
        Refusal::CapitalSlug { ping_key, slug } => {
            if let Ok(Some(project)) = state.app().project_of_ping_key(ping_key).await {
                tell(state, Some(&project.id), slug, Why::CapitalSlug);
            }
        }
    }
}

fn tell(state: &WebState, project: Option<&ProjectId>, subject: &str, why: Why) {
    let (problem, sample) = why.told();
    state.app().note_vain(Vain { project, dialect: DIALECT, problem, subject, sample });
}
