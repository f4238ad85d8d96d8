//! E-mail by SMTP. Says what people should read, as text and as HTML, and nothing where nobody need read.
//!
//! The delivery's id is the `Message-ID`, the same at every attempt, so that a mail that comes twice after a crash in the
//! middle is recognised by most readers. All mails of one incident refer to one id and make a thread. Mails are marked
//! as written by a machine: no vacation notice comes back.

mod address;
mod conversation;
mod errors;
mod html;
mod message;
mod starttls;
mod tls;
mod wire;

use app::ports::{DeliveryError, Notifier, Parcel, Receipt};
use async_trait::async_trait;
use domain::Duration;
use lettre::message::Mailbox;
use serde::{Deserialize, Serialize};

use crate::channel::{ConfigError, Kit, usable};
use crate::links::Links;
use crate::people::{need_not_hear, nothing_to_say};
use crate::secret::Secret;

pub use message::{Mail, Sender, mail};

pub(crate) use tls::Usual as MailTrust;

use conversation::{Server, in_time};

/// Most recipients of one channel.
pub const RECIPIENTS_MAX: usize = 20;

/// How long a mail waits for recipients that the server may take later: about as long as greylists do.
const WAITS_FOR: Duration = Duration::from_minutes(5);

/// How the way to the mail server is kept private.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// TLS from the first byte: port 465.
    Tls,
    /// Plain until `STARTTLS`, which must be offered: port 587. Nothing is sent to a server that does not.
    #[default]
    StartTls,
    /// Not at all: port 25. A password is sent only to a private address.
    None,
}

impl Encryption {
    const fn usual_port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::None => 25,
        }
    }
}

/// How mail is configured.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailConfig {
    /// The mail server: a name or an address.
    pub host: String,
    /// Its port, where it is not the usual one of [`Encryption`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// `starttls`, `tls` or `none`.
    #[serde(default)]
    pub encryption: Encryption,
    /// The certificates that the server's may come from besides those that the machine trusts, as PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_ca: Option<String>,
    /// The user name, where the server wants one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The password that goes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// Whom mails come from: `Punctual <punctual@example.org>`.
    pub from: String,
    /// Whom they go to: 1 to 20 addresses.
    pub to: Vec<String>,
    /// Where answers go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// Whether the scheduler's `owner_email` gets its alerts too.
    #[serde(default)]
    pub to_owner: bool,
    /// What we call ourselves to the server, where it is not the domain of `from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hello: Option<String>,
}

impl EmailConfig {
    pub(crate) fn secrets(&self) -> Vec<(&'static str, String)> {
        self.password.iter().map(|password| ("password", password.expose().to_owned())).collect()
    }
}

/// Delivers to a few mailboxes by one server.
#[derive(Debug)]
pub struct Email {
    server: Server,
    sender: Sender,
    links: Option<Links>,
}

impl Email {
    /// Checks the configuration; sends nothing.
    pub fn new(kit: &Kit, config: &EmailConfig) -> Result<Self, ConfigError> {
        let from = address::mailbox("from", &config.from)?;
        let reply_to =
            config.reply_to.as_deref().map(|text| address::mailbox("reply_to", text)).transpose()?;
        let sender = Sender { to: recipients(config)?, from, reply_to, to_owner: config.to_owner };
        let server = Server::new(kit, config, sender.from.email.domain())?;
        Ok(Self { server, sender, links: kit.links.clone() })
    }
}

fn recipients(config: &EmailConfig) -> Result<Vec<Mailbox>, ConfigError> {
    if !(1..=RECIPIENTS_MAX).contains(&config.to.len()) {
        return Err(ConfigError::field("to", &format!("must be 1 to {RECIPIENTS_MAX} addresses")));
    }
    config.to.iter().map(|text| address::mailbox("to", text)).collect()
}

/// A user name with its password, or neither.
fn credentials(config: &EmailConfig) -> Result<Option<(String, String)>, ConfigError> {
    match (config.username.as_deref().map(str::trim), &config.password) {
        (None, None) => Ok(None),
        (Some(user), Some(password)) if !user.is_empty() && !user.contains(char::is_control) => {
            Ok(Some((user.to_owned(), usable("password", password)?.to_owned())))
        }
        (Some(_), Some(_)) => Err(ConfigError::field("username", &"must be a line of text")),
        (Some(_), None) => Err(ConfigError::field("password", &"is missing beside username")),
        (None, Some(_)) => Err(ConfigError::field("username", &"is missing beside password")),
    }
}

#[async_trait]
impl Notifier for Email {
    async fn deliver(&self, parcel: &Parcel<'_>) -> Result<Receipt, DeliveryError> {
        if need_not_hear(parcel.notice) {
            return Ok(nothing_to_say());
        }
        let mail = mail(parcel, &self.sender, self.links.as_ref())?;
        let waits = parcel.now.since(parcel.notice.decided_at()) < WAITS_FOR;
        in_time(self.server.whole_patience(), self.server.send(&mail, waits)).await
    }

    async fn check(&self) -> Result<Receipt, DeliveryError> {
        in_time(self.server.patience(), self.server.greet()).await
    }
}

#[cfg(test)]
mod tests;
