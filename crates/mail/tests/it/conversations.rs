//! Conversations as servers of mails hold them, and what the history says afterwards.

use std::sync::Arc;

use domain::ping::Filters;
use domain::{ConfigChange, Patch};

use crate::away::Away;
use crate::world::{NIGHTLY, Plan, World, code, nightly, someone};

const MAIL: &str = "Subject: backup\r\nMessage-ID: <1@job.example.org>\r\n\r\nall is well\r\n";

#[tokio::test]
async fn a_server_of_mails_is_told_what_it_may_do() {
    let world = World::new().await;
    let mut client = world.client().await;
    let can =
        "250-ping.example.org\n250-PIPELINING\n250-SIZE 10485760\n250-8BITMIME\n250 ENHANCEDSTATUSCODES";
    assert_eq!(client.say("EHLO job.example.org").await, can);
    assert_eq!(client.say("HELO job.example.org").await, "250 ping.example.org");
    assert_eq!(client.say("QUIT").await, "221 2.0.0 good-bye");
    assert_eq!(client.rest().await, "");
}

#[tokio::test]
async fn a_mail_to_a_ping_address_is_a_success_and_is_kept_as_it_came() {
    let world = World::new().await;
    world.nightly(ConfigChange::default()).await;
    let mut client = world.greeted().await;
    let text = "Subject: backup\r\n\r\nall is well\r\n..dotted";
    assert_eq!(client.mail(&[&nightly()], text).await, "250 2.6.0 taken");
    let entry = world.history("nightly").await.swap_remove(0);
    assert_eq!(entry.word, "completed");
    let origin = entry.payload.origin.clone().expect("how it came in");
    assert_eq!(
        (
            origin.dialect.as_str(),
            origin.scheme.as_str(),
            origin.user_agent.as_str(),
            origin.remote_addr.as_str()
        ),
        ("email", "email", "Email from root@job.example.org", "127.0.0.1")
    );
    let key = someone().key(domain::SchedulerId::parse("nightly").expect("an id"));
    let output =
        world.app.ports().queries.output(&key, entry.version).await.expect("a store").expect("output");
    assert_eq!(output.to_text(), "Subject: backup\r\n\r\nall is well\r\n.dotted\r\n");
}

#[tokio::test]
async fn a_mail_to_a_key_and_a_slug_is_heard_and_one_mail_may_be_for_many() {
    let world = World::new().await;
    world.nightly(ConfigChange::default()).await;
    let slug = Patch::Set("weekly-backup".to_owned());
    world.register("weekly", ConfigChange { slug, ..ConfigChange::default() }).await;
    let slug = format!("{}+weekly-backup@ping.example.org", world.ping_key().await);
    let mut client = world.greeted().await;
    let answer = client.mail(&[&nightly(), &slug, &nightly().to_uppercase()], MAIL).await;
    assert_eq!(answer, "250 2.6.0 taken");
    for id in ["nightly", "weekly"] {
        assert_eq!(world.words(id).await, ["completed"], "{id}");
    }
}

#[tokio::test]
async fn recipients_that_are_nobody_are_refused_and_counted() {
    let world = World::new().await;
    let key = world.ping_key().await;
    let mut client = world.greeted().await;
    assert_eq!(client.code("MAIL FROM:<>").await, 250);
    for (to, answer) in [
        (nightly(), "550 5.1.1 no scheduler has this address"),
        (format!("{key}+gone@ping.example.org"), "550 5.1.1 no scheduler has this address"),
        ("wrong-key+gone@ping.example.org".to_owned(), "550 5.1.1 no scheduler has this address"),
        ("postmaster@ping.example.org".to_owned(), "550 5.1.1 no scheduler has this address"),
        ("someone@example.org".to_owned(), "550 5.7.1 nothing is relayed here"),
    ] {
        assert_eq!(client.say(&format!("RCPT TO:<{to}>")).await, answer, "{to}");
    }
    assert_eq!(client.code("DATA").await, 554);
    let told = world.problems().await;
    let told: Vec<_> = told.iter().map(|(problem, subject)| (problem.as_str(), subject.as_str())).collect();
    let expected = [
        ("not_an_address", ""),
        ("unknown_address", "5e0b9d…"),
        ("unknown_address", "gone"),
        ("unknown_address", "wrong-…"),
    ];
    assert_eq!(told, expected);
    let refused = &world.app.telemetry().mails_refused;
    assert_eq!(refused.load(std::sync::atomic::Ordering::Relaxed), 5);
}

#[tokio::test]
async fn a_slug_that_several_have_is_refused() {
    let world = World::new().await;
    for id in ["one", "two"] {
        let slug = Patch::Set("backup".to_owned());
        world.register(id, ConfigChange { slug, ..ConfigChange::default() }).await;
    }
    let mut client = world.greeted().await;
    client.say("MAIL FROM:<a@b>").await;
    let to = format!("RCPT TO:<{}+backup@ping.example.org>", world.ping_key().await);
    assert_eq!(client.say(&to).await, "550 5.1.4 several schedulers have this slug");
}

