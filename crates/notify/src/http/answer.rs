//! What came back, and what its status means for the delivery.

use app::ports::DeliveryError;
use domain::{Duration, Instant};
use jiff::fmt::rfc2822;
use reqwest::header::RETRY_AFTER;
use reqwest::{Response, StatusCode};

use super::failure;

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
        let reason = refusal(status);
        if !may_pass(status) {
            return Err(DeliveryError::permanent(reason));
        }
        Err(DeliveryError::Transient { reason, retry_after: self.retry_after(now) })
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
