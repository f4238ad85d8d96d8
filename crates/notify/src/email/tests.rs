//! The mail that is written for each kind of notice, and what no text of a job can do to it.

mod aiosmtpd;

use domain::Instant;
use domain::id::DeliveryId;
use serde_json::{Value, json};

use super::*;
use crate::http::{Outgoing, PrivateTargets};
use crate::sample;

fn sender(to_owner: bool) -> Sender {
    let mailbox = |text| address::mailbox("to", text).expect("a mailbox");
    Sender {
        from: mailbox("Punctual <punctual@example.org>"),
        to: vec![mailbox("ops@example.org"), mailbox("Jürgen <j@example.org>")],
        reply_to: Some(mailbox("help@example.org")),
        to_owner,
    }
}

fn written(notice: &app::Notice, now: Instant) -> Mail {
    let delivery = DeliveryId::trusted("dlv_1");
    let links = Links::new("https://p.example.org").expect("an address");
    mail(&Parcel { delivery: &delivery, notice, now }, &sender(true), Some(&links)).expect("a mail")
}

fn content(notice: &app::Notice) -> String {
    String::from_utf8(written(notice, sample::now()).content).expect("ascii")
}

fn head(content: &str) -> String {
    let (head, _) = content.split_once("\r\n\r\n").expect("a body");
    head.replace("\r\n ", " ")
}

fn bodies(notice: &app::Notice) -> (String, String) {
    let links = Links::new("https://p.example.org").expect("an address").signing(app::AckKey::new([7; 32]));
    let told = crate::render::telling(notice, sample::now(), Some(&links));
    (message::text(&told, Some("inc_1")), html::page(&told, Some("inc_1")))
}

