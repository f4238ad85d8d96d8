//! Real conversations with aiosmtpd over TLS and after a login; what it received is read by Python's mail library, and
//! is what was written.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::{Value, json};

use super::*;
use crate::python::Program;

struct Running {
    program: Program,
    email: Email,
    _folder: tempfile::TempDir,
}

fn running(encryption: &str) -> Running {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer =
        CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let leaf = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
    let leaf = leaf.signed_by(&key, &issuer).expect("a certificate");
    let folder = tempfile::tempdir().expect("a folder");
    let [certificate, private] = ["certificate.pem", "key.pem"].map(|name| folder.path().join(name));
    std::fs::write(&certificate, leaf.pem()).expect("written");
    std::fs::write(&private, key.serialize_pem()).expect("written");
    let paths = [certificate, private].map(|path| path.to_str().expect("a text").to_owned());
    let program = Program::start("server.py", &[encryption, &paths[0], &paths[1]]);
    let port: u16 = program.hear().parse().expect("a port");
    let config = json!({
        "host": "localhost", "port": port, "encryption": encryption, "tls_ca": issuer.pem(),
        "username": "punctual", "password": "s3cret", "reply_to": "help@example.org", "to_owner": true,
        "from": "Punctual <punctual@example.org>", "to": ["ops@example.org", "Jürgen <j@example.org>"],
    });
    let config = serde_json::from_value(config).expect("reads");
    let links = Links::new("https://p.example.org").expect("an address");
    let kit = Kit::new(Outgoing::new(PrivateTargets::All).expect("a client"), Some(links));
    Running { program, email: Email::new(&kit, &config).expect("serves"), _folder: folder }
}

async fn received(running: &mut Running, notice: &app::Notice) -> Value {
    let delivery = DeliveryId::trusted("dlv_1");
    let parcel = Parcel { delivery: &delivery, notice, now: sample::now() };
    let receipt = running.email.deliver(&parcel).await.expect("delivered");
    assert!(receipt.answer.ends_with("2.0.0 Ok: queued as 1"), "{receipt:?}");
    serde_json::from_str(&running.program.hear()).expect("json")
}

/// What it should be, by what is worded: not by how it is written.
fn compare(got: &Value, notice: &app::Notice) {
    let links = Links::new("https://p.example.org").expect("an address");
    let mut told = crate::render::telling(notice, sample::now(), Some(&links));
    told.error = told.error.map(|error| crate::text::fit(&error, 20_000, |_| 1));
    let incident = match notice {
        app::Notice::Alert(alert) => Some(alert.incident.as_str()),
        _ => None,
    };
    assert_eq!(got["defects"], json!([]));
    assert_eq!(got["headers"]["Subject"], domain::time::shorten(&told.headline(), 200));
    assert_eq!(got["text"], message::text(&told, incident));
    assert_eq!(got["html"], html::page(&told, incident));
    assert_eq!(got["kinds"], json!(["multipart/alternative", "text/plain", "text/html"]));
    let headers = [
        ("From", "Punctual <punctual@example.org>"),
        ("To", "ops@example.org, Jürgen <j@example.org>"),
        ("Message-ID", "<dlv_1@example.org>"),
        ("Reply-To", "help@example.org"),
        ("Auto-Submitted", "auto-generated"),
    ];
    for (name, value) in headers {
        assert_eq!(got["headers"][name], value, "{name}");
    }
    assert_eq!(got["headers"]["In-Reply-To"], got["headers"]["References"]);
    assert_eq!(
        (&got["headers"]["Bcc"], &got["headers"]["Cc"], &got["names"]),
        (&Value::Null, &Value::Null, &json!(14))
    );
    assert_eq!(got["date"], "2024-01-15T02:12:00+00:00");
    assert_eq!((&got["from"], &got["user"]), (&json!("punctual@example.org"), &json!("punctual")));
    assert_eq!(got["to"], json!(["ops@example.org", "j@example.org"]));
    assert_eq!(got["tls"], "TLSv1.3");
}

#[tokio::test]
#[ignore = "needs aiosmtpd: cargo xtask mail"]
async fn every_mail_arrives_as_it_was_meant_by_tls_and_by_starttls() {
    for encryption in ["starttls", "tls"] {
        let mut running = running(encryption);
        running.email.check().await.expect("well");
        for notice in sample::all().iter().filter(|notice| !need_not_hear(notice)) {
            let got = received(&mut running, notice).await;
            compare(&got, notice);
        }
        let thread = received(&mut running, &sample::failed()).await["headers"]["References"].clone();
        assert_eq!(thread, "<thread.inc_1@example.org>");
    }
}

#[tokio::test]
#[ignore = "needs aiosmtpd: cargo xtask mail"]
async fn the_worst_text_arrives_as_text() {
    let mut running = running("starttls");
    for filler in [
        "x",
        "\r\nBcc: evil@example.org\r\n\r\n",
        ".\r\n.\r\n",
        "=?utf-8?b?aGk=?= ",
        "é👩\u{202e}\u{7}\u{0} ",
        "<script>&amp;\"' ",
        "From ",
    ] {
        let notice = sample::hostile(sample::failed(), filler);
        let got = received(&mut running, &notice).await;
        compare(&got, &notice);
    }
}

#[tokio::test]
#[ignore = "needs aiosmtpd: cargo xtask mail"]
async fn a_wrong_password_is_found_when_it_is_saved() {
    let mut running = running("starttls");
    let wrong = lettre::transport::smtp::authentication::Credentials::new("punctual".into(), "wrong".into());
    running.email.server.replace_credentials(wrong);
    let error = running.email.check().await.expect_err("refused");
    assert_eq!(error, DeliveryError::broken("the mail server refuses user name or password (535)"));
}
