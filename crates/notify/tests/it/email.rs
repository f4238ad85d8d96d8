//! E-mail: the conversation with a server, over real sockets and real TLS, and what each of its turns means.

use std::time::Duration;

use notify::Limits;
use serde_json::{Value, json};

use crate::mailserver::{Authority, MailServer, SLOWLY, Tls};
use crate::{ago, broken, deliver, failed, hasty, near, permanent, transient, within};

fn config(server: &MailServer, encryption: &str) -> Value {
    json!({
        "kind": "email", "host": "localhost", "port": server.address.port(), "encryption": encryption,
        "from": "Punctual <punctual@example.org>", "to": ["ops@example.org", "night@example.org"],
    })
}

fn trusting(server: &MailServer, encryption: &str, authority: &Authority) -> Value {
    let mut config = config(server, encryption);
    config["tls_ca"] = json!(authority.pem);
    config["username"] = json!("punctual");
    config["password"] = json!("s3cret");
    config
}

/// `AUTH PLAIN` with that user name and password.
const AUTH: &str = "AUTH PLAIN AHB1bmN0dWFsAHMzY3JldA==";

const USUAL: fn(&str) -> Option<&'static str> = |_| None;

async fn plain(script: fn(&str) -> Option<&'static str>) -> MailServer {
    MailServer::start(Tls::Never, script).await
}

#[tokio::test]
async fn a_mail_is_handed_over_and_what_the_server_says_is_the_receipt() {
    let server = plain(USUAL).await;
    let receipt = deliver(&near(config(&server, "none")), &failed()).await.expect("delivered");
    assert_eq!(receipt.answer, "taken for 2 of 2: 2.0.0 Ok: queued as 7F3A");
    let heard = server.heard();
    assert_eq!(
        heard[..5],
        [
            "EHLO example.org",
            "MAIL FROM:<punctual@example.org>",
            "RCPT TO:<ops@example.org>",
            "RCPT TO:<night@example.org>",
            "DATA"
        ]
    );
    assert!(heard[5].contains("\r\nMessage-ID: <dlv_1@example.org>\r\n"), "{}", heard[5]);
    assert_eq!(heard[6], "QUIT");
}

#[tokio::test]
async fn with_starttls_nothing_but_the_greeting_is_said_in_the_open() {
    let authority = Authority::new();
    let server = MailServer::start(Tls::later(&authority), USUAL).await;
    deliver(&near(trusting(&server, "starttls", &authority)), &failed()).await.expect("delivered");
    assert_eq!(server.heard()[..4], ["EHLO example.org", "STARTTLS", "EHLO example.org", AUTH]);
}

#[tokio::test]
async fn with_tls_everything_is_said_in_private() {
    let authority = Authority::new();
    let script: fn(&str) -> Option<&'static str> =
        |line| line.starts_with("EHLO").then_some("250-localhost\r\n250 AUTH PLAIN\r\n");
    let server = MailServer::start(Tls::first(&authority), script).await;
    deliver(&near(trusting(&server, "tls", &authority)), &failed()).await.expect("delivered");
    assert_eq!(server.heard()[..2], ["EHLO example.org", AUTH]);
}

#[tokio::test]
async fn a_server_that_cannot_prove_its_name_hears_no_password() {
    let (authority, other) = (Authority::new(), Authority::new());
    for (encryption, tls) in [("starttls", Tls::later(&authority)), ("tls", Tls::first(&authority))] {
        let server = MailServer::start(tls, USUAL).await;
        let (reason, _) = transient(deliver(&near(trusting(&server, encryption, &other)), &failed()).await);
        assert!(reason.starts_with("could not connect: invalid peer certificate"), "{reason}");
        let mut misnamed = trusting(&server, encryption, &authority);
        misnamed["host"] = json!("127.0.0.1");
        let (reason, _) = transient(deliver(&near(misnamed), &failed()).await);
        assert!(reason.starts_with("could not connect: invalid peer certificate"), "{reason}");
        assert!(!server.commands().contains(&"AUTH".to_owned()));
    }
}

#[tokio::test]
async fn a_server_without_starttls_is_left_at_once() {
    let server = plain(USUAL).await;
    let (reason, _) = transient(deliver(&near(config(&server, "starttls")), &failed()).await);
    assert_eq!(reason, "the mail server offers no STARTTLS, which is required");
    assert_eq!(server.commands()[..1], ["EHLO"]);
    assert!(!server.commands().contains(&"MAIL".to_owned()));
}

