//! What a failed conversation with a mail server means: by how far it had come, and by the first digit of the answer.

use std::error::Error as _;

use app::ports::DeliveryError;
use lettre::transport::smtp::Error;

use crate::text::one_line;

/// Most characters of what a server said.
const SAID_CHARS: usize = 120;

/// How far the conversation had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Connecting, TLS, greeting.
    Connect,
    /// User name and password.
    Login,
    /// `MAIL FROM`.
    From,
    /// `RCPT TO`, refused for all.
    To,
    /// `DATA`.
    Content,
}

/// What a failure means. At `Connect` nothing stays: certificates are renewed, and a server that turns us away at the door
/// may have been told to for a while.
pub(super) fn meaning(stage: Stage, error: &Error) -> DeliveryError {
    let Some(code) = error.status() else { return without_answer(stage, error) };
    let code = code.to_string();
    let said = said(error);
    if error.is_transient() {
        return DeliveryError::transient(format!("the mail server cannot now ({code}{said})"));
    }
    match stage {
        _ if code == "530" => DeliveryError::broken("the mail server wants a user name and password (530)"),
        // What it says here can quote what was sent.
        Stage::Login => {
            DeliveryError::broken(format!("the mail server refuses user name or password ({code})"))
        }
        Stage::Connect => DeliveryError::transient(format!("the mail server turns us away ({code}{said})")),
        Stage::From => DeliveryError::broken(format!("the mail server refuses the sender ({code}{said})")),
        Stage::To => {
            DeliveryError::permanent(format!("the mail server refuses every recipient ({code}{said})"))
        }
        Stage::Content => {
            DeliveryError::permanent(format!("the mail server refuses the mail ({code}{said})"))
        }
    }
}

fn without_answer(stage: Stage, error: &Error) -> DeliveryError {
    if stage == Stage::Login && error.is_client() {
        return DeliveryError::broken(
            "the mail server takes neither PLAIN nor LOGIN here: is encryption right?",
        );
    }
    let mut cause = error.source();
    while let Some(inner) = cause.and_then(std::error::Error::source) {
        cause = Some(inner);
    }
    let cause = cause.map(ToString::to_string).unwrap_or_default();
    let cause = domain::time::shorten(&one_line(&cause), SAID_CHARS);
    match stage {
        Stage::Connect => DeliveryError::transient(format!("could not connect: {cause}")),
        _ => DeliveryError::transient(format!("the conversation broke off: {cause}")),
    }
}

/// What a server answered: its code, and what it said.
pub(super) fn answered(error: &Error) -> String {
    let code = error.status().map(|code| code.to_string()).unwrap_or_default();
    format!("{code}{}", said(error))
}

fn said(error: &Error) -> String {
    let text = error.source().map(ToString::to_string).unwrap_or_default();
    let text = shown(&text);
    if text.is_empty() { text } else { format!(" {text}") }
}

/// What a server said, on one short line and without anybody's address.
pub(super) fn shown(text: &str) -> String {
    let line = one_line(text);
    let words = line.split(' ').map(|word| if word.contains('@') { "(address)" } else { word });
    domain::time::shorten(&words.collect::<Vec<_>>().join(" "), SAID_CHARS)
}
