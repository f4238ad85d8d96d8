//! One connection, from its banner to its end. Every wait has a limit, and everything that can be repeated a count.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::address::Recipient;
use crate::command::Command;
use crate::dialogue::{Dialogue, Step};
use crate::intake::{Flaw, Intake};
use crate::letter::Letter;
use crate::office::Office;
use crate::reply::Reply;
use crate::settings::Bounds;

const CHUNK: usize = 16 * 1024;

/// What all connections share, and whose this one is.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) office: Office,
    pub(crate) bounds: Bounds,
    pub(crate) peer: SocketAddr,
    pub(crate) stop: CancellationToken,
}

/// How a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Nothing more is to be said.
    Closed,
    /// It goes on in secret.
    Secure,
}

impl Session {
    /// Holds a connection until its end.
    pub(crate) async fn hold(&self, mut stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let is_offered = self.office.settings.certificates.is_some();
        if self.converse(&mut stream, is_offered, true).await != End::Secure {
            return;
        }
        let Some(certificates) = &self.office.settings.certificates else { return };
        // Names of protocols are for HTTP, and a mail client that brings one of its own would be refused for it.
        let mut config = rustls::ServerConfig::clone(&certificates());
        config.alpn_protocols.clear();
        let handshake = TlsAcceptor::from(Arc::new(config)).accept(stream);
        match timeout(self.bounds.answer_timeout, handshake).await {
            Ok(Ok(mut stream)) => {
                self.converse(&mut stream, false, false).await;
                let _ = timeout(self.bounds.answer_timeout, stream.shutdown()).await;
            }
            Ok(Err(error)) => tracing::debug!(peer = %self.peer, %error, "a TLS handshake failed"),
            Err(_) => tracing::debug!(peer = %self.peer, "a TLS handshake took too long"),
        }
    }

    /// What was sent in the clear after STARTTLS stays in the intake that ends here: nobody reads it.
    async fn converse<S>(&self, stream: &mut S, offers_tls: bool, is_first: bool) -> End
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let dialogue = Dialogue::new(&self.office.settings.domain, offers_tls);
        let mut line = Line {
            session: self,
            stream,
            dialogue,
            intake: Intake::default(),
            chunk: vec![0; CHUNK],
            commands: 0,
            faults: 0,
            refusals: 0,
        };
        // An error is that of a connection which is no more.
        line.hold(is_first).await.unwrap_or(End::Closed)
    }

    fn peer(&self) -> IpAddr {
        self.peer.ip().to_canonical()
    }
}

/// A conversation, in the clear or in secret.
struct Line<'a, S> {
    session: &'a Session,
    stream: &'a mut S,
    dialogue: Dialogue<'a>,
    intake: Intake,
    /// Where bytes are read into.
    chunk: Vec<u8>,
    commands: u32,
    faults: u32,
    refusals: u32,
}