#[tokio::test]
async fn an_answer_slipped_in_before_tls_is_not_taken_for_one_that_came_through_it() {
    let authority = Authority::new();
    let script: fn(&str) -> Option<&'static str> =
        |line| (line == "STARTTLS").then_some("220 go ahead\r\n250-localhost\r\n250 AUTH LOGIN\r\n");
    let server = MailServer::start(Tls::later(&authority), script).await;
    transient(deliver(&near(trusting(&server, "starttls", &authority)), &failed()).await);
    assert_eq!(server.commands(), ["EHLO", "STARTTLS"]);
}

#[tokio::test]
async fn a_password_that_is_refused_breaks_the_channel() {
    let refused = |script| async move {
        let server = plain(script).await;
        let mut config = config(&server, "none");
        config["username"] = json!("punctual");
        config["password"] = json!("s3cret");
        deliver(&near(config), &failed()).await
    };
    let reason =
        broken(refused(|line| line.starts_with("AUTH").then_some("535 5.7.8 no AHB1bmN0\r\n")).await);
    assert_eq!(reason, "the mail server refuses user name or password (535)");
    let (reason, _) = transient(refused(|line| line.starts_with("AUTH").then_some("454 later\r\n")).await);
    assert_eq!(reason, "the mail server cannot now (454 later)");
    let reason = broken(refused(|line| line.starts_with("EHLO").then_some("250 localhost\r\n")).await);
    assert_eq!(reason, "the mail server takes neither PLAIN nor LOGIN here: is encryption right?");
}

#[tokio::test]
async fn what_a_refusal_means_depends_on_what_is_refused() {
    let says = |script| async move { deliver(&near(config(&plain(script).await, "none")), &failed()).await };
    let reason = broken(
        says(|line| line.starts_with("MAIL").then_some("550 5.7.1 who is <x@example.org>?\r\n")).await,
    );
    assert_eq!(reason, "the mail server refuses the sender (550 5.7.1 who is (address))");
    let reason = broken(says(|line| line.starts_with("MAIL").then_some("530 5.7.0 log in first\r\n")).await);
    assert_eq!(reason, "the mail server wants a user name and password (530)");
    let reason =
        permanent(says(|line| line.starts_with("RCPT").then_some("550 5.1.1 no such user\r\n")).await);
    assert_eq!(reason, "the mail server refuses every recipient (550 5.1.1 no such user)");
    let reason = permanent(says(|line| (line == ".").then_some("554 5.6.0 no such content\r\n")).await);
    assert_eq!(reason, "the mail server refuses the mail (554 5.6.0 no such content)");
    for turn in ["RCPT", "MAIL", "DATA", "."] {
        let script: fn(&str) -> Option<&'static str> = match turn {
            "RCPT" => |line| line.starts_with("RCPT").then_some("451 4.7.1 greylisted\r\n"),
            "MAIL" => |line| line.starts_with("MAIL").then_some("451 4.7.1 greylisted\r\n"),
            "DATA" => |line| (line == "DATA").then_some("451 4.7.1 greylisted\r\n"),
            _ => |line| (line == ".").then_some("451 4.7.1 greylisted\r\n"),
        };
        let (reason, _) = transient(says(script).await);
        assert_eq!(reason, "the mail server cannot now (451 4.7.1 greylisted)", "{turn}");
    }
    let (reason, _) = transient(says(|line| line.is_empty().then_some("554 no service here\r\n")).await);
    assert_eq!(reason, "the mail server turns us away (554 no service here)");
}

#[tokio::test]
async fn a_recipient_that_is_refused_keeps_no_other_from_reading() {
    let server = plain(|line| line.contains("night@").then_some("550 5.1.1 no such user\r\n")).await;
    let receipt = deliver(&near(config(&server, "none")), &failed()).await.expect("delivered");
    assert_eq!(receipt.answer, "taken for 1 of 2: 2.0.0 Ok: queued as 7F3A");
    let mixed = plain(|line| match line {
        line if line.contains("night@") => Some("550 5.1.1 no such user\r\n"),
        line if line.contains("ops@") => Some("452 4.2.2 full\r\n"),
        _ => None,
    });
    let (reason, _) = transient(deliver(&near(config(&mixed.await, "none")), &failed()).await);
    assert_eq!(reason, "the mail server cannot now (452 4.2.2 full)");
}

