//! The order in which things may be said: a greeting, a mail's sender, its recipients, the mail. Pure: what has to be looked
//! up, read or written is asked of the session.

use app::ingest::Place;

use crate::address::{Recipient, Unfit};
use crate::command::{Command, Fault};
use crate::letter::SIZE_MAX;
use crate::reply::Reply;
use crate::settings::MailDomain;

/// Most recipients of one mail: as many as the standard asks for.
pub(crate) const RECIPIENTS_MAX: usize = 100;

/// How far a conversation has come.
#[derive(Debug)]
pub(crate) struct Dialogue<'a> {
    domain: &'a MailDomain,
    offers_tls: bool,
    is_greeted: bool,
    envelope: Option<Envelope>,
}

/// A mail's sender, and whom it is for.
#[derive(Clone, Debug)]
pub(crate) struct Envelope {
    pub(crate) from: String,
    pub(crate) to: Vec<Place>,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Say this.
    Say(Reply),
    /// Look up whom that is, then [`Dialogue::take`] it or refuse.
    Find(Recipient),
    /// Refuse an address that is nobody's.
    Refuse(Unfit),
    /// Read the mail, then ask for [`Dialogue::envelope`].
    Read,
    /// Shake hands for TLS, and begin anew.
    Secure,
    /// Say good-bye.
    Leave,
}

impl<'a> Dialogue<'a> {
    pub(crate) const fn new(domain: &'a MailDomain, offers_tls: bool) -> Self {
        Self { domain, offers_tls, is_greeted: false, envelope: None }
    }

    /// What we say first.
    pub(crate) fn banner(&self) -> Reply {
        Reply::new(220, &format!("{} ESMTP Punctual", self.domain))
    }

    /// What a command asks for.
    pub(crate) fn hear(&mut self, command: Result<Command, Fault>) -> Step {
        match command {
            Err(fault) => Step::Say(objection(fault)),
            Ok(Command::Hello { is_extended }) => Step::Say(self.greet(is_extended)),
            Ok(Command::Mail { from, size }) => Step::Say(self.begin(from, size)),
            Ok(Command::Rcpt { to }) => self.recipient(&to),
            Ok(Command::Data) => self.data(),
            Ok(Command::Reset) => {
                self.envelope = None;
                Step::Say(Reply::done())
            }
            Ok(Command::Noop) => Step::Say(Reply::done()),
            Ok(Command::Verify) => Step::Say(Reply::new(252, "2.5.0 send a mail, and see")),
            Ok(Command::Help) => Step::Say(Reply::new(214, "2.0.0 mails to ping addresses are taken here")),
            Ok(Command::StartTls) if self.offers_tls => Step::Secure,
            Ok(Command::StartTls) => Step::Say(Reply::out_of_order("TLS is in use, or not to be had")),
            Ok(Command::Quit) => Step::Leave,
        }
    }

    fn greet(&mut self, is_extended: bool) -> Reply {
        self.is_greeted = true;
        self.envelope = None;
        let mut lines = vec![self.domain.to_string()];
        if is_extended {
            let can = ["PIPELINING", &format!("SIZE {SIZE_MAX}"), "8BITMIME", "ENHANCEDSTATUSCODES"];
            lines.extend(can.map(str::to_owned));
            lines.extend(self.offers_tls.then(|| "STARTTLS".to_owned()));
        }
        Reply::of(250, lines)
    }

    fn begin(&mut self, from: String, size: Option<u64>) -> Reply {
        if !self.is_greeted {
            return Reply::out_of_order("say EHLO first");
        }
        if self.envelope.is_some() {
            return Reply::out_of_order("a mail has begun already: RSET forgets it");
        }
        if size.is_some_and(|size| size > SIZE_MAX as u64) {
            return Reply::too_long();
        }
        self.envelope = Some(Envelope { from, to: Vec::new() });
        Reply::new(250, "2.1.0 OK")
    }

    fn recipient(&self, address: &str) -> Step {
        match &self.envelope {
            None => Step::Say(Reply::out_of_order("MAIL comes first")),
            Some(envelope) if envelope.to.len() >= RECIPIENTS_MAX => {
                Step::Say(Reply::new(452, "4.5.3 too many recipients: at most 100 for one mail"))
            }
            Some(_) => Recipient::parse(address, self.domain).map_or_else(Step::Refuse, Step::Find),
        }
    }

    fn data(&self) -> Step {
        match &self.envelope {
            None => Step::Say(Reply::out_of_order("MAIL and RCPT come first")),
            Some(envelope) if envelope.to.is_empty() => {
                Step::Say(Reply::new(554, "5.5.1 nobody is there to take it"))
            }
            Some(_) => Step::Read,
        }
    }

    /// One more recipient; one who is there already is there once.
    pub(crate) fn take(&mut self, place: Place) {
        if let Some(envelope) = &mut self.envelope
            && envelope.to.iter().all(|other| other.key != place.key)
        {
            envelope.to.push(place);
        }
    }

    /// Whom the mail is for that has been read. The next one may begin.
    pub(crate) fn envelope(&mut self) -> Option<Envelope> {
        self.envelope.take()
    }
}

fn objection(fault: Fault) -> Reply {
    match fault {
        Fault::Unknown => Reply::new(500, "5.5.1 unknown command"),
        Fault::Syntax(text) => Reply::new(501, &format!("5.5.4 {text}")),
        Fault::Parameter => Reply::new(555, "5.5.4 a parameter that was not offered"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(dialogue: &mut Dialogue<'_>, line: &str) -> u16 {
        match dialogue.hear(Command::parse(line.as_bytes())) {
            Step::Say(reply) => reply.code,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn things_are_said_in_their_order_or_not_at_all() {
        let domain = MailDomain::parse("ping.example.org").expect("a domain");
        let dialogue = &mut Dialogue::new(&domain, false);
        for (line, code) in [
            ("MAIL FROM:<a@b>", 503),
            ("RCPT TO:<a@b>", 503),
            ("DATA", 503),
            ("STARTTLS", 503),
            ("HELO x", 250),
            ("MAIL FROM:<a@b> SIZE=99999999", 552),
            ("MAIL FROM:<a@b>", 250),
            ("MAIL FROM:<a@b>", 503),
            ("DATA", 554),
            ("RSET", 250),
            ("RCPT TO:<a@b>", 503),
            ("MAIL FROM:<>", 250),
            ("EHLO x", 250),
            ("DATA", 503),
            ("VRFY root", 252),
            ("HELP", 214),
            ("NOOP", 250),
            ("FROB", 500),
        ] {
            assert_eq!(say(dialogue, line), code, "{line}");
        }
        assert_eq!(dialogue.hear(Ok(Command::Quit)), Step::Leave);
    }

    #[test]
    fn tls_is_offered_where_it_is_to_be_had_and_not_yet_in_use() {
        let domain = MailDomain::parse("ping.example.org").expect("a domain");
        for offers_tls in [true, false] {
            let mut dialogue = Dialogue::new(&domain, offers_tls);
            let Step::Say(reply) = dialogue.hear(Command::parse(b"EHLO x")) else { panic!("no answer") };
            assert_eq!(reply.to_string().contains("STARTTLS"), offers_tls);
        }
        assert_eq!(Dialogue::new(&domain, true).hear(Ok(Command::StartTls)), Step::Secure);
    }
}
