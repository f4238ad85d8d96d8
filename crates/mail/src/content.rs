//! What a mail says to whoever reads it: its subject, its text, and what makes it recognisable when it comes twice.

use mail_parser::decoders::html::html_to_text;
use mail_parser::{Message, MessageParser, PartType};
use sha2::{Digest, Sha256};

/// Most parts of a mail that are read.
const PARTS_MAX: usize = 20;

/// What a mail says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Its subject, decoded.
    pub subject: String,
    /// Its text: what is HTML without its markup. All of it where it is no mail that can be read.
    pub text: String,
    /// The same each time it comes; `None` where it bears no Message-ID.
    pub fingerprint: Option<String>,
}

impl Content {
    /// Reads a mail, or the beginning of one.
    pub fn read(mail: &[u8]) -> Self {
        let Some(message) = MessageParser::default().parse(mail) else {
            return Self { text: String::from_utf8_lossy(mail).into_owned(), ..Self::default() };
        };
        Self {
            subject: message.subject().unwrap_or_default().to_owned(),
            text: text(&message),
            fingerprint: fingerprint(&message),
        }
    }
}

fn text(message: &Message<'_>) -> String {
    let whole = (0..message.text_body_count().min(PARTS_MAX)).filter_map(|place| message.body_text(place));
    let texts: Vec<String> = whole.map(std::borrow::Cow::into_owned).chain(unended(message)).collect();
    texts.join("\n")
}

/// Parts whose end is missing, as the last one of a mail that was cut: the parser takes them for attachments.
fn unended(message: &Message<'_>) -> impl Iterator<Item = String> {
    let parts = message.parts.iter().filter(|part| part.is_encoding_problem).take(PARTS_MAX);
    parts.filter_map(|part| match &part.body {
        PartType::Text(text) => Some(text.clone().into_owned()),
        PartType::Html(html) => Some(html_to_text(html)),
        _ => None,
    })
}

/// Of its Message-ID and its date. The date is there for programs that give all their mails one Message-ID: their second
/// mail must not pass for a repetition.
fn fingerprint(message: &Message<'_>) -> Option<String> {
    let id = message.message_id().filter(|id| !id.trim().is_empty())?;
    let date = message.header_raw("Date").unwrap_or_default();
    let hash = Sha256::digest(format!("{}\n{}", id.trim(), date.trim()));
    let (half, _) = hash.split_first_chunk()?;
    Some(format!("{:032x}", u128::from_be_bytes(*half)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subject_and_text_are_decoded() {
        let mail = "Subject: =?utf-8?q?Sicherung_=C3=BCber_Nacht?= =?utf-8?b?OiBvaw==?=\r\n\
                    Content-Type: text/plain; charset=iso-8859-1\r\n\
                    Content-Transfer-Encoding: quoted-printable\r\n\r\n\
                    nichts zu l=F6schen=\r\n, fertig\r\n";
        let content = Content::read(mail.as_bytes());
        assert_eq!(content.subject, "Sicherung über Nacht: ok");
        assert_eq!(content.text.trim(), "nichts zu löschen, fertig");
        assert_eq!(content.fingerprint, None);
    }

    #[test]
    fn of_a_mail_in_two_forms_the_text_is_read_and_of_html_what_is_shown() {
        let mail = "Subject: x\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n\
                    --b\r\nContent-Type: text/plain\r\n\r\nplain words\r\n\
                    --b\r\nContent-Type: text/html\r\n\r\n<p>marked <b>words</b></p>\r\n--b--\r\n";
        assert_eq!(Content::read(mail.as_bytes()).text.trim(), "plain words");
        let mail = "Subject: x\r\nContent-Type: text/html\r\n\r\n<p>it <b class=error>worked</b></p>";
        assert_eq!(Content::read(mail.as_bytes()).text.trim(), "it worked");
    }

    #[test]
    fn a_mail_that_is_cut_or_none_at_all_is_read_as_far_as_it_goes() {
        let cut = "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nfirst wor";
        assert_eq!(Content::read(cut.as_bytes()).text.trim(), "first wor");
        for rubbish in [&b""[..], b"\0\xff\xfe", b"backup done", b"\r\n\r\n", b": : :\r\n\r\nx"] {
            let content = Content::read(rubbish);
            assert_eq!((content.subject.as_str(), content.fingerprint), ("", None), "{rubbish:?}");
        }
    }

    #[test]
    fn a_mail_is_recognised_by_its_message_id_and_its_date() {
        let fingerprint = |id: &str, date: &str, more: &str| {
            let mail = format!("Message-ID: {id}\r\nDate: {date}\r\n{more}Subject: x\r\n\r\ny\r\n");
            Content::read(mail.as_bytes()).fingerprint
        };
        let (one, day) = ("<1@host.example.org>", "Mon, 2 Mar 2026 08:00:00 +0000");
        let first = fingerprint(one, day, "");
        assert_eq!(first.as_ref().map(String::len), Some(32));
        assert_eq!(fingerprint(one, day, "Received: by another way\r\n"), first);
        assert_ne!(fingerprint("<2@host.example.org>", day, ""), first);
        assert_ne!(fingerprint(one, "Tue, 3 Mar 2026 08:00:00 +0000", ""), first);
        assert_eq!(fingerprint("", day, ""), None);
    }
}
