//! Clients that are slow, endless, many, or speak of something else.

use std::time::Duration;

use domain::ConfigChange;
use mail::Bounds;
use tokio::io::AsyncWriteExt;

use crate::world::{Client, Plan, World, nightly, soon};

const BRIEF: Duration = Duration::from_millis(50);

async fn within(bounds: Bounds) -> World {
    World::with(Plan { bounds, ..Plan::default() }).await
}

#[tokio::test]
async fn who_speaks_of_something_else_is_sent_away() {
    let world = World::new().await;
    let mut client = world.client().await;
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(4)).await;
    let rest = client.rest().await;
    let lines: Vec<_> = rest.lines().collect();
    assert_eq!(lines.len(), 11, "{rest}");
    assert_eq!(lines[0], "500 5.5.1 unknown command");
    assert_eq!(lines[10], "421 4.7.0 too many commands that make no sense");
}

#[tokio::test]
async fn a_line_that_is_too_long_is_refused_and_one_without_an_end_closes() {
    let world = World::new().await;
    let mut client = world.greeted().await;
    let long = format!("MAIL FROM:<{}@b>", "x".repeat(3000));
    assert_eq!(client.say(&long).await, "500 5.5.2 the line is too long: at most 2048 bytes");
    assert_eq!(client.say("NOOP").await, "250 2.0.0 OK");
    client.send("x".repeat(70_000)).await;
    assert_eq!(client.hear().await, "421 4.7.0 a line without an end");
}

#[tokio::test]
async fn rubbish_is_answered_or_closed_and_nobody_falls_over() {
    let world = World::new().await;
    world.nightly(ConfigChange::default()).await;
    let mut seed = 7_u32;
    for _ in 0..50 {
        let mut client = world.client().await;
        let rubbish: Vec<u8> = (0..2000)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 24) as u8
            })
            .collect();
        client.send(rubbish).await;
        let _ = client.stream.shutdown().await;
        client.rest().await;
    }
    let mut client = world.greeted().await;
    assert_eq!(client.mail(&[&nightly()], "Subject: x").await, "250 2.6.0 taken");
}

#[tokio::test]
async fn a_client_that_is_silent_or_drips_is_not_waited_for() {
    let world = within(Bounds { line_timeout: BRIEF, ..Bounds::default() }).await;
    let mut client = world.client().await;
    assert_eq!(client.rest().await, "421 4.4.2 waited too long\r\n");
    let mut client = world.client().await;
    // Each byte comes in time, the line does not.
    soon(async {
        while client.stream.write_all(b"x").await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_mail_that_stops_coming_is_not_waited_for_and_is_no_report() {
    let world = within(Bounds { silence_timeout: BRIEF, ..Bounds::default() }).await;
    world.nightly(ConfigChange::default()).await;
    let mut client = begun(&world).await;
    client.send("Subject: x\r\n\r\nhalf of it").await;
    assert_eq!(client.hear().await, "421 4.4.2 waited too long");
    assert_eq!(client.rest().await, "");
    assert!(world.words("nightly").await.is_empty());
}

#[tokio::test]
async fn a_mail_that_comes_too_slowly_is_not_waited_for() {
    let world = within(Bounds { letter_timeout: BRIEF, ..Bounds::default() }).await;
    world.nightly(ConfigChange::default()).await;
    let mut client = begun(&world).await;
    soon(async {
        while client.stream.write_all(b"x\r\n").await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert!(world.words("nightly").await.is_empty());
}

#[tokio::test]
async fn a_mail_whose_sender_goes_away_is_no_report() {
    let world = World::new().await;
    world.nightly(ConfigChange::default()).await;
    let mut client = begun(&world).await;
    client.send("Subject: x\r\n\r\nhalf of it\r\n").await;
    client.stream.shutdown().await.expect("half closed");
    assert_eq!(client.rest().await, "");
    assert!(world.words("nightly").await.is_empty());
}

#[tokio::test]
async fn an_endless_mail_is_cut() {
    let world = World::new().await;
    world.nightly(ConfigChange::default()).await;
    let mut client = begun(&world).await;
    let chunk = "0123456789abcde\r\n".repeat(4096);
    let sent = soon(async {
        let mut sent = 0;
        while client.stream.write_all(chunk.as_bytes()).await.is_ok() {
            sent += chunk.len();
        }
        sent
    });
    assert!((10_000_000..100_000_000).contains(&sent.await));
}

#[tokio::test]
async fn one_address_has_so_many_connections_and_gets_them_back() {
    let world = within(Bounds { per_address_max: 2, ..Bounds::default() }).await;
    let (mut first, _second) = (world.client().await, world.client().await);
    let stream = soon(tokio::net::TcpStream::connect(world.address)).await.expect("a connection");
    let mut third = Client { stream };
    assert_eq!(third.rest().await, "421 4.7.0 too many connections from this address\r\n");
    first.say("QUIT").await;
    assert_eq!(first.rest().await, "");
    soon(async {
        loop {
            let stream = tokio::net::TcpStream::connect(world.address).await.expect("a connection");
            if (Client { stream }).hear().await.starts_with("220") {
                break;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn recipients_commands_and_refusals_are_counted() {
    let bounds = Bounds { refusals_max: 3, commands_max: 20, ..Bounds::default() };
    let world = within(bounds).await;
    let mut client = world.greeted().await;
    client.say("MAIL FROM:<a@b>").await;
    client.send("RCPT TO:<root@ping.example.org>\r\n".repeat(3)).await;
    let rest = client.rest().await;
    assert!(rest.ends_with("421 4.7.0 too many recipients that are nobody\r\n"), "{rest}");
    let mut client = world.greeted().await;
    client.send("NOOP\r\n".repeat(19)).await;
    let rest = client.rest().await;
    assert!(rest.ends_with("421 4.7.0 too many commands for one connection: begin another\r\n"), "{rest}");
}

#[tokio::test]
async fn a_mail_has_at_most_a_hundred_recipients() {
    let world = World::new().await;
    let key = world.ping_key().await;
    for place in 0..101 {
        world.register(&format!("job-{place}"), ConfigChange::default()).await;
    }
    let mut client = world.greeted().await;
    client.say("MAIL FROM:<a@b>").await;
    for place in 0..100 {
        assert_eq!(client.code(&format!("RCPT TO:<{key}+job-{place}@ping.example.org>")).await, 250);
    }
    let answer = client.say(&format!("RCPT TO:<{key}+job-100@ping.example.org>")).await;
    assert_eq!(answer, "452 4.5.3 too many recipients: at most 100 for one mail");
    client.say("DATA").await;
    assert_eq!(client.say("Subject: all\r\n.").await, "250 2.6.0 taken");
    assert_eq!(world.words("job-99").await, ["completed"]);
    assert!(world.words("job-100").await.is_empty());
}

async fn begun(world: &World) -> Client<tokio::net::TcpStream> {
    let mut client = world.greeted().await;
    client.say("MAIL FROM:<a@b>").await;
    client.say(&format!("RCPT TO:<{}>", nightly())).await;
    assert_eq!(client.code("DATA").await, 354);
    client
}
