//! A local mail server that says what it is told to and remembers what it heard.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

use crate::receiver::in_the_background;

/// An authority of the test's own, and what a server named `localhost` needs of it.
pub(crate) struct Authority {
    /// The authority's certificate, as `tls_ca` takes it.
    pub(crate) pem: String,
    acceptor: TlsAcceptor,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer =
            CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
        let key = KeyPair::generate().expect("a key");
        let leaf = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
        let leaf = leaf.signed_by(&key, &issuer).expect("a certificate");
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], private)
            .expect("a configuration");
        Self { pem: issuer.pem(), acceptor: TlsAcceptor::from(Arc::new(config)) }
    }
}

/// When TLS begins.
#[derive(Clone)]
pub(crate) enum Tls {
    Never,
    /// After `STARTTLS`.
    Later(TlsAcceptor),
    /// Before anything.
    First(TlsAcceptor),
}

impl Tls {
    pub(crate) fn later(authority: &Authority) -> Self {
        Self::Later(authority.acceptor.clone())
    }

    pub(crate) fn first(authority: &Authority) -> Self {
        Self::First(authority.acceptor.clone())
    }
}

/// An answer that comes after 0.9 s.
pub(crate) const SLOWLY: &str = "250 after a long look\r\n";

/// What is said to a line, where it is not the usual: an empty text is no answer at all.
type Script = fn(&str) -> Option<&'static str>;

pub(crate) struct MailServer {
    pub(crate) address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    /// Follows the script, and is polite where it says nothing.
    pub(crate) async fn start(tls: Tls, script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let session = Session { heard: Arc::clone(&heard), tls, script };
        in_the_background(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let session = session.clone();
                in_the_background(async move { session.serve(stream).await });
            }
        });
        Self { address, heard }
    }

    /// The lines that clients said; the content of mails as one of them.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("not poisoned").clone()
    }

    /// The commands without what follows them.
    pub(crate) fn commands(&self) -> Vec<String> {
        let word = |line: &String| line.split([' ', ':', '\r']).next().unwrap_or_default().to_owned();
        self.heard().iter().filter(|line| !line.contains('\n')).map(word).collect()
    }
}

#[derive(Clone)]
struct Session {
    heard: Arc<Mutex<Vec<String>>>,
    tls: Tls,
    script: Script,
}

impl Session {
    async fn serve(self, stream: TcpStream) -> Option<()> {
        match &self.tls {
            Tls::First(acceptor) => {
                let stream = acceptor.accept(stream).await.ok()?;
                self.talk(stream, "", true).await?;
            }
            Tls::Later(acceptor) => {
                let stream = self.talk(stream, "STARTTLS", true).await?;
                let stream = acceptor.accept(stream).await.ok()?;
                self.talk(stream, "AUTH PLAIN LOGIN", false).await?;
            }
            Tls::Never => drop(self.talk(stream, "AUTH PLAIN LOGIN", true).await?),
        }
        Some(())
    }

    /// Talks until `STARTTLS`, which answers the stream, or until the end.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        offers: &str,
        greets: bool,
    ) -> Option<S> {
        let mut stream = BufStream::new(stream);
        if greets {
            let greeting = (self.script)("").unwrap_or("220 localhost\r\n");
            self.say(&mut stream, greeting).await?;
        }
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let line = line.trim_end().to_owned();
            self.heard.lock().expect("not poisoned").push(line.clone());
            let hello =
                format!("250-localhost\r\n250 {}\r\n", if offers.is_empty() { "HELP" } else { offers });
            let answer = (self.script)(&line).unwrap_or(usual(&line).unwrap_or(&hello)).to_owned();
            self.say(&mut stream, &answer).await?;
            match line.as_str() {
                "STARTTLS" => return Some(stream.into_inner()),
                "QUIT" => return None,
                "DATA" if answer.starts_with('3') => self.content(&mut stream).await?,
                _ => {}
            }
        }
    }

    async fn content<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: &mut BufStream<S>) -> Option<()> {
        let mut content = String::new();
        while !content.ends_with("\r\n.\r\n") {
            if stream.read_line(&mut content).await.ok()? == 0 {
                return None;
            }
        }
        self.heard.lock().expect("not poisoned").push(content);
        let answer = (self.script)(".").unwrap_or("250 2.0.0 Ok: queued as 7F3A\r\n");
        self.say(stream, answer).await
    }

    async fn say<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: &mut BufStream<S>,
        text: &str,
    ) -> Option<()> {
        if text.is_empty() {
            return std::future::pending().await;
        }
        if text == SLOWLY {
            sleep(Duration::from_millis(900)).await;
        }
        stream.write_all(text.as_bytes()).await.ok()?;
        stream.flush().await.ok()
    }
}

/// `None` for a greeting, which is answered with what the server can.
fn usual(line: &str) -> Option<&'static str> {
    match line.split([' ', ':']).next().unwrap_or_default() {
        "EHLO" => None,
        "STARTTLS" => Some("220 go ahead\r\n"),
        "AUTH" => Some("235 welcome\r\n"),
        "DATA" => Some("354 go on\r\n"),
        "QUIT" => Some("221 bye\r\n"),
        _ => Some("250 ok\r\n"),
    }
}
