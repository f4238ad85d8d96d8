//! Whom a mail is for, and what comes of it. What is refused is counted for the people whose job it was, where they are
//! known: the sender's server often tells nobody.

use std::net::IpAddr;
use std::time::Duration;

use app::ingest::{Address, Found, Place, Vain};
use app::{App, AppError, AppResult, Telemetry};
use domain::ProjectId;

use crate::address::{Recipient, Unfit};
use crate::content::Content;
use crate::dialogue::Envelope;
use crate::letter::Letter;
use crate::reply::Reply;
use crate::report::{DIALECT, Mail};
use crate::settings::Settings;

/// Where mails are handed in.
#[derive(Clone, Debug)]
pub(crate) struct Office {
    pub(crate) app: App,
    pub(crate) settings: Settings,
}

/// What has come of a mail, recipient by recipient.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    taken: u32,
    gone: u32,
    put_off: u32,
}

impl Office {
    /// Whom a mail is for; else what to say.
    pub(crate) async fn find(&self, recipient: &Recipient) -> Result<Place, Reply> {
        let place = self.look_up(recipient).await.map_err(|error| self.put_off(&error))??;
        if !(self.settings.admission)(&place.key) {
            let sample = "mails came faster than a scheduler may be heard: they are taken later";
            self.vain(Some(&place.key.project), "rate_limited", place.key.id.as_str(), sample);
            Telemetry::add(&self.app.telemetry().mails_put_off, 1);
            return Err(Reply::new(450, "4.2.1 too many mails for this scheduler, try again later"));
        }
        Ok(place)
    }

    async fn look_up(&self, recipient: &Recipient) -> AppResult<Result<Place, Reply>> {
        let (address, project, shown) = match recipient {
            Recipient::Id(id) => (Address::Token(id.to_string()), None, Vain::token(id.as_str())),
            Recipient::Slug { ping_key, slug } => match self.app.project_of_ping_key(ping_key).await? {
                Some(project) => {
                    (Address::Slug(project.id.clone(), slug.clone()), Some(project.id), slug.clone())
                }
                None => return Ok(Err(self.unknown(None, &Vain::token(ping_key)))),
            },
        };
        Ok(match self.app.place(address).await? {
            Found::One(place) => Ok(place),
            Found::None => Err(self.unknown(project.as_ref(), &shown)),
            Found::Several => Err(self.ambiguous(project.as_ref(), &shown)),
        })
    }

    fn unknown(&self, project: Option<&ProjectId>, subject: &str) -> Reply {
        let sample = "a mail came for an address that no scheduler has: it was deleted, given another address, or never registered";
        self.refused(project, "unknown_address", subject, sample);
        Reply::nobody()
    }

    fn ambiguous(&self, project: Option<&ProjectId>, slug: &str) -> Reply {
        let sample = "several schedulers have this slug: give all but one another";
        self.refused(project, "ambiguous_slug", slug, sample);
        Reply::new(550, "5.1.4 several schedulers have this slug")
    }

    /// Refuses an address that is not of our form. Such come from anywhere, so that they are counted as one.
    pub(crate) fn refuse(&self, unfit: Unfit) -> Reply {
        let sample = "a mail came for an address that is no ping address: write <uuid>@ or <ping key>+<slug>@ and the domain of mail_pings";
        self.refused(None, "not_an_address", "", sample);
        match unfit {
            Unfit::Elsewhere => Reply::new(550, "5.7.1 nothing is relayed here"),
            Unfit::Form => Reply::nobody(),
        }
    }

    /// Takes a mail that is whole: answers once every report of it is durable.
    pub(crate) async fn take(
        &self,
        envelope: &Envelope,
        letter: &Letter,
        peer: IpAddr,
        within: Duration,
    ) -> Reply {
        if letter.is_too_long() {
            for place in &envelope.to {
                let sample = "a mail was longer than 10 MiB: send less of what the job prints";
                self.refused(Some(&place.key.project), "too_long", place.key.id.as_str(), sample);
            }
            return Reply::too_long();
        }
        let content = Content::read(letter.kept());
        let (received_at, bytes) = (self.app.now(), letter.kept());
        let mail = Mail { from: &envelope.from, peer, received_at, bytes, content: &content };
        match tokio::time::timeout(within, self.file(envelope, &mail)).await {
            Ok(tally) => tally.told(),
            Err(_) => Reply::later(),
        }
    }

    async fn file(&self, envelope: &Envelope, mail: &Mail<'_>) -> Tally {
        let mut tally = Tally::default();
        for place in &envelope.to {
            match self.app.hear(place.clone(), &|place: &Place| mail.at(place)).await {
                Ok(Some(_)) => {
                    Telemetry::add(&self.app.telemetry().mails_taken, 1);
                    tally.taken += 1;
                }
                Ok(None) | Err(AppError::NotFound { .. } | AppError::NotRegistered(_)) => {
                    self.unknown(Some(&place.key.project), place.key.id.as_str());
                    tally.gone += 1;
                }
                Err(error) => {
                    self.put_off(&error);
                    tally.put_off += 1;
                }
            }
        }
        tally
    }

    fn put_off(&self, error: &AppError) -> Reply {
        Telemetry::add(&self.app.telemetry().mails_put_off, 1);
        tracing::warn!(%error, "a mail could not be taken: its sender tries again");
        Reply::later()
    }

    fn refused(&self, project: Option<&ProjectId>, problem: &str, subject: &str, sample: &str) {
        Telemetry::add(&self.app.telemetry().mails_refused, 1);
        self.vain(project, problem, subject, sample);
    }

    fn vain(&self, project: Option<&ProjectId>, problem: &str, subject: &str, sample: &str) {
        self.app.note_vain(Vain { project, dialect: DIALECT, problem, subject, sample });
    }
}

impl Tally {
    /// One answer for all: where one of them has to wait, the sender comes again, and who has it knows it by its
    /// Message-ID.
    fn told(self) -> Reply {
        if self.put_off > 0 {
            Reply::later()
        } else if self.taken == 0 && self.gone > 0 {
            Reply::nobody()
        } else {
            Reply::new(250, "2.6.0 taken")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_taken_only_where_nobody_has_to_wait_for_it() {
        let told = |taken, gone, put_off| Tally { taken, gone, put_off }.told().code;
        assert_eq!((told(2, 0, 0), told(1, 1, 0), told(0, 1, 0)), (250, 250, 550));
        assert_eq!((told(1, 0, 1), told(0, 1, 1)), (451, 451));
    }
}
