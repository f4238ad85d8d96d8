//! Drives the crate `healthchecks` against a server: every call of its management client, and its pings. Asks the
//! environment for `PUNCTUAL_URL`, `PUNCTUAL_KEY` (a key that may write); panics where the crate does not get what it
//! expects. Built with a feature for each later version of the API.

use std::env;

use healthchecks::errors::HealthchecksApiError;
use healthchecks::manage::{self, ManageClient, UpsertResult};
use healthchecks::model::{NewCheck, UpdatedCheck};
use healthchecks::ping;

const VERSION: u8 = if cfg!(feature = "v3") {
    3
} else if cfg!(feature = "v2") {
    2
} else {
    1
};

fn main() {
    let url = env::var("PUNCTUAL_URL").expect("PUNCTUAL_URL");
    let key = env::var("PUNCTUAL_KEY").expect("PUNCTUAL_KEY");
    let url = url.trim_end_matches('/');
    let client = client(url, &key);
    let id = made(&client);
    pinged(url, &id);
    told(&client, &id);
    ended(&client, &id);
    refused(url);
}

fn client(url: &str, key: &str) -> ManageClient {
    let api = format!("{url}/healthchecks/api/v{VERSION}");
    manage::get_client_with_url(key.to_owned(), Some("managed/0".to_owned()), api).expect("a client")
}

/// Makes a check, finds it again by its name, and changes it.
fn made(client: &ManageClient) -> String {
    let name = format!("crate v{VERSION}");
    let new = NewCheck {
        name: Some(name.clone()),
        tags: Some(format!("crate v{VERSION}")),
        schedule: Some("5 4 * * *".to_owned()),
        tz: Some("Europe/Riga".to_owned()),
        grace: Some(600),
        unique: Some(vec!["name".to_owned()]),
        ..NewCheck::default()
    };
    let check = client.create_check(new.clone()).expect("made");
    let id = check.id().expect("an id");
    assert_eq!((check.name.as_str(), check.schedule.as_deref()), (name.as_str(), Some("5 4 * * *")));
    let (result, again) = client.upsert_check(new).expect("found");
    assert!(matches!(result, UpsertResult::Updated) && again.id().as_deref() == Some(&id));
    let change = UpdatedCheck { desc: Some("changed".to_owned()), ..UpdatedCheck::default() };
    assert_eq!(client.update_check(change, &id).expect("changed").desc, "changed");
    assert_eq!(client.get_check(&id).expect("shown").tz.as_deref(), Some("Europe/Riga"));
    let all = client.get_checks().expect("listed");
    assert!(all.iter().any(|check| check.id().as_deref() == Some(&id)));
    id
}

fn pinged(url: &str, id: &str) {
    let pings = ping::get_client_with_url(id, &format!("{url}/ping")).expect("a ping client");
    assert!(pings.start_timer() && pings.report_success() && pings.report_failure_with_logs("no room"));
    assert!(pings.report_success());
}

fn told(client: &ManageClient, id: &str) {
    let pings = client.list_logged_pings(id).expect("pings");
    let kinds: Vec<&str> = pings.iter().map(|ping| ping.type_field.as_str()).collect();
    assert_eq!(kinds, ["success", "fail", "success", "start"]);
    assert!(pings.iter().all(|ping| ping.ua.contains("healthchecks") && !ping.remote_addr.is_empty()));
    // The crate expects a list where the API has an object that holds one; so it fails on the original as well.
    assert!(client.list_status_changes(id).is_err());
    client.get_channels().expect("channels");
}

fn ended(client: &ManageClient, id: &str) {
    assert_eq!(client.pause(id).expect("paused").status, "paused");
    client.delete(id).expect("deleted");
    assert!(matches!(client.get_check(id), Err(HealthchecksApiError::NoCheckFound(_))));
}

fn refused(url: &str) {
    let wrong = client(url, &"x".repeat(32));
    assert!(matches!(wrong.get_checks(), Err(HealthchecksApiError::InvalidApiKey)));
}
