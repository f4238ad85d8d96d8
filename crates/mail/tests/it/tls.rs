//! STARTTLS: from there on in secret, and nothing that was said before counts.

use std::sync::Arc;

use domain::ConfigChange;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::world::{Client, Plan, World, nightly};

/// A world with a certificate of `localhost`, which is what its clients trust.
async fn secret() -> (World, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = builder.expect("versions").with_no_client_auth();
    let mut config = config.with_single_cert(vec![certificate.clone()], key).expect("a pair");
    config.alpn_protocols = vec![b"h2".to_vec()];
    let config = Arc::new(config);
    let certificates: mail::Certificates = Arc::new(move || Arc::clone(&config));
    let world = World::with(Plan { certificates: Some(certificates), ..Plan::default() }).await;
    world.nightly(ConfigChange::default()).await;
    (world, certificate)
}

async fn shaken(
    client: Client<TcpStream>,
    trusted: &CertificateDer<'static>,
) -> Client<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).expect("a root");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = builder.expect("versions").with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"smtp".to_vec()];
    let name = ServerName::try_from("localhost").expect("a name");
    let connector = TlsConnector::from(Arc::new(config));
    Client { stream: connector.connect(name, client.stream).await.expect("a handshake") }
}

#[tokio::test]
async fn a_mail_comes_in_secret_where_there_is_a_certificate() {
    let (world, trusted) = secret().await;
    let mut client = world.client().await;
    assert!(client.say("EHLO x").await.ends_with("\n250 STARTTLS"));
    assert_eq!(client.say("STARTTLS").await, "220 2.0.0 go ahead");
    let mut client = shaken(client, &trusted).await;
    assert_eq!(client.say("MAIL FROM:<a@b>").await, "503 5.5.1 say EHLO first");
    assert!(!client.say("EHLO x").await.contains("STARTTLS"));
    assert_eq!(client.code("STARTTLS").await, 503);
    assert_eq!(client.mail(&[&nightly()], "Subject: x").await, "250 2.6.0 taken");
    assert_eq!(client.code("QUIT").await, 221);
    assert_eq!(client.rest().await, "");
    assert_eq!(world.words("nightly").await, ["completed"]);
}

#[tokio::test]
async fn what_is_said_in_the_clear_after_starttls_is_not_heard() {
    let (world, trusted) = secret().await;
    let mut client = world.greeted().await;
    let injected = format!("STARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@b>\r\nRCPT TO:<{}>\r\n", nightly());
    client.send(injected).await;
    assert_eq!(client.hear().await, "220 2.0.0 go ahead");
    let mut client = shaken(client, &trusted).await;
    assert_eq!(client.say("DATA").await, "503 5.5.1 MAIL and RCPT come first");
    assert_eq!(client.say("MAIL FROM:<a@b>").await, "503 5.5.1 say EHLO first");
}

#[tokio::test]
async fn a_handshake_that_is_none_ends_the_connection() {
    let (world, _) = secret().await;
    let mut client = world.greeted().await;
    client.say("STARTTLS").await;
    client.send("EHLO x\r\nMAIL FROM:<a@b>\r\n").await;
    let rest = client.rest().await;
    assert!(!rest.contains("250"), "{rest}");
}
