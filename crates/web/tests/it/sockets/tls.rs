//! TLS, and certificates that are renewed under a running server.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use web::{Bounds, Tls, TlsError, TlsSettings};

use super::client::{Gate, Server, rest, send, soon};

/// A certificate of `localhost` that signs itself.
struct Pair {
    certificate: CertificateDer<'static>,
    pem: String,
    key: String,
}

impl Pair {
    fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
        Self {
            certificate: made.cert.der().clone(),
            pem: made.cert.pem(),
            key: made.signing_key.serialize_pem(),
        }
    }
}

/// Two files, each writing of which is later than the one before.
struct Files {
    directory: TempDir,
    writings: u64,
}

impl Files {
    fn new(pair: &Pair) -> Self {
        let mut files = Self { directory: TempDir::new().expect("a directory"), writings: 0 };
        files.write(&pair.pem, &pair.key);
        files
    }

    fn write(&mut self, certificate: &str, key: &str) {
        self.writings += 1;
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(self.writings);
        for (path, content) in [(self.settings().certificate, certificate), (self.settings().key, key)] {
            put(&path, content, at);
        }
    }

    fn settings(&self) -> TlsSettings {
        let path = |name: &str| self.directory.path().join(name);
        TlsSettings { certificate: path("tls.crt"), key: path("tls.key") }
    }
}

fn put(path: &Path, content: &str, at: SystemTime) {
    fs::write(path, content).expect("written");
    let file = File::options().write(true).open(path).expect("opened");
    file.set_modified(at).expect("stamped");
}

async fn connect(
    server: &Server,
    trusted: &Pair,
    protocols: &[&[u8]],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.certificate.clone()).expect("a root");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = builder.expect("versions").with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    let name = ServerName::try_from("localhost").expect("a name");
    soon(TlsConnector::from(Arc::new(config)).connect(name, server.connect().await)).await
}

async fn is_served(server: &Server, trusted: &Pair) -> bool {
    let Ok(mut stream) = connect(server, trusted, &[]).await else { return false };
    send(&mut stream, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    rest(&mut stream).await.ends_with("at once")
}

#[tokio::test]
async fn new_certificates_take_the_place_of_old_ones_and_bad_ones_do_not() {
    let (first, second) = (Pair::new(), Pair::new());
    let mut files = Files::new(&first);
    let tls = Tls::load(files.settings()).await.expect("loads");
    let server = Server::start(Gate::default().router(), Some(tls.clone()), Bounds::default()).await;
    assert!(is_served(&server, &first).await);
    assert!(!tls.follow().await.expect("unchanged"));

    files.write(&second.pem, &second.key);
    assert!(tls.follow().await.expect("changed"));
    assert!(is_served(&server, &second).await && !is_served(&server, &first).await);

    files.write("rubbish", &second.key);
    assert!(matches!(tls.follow().await, Err(TlsError::NotPem { what: "certificate", .. })));
    assert!(!tls.follow().await.expect("said once"));
    files.write(&first.pem, &second.key);
    assert!(matches!(tls.follow().await, Err(TlsError::Unusable(_))));
    assert!(is_served(&server, &second).await);

    files.write(&first.pem, &first.key);
    assert!(tls.follow().await.expect("mended"));
    assert!(is_served(&server, &first).await);
    server.ended().await;
}

#[tokio::test]
async fn http_2_is_offered_and_plain_text_is_not_answered() {
    let pair = Pair::new();
    let files = Files::new(&pair);
    let tls = Tls::load(files.settings()).await.expect("loads");
    let server = Server::start(Gate::default().router(), Some(tls), Bounds::default()).await;
    let stream = connect(&server, &pair, &[b"h2", b"http/1.1"]).await.expect("a connection");
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    drop(stream);
    let mut plain = server.connect().await;
    send(&mut plain, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(!rest(&mut plain).await.contains("200 OK"));
    server.ended().await;
}

#[tokio::test]
async fn a_handshake_that_does_not_begin_is_cut() {
    let files = Files::new(&Pair::new());
    let tls = Tls::load(files.settings()).await.expect("loads");
    let bounds = Bounds { handshake_timeout: Duration::from_millis(50), ..Bounds::default() };
    let server = Server::start(Gate::default().router(), Some(tls), bounds).await;
    let mut silent = server.connect().await;
    assert_eq!(rest(&mut silent).await, "");
    server.ended().await;
}

#[tokio::test]
async fn files_that_are_not_there_or_hold_nothing_are_named() {
    let pair = Pair::new();
    let mut files = Files::new(&pair);
    let gone = TlsSettings { key: files.directory.path().join("nowhere"), ..files.settings() };
    let error = Tls::load(gone).await.expect_err("no file").to_string();
    assert!(error.starts_with("reading ") && error.ends_with("nowhere"), "{error}");
    files.write(&pair.pem, "");
    let error = Tls::load(files.settings()).await.expect_err("no key").to_string();
    assert!(error.ends_with("tls.key holds no private key as PEM"), "{error}");
}
