//! A message links to a page on which its reader says that they look after the incident; the address holds over restarts
//! and for this installation only.

use std::process::Command;

use crate::harness::{FakeSlack, Home, Serve, text};

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

#[test]
fn the_link_of_a_message_acknowledges_its_incident_even_after_a_restart() {
    let (home, slack) = (Home::new(), FakeSlack::start());
    let serve =
        || slack.told_by(Serve::new(&home)).env("PUNCTUAL_PUBLIC_URL", "https://punctual.example.org");
    let server = serve().start();
    server.says(&home, &["register", "nightly", "--service", "billing", "--job", "nightly"]);
    server.says(&home, &["report", "nightly", "failed"]);
    let message = slack.wait_for(1)[0].body.to_string();
    let from = message.find("https://punctual.example.org/acknowledge/").expect("a link");
    let token =
        message[from..].split(['"', '|', '>', '\\']).next().expect("it").rsplit('/').next().expect("a token");
    server.terminate();
    assert_eq!(home.mode("data/punctual.secret"), 0o600);
    let server = serve().start();
    let address = format!("{}/acknowledge/{token}", server.address);
    assert!(page(&home, &address, None).contains("<h1>Something is wrong</h1>"));
    let pressed = page(&home, &address, Some("name=Ada"));
    assert!(
        pressed.starts_with("HTTP/1.1 200") && pressed.contains("<h1>You look after it</h1>"),
        "{pressed}"
    );
    let shown = server.get("/incidents").to_string();
    assert!(shown.contains("Ada (by link)"), "{shown}");
    assert!(server.logs().iter().all(|line| !line.contains(token)), "{:?}", server.logs());
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