#[tokio::test]
async fn a_recipient_that_may_be_taken_later_is_waited_for_some_minutes() {
    let server =
        || plain(|line| line.contains("night@").then_some("451 4.7.1 <night@example.org> greylisted\r\n"));
    let young = server().await;
    let (reason, _) = transient(deliver(&near(config(&young, "none")), &failed()).await);
    assert_eq!(reason, "the mail server cannot now (451 4.7.1 (address) greylisted)");
    assert_eq!(young.commands(), ["EHLO", "MAIL", "RCPT", "RCPT", "QUIT"]);
    let old = server().await;
    let long_ago = ago(domain::Duration::from_minutes(6));
    let receipt = deliver(&near(config(&old, "none")), &long_ago).await.expect("delivered to the other");
    assert_eq!(receipt.answer, "taken for 1 of 2: 2.0.0 Ok: queued as 7F3A");
}

#[tokio::test]
async fn a_server_that_hangs_anywhere_is_given_up_in_time() {
    for script in [
        |line: &str| line.is_empty().then_some(""),
        |line: &str| line.starts_with("RCPT").then_some(""),
        |line: &str| (line == ".").then_some(""),
    ] {
        let server = plain(script).await;
        let (reason, _) = transient(deliver(&hasty(config(&server, "none")), &failed()).await);
        assert_eq!(reason, "the mail server did not answer in time");
    }
    let endless = plain(|line| line.starts_with("MAIL").then_some(ENDLESS)).await;
    let (reason, _) = transient(deliver(&near(config(&endless, "none")), &failed()).await);
    assert_eq!(reason, "the conversation broke off: the server says too much");
}

#[tokio::test]
async fn a_server_that_looks_through_a_mail_for_longer_gets_it_once() {
    let patience = Duration::from_millis(700);
    let within = |config| within("true", Limits { connect: patience, total: patience }, config);
    let slow = plain(|line| (line == ".").then_some(SLOWLY)).await;
    let receipt = deliver(&within(config(&slow, "none")), &failed()).await.expect("delivered");
    assert_eq!(receipt.answer, "taken for 2 of 2: after a long look");
    let late = plain(|line| line.is_empty().then_some(SLOWLY)).await;
    let (reason, _) = transient(deliver(&within(config(&late, "none")), &failed()).await);
    assert_eq!(reason, "the mail server did not answer in time");
}

/// A line that never ends, as far as anybody reads it.
const ENDLESS: &str = match std::str::from_utf8(&[b'2'; 256 * 1024]) {
    Ok(text) => text,
    Err(_) => "",
};

#[tokio::test]
async fn a_mail_that_was_taken_is_delivered_however_long_the_goodbye() {
    let server = plain(|line| (line == "QUIT").then_some("")).await;
    deliver(&near(config(&server, "none")), &failed()).await.expect("delivered");
}

#[tokio::test]
async fn mail_goes_to_private_addresses_only_where_they_are_allowed() {
    let server = plain(USUAL).await;
    let refusing = |config| within("10.0.0.0/8", Limits::default(), config);
    let (reason, _) = transient(deliver(&refusing(config(&server, "none")), &failed()).await);
    assert_eq!(reason, "the server's name leads to a loopback address, which is not allowed");
    let mut by_number = config(&server, "none");
    by_number["host"] = json!("127.0.0.1");
    let reason = broken(deliver(&refusing(by_number), &failed()).await);
    assert_eq!(reason, "the server is a loopback address, which is not allowed");
    for encryption in ["tls", "starttls"] {
        transient(deliver(&refusing(config(&server, encryption)), &failed()).await);
    }
    assert_eq!(server.heard(), Vec::<String>::new());
}

#[tokio::test]
async fn a_check_logs_in_and_sends_nothing() {
    let authority = Authority::new();
    let server = MailServer::start(Tls::later(&authority), USUAL).await;
    let receipt = near(trusting(&server, "starttls", &authority)).check().await.expect("well");
    assert_eq!(receipt.answer, "the mail server lets us in");
    assert_eq!(server.commands(), ["EHLO", "STARTTLS", "EHLO", "AUTH", "NOOP", "QUIT"]);
}

#[tokio::test]
async fn no_failure_tells_the_password_or_an_address() {
    let server =
        plain(|line| line.starts_with("RCPT").then_some("550 <ops@example.org> AHB1 unknown\r\n")).await;
    let mut config = config(&server, "none");
    config["username"] = json!("punctual");
    config["password"] = json!("s3cret");
    let notifier = near(config);
    let error = deliver(&notifier, &failed()).await.expect_err("refused");
    let told = format!("{error} {error:?}");
    assert!(!told.contains('@') && !told.contains("s3cret") && !told.contains("punctual"), "{told}");
}
