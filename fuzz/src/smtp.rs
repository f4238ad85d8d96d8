//! Mails: an input is what a client says, from its greeting on. The bytes after a line `DATA` are a mail.

use mail::{Command, Content, Fault, Intake, KEPT_MAX, Letter, MailDomain, Recipient};

/// Longest reason of a refusal.
const REASON_CHARS_MAX: usize = 80;

/// What was understood.
#[derive(Debug, PartialEq)]
enum Heard {
    Said(Result<Command, Fault>),
    /// A line that was too long.
    Skipped,
    /// A mail: what was kept of it.
    Letter(Vec<u8>),
}

/// Whatever a client says, it is the same however its bytes are cut, is refused in few words, and is read within the bounds.
pub fn smtp(data: &[u8]) {
    let whole = heard([data]);
    let step = data.first().map_or(1, |byte| usize::from(byte % 7) + 1);
    assert_eq!(whole, heard(data.chunks(step)), "cut into pieces of {step} bytes it is another conversation");
    let domain = MailDomain::parse("ping.example.org").expect("a domain");
    for one in &whole {
        match one {
            Heard::Said(Err(Fault::Syntax(reason))) => {
                assert!((1..=REASON_CHARS_MAX).contains(&reason.len()), "no reason, or a long one: {reason}");
            }
            Heard::Said(Ok(Command::Rcpt { to })) => address(to, &domain),
            Heard::Letter(kept) => letter(kept),
            Heard::Said(_) | Heard::Skipped => {}
        }
    }
    // The same bytes as a mail, whatever they begin with.
    letter(data);
}

fn heard<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<Heard> {
    let (mut intake, mut heard) = (Intake::default(), Vec::new());
    let mut coming: Option<Letter> = None;
    for chunk in chunks {
        intake.take(chunk);
        loop {
            match &mut coming {
                Some(letter) => {
                    if !intake.fill(letter) {
                        break;
                    }
                    heard.push(Heard::Letter(letter.kept().to_vec()));
                    coming = None;
                }
                None => match intake.line() {
                    None => break,
                    Some(Err(_)) => heard.push(Heard::Skipped),
                    Some(Ok(line)) => {
                        let said = Command::parse(&line);
                        coming = (said == Ok(Command::Data)).then(Letter::default);
                        heard.push(Heard::Said(said));
                    }
                },
            }
        }
    }
    heard
}

/// An address that is somebody's is read again from what it says.
fn address(to: &str, domain: &MailDomain) {
    let Ok(recipient) = Recipient::parse(to, domain) else { return };
    let local = match &recipient {
        Recipient::Id(id) => id.to_string(),
        Recipient::Slug { ping_key, slug } => format!("{ping_key}+{slug}"),
    };
    assert_eq!(Recipient::parse(&format!("{local}@{domain}"), domain), Ok(recipient), "{to}");
}

fn letter(kept: &[u8]) {
    assert!(kept.len() <= KEPT_MAX, "{} bytes are kept", kept.len());
    let content = Content::read(kept);
    let is_hex = |print: &String| print.len() == 32 && print.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(content.fingerprint.iter().all(is_hex), "{content:?}");
    assert_eq!(content, Content::read(kept), "read again it says something else");
}
