//! The page that messages link to, on which their reader says that they look after the incident: its address holds over
//! restarts and for this installation only.

use std::process::Command;

use app::AckKey;
use domain::Instant;
use domain::id::IncidentId;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::harness::{Home, Serve, text};

/// A page as a phone would get it.
fn page(home: &Home, address: &str, form: Option<&str>) -> String {
    let mut curl: Command = home.program("curl");
    curl.args(["-sS", "-i", address]);
    if let Some(form) = form {
        curl.args(["--data", form]);
    }
    let output = curl.output().expect("curl");
    assert!(output.status.success(), "{output:?}");
    text(&output.stdout)
}

/// What a message about an incident links to, signed as any version of the program signs it.
fn token(home: &Home, incident: &str) -> String {
    let secret = home.read("data/punctual.secret");
    let byte = |place: usize| u8::from_str_radix(&secret[place..place + 2], 16).expect("a digit");
    let key: Vec<u8> = (0..64).step_by(2).map(byte).collect();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
    mac.update(b"acknowledge");
    let key = AckKey::new(mac.finalize().into_bytes().into());
    key.sign(&IncidentId::trusted(incident), Instant::MAX)
}

#[test]
fn a_signed_address_acknowledges_its_incident_even_after_a_restart() {
    let home = Home::new();
    let server = Serve::new(&home).start();
    server.says(&home, &["register", "nightly", "--service", "billing", "--job", "nightly"]);
    server.says(&home, &["report", "nightly", "failed"]);
    let incident = server.get("/incidents")[0]["id"].as_str().expect("an incident").to_owned();
    let token = token(&home, &incident);
    server.terminate();
    assert_eq!(home.mode("data/punctual.secret"), 0o600);
    let server = Serve::new(&home).start();
    let address = format!("{}/acknowledge/{token}", server.address);
    assert!(page(&home, &address, None).contains("<h1>Something is wrong</h1>"));
    let pressed = page(&home, &address, Some("name=Ada"));
    assert!(
        pressed.starts_with("HTTP/1.1 200") && pressed.contains("<h1>You look after it</h1>"),
        "{pressed}"
    );
    let shown = server.get("/incidents").to_string();
    assert!(shown.contains("Ada (by link)"), "{shown}");
    assert!(server.logs().iter().all(|line| !line.contains(&token)), "{:?}", server.logs());
    // Another installation made none of these.
    let elsewhere = Home::new();
    let other = Serve::new(&elsewhere).start();
    let page = page(&home, &format!("{}/acknowledge/{token}", other.address), None);
    assert!(page.starts_with("HTTP/1.1 404") && page.contains("leads nowhere"), "{page}");
}

#[test]
fn the_secret_key_may_be_kept_elsewhere_and_a_broken_one_is_refused() {
    let home = Home::new();
    let path = home.path("kept.secret");
    let serve = || Serve::new(&home).env("PUNCTUAL_SECRET_KEY_FILE", path.to_str().expect("a path"));
    serve().start().terminate();
    assert_eq!(home.mode("kept.secret"), 0o600);
    assert!(!home.data().join("punctual.secret").exists());
    let key = home.read("kept.secret");
    serve().start().terminate();
    assert_eq!(home.read("kept.secret"), key);
    home.write("kept.secret", &key[..20]);
    let refused = serve().refused();
    let said = text(&refused.stderr);
    assert!(said.contains("must hold 64 hexadecimal digits") && !said.contains(&key[..20]), "{said}");
}
