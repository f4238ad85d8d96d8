//! What can go wrong with a call, and what to do next.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::time::Duration;

use serde::Deserialize;

use crate::server::BadAddress;

const LINE_CHARS_MAX: usize = 500;

#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    #[error(transparent)]
    Address(#[from] BadAddress),
    #[error("cannot prepare a request: {0}")]
    Setup(String),
    #[error("cannot reach {address}: {cause}")]
    Unreachable { address: String, cause: String },
    #[error("{address} did not answer in time")]
    TimedOut { address: String },
    #[error("the server's answer is longer than {bytes_max} bytes; ask for less with --limit")]
    TooLong { bytes_max: usize },
    #[error("the server's answer is not what the contract says: {0}")]
    Malformed(String),
    #[error("{0}")]
    Refused(Box<Refusal>),
}

impl CallError {
    /// Whether the same request may succeed later, with nobody changing anything here.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            // An answer that is none: something between us and the server gave it in its place.
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::TooLong { .. } | Self::Malformed(_) => {
                true
            }
            Self::Refused(refusal) => !refusal.is_ours || matches!(refusal.status, 408 | 425 | 429 | 500..),
            Self::Address(_) | Self::Setup(_) => false,
        }
    }

    /// Whether it is the key that is not accepted, and not the request.
    pub(crate) fn is_about_the_key(&self) -> bool {
        self.status() == Some(401) || self.status() == Some(407)
    }

    /// Whether it is worth keeping for later: the request is not what is wrong.
    pub(crate) fn may_pass(&self) -> bool {
        self.is_transient() || self.is_about_the_key()
    }

    pub(crate) fn is_away(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::TimedOut { .. })
    }

    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Refused(refusal) => Some(refusal.status),
            _ => None,
        }
    }

    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refusal) => refusal.retry_after,
            _ => None,
        }
    }

    /// The message, every detail on a line of its own, and a hint where we know one.
    pub(crate) fn in_full(&self) -> String {
        let mut text = plain(&self.to_string());
        if let Self::Refused(refusal) = self {
            for detail in &refusal.details {
                let _ = write!(text, "\n  {detail}");
            }
        }
        if let Some(hint) = self.hint() {
            let _ = write!(text, "\nhint: {hint}");
        }
        text
    }

    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Unreachable { .. } => Some("check --server or PUNCTUAL_URL, and that the server runs"),
            Self::TimedOut { .. } => Some("the server is there but busy or hanging; its log may say why"),
            Self::Refused(refusal) => refusal.hint(),
            _ => None,
        }
    }
}

/// A "no" from the server, in the contract's error shape as far as it came in it.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub status: u16,
    message: String,
    details: Vec<String>,
    retry_after: Option<Duration>,
    /// Whether it came in the contract's shape: else it is somebody else's.
    is_ours: bool,
    /// Whether a scheduler was asked for.
    about_a_scheduler: bool,
}

#[derive(Deserialize)]
struct ErrorBody {
    #[serde(rename = "statusCode")]
    status_code: u16,
    message: String,
    #[serde(default)]
    details: Vec<Detail>,
}

#[derive(Deserialize)]
struct Detail {
    field: String,
    problem: String,
}

impl Refusal {
    pub(crate) fn read(status: u16, body: &[u8], retry_after: Option<Duration>) -> Self {
        let told = serde_json::from_slice::<ErrorBody>(body).ok().filter(|told| told.status_code == status);
        let Some(told) = told else {
            let message = format!("the server answered {status} without saying why");
            return Self { message, ..Self::bare(status, retry_after) };
        };
        let detail = |detail: &Detail| plain(&format!("{}: {}", detail.field, detail.problem));
        let details = told.details.iter().take(100).map(detail).collect();
        let message = plain(&told.message);
        Self { message, details, is_ours: true, ..Self::bare(status, retry_after) }
    }

    fn bare(status: u16, retry_after: Option<Duration>) -> Self {
        let (message, details) = (String::new(), Vec::new());
        Self { status, message, details, retry_after, is_ours: false, about_a_scheduler: false }
    }

    /// Says of what kind of things one was asked for.
    pub(crate) fn about(self, resource: &str) -> Self {
        Self { about_a_scheduler: resource == "schedulers", ..self }
    }

    fn hint(&self) -> Option<&'static str> {
        match self.status {
            300..=399 => Some("the address redirects; give the address it redirects to"),
            401 => Some("give a key with --key-file or PUNCTUAL_API_KEY"),
            403 => Some("this key's role does not allow it; `punctual key list` shows roles"),
            404 if self.about_a_scheduler => {
                Some("`punctual list` shows what is registered, `punctual register` adds to it")
            }
            429 => Some("too many requests; try again later"),
            500.. => Some("the server is in trouble; its log, by the request's id, says more"),
            _ => None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Text from elsewhere, made safe for one line of a terminal: no control characters, bounded.
pub(crate) fn plain(text: &str) -> String {
    let unsafe_for_terminals =
        |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().take(LINE_CHARS_MAX).map(|c| if unsafe_for_terminals(c) { ' ' } else { c }).collect()
}

/// The innermost reason, which is the one a person can act on ("Connection refused").
pub(super) fn root_cause(problem: &dyn Error) -> String {
    let mut innermost = problem;
    for _ in 0..16 {
        let Some(source) = innermost.source() else { break };
        innermost = source;
    }
    plain(&innermost.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, body: &str) -> CallError {
        CallError::Refused(Box::new(Refusal::read(status, body.as_bytes(), None)))
    }

    #[test]
    fn a_refusal_shows_message_details_and_hint() {
        let body =
            r#"{"statusCode":401,"message":"Invalid API key","details":[{"field":"a","problem":"b"}]}"#;
        let text = refused(401, body).in_full();
        assert_eq!(text, "Invalid API key\n  a: b\nhint: give a key with --key-file or PUNCTUAL_API_KEY");
    }

    #[test]
    fn only_of_a_missing_scheduler_it_is_said_how_to_register_one() {
        let missing = |resource: &str| {
            let refusal = Refusal::read(404, br#"{"statusCode":404,"message":"x not found"}"#, None);
            CallError::Refused(Box::new(refusal.about(resource))).in_full()
        };
        assert!(missing("schedulers").contains("hint: `punctual list`"));
        assert_eq!(missing("incidents"), "x not found");
    }

    #[test]
    fn an_answer_in_another_shape_is_told_by_its_status() {
        assert_eq!(refused(409, "<html>").to_string(), "the server answered 409 without saying why");
    }

    #[test]
    fn only_what_may_pass_by_itself_is_transient() {
        for status in [408, 429, 500, 502, 503] {
            assert!(refused(status, "").is_transient(), "{status}");
        }
        for status in [301, 400, 401, 403, 404, 409, 413] {
            let body = format!(r#"{{"statusCode":{status},"message":"no"}}"#);
            assert!(!refused(status, &body).is_transient(), "{status}");
            // Something between us and the server said so: the server itself may take it.
            assert!(refused(status, "<html>").is_transient(), "{status}");
        }
    }

    #[test]
    fn escape_sequences_from_the_server_do_not_reach_the_terminal() {
        assert_eq!(plain("a\u{1b}[31mb\nc"), "a [31mb c");
    }
}
