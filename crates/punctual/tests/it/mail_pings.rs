//! Mails as pings, brought by Python's client: the page of the documentation as it is written, STARTTLS, and what is told to
//! whom.

use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::json;

use crate::harness::{Home, Serve, Server, text};
use crate::pages::blocks;

/// Sends a mail; says in a line what each recipient and the mail were answered.
const CLIENT: &str = r#"
import smtplib, ssl, sys
port, to, certificate = int(sys.argv[1]), sys.argv[2].split(","), sys.argv[3]
with smtplib.SMTP("127.0.0.1", port, timeout=30) as server:
    if certificate:
        context = ssl.create_default_context(cafile=certificate)
        server._host = "localhost"
        server.starttls(context=context)
        print("tls", server.sock.version())
    try:
        refused = server.sendmail("nas@example.org", to, sys.argv[4].encode())
        print("taken", sorted(code for code, _ in refused.values()))
    except smtplib.SMTPRecipientsRefused as error:
        print("refused", sorted(code for code, _ in error.recipients.values()))
"#;

fn serve(home: &Home) -> Serve<'_> {
    let serve = Serve::new(home).env("PUNCTUAL_MAIL_PINGS_LISTEN", "127.0.0.1:0");
    serve.env("PUNCTUAL_MAIL_PINGS_DOMAIN", "Ping.example.org")
}

/// The port at which a server takes mails, as it says.
fn mail_port(server: &Server) -> String {
    let line = server.said.iter().find(|line| line.starts_with("punctual takes mails on ")).expect("a port");
    assert!(line.ends_with(" for ping.example.org"), "{line}");
    let address = line.split_whitespace().nth(4).expect("an address");
    address.rsplit_once(':').expect("a port").1.to_owned()
}

/// Registers a scheduler, and answers where it hears mails.
fn registered(server: &Server, id: &str) -> String {
    let body = json!({ "scheduler_id": id, "service_name": "nas", "job_name": id });
    let scheduler = server.call("POST", "/schedulers/register", Some(&body)).expect(201).json();
    scheduler["ping_email"].as_str().expect("an address").to_owned()
}

#[test]
fn the_mail_of_the_page_is_a_report() {
    let home = Home::new();
    let server = serve(&home).start();
    let address = registered(&server, "backup");
    let program = blocks("protocols/email.md").into_iter().find(|block| block.language == "python");
    let path = home.write("mail.py", program.expect("a program").content);
    let mut command = home.program("python3");
    command.arg(path).env("PING_EMAIL", &address).env("SMTP_HOST", "127.0.0.1");
    let output = command.env("SMTP_PORT", mail_port(&server)).output().expect("python3");
    assert!(output.status.success(), "{output:?}");
    let history = server.get("/schedulers/backup/history");
    assert_eq!(history[0]["status"], "completed", "{history:#}");
    let metrics = server.metrics();
    assert!(metrics.contains("punctual_mail_pings_total{outcome=\"taken\"} 1"), "{metrics}");
}

#[test]
fn a_client_may_go_on_in_secret_and_hears_who_is_nobody() {
    let home = Home::new();
    let names = vec!["localhost".to_owned()];
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).expect("a certificate");
    let certificate = home.write("cert.pem", cert.pem());
    let key = home.write("key.pem", signing_key.serialize_pem());
    let path = |path: &std::path::Path| path.to_str().expect("a path").to_owned();
    let serve = serve(&home).env("PUNCTUAL_MAIL_PINGS_TLS_CERT", &path(&certificate));
    let server = serve.env("PUNCTUAL_MAIL_PINGS_TLS_KEY", &path(&key)).start();
    let (port, address) = (mail_port(&server), registered(&server, "backup"));
    let send = |to: &str, certificate: &str| {
        home.python(CLIENT, &[&port, to, certificate, "Subject: done\r\n\r\n.\r\n..\r\nend\r\n"])
    };
    let both = format!("{address},nobody@ping.example.org");
    assert_eq!(send(&both, &path(&certificate)), "tls TLSv1.3\ntaken [550]\n");
    assert_eq!(send("nobody@ping.example.org,a@example.org", ""), "refused [550, 550]\n");
    assert_eq!(server.get("/schedulers/backup/history").as_array().map(Vec::len), Some(1));
    assert!(server.terminate().success());
}

#[test]
fn mails_are_taken_only_where_that_is_switched_on_and_viewers_learn_no_address() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    let body = json!({ "scheduler_id": "a", "service_name": "s", "job_name": "j" });
    let scheduler = server.call("POST", "/schedulers/register", Some(&body)).expect(201).json();
    assert!(scheduler["ping_url"].is_string() && scheduler.get("ping_email").is_none(), "{scheduler:#}");
    assert!(!server.said.iter().any(|line| line.contains("takes mails")));
    drop(server);
    let server = serve(&home).start();
    let viewer = server.call("POST", "/api-keys", Some(&json!({ "name": "screen", "role": "viewer" })));
    let viewer = viewer.expect(201).json();
    let key = viewer["key"].as_str().expect("a key");
    let shown = server.call_as(key, "GET", "/schedulers/a", None).expect(200).json();
    assert!(shown.get("ping_email").is_none(), "{shown:#}");
    assert!(server.get("/schedulers/a")["ping_email"].is_string());
}

#[test]
fn settings_of_mails_that_do_not_go_together_are_refused() {
    for (file, said) in [
        ("[mail_pings]\nlisten = '127.0.0.1:0'", "needs mail_pings.domain"),
        ("[mail_pings]\ndomain = 'no domain'", "mail_pings.domain (from file) must be a domain"),
        (
            "[mail_pings]\ndomain = 'a.org'\nlisten = 'here'",
            "mail_pings.listen (from file) must be an address",
        ),
        (
            "[mail_pings]\ndomain = 'a.org'\ntls_key = 'k'",
            "mail_pings.tls_cert and mail_pings.tls_key go together",
        ),
        ("[mail_pings]\nlisting = 'x'", "there is no setting mail_pings.listing"),
        ("mail_pings = 'x'", "there is no setting mail_pings"),
    ] {
        let home = Home::new();
        let path = home.write("punctual.toml", file);
        let refused = Serve::new(&home).args(&["--config", path.to_str().expect("a path")]).refused();
        assert!(text(&refused.stderr).contains(said), "{file}: {refused:?}");
    }
}
