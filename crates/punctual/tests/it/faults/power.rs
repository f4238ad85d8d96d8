//! Losses of power: what was never synced is gone, or torn, and everything that was acknowledged is there.

use crate::harness::{FakeHook, Home, Load, Loss, Power, Serve, Server, Toll, is_kept, lost, note, rounds};

/// Says how many losses there are, for long trials.
const LOSSES: &str = "PUNCTUAL_TEST_POWER_LOSSES";
/// How many a store goes through: every one is looked at as a whole after each.
const OF_A_STORE: usize = 10;

#[track_caller]
fn is_sound(home: &Home) {
    let doctor = home.says(&["doctor", "--data-dir", home.data().to_str().expect("a path")]);
    assert!(doctor.contains(" 0 problems"), "{doctor}");
}

#[test]
fn what_was_acknowledged_survives_a_loss_of_power_and_the_store_is_sound() {
    let hook = FakeHook::start();
    let losses: Vec<u32> = (0..rounds(LOSSES, 2)).collect();
    let mut toll = Toll::default();
    let lives = losses.chunks(OF_A_STORE).map(|rounds| life(&hook, rounds, &mut toll));
    let acknowledged: usize = lives.sum();
    note(&format!(
        "{} losses: {acknowledged} reports acknowledged, all kept; {} writes were not synced, {} foldings were",
        losses.len(),
        toll.taken_back,
        toll.folds
    ));
    // Of a few, all may fall between two writes; that the shim is at work is shown below.
    let are_many = losses.len() >= OF_A_STORE;
    assert!(toll.taken_back > 0 || !are_many, "nothing was ever lost: the shim is not at work");
    // A store that is made is synced once, too.
    assert!(toll.folds > losses.len().div_ceil(OF_A_STORE), "the log was never folded: not enough was said");
}

/// One store through these losses; answers how many reports were acknowledged.
fn life(hook: &FakeHook, losses: &[u32], toll: &mut Toll) -> usize {
    let home = Home::new();
    home.write("punctual.toml", hook.table("hook"));
    let power = Power::new(&home);
    let serve = Serve::new(&home).env("PUNCTUAL_RATE_LIMIT", "off").args(&["--config", "punctual.toml"]);
    let mut acknowledged = 0;
    for &round in losses {
        let server = power.under(&serve).start();
        // With so much to say that the log is folded into the file meanwhile.
        let enough = 300 + round as usize * 7919 % 200;
        let load = Load { channel: Some("hook"), ballast: 30_000, ..Load::new(&round.to_string(), enough) };
        let heard = load.until(server, Server::kill_9);
        let lost = power.fails(if round % 2 == 0 { Loss::All } else { Loss::Torn(round.into()) });
        toll.taken_back += lost.taken_back;
        toll.folds += lost.folds;
        is_sound(&home);
        let server = serve.start();
        is_kept(&server, &heard);
        acknowledged += heard.acknowledged.len();
        server.kill_9();
    }
    acknowledged
}

#[test]
fn a_store_that_was_just_made_survives_a_loss_of_power() {
    let home = Home::new();
    let power = Power::new(&home);
    let serve = Serve::new(&home).data(home.path("deep/down/data"));
    let server = power.under(&serve).start();
    let heard = Load::new("first", 1).until(server, Server::kill_9);
    power.fails(Loss::All);
    is_kept(&serve.start(), &heard);
}

/// Without this the tests above would prove nothing.
#[test]
fn a_disk_that_lies_about_syncs_loses_what_was_acknowledged() {
    let home = Home::new();
    let power = Power::new(&home);
    let serve = Serve::new(&home).env("PUNCTUAL_RATE_LIMIT", "off");
    // An honest beginning, so that there is a store to come back to.
    serve.start().terminate();
    let server = power.under(&serve).env("POWER_LIES", "1").start();
    let heard = Load::new("lies", 50).until(server, Server::kill_9);
    power.fails(Loss::All);
    let server = serve.start();
    assert_eq!(lost(&server, &heard), heard.acknowledged.len(), "something was synced nevertheless");
}
