//! The word to stop: mails that are under way are finished, within a bound; nobody else is kept waiting.

use std::time::Duration;

use domain::ConfigChange;
use mail::Bounds;
use tokio::net::TcpStream;

use crate::world::{Client, Plan, World, nightly, soon};

async fn begun(world: &World) -> Client<TcpStream> {
    world.nightly(ConfigChange::default()).await;
    let mut client = world.greeted().await;
    client.say("MAIL FROM:<a@b>").await;
    client.say(&format!("RCPT TO:<{}>", nightly())).await;
    assert_eq!(client.code("DATA").await, 354);
    client
}

#[tokio::test]
async fn a_mail_that_is_under_way_is_taken_and_idle_clients_are_told_to_come_again() {
    let world = World::new().await;
    let mut busy = begun(&world).await;
    let mut idle = world.greeted().await;
    world.crew.stop_token().cancel();
    assert_eq!(idle.rest().await, "421 4.3.2 going away, try again later\r\n");
    busy.send("Subject: x\r\n.\r\n").await;
    assert_eq!(busy.rest().await, "250 2.6.0 taken\r\n421 4.3.2 going away, try again later\r\n");
    soon(world.crew.dismiss()).await;
    assert_eq!(world.words("nightly").await, ["completed"]);
    assert!(TcpStream::connect(world.address).await.is_err());
}

#[tokio::test]
async fn a_mail_that_does_not_end_in_time_is_cut() {
    let bounds = Bounds { drain: Duration::from_millis(50), ..Bounds::default() };
    let world = World::with(Plan { bounds, ..Plan::default() }).await;
    let mut busy = begun(&world).await;
    soon(world.crew.dismiss()).await;
    assert_eq!(busy.rest().await, "");
    assert!(world.words("nightly").await.is_empty());
}
