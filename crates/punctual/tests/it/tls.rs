//! TLS on a real socket, and a certificate that is replaced while the server runs.

use std::path::Path;

use rcgen::{CertifiedKey, generate_simple_self_signed};

use crate::harness::{Home, Reply, Serve, Server, curl, eventually, text};

/// Writes a fresh self-signed certificate and its key over what is there, as a renewal does.
fn write_certificate(home: &Home) {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).expect("a certificate");
    home.write("new-cert.pem", cert.pem());
    home.write("new-key.pem", signing_key.serialize_pem());
    for name in ["cert.pem", "key.pem"] {
        std::fs::rename(home.path(&format!("new-{name}")), home.path(name)).expect("to be replaced");
    }
}

fn serve(home: &Home) -> Serve<'_> {
    let path = |name: &str| home.path(name).to_str().expect("a path").to_owned();
    Serve::new(home).env("PUNCTUAL_TLS_CERT", &path("cert.pem")).env("PUNCTUAL_TLS_KEY", &path("key.pem"))
}

/// A call that trusts this certificate alone.
fn trusting(server: &Server, certificate: &Path) -> Option<Reply> {
    let health = format!("{}/healthz", server.address);
    curl(&["--cacert", certificate.to_str().expect("a path"), &health], None)
}

#[test]
fn a_server_with_a_certificate_serves_https_alone() {
    let home = Home::new();
    write_certificate(&home);
    let server = serve(&home).start();
    assert!(server.address.starts_with("https://"), "{}", server.address);
    assert_eq!(trusting(&server, &home.path("cert.pem")).expect("an answer").status, 200);
    let plain = format!("{}/healthz", server.address.replace("https", "http"));
    assert!(curl(&[&plain], None).is_none_or(|reply| reply.status == 400));
    let untrusting = curl(&[&format!("{}/healthz", server.address)], None);
    assert!(untrusting.is_none(), "{untrusting:?}");
}

#[test]
fn a_certificate_that_is_replaced_is_served_without_a_restart() {
    let home = Home::new();
    write_certificate(&home);
    let server = serve(&home).start();
    let old = home.write("old.pem", home.read("cert.pem"));
    write_certificate(&home);
    eventually("the new certificate is served", || trusting(&server, &home.path("cert.pem")));
    assert!(trusting(&server, &old).is_none(), "the old certificate is served too");
}

#[test]
fn a_replacement_that_is_no_certificate_leaves_the_old_one_in_service() {
    let home = Home::new();
    write_certificate(&home);
    let server = serve(&home).start();
    let old = home.write("old.pem", home.read("cert.pem"));
    home.write("cert.pem", "-----BEGIN NONSENSE-----");
    server.wait_for_log("cert");
    assert_eq!(trusting(&server, &old).expect("an answer").status, 200);
}

#[test]
fn certificates_that_are_missing_or_broken_are_refused_at_the_start() {
    let home = Home::new();
    let missing = serve(&home).refused();
    assert!(text(&missing.stderr).contains("cert.pem"), "{missing:?}");
    home.write("cert.pem", "no certificate");
    home.write("key.pem", "no key");
    let broken = serve(&home).refused();
    assert_eq!(broken.status.code(), Some(1), "{broken:?}");
    assert!(text(&broken.stderr).contains("cert.pem"), "{broken:?}");
}
