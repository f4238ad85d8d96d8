//! A connection that reads no further than it must before TLS begins.
//!
//! Whoever sits in between could send an answer early, in plain text behind the server's `220` to `STARTTLS`: read into
//! the same buffer, it would be taken for one that came through TLS. So single bytes are read until the first of TLS;
//! a line is asked for only when it is due, and what was sent early is left for TLS, which does not understand it.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The first byte of a TLS handshake, which is in no line of SMTP.
const HANDSHAKE: u8 = 0x16;

/// A TCP connection, plain until TLS begins on it.
#[derive(Debug)]
pub(super) struct Careful {
    stream: TcpStream,
    is_plain: bool,
}

impl Careful {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, is_plain: true }
    }
}

impl AsyncTokioStream for Careful {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl AsyncRead for Careful {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let careful = self.get_mut();
        if !careful.is_plain {
            return Pin::new(&mut careful.stream).poll_read(cx, buf);
        }
        let mut byte = [0];
        let mut one = ReadBuf::new(&mut byte);
        ready!(Pin::new(&mut careful.stream).poll_read(cx, &mut one))?;
        careful.is_plain = one.filled() != [HANDSHAKE];
        buf.put_slice(one.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Careful {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