/// What a reader of HTML sees, in one line.
fn seen(html: &str) -> String {
    let (mut seen, mut rest) = (String::new(), html.split_once("<body").expect("a body").1);
    rest = &rest[rest.find('>').expect("an end") + 1..];
    while let Some((text, tag)) = rest.split_once('<') {
        seen.push_str(text);
        seen.push(' ');
        rest = tag.split_once('>').expect("an end").1;
    }
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    let seen = entities.into_iter().fold(seen, |seen, (entity, sign)| seen.replace(entity, sign));
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_recovery_has_exactly_these_headers() {
    let head = head(&content(&sample::recovered()));
    let (head, boundary) = head.split_once("; boundary=\"punctual-").expect("a boundary");
    assert_eq!(boundary.len(), 33);
    assert_eq!(
        head.split("\r\n").collect::<Vec<_>>(),
        [
            "From: Punctual <punctual@example.org>",
            "Subject: =?utf-8?b?8J+foiBiaWxsaW5nIC8gbmlnaHRseSByZWNvdmVyZWQgYWZ0?= \
             =?utf-8?b?ZXIgMWgxMm06IHdhcyBmYWlsaW5n?=",
            "Date: Mon, 15 Jan 2024 02:12:00 +0000",
            "Message-ID: <dlv_1@example.org>",
            "In-Reply-To: <thread.inc_1@example.org>",
            "References: <thread.inc_1@example.org>",
            "Reply-To: help@example.org",
            "Auto-Submitted: auto-generated",
            "X-Auto-Response-Suppress: All",
            "X-Punctual-Incident: inc_1",
            "X-Punctual-Severity: error",
            "To: ops@example.org, =?utf-8?b?SsO8cmdlbg==?= <j@example.org>",
            "MIME-Version: 1.0",
            "Content-Type: multipart/alternative",
        ]
    );
}

#[test]
fn text_and_html_of_a_failure_say_exactly_the_same() {
    let (text, html) = bodies(&sample::failed());
    let acknowledge =
        text.lines().find_map(|line| line.strip_prefix("Acknowledge: ")).expect("a link").to_owned();
    let page = "https://p.example.org/portal/schedulers/billing-nightly";
    assert_eq!(
        text.replace(&acknowledge, "ACK"),
        format!(
            "🔴 billing / nightly failed: exit 3 — disk full\n\ndisk full\n\nService: billing\nJob: nightly\n\
             Status: failed\nTime: 2024-01-15 02:12 UTC\nRun: run-42\nExit code: 3\nDuration: 12m5s\n\
             Next run expected: 2024-01-16 02:00 UTC\nScheduler: billing-nightly\n\n{page}\n\nAcknowledge: ACK\n\n\
             Incident inc_1\n"
        )
    );
    assert_eq!(
        seen(&html),
        "🔴 billing / nightly failed: exit 3 disk full Service billing Job nightly Status failed \
         Time 2024-01-15 02:12 UTC Run run-42 Exit code 3 Duration 12m5s Next run expected 2024-01-16 02:00 UTC \
         Scheduler billing-nightly Acknowledge Open in Punctual Incident inc_1"
    );
    assert!(html.contains(&format!("href=\"{page}\"")) && html.contains(&format!("href=\"{acknowledge}\"")));
}

#[test]
fn each_kind_of_notice_has_both_bodies_and_a_subject() {
    for notice in sample::all() {
        let told = crate::render::telling(&notice, sample::now(), None);
        let (text, html) = bodies(&notice);
        assert!(text.starts_with(&told.headline()), "{text}");
        assert!(seen(&html).starts_with(&format!(
            "{} {} {}",
            told.tone.mark(),
            told.subject,
            told.predicate()
        )));
        for fact in &told.facts {
            let value = fact.value.to_string();
            assert!(text.contains(&format!("{}: {value}", fact.label)), "{text}");
            assert!(seen(&html).contains(&format!("{} {value}", fact.label)), "{html}");
        }
        assert!(head(&content(&notice)).contains("\r\nSubject: =?utf-8?b?"));
    }
    assert!(seen(&bodies(&sample::storm()).1).contains("billing / job 1: failing billing / job 2: failing"));
}

#[test]
fn the_owner_is_told_of_alerts_only_and_only_at_one_plain_address() {
    let to = |notice: &app::Notice| {
        let to = written(notice, sample::now()).to;
        to[2..].iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let owned = |email: &str| {
        sample::edit(sample::failed(), |alert| alert.story.owner_email = Some(email.to_owned()))
    };
    assert_eq!(to(&owned("owner@example.org")), ["owner@example.org"]);
    for email in
        ["OPS@example.org", "two@a.example, b@b.example", "x@a.example\r\nBcc: b@b.example", "nobody", ""]
    {
        assert_eq!(to(&owned(email)), Vec::<String>::new(), "{email}");
    }
    assert_eq!(to(&sample::unobserved()), Vec::<String>::new());
}

#[test]
fn whatever_jobs_send_ends_no_header_and_no_part_and_loads_nothing() {
    for filler in [
        "x",
        "é",
        "👩",
        "\r\nBcc: evil@example.org\r\n\r\n",
        "\n.\r\n",
        "<img src=\"https://evil.example/\"><script>",
        "' onload='x\" x=\"",
        "--punctual-",
        "=?utf-8?b?aGk=?= ",
        "\u{202e}\u{7}\u{0}",
    ] {
        for notice in sample::all() {
            let hostile = sample::hostile(notice, filler);
            let mail = written(&hostile, Instant::MAX);
            let content = String::from_utf8(mail.content).expect("text");
            assert!(content.is_ascii() && content.len() < 400_000, "{}", content.len());
            assert!(
                content.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n', '\0']))
            );
            let names = head(&content);
            let names: Vec<&str> = names.split("\r\n").filter_map(|line| line.split(':').next()).collect();
            assert_eq!(names.len(), 14, "{names:?}");
            assert!(!names.contains(&"Bcc"));
            let boundary =
                content.split("boundary=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("one");
            assert_eq!(content.matches(&format!("--{boundary}")).count(), 3);
            let (_, html) = bodies(&hostile);
            assert!(
                !html.contains("<img") && !html.contains("<script") && !html.contains("onload='"),
                "{html}"
            );
            assert!(!html.contains('\u{202e}') && !seen(&html).is_empty());
        }
    }
}

#[test]
fn a_hundred_kilobytes_of_error_are_cut() {
    let notice = sample::edit(sample::failed(), |alert| alert.story.error = Some("é<\n".repeat(100_000)));
    assert!(written(&notice, sample::now()).content.len() < 250_000);
}

#[test]
fn the_same_delivery_makes_the_same_bytes() {
    assert_eq!(written(&sample::failed(), sample::now()), written(&sample::failed(), sample::now()));
}

fn problem(fields: &Value) -> String {
    let kit = Kit::new(Outgoing::new(PrivateTargets::Refused).expect("a client"), None);
    let mut config = json!({ "host": "mail.example.org", "from": "a@example.org", "to": ["b@example.org"] });
    for (name, value) in fields.as_object().expect("fields") {
        config[name] = value.clone();
    }
    let config: EmailConfig = serde_json::from_value(config).expect("reads");
    Email::new(&kit, &config).map(|_| ()).expect_err("refused").to_string()
}

#[test]
fn what_cannot_serve_is_named() {
    let address = "must be an address such as Operations <ops@example.org>";
    let many = vec!["b@example.org"; 21];
    for (fields, told) in [
        (json!({ "from": "nobody" }), format!("from {address}")),
        (json!({ "reply_to": "a@x.example, b@x.example" }), format!("reply_to {address}")),
        (json!({ "to": ["b@example.org", "c"] }), format!("to {address}")),
        (json!({ "to": [] }), "to must be 1 to 20 addresses".to_owned()),
        (json!({ "to": many }), "to must be 1 to 20 addresses".to_owned()),
        (json!({ "host": "mail.example.org/x" }), "host must be a name such as mail.example.org".to_owned()),
        (json!({ "hello": "a\r\nMAIL" }), "hello must be a name such as mail.example.org".to_owned()),
        (json!({ "port": 0 }), "port must be 1 to 65535".to_owned()),
        (json!({ "username": "a" }), "password is missing beside username".to_owned()),
        (json!({ "password": "a" }), "username is missing beside password".to_owned()),
        (json!({ "username": "a\nb", "password": "a" }), "username must be a line of text".to_owned()),
        (
            json!({ "username": "a", "password": "********" }),
            "password is the mask '********' and no secret".to_owned(),
        ),
        (
            json!({ "tls_ca": "/etc/ca.pem" }),
            "tls_ca must be certificates in PEM, -----BEGIN CERTIFICATE-----".to_owned(),
        ),
    ] {
        assert_eq!(problem(&fields), told);
    }
}