/// Why a conversation is over before its client says so: what is said last, where there is anyone to hear it.
type Over = Option<Reply>;

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Line<'_, S> {
    async fn hold(&mut self, is_first: bool) -> std::io::Result<End> {
        if is_first {
            self.say(&self.dialogue.banner()).await?;
        }
        loop {
            let end = match self.command().await {
                Ok(line) => self.answer(&line).await?,
                Err(Some(farewell)) => {
                    self.say(&farewell).await?;
                    Some(End::Closed)
                }
                Err(None) => Some(End::Closed),
            };
            if let Some(end) = end {
                return Ok(end);
            }
        }
    }

    /// Answers one line; says how it ends, where it does.
    async fn answer(&mut self, line: &Result<Vec<u8>, Flaw>) -> std::io::Result<Option<End>> {
        let step = match line {
            Ok(line) => self.dialogue.hear(Command::parse(line)),
            Err(_) => Step::Say(Reply::new(500, "5.5.2 the line is too long: at most 2048 bytes")),
        };
        let reply = match step {
            Step::Say(reply) => reply,
            Step::Find(recipient) => self.recipient(&recipient).await,
            Step::Refuse(unfit) => {
                self.refusals += 1;
                self.session.office.refuse(unfit)
            }
            Step::Read => match self.letter().await? {
                Ok(reply) => reply,
                Err(over) => return self.leave(over).await,
            },
            Step::Secure => {
                self.say(&Reply::new(220, "2.0.0 go ahead")).await?;
                return Ok(Some(End::Secure));
            }
            Step::Leave => return self.leave(Some(Reply::new(221, "2.0.0 good-bye"))).await,
        };
        self.faults += u32::from(reply.is_fault());
        self.say(&reply).await?;
        match self.enough() {
            Some(farewell) => self.leave(Some(farewell)).await,
            None => Ok(None),
        }
    }

    async fn leave(&mut self, over: Over) -> std::io::Result<Option<End>> {
        if let Some(farewell) = over {
            self.say(&farewell).await?;
        }
        Ok(Some(End::Closed))
    }

    /// What to say to a client that has had its share.
    fn enough(&mut self) -> Over {
        self.commands += 1;
        let bounds = &self.session.bounds;
        if self.faults >= bounds.faults_max {
            Some(Reply::farewell("4.7.0 too many commands that make no sense"))
        } else if self.refusals >= bounds.refusals_max {
            Some(Reply::farewell("4.7.0 too many recipients that are nobody"))
        } else if self.commands >= bounds.commands_max {
            Some(Reply::farewell("4.7.0 too many commands for one connection: begin another"))
        } else {
            None
        }
    }

    async fn recipient(&mut self, recipient: &Recipient) -> Reply {
        match self.session.office.find(recipient).await {
            Ok(place) => {
                self.dialogue.take(place);
                Reply::new(250, "2.1.5 OK")
            }
            Err(reply) => {
                self.refusals += 1;
                reply
            }
        }
    }

    /// Reads a mail and hands it in.
    async fn letter(&mut self) -> std::io::Result<Result<Reply, Over>> {
        let Some(envelope) = self.dialogue.envelope() else {
            return Ok(Ok(Reply::out_of_order("MAIL and RCPT come first")));
        };
        self.say(&Reply::new(354, "go ahead, and end with a line that is a single dot")).await?;
        let mut letter = Letter::default();
        let (bounds, until) = (self.session.bounds, Instant::now() + self.session.bounds.letter_timeout);
        while !self.intake.fill(&mut letter) {
            if letter.is_endless() {
                return Ok(Err(Some(Reply::too_long())));
            }
            let silence = Instant::now() + bounds.silence_timeout;
            if let Err(over) = self.more(until.min(silence)).await {
                return Ok(Err(over));
            }
        }
        let (office, peer) = (&self.session.office, self.session.peer());
        Ok(Ok(office.take(&envelope, &letter, peer, bounds.filing_timeout).await))
    }

    /// The next command; else why there is none.
    async fn command(&mut self) -> Result<Result<Vec<u8>, Flaw>, Over> {
        let stop = self.session.stop.clone();
        let until = Instant::now() + self.session.bounds.line_timeout;
        loop {
            if stop.is_cancelled() {
                return Err(Some(closing()));
            }
            match self.intake.line() {
                Some(Err(Flaw::Endless)) => return Err(Some(Reply::farewell("4.7.0 a line without an end"))),
                Some(line) => return Ok(line),
                None => {}
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => return Err(Some(closing())),
                more = self.more(until) => more?,
            }
        }
    }

    /// Waits for bytes.
    async fn more(&mut self, until: Instant) -> Result<(), Over> {
        match timeout_at(until, self.stream.read(&mut self.chunk)).await {
            Ok(Ok(0) | Err(_)) => Err(None),
            Ok(Ok(read)) => {
                self.intake.take(&self.chunk[..read]);
                Ok(())
            }
            Err(_) => Err(Some(Reply::farewell("4.4.2 waited too long"))),
        }
    }

    /// Says something to a client that listens.
    async fn say(&mut self, reply: &Reply) -> std::io::Result<()> {
        let patience: Duration = self.session.bounds.answer_timeout;
        let text = reply.to_string();
        timeout(patience, async {
            self.stream.write_all(text.as_bytes()).await?;
            self.stream.flush().await
        })
        .await?
    }
}

fn closing() -> Reply {
    Reply::farewell("4.3.2 going away, try again later")
}
