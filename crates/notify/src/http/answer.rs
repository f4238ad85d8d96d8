//! What came back, and what its status means for the delivery.

use app::ports::DeliveryError;
use domain::{Duration, Instant};
use jiff::fmt::rfc2822;
use reqwest::header::RETRY_AFTER;
use reqwest::{Response, StatusCode};

use super::failure;
use crate::text::quoted;

/// Most bytes of an answer that are read; the rest is left unread and the connection closed.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// The longest `Retry-After` that is heeded: a delivery is given up after a day anyway.
const RETRY_AFTER_MAX: Duration = Duration::DAY;

/// What came back: the head, and a body that is read when asked for.
#[derive(Debug)]
pub struct Answer(Response);

impl Answer {
    pub(super) fn new(response: Response) -> Self {
        Self(response)
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    /// Itself where the status is 2xx. 408, 425, 429 and 5xx may pass (not before `Retry-After`); all others stay:
    /// a redirect because it is not followed, another 4xx because the same request would be refused again.
    pub fn accepted(self, now: Instant) -> Result<Self, DeliveryError> {
        let status = self.0.status();
        if status.is_success() {
            return Ok(self);
        }
        Err(by_status(status, self.retry_after(now)))
    }

    /// As [`Answer::accepted`], but what the receiver says is read first: `meaning` tells what it means; where it
    /// tells nothing, the status decides.
    pub async fn accepted_unless(
        self,
        now: Instant,
        meaning: impl FnOnce(&Refusal) -> Option<DeliveryError>,
    ) -> Result<Self, DeliveryError> {
        let status = self.0.status();
        if status.is_success() {
            return Ok(self);
        }
        let retry_after = self.retry_after(now);
        // A body that breaks off says no less than the status alone.
        let body = self.body().await.unwrap_or_default();
        let refusal = Refusal { status, body, retry_after };
        Err(meaning(&refusal).unwrap_or_else(|| by_status(status, retry_after)))
    }

    /// What the receiver asked for: seconds or a date, more than nothing and at most a day.
    pub fn retry_after(&self, now: Instant) -> Option<Duration> {
        read_retry_after(self.0.headers().get(RETRY_AFTER)?.to_str().ok()?, now)
    }

    /// The body, at most [`BODY_BYTES_MAX`] of it.
    pub async fn body(mut self) -> Result<Vec<u8>, DeliveryError> {
        let mut body = Vec::new();
        while let Some(chunk) = self.0.chunk().await.map_err(|error| failure::of(&error))? {
            let room = BODY_BYTES_MAX - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() >= room {
                break;
            }
        }
        Ok(body)
    }
}

/// A refusal, with what the receiver said. It may quote what was sent: nothing of it goes into a reason unless it is a
/// known word or came through [`Refusal::quote`].
#[derive(Clone)]
pub struct Refusal {
    status: StatusCode,
    body: Vec<u8>,
    retry_after: Option<Duration>,
}

impl std::fmt::Debug for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Refusal").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Refusal {
    /// The status.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The body as JSON; null where it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).trim().to_owned()
    }

    /// What the receiver said, short, on one line, and without anything that may be a secret.
    pub fn quote(said: &str, secrets: &[&str]) -> Option<String> {
        Some(quoted(said, secrets)).filter(|said| !said.is_empty())
    }

    /// How long the receiver asked to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The refusal in words: the status, and why.
    pub fn reason(&self, why: Option<&str>) -> String {
        match why {
            Some(why) => format!("{}: {why}", refusal(self.status)),
            None => refusal(self.status),
        }
    }
}

fn by_status(status: StatusCode, retry_after: Option<Duration>) -> DeliveryError {
    if may_pass(status) {
        return DeliveryError::Transient { reason: refusal(status), retry_after };
    }
    DeliveryError::permanent(refusal(status))
}

fn may_pass(status: StatusCode) -> bool {
    matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS)
        || !(status.is_client_error() || status.is_redirection())
}

fn refusal(status: StatusCode) -> String {
    let code = status.as_u16();
    if status.is_redirection() {
        return format!("the receiver redirects ({code}), which is not followed");
    }
    match status.canonical_reason() {
        Some(reason) => format!("the receiver answered {code} {}", reason.to_lowercase()),
        None => format!("the receiver answered {code}"),
    }
}

fn read_retry_after(text: &str, now: Instant) -> Option<Duration> {
    let text = text.trim();
    let wait = match text.parse::<u32>() {
        Ok(seconds) => Duration::from_seconds(i64::from(seconds)),
        Err(_) if text.len() > 64 => return None,
        Err(_) => Instant::from(rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?).since(now),
    };
    (wait > Duration::ZERO).then_some(wait.min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_and_never_more_than_a_day() {
        let now = Instant::parse("2015-10-21T07:28:00Z").expect("reads");
        for (text, wait) in [
            ("30", Some(30)),
            (" 30 ", Some(30)),
            ("0", None),
            ("999999", Some(86_400)),
            ("Wed, 21 Oct 2015 07:29:30 GMT", Some(90)),
            ("Wed, 21 Oct 2015 07:27:00 GMT", None),
            ("Fri, 23 Oct 2015 07:28:00 GMT", Some(86_400)),
            ("soon", None),
            ("-5", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(read_retry_after(text, now), wait.map(Duration::from_seconds), "{text}");
        }
    }

    #[test]
    fn what_may_pass_is_told_from_what_stays() {
        let passes = |code| may_pass(StatusCode::from_u16(code).expect("a status"));
        assert!([408, 425, 429, 500, 502, 503, 504, 599].into_iter().all(passes));
        assert!(![301, 307, 400, 401, 403, 404, 410, 413, 422].into_iter().any(passes));
    }

    #[test]
    fn a_refusal_names_the_status_and_nothing_else() {
        let said = |code| refusal(StatusCode::from_u16(code).expect("a status"));
        assert_eq!(said(410), "the receiver answered 410 gone");
        assert_eq!(said(302), "the receiver redirects (302), which is not followed");
        assert_eq!(said(599), "the receiver answered 599");
    }
}
