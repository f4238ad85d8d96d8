//! One connection of the generator: a request that is being sent, then an answer that is being read.

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};

use super::reply::Reply;

/// How much is read at once at first; a longer answer makes more room for itself.
const ROOM: usize = 16 * 1024;
/// The longest answer: two pages of the longest list.
const ANSWER_MAX: usize = 8 << 20;

/// One connection.
#[derive(Debug)]
pub(super) struct Line {
    stream: TcpStream,
    outgoing: Vec<u8>,
    sent: usize,
    incoming: Vec<u8>,
    filled: usize,
    begun: Option<Instant>,
}

impl Line {
    /// Opens a connection; it is there when the first event comes.
    pub(super) fn open(server: SocketAddr, registry: &Registry, token: Token) -> Result<Self> {
        let stream = connect(server, registry, token)?;
        let (outgoing, incoming) = (Vec::with_capacity(1024), vec![0; ROOM]);
        Ok(Self { stream, outgoing, sent: 0, incoming, filled: 0, begun: None })
    }

    /// Closes the connection and opens another.
    pub(super) fn reopen(&mut self, server: SocketAddr, registry: &Registry, token: Token) -> Result<()> {
        self.stream = connect(server, registry, token)?;
        Ok(())
    }

    /// Where the next request is written, before it begins.
    pub(super) fn outgoing(&mut self) -> &mut Vec<u8> {
        self.outgoing.clear();
        self.sent = 0;
        &mut self.outgoing
    }

    /// From now on an answer is waited for.
    pub(super) fn begin(&mut self, now: Instant) {
        self.filled = 0;
        self.begun = Some(now);
    }

    /// Whether an answer is waited for.
    pub(super) fn is_waiting(&self) -> bool {
        self.begun.is_some()
    }

    /// Sends what can be sent.
    pub(super) fn push(&mut self) -> Result<()> {
        while self.sent < self.outgoing.len() {
            match self.stream.write(&self.outgoing[self.sent..]) {
                Ok(written) => self.sent += written,
                Err(error) if is_not_yet(error.kind()) => return Ok(()),
                Err(error) => return Err(error).context("the server takes no request"),
            }
        }
        Ok(())
    }

    /// Reads what can be read; when the answer is whole and a success, when its request had begun.
    pub(super) fn pull(&mut self) -> Result<Option<Instant>> {
        loop {
            self.make_room()?;
            match self.stream.read(&mut self.incoming[self.filled..]) {
                Ok(0) => {
                    bail!("the server closed a connection that waited for an answer to {}", self.asked())
                }
                Ok(read) => self.filled += read,
                Err(error) if is_not_yet(error.kind()) => return Ok(None),
                Err(error) => return Err(error).with_context(|| format!("no answer to {}", self.asked())),
            }
            if self.is_answered()? {
                return Ok(self.begun.take());
            }
        }
    }

    fn make_room(&mut self) -> Result<()> {
        if self.filled == self.incoming.len() {
            if self.filled >= ANSWER_MAX {
                bail!("the answer to {} is longer than {ANSWER_MAX} bytes", self.asked());
            }
            self.incoming.resize(self.filled * 2, 0);
        }
        Ok(())
    }

    fn is_answered(&self) -> Result<bool> {
        let Some(reply) = Reply::whole(&self.incoming[..self.filled])? else { return Ok(false) };
        if !(200..300).contains(&reply.status) {
            bail!("{} was answered {}: {}", self.asked(), reply.status, String::from_utf8_lossy(reply.body));
        }
        Ok(true)
    }

    /// The first line of the request.
    fn asked(&self) -> String {
        let line = self.outgoing.split(|&byte| byte == b'\r').next().unwrap_or_default();
        String::from_utf8_lossy(line).into_owned()
    }
}

fn connect(server: SocketAddr, registry: &Registry, token: Token) -> Result<TcpStream> {
    let refused =
        || format!("cannot connect to {server}: too many connections that just ended may still be kept");
    let mut stream = TcpStream::connect(server).with_context(refused)?;
    // A request is small and whole: nothing is gained by holding it back.
    stream.set_nodelay(true).context("cannot set up a connection")?;
    registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE).context("cannot poll")?;
    Ok(stream)
}

/// A connection that is not made yet says so in its own way.
fn is_not_yet(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::NotConnected | ErrorKind::Interrupted)
}
