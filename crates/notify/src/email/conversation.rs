//! The conversation with a mail server. The name is looked up and its addresses are checked here, and one of those is
//! connected to by number; the certificate is verified for the name.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use app::ports::{DeliveryError, Receipt};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Noop, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::errors::{Stage, answered, meaning, shown};
use super::message::Mail;
use super::tls::Trust;
use super::wire::Wire;
use super::{EmailConfig, Encryption, credentials, starttls};
use crate::channel::{ConfigError, Kit};
use crate::http::{Outgoing, is_public};

/// No mail takes longer, leaving included: the dispatcher holds a delivery for 30 s.
const WHOLE_MAX: Duration = Duration::from_secs(27);
/// How long a server may take over our leaving.
const FAREWELL: Duration = Duration::from_millis(500);
/// The greeting that the library waits for, where the server has greeted before TLS began.
const GREETED: &[u8] = b"220 \r\n";

/// A mail server, and how to speak to it.
pub(super) struct Server {
    outgoing: Outgoing,
    host: String,
    port: u16,
    encryption: Encryption,
    trust: Option<Trust>,
    credentials: Option<Credentials>,
    hello: ClientId,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} to {}:{}", self.encryption, self.host, self.port)
    }
}

impl Server {
    pub(super) fn new(kit: &Kit, config: &EmailConfig, domain: &str) -> Result<Self, ConfigError> {
        let host = host_name("host", &config.host)?;
        let hello = host_name("hello", config.hello.as_deref().unwrap_or(domain))?;
        let port = config.port.unwrap_or_else(|| config.encryption.usual_port());
        if port == 0 {
            return Err(ConfigError::field("port", &"must be 1 to 65535"));
        }
        let trust = match config.encryption {
            Encryption::None => None,
            Encryption::Tls | Encryption::StartTls => {
                Some(Trust::new(&kit.mail_trust, &host, config.tls_ca.as_deref())?)
            }
        };
        let credentials = credentials(config)?.map(|(user, password)| Credentials::new(user, password));
        let hello = ClientId::Domain(hello);
        let outgoing = kit.outgoing.clone();
        Ok(Self { outgoing, host, port, encryption: config.encryption, trust, credentials, hello })
    }

    #[cfg(test)]
    pub(super) fn replace_credentials(&mut self, credentials: Credentials) {
        self.credentials = Some(credentials);
    }

    /// How long it may take until we are let in.
    pub(super) fn patience(&self) -> Duration {
        self.outgoing.limits().total
    }

    /// How long handing over a mail may take from the first step on: some servers look through all of it before they take
    /// it, and one that is left before it says so gets it again.
    pub(super) fn whole_patience(&self) -> Duration {
        (self.patience() * 9 / 5).min(WHOLE_MAX)
    }

    /// Sends a mail to those of its recipients that the server takes; `waits` where it may take the others later.
    pub(super) async fn send(&self, mail: &Mail, waits: bool) -> Result<Receipt, DeliveryError> {
        let mut server = in_time(self.patience(), self.connect()).await?;
        let sent = hand_over(&mut server, mail, waits).await;
        leave(server).await;
        sent
    }

    /// Connects, says who we are and asks for nothing.
    pub(super) async fn greet(&self) -> Result<Receipt, DeliveryError> {
        let mut server = self.connect().await?;
        let answer = server.command(Noop).await.map_err(|error| meaning(Stage::From, &error));
        leave(server).await;
        answer.map(|_| Receipt { answer: "the mail server lets us in".to_owned() })
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, DeliveryError> {
        let addresses = self.outgoing.addresses(&self.host, self.port).await?;
        let stream = self.open(&addresses).await?;
        let mut server = AsyncSmtpConnection::connect_with_transport(stream, &self.hello)
            .await
            .map_err(|error| meaning(Stage::Connect, &error))?;
        if let Some(credentials) = &self.credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            server.auth(&mechanisms, credentials).await.map_err(|error| meaning(Stage::Login, &error))?;
        }
        Ok(server)
    }

    /// A connection on which the server greets, encrypted where that is wanted: never without.
    async fn open(&self, addresses: &[SocketAddr]) -> Result<Box<dyn AsyncTokioStream>, DeliveryError> {
        let mut stream = self.plain(addresses).await?;
        let peer = stream.peer_addr().map_err(|_| DeliveryError::transient("the connection is gone"))?;
        let Some(trust) = &self.trust else {
            return Ok(Box::new(Wire::new(stream, peer, b"")));
        };
        let before = match self.encryption {
            Encryption::StartTls => {
                starttls::ask(&mut stream, &self.hello).await?;
                GREETED
            }
            Encryption::Tls | Encryption::None => b"",
        };
        Ok(Box::new(Wire::new(trust.begin(stream).await?, peer, before)))
    }

    async fn plain(&self, addresses: &[SocketAddr]) -> Result<TcpStream, DeliveryError> {
        let stream = reach(addresses, self.outgoing.limits().connect).await?;
        let is_open = self.encryption == Encryption::None && self.credentials.is_some();
        let peer = stream.peer_addr().map_err(|_| DeliveryError::transient("the connection is gone"))?;
        if is_open && is_public(peer.ip()) {
            return Err(DeliveryError::broken(
                "a password is not sent through the internet without encryption: set encryption",
            ));
        }
        Ok(stream)
    }
}

