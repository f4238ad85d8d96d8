//! A server that watches itself: what is wrong with its store is told without it, and somebody outside hears of it by
//! its silence.

use std::fs;

use crate::harness::{FakeHook, Home, Outside, Serve, Server, eventually, text};

/// A figure that a server tells, or nothing where it has not counted yet.
fn figure(server: &Server, name: &str) -> u64 {
    let page = server.metrics();
    let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.map_or(0, |number| number.parse().expect("a number"))
}

#[test]
fn a_store_that_is_gone_is_told_without_it_and_nobody_outside_is_pinged_until_it_is_back() {
    let (home, hook, outside) = (Home::new(), FakeHook::start(), Outside::start());
    let config = home.write("punctual.toml", hook.table_by_default("hook"));
    let serve = Serve::new(&home).args(&["--config", config.to_str().expect("a path")]);
    let serve = serve.env("PUNCTUAL_ALLOW_PRIVATE_TARGETS", "true").env("PUNCTUAL_WATCHDOG_EVERY", "1s");
    let server = serve.env("PUNCTUAL_WATCHDOG_URL", &outside.url).start();
    outside.hear(2);
    let (file, aside) = (home.data().join("punctual.db"), home.path("aside.db"));
    fs::rename(&file, &aside).expect("to be moved");
    let line = server.wait_for_log("the watchdog is not pinged until this is over");
    assert!(line.contains("the store does not take what is written"), "{line}");
    let heard = outside.heard();
    let withheld = "punctual_watchdog_pings_total{outcome=\"withheld\"}";
    eventually("the watchdog is silent for some turns", || (figure(&server, withheld) >= 4).then_some(()));
    assert_eq!(outside.heard(), heard);
    let told = hook.wait_for_type("punctual.store_refuses", 1);
    assert_eq!((&told[0].body["data"]["over"], outside.heard()), (&serde_json::json!(false), heard));
    fs::rename(&aside, &file).expect("to be moved");
    outside.hear(2);
    let told = hook.wait_for_type("punctual.store_refuses", 2);
    assert_eq!(told[1].body["data"]["over"], true);
    assert_eq!(told[0].body["data"]["thread"], told[1].body["data"]["thread"]);
    let logs = server.logs().join("\n");
    assert!(!logs.contains("a-secret-of-the-tests"), "the address is as good as a password: {logs}");
}

#[test]
fn an_address_that_cannot_be_asked_is_refused_when_the_configuration_is_checked_and_is_never_shown() {
    let home = Home::new();
    let check = |url: &str| {
        let mut command = home.punctual(&["config", "check"]);
        command.env("PUNCTUAL_WATCHDOG_URL", url).output().expect("the program")
    };
    let good = check("https://hc-ping.example.org/9f3c");
    assert!(good.status.success(), "{good:?}");
    let bad = check("ftp://hc-ping.example.org/9f3c");
    let told = text(&bad.stderr);
    assert_eq!(bad.status.code(), Some(1), "{bad:?}");
    assert!(told.contains("watchdog_url") && told.contains("must begin with http"), "{told}");
    for output in [good, bad] {
        assert!(!format!("{output:?}").contains("9f3c"), "{output:?}");
    }
}