#[tokio::test]
async fn words_of_subject_and_text_say_what_a_mail_means() {
    let filters = Filters {
        subject: true,
        body: true,
        start: "begins".to_owned(),
        success: "success".to_owned(),
        failure: "FAILED".to_owned(),
        ..Filters::default()
    };
    let world = World::new().await;
    world.nightly(ConfigChange { filters: Patch::Set(Box::new(filters)), ..ConfigChange::default() }).await;
    let mut client = world.greeted().await;
    for text in [
        "Subject: it begins\r\n\r\n",
        "Subject: =?utf-8?q?R=C3=BCckblick=3A_FAILED?=\r\n\r\n42 rows, success",
        "Subject: x\r\nContent-Transfer-Encoding: base64\r\n\r\nc3VjY2Vzcw==",
        "Subject: newsletter\r\n\r\nnothing of note",
    ] {
        assert_eq!(client.mail(&[&nightly()], text).await, "250 2.6.0 taken");
    }
    let history = world.history("nightly").await;
    let told: Vec<_> = history.iter().map(|entry| entry.word).collect();
    assert_eq!(told, ["ignored", "recovered", "completed", "failed", "running"]);
    assert_eq!(history[3].payload.error_message.as_deref(), Some("Rückblick: FAILED"));
}

#[tokio::test]
async fn a_mail_that_is_sent_again_is_one_report_and_one_without_a_message_id_is_another() {
    let world = World::new().await;
    world.nightly(ConfigChange::default()).await;
    let mut client = world.greeted().await;
    for _ in 0..3 {
        assert_eq!(client.mail(&[&nightly()], MAIL).await, "250 2.6.0 taken");
    }
    assert_eq!(world.words("nightly").await.len(), 1);
    for _ in 0..2 {
        client.mail(&[&nightly()], "Subject: no id").await;
    }
    assert_eq!(world.words("nightly").await.len(), 3);
}

#[tokio::test]
async fn commands_may_come_all_at_once() {
    let world = World::new().await;
    world.nightly(ConfigChange::default()).await;
    let mut client = world.client().await;
    let to = nightly();
    let all = format!(
        "HELO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<{to}>\r\nDATA\r\n{MAIL}.\r\nRSET\r\nMAIL FROM:<a@b>\r\nRCPT TO:<{to}>\r\nDATA\r\nSubject: 2\r\n.\r\nQUIT\r\n"
    );
    client.send(all).await;
    let rest = client.rest().await;
    let codes: Vec<_> = rest.lines().map(code).collect();
    assert_eq!(codes, [250, 250, 250, 354, 250, 250, 250, 250, 354, 250, 221]);
    assert_eq!(world.words("nightly").await.len(), 2);
}

#[tokio::test]
async fn of_a_long_mail_the_beginning_is_kept_and_one_that_is_too_long_is_refused() {
    let world = World::new().await;
    world.nightly(ConfigChange::default()).await;
    let mut client = world.greeted().await;
    let long = format!("Subject: long\r\n\r\n{}", "0123456789\r\n".repeat(20_000));
    assert_eq!(client.mail(&[&nightly()], &long).await, "250 2.6.0 taken");
    let entry = world.history("nightly").await.swap_remove(0);
    assert_eq!(entry.payload.output_bytes, 100_000);
    assert_eq!(entry.payload.cut, ["output"]);
    let endless = "0123456789\r\n".repeat(1_000_000);
    assert_eq!(client.mail(&[&nightly()], &endless).await, "552 5.3.4 the mail is too long: at most 10 MiB");
    assert_eq!(world.problems().await, [("too_long".to_owned(), "nightly".to_owned())]);
    assert_eq!(client.mail(&[&nightly()], MAIL).await, "250 2.6.0 taken");
    assert_eq!(client.say("RSET").await, "250 2.0.0 OK");
    let announced = client.say("MAIL FROM:<a@b> SIZE=10485761").await;
    assert_eq!(announced, "552 5.3.4 the mail is too long: at most 10 MiB");
}

#[tokio::test]
async fn a_scheduler_that_has_had_its_share_is_heard_later() {
    let admission: mail::Admission = Arc::new(|_| false);
    let world = World::with(Plan { admission, ..Plan::default() }).await;
    world.nightly(ConfigChange::default()).await;
    let mut client = world.greeted().await;
    client.say("MAIL FROM:<a@b>").await;
    let answer = client.say(&format!("RCPT TO:<{NIGHTLY}@ping.example.org>")).await;
    assert_eq!(answer, "450 4.2.1 too many mails for this scheduler, try again later");
    assert_eq!(world.problems().await, [("rate_limited".to_owned(), "nightly".to_owned())]);
}

#[tokio::test]
async fn while_the_store_is_away_the_sender_keeps_the_mail() {
    let world = World::with(Plan { queries: Some(Arc::new(Away)), ..Plan::default() }).await;
    let mut client = world.greeted().await;
    client.say("MAIL FROM:<a@b>").await;
    let answer = client.say(&format!("RCPT TO:<{}>", nightly())).await;
    assert_eq!(answer, "451 4.3.0 cannot take it now, try again later");
}