/// The first of the addresses that answers. One that says nothing leaves the others their share of the time.
async fn reach(addresses: &[SocketAddr], within: Duration) -> Result<TcpStream, DeliveryError> {
    let end = Instant::now() + within;
    let mut failure = DeliveryError::transient("could not connect in time");
    for (address, left) in addresses.iter().zip((1..=addresses.len()).rev()) {
        let share = (end - Instant::now()) / u32::try_from(left).unwrap_or(u32::MAX);
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => failure = DeliveryError::transient(format!("could not connect: {error}")),
            Err(_) => failure = DeliveryError::transient("could not connect in time"),
        }
    }
    Err(failure)
}

/// A name or an address, as it may stand in a command.
fn host_name(field: &'static str, text: &str) -> Result<String, ConfigError> {
    let text = text.trim();
    let good = |c: char| c.is_ascii_alphanumeric() || ".-_:".contains(c);
    if (1..=253).contains(&text.len()) && text.chars().all(good) {
        return Ok(text.to_ascii_lowercase());
    }
    Err(ConfigError::field(field, &"must be a name such as mail.example.org"))
}

/// Sender, recipients, content. Recipients that are refused do not keep the others from reading, only from reading at
/// once: where one may be taken later and `waits`, nothing is sent yet.
async fn hand_over(
    server: &mut AsyncSmtpConnection,
    mail: &Mail,
    waits: bool,
) -> Result<Receipt, DeliveryError> {
    let from = MailFrom::new(Some(mail.from.clone()), Vec::new());
    server.command(from).await.map_err(|error| meaning(Stage::From, &error))?;
    let refusals = refusals(server, mail).await?;
    let taken = mail.to.len() - refusals.len();
    let passing = refusals.iter().find(|error| error.is_transient());
    match passing.or(refusals.first()) {
        Some(refusal) if taken == 0 || (waits && passing.is_some()) => {
            return Err(meaning(Stage::To, refusal));
        }
        Some(refusal) => lament(refusals.len(), mail.to.len(), refusal),
        None if taken == 0 => return Err(DeliveryError::permanent("the mail has no recipient")),
        None => {}
    }
    server.command(Data).await.map_err(|error| meaning(Stage::Content, &error))?;
    let answer = server.message(&mail.content).await.map_err(|error| meaning(Stage::Content, &error))?;
    let said = shown(answer.first_line().unwrap_or_default());
    Ok(Receipt { answer: format!("taken for {taken} of {}: {said}", mail.to.len()) })
}

/// Nobody else hears of it: the mail is delivered to the others.
fn lament(refused: usize, of: usize, refusal: &Error) {
    let reason = answered(refusal);
    tracing::warn!(refused, of, %reason, "a mail does not reach some of its recipients");
}

/// What the server has against some of the recipients.
async fn refusals(server: &mut AsyncSmtpConnection, mail: &Mail) -> Result<Vec<Error>, DeliveryError> {
    let mut refusals = Vec::new();
    for to in &mail.to {
        match server.command(Rcpt::new(to.clone(), Vec::new())).await {
            Ok(_) => {}
            Err(error) if error.status().is_some() => refusals.push(error),
            Err(error) => return Err(meaning(Stage::To, &error)),
        }
    }
    Ok(refusals)
}

/// An exchange, unless it takes too long.
pub(super) async fn in_time<T>(
    patience: Duration,
    exchange: impl Future<Output = Result<T, DeliveryError>>,
) -> Result<T, DeliveryError> {
    let slow = |_| DeliveryError::transient("the mail server did not answer in time");
    timeout(patience, exchange).await.map_err(slow)?
}

/// What was said counts, however long the server takes to say goodbye.
async fn leave(mut server: AsyncSmtpConnection) {
    let _ = timeout(FAREWELL, server.quit()).await;
}

#[cfg(test)]
mod tests {
    use tokio::net::{TcpListener, TcpSocket};

    use super::*;

    #[tokio::test]
    async fn an_address_that_says_nothing_leaves_the_next_its_time() {
        let hole = TcpSocket::new_v4().expect("a socket");
        hole.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
        let hole = hole.listen(1).expect("listens");
        let silent = hole.local_addr().expect("an address");
        let mut queue = Vec::new();
        while let Ok(stream) = reach(&[silent], Duration::from_millis(50)).await {
            assert!(queue.len() < 16, "its queue has no end");
            queue.push(stream);
        }
        let open = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let answers = open.local_addr().expect("an address");
        let stream = reach(&[silent, answers], Duration::from_millis(400)).await.expect("the second");
        assert_eq!(stream.peer_addr().expect("an address"), answers);
        let refused = reach(&[silent, silent], Duration::from_millis(50)).await.expect_err("none");
        assert_eq!(refused, DeliveryError::transient("could not connect in time"));
    }
}
