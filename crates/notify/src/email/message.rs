//! A notice as a mail. Pure: the same delivery, notice and time make the same bytes.
//!
//! All of it is ASCII: the subject is encoded words, bodies are quoted-printable or base64 as the library chooses. No text
//! of a job can end a header or a part: headers hold single lines, and the boundary is a hash of what it parts.

use std::time::{Duration, SystemTime};

use app::Notice;
use app::ports::{DeliveryError, Parcel};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, MultiPart, MultiPartKind, SinglePart};
use sha2::{Digest as _, Sha256};

use super::{address, html};
use crate::links::Links;
use crate::render::{Telling, telling};
use crate::text::{fit, one_line};

/// Most characters of a subject, and of an error in the body.
const SUBJECT_CHARS: usize = 200;
const ERROR_CHARS: usize = 20_000;
/// Most bytes of an encoded word, so that its line stays below 76.
const WORD_BYTES: usize = 36;
/// Most seconds since 1970: the end of the year 9999.
const SECONDS_MAX: i64 = 253_402_300_799;

/// Whom mails come from and go to.
#[derive(Clone, Debug)]
pub struct Sender {
    /// Whom they come from.
    pub from: Mailbox,
    /// Whom they go to.
    pub to: Vec<Mailbox>,
    /// Where answers go.
    pub reply_to: Option<Mailbox>,
    /// Whether a scheduler's owner gets its alerts too.
    pub to_owner: bool,
}

/// A mail as it is handed to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Whom it comes from.
    pub from: Address,
    /// Whom it goes to.
    pub to: Vec<Address>,
    /// Headers and bodies.
    pub content: Vec<u8>,
}

/// The mail for a delivery.
pub fn mail(parcel: &Parcel<'_>, sender: &Sender, links: Option<&Links>) -> Result<Mail, DeliveryError> {
    let mut told = telling(parcel.notice, parcel.now, links);
    told.error = told.error.map(|error| fit(&error, ERROR_CHARS, |_| 1));
    let to = recipients(parcel.notice, sender);
    let parts = parts(parcel, &told);
    let message = to
        .iter()
        .fold(headers(parcel, sender, &told), |message, to| message.to(to.clone()))
        .multipart(parts)
        .map_err(|_| DeliveryError::permanent("the mail cannot be written"))?;
    let to = to.into_iter().map(|to| to.email).collect();
    Ok(Mail { from: sender.from.email.clone(), to, content: message.formatted() })
}

/// Those who are configured, and the owner of what it is about: each once.
fn recipients(notice: &Notice, sender: &Sender) -> Vec<Mailbox> {
    let mut to: Vec<Mailbox> = Vec::new();
    let owner = match notice {
        Notice::Alert(alert) if sender.to_owner => alert.story.owner_email.as_deref(),
        _ => None,
    };
    let owner = owner.and_then(address::plain).map(|owner| Mailbox::new(None, owner));
    for mailbox in sender.to.iter().cloned().chain(owner) {
        let same = |known: &Mailbox| {
            let (known, new): (&str, &str) = (known.email.as_ref(), mailbox.email.as_ref());
            known.eq_ignore_ascii_case(new)
        };
        if !to.iter().any(same) {
            to.push(mailbox);
        }
    }
    to
}

fn headers(parcel: &Parcel<'_>, sender: &Sender, told: &Telling) -> MessageBuilder {
    let domain = sender.from.email.domain();
    let thread = id(&parcel.notice.thread());
    let root = format!("<thread.{thread}@{domain}>");
    let subject = domain::time::shorten(&one_line(&told.headline()), SUBJECT_CHARS);
    let seconds = parcel.now.as_millis().div_euclid(1000).clamp(0, SECONDS_MAX);
    let mut message = lettre::Message::builder()
        .from(sender.from.clone())
        .raw_header(encoded("Subject", &subject))
        .date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs()))
        .message_id(Some(format!("<{}@{domain}>", id(parcel.delivery.as_str()))))
        .in_reply_to(root.clone())
        .references(root);
    if let Some(reply_to) = &sender.reply_to {
        message = message.reply_to(reply_to.clone());
    }
    for (name, value) in [
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Punctual-Incident", &thread),
        ("X-Punctual-Severity", parcel.notice.severity().as_str()),
    ] {
        let name = HeaderName::new_from_ascii_str(name);
        message = message.raw_header(HeaderValue::new(name, value.to_owned()));
    }
    message
}

/// A line of text as encoded words (RFC 2047), all of it: the library leaves alone what a job wrote to look like one.
fn encoded(name: &'static str, text: &str) -> HeaderValue {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8());
        let end = ends.take_while(|end| *end <= WORD_BYTES).last().unwrap_or(rest.len());
        let (word, later) = rest.split_at(end);
        words.push(format!("=?utf-8?b?{}?=", STANDARD.encode(word)));
        rest = later;
    }
    let name = HeaderName::new_from_ascii_str(name);
    HeaderValue::dangerous_new_pre_encoded(name, text.to_owned(), words.join("\r\n "))
}

/// An id as it may stand in a header: itself where it is a plain word, else the beginning of its hash.
fn id(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '.';
    let ends_well = !text.starts_with('.') && !text.ends_with('.') && !text.contains("..");
    if (1..=64).contains(&text.len()) && text.chars().all(plain) && ends_well {
        return text.to_owned();
    }
    hash(&[text])
}

fn hash(texts: &[&str]) -> String {
    use std::fmt::Write as _;
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update(text.len().to_le_bytes());
        hasher.update(text);
    }
    hasher.finalize().iter().take(16).fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn parts(parcel: &Parcel<'_>, told: &Telling) -> MultiPart {
    let incident = match parcel.notice {
        Notice::Alert(alert) => Some(one_line(alert.incident.as_str())),
        _ => None,
    };
    let text = text(told, incident.as_deref());
    let html = html::page(told, incident.as_deref());
    let boundary = hash(&[parcel.delivery.as_str(), &text, &html]);
    let part = |kind: ContentType, body: String| SinglePart::builder().header(kind).body(body);
    MultiPart::builder()
        .kind(MultiPartKind::Alternative)
        .boundary(format!("punctual-{boundary}"))
        .build()
        .singlepart(part(ContentType::TEXT_PLAIN, text))
        .singlepart(part(ContentType::TEXT_HTML, html))
}

pub(super) fn text(told: &Telling, incident: Option<&str>) -> String {
    let foot = incident.map(|incident| format!("\n\nIncident {incident}")).unwrap_or_default();
    format!("{}{foot}\n", told.plain())
}
