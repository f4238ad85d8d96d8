//! Everything that must hold before a change lands: format, lints, tidiness, tests, documentation, what receivers say
//! of our messages and other engines of our schedules, and a minute of fuzzing. Installs the tools it needs where they are missing.

use std::process::Command;

use anyhow::{Result, bail};

use crate::tools::{cargo, done, need, runs};
use crate::{clients, fuzz, installed, mail, oracles, receivers, say, tidy};

/// Programs that the tests drive, as real clients or to bring about faults, and the Debian packages that bring them.
const PROGRAMS: [(&str, &str); 6] = [
    ("curl", "curl"),
    ("python3", "python3"),
    ("node", "nodejs"),
    ("cc", "gcc"),
    ("strace", "strace"),
    ("faketime", "faketime"),
];
const NEXTEST: &str = "0.9.143";
/// What stands in for `DynamoDB`.
const DYNOXIDE: &str = "3.2.0";

/// Runs it all, and stops at the first thing that does not hold.
pub(crate) fn run() -> Result<()> {
    PROGRAMS.into_iter().try_for_each(|(program, package)| need(program, &["--version"], package))?;
    need_nextest()?;
    need_dynoxide()?;
    tidy::run()?;
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])?;
    tested()?;
    mail::run()?;
    oracles::run(&[])?;
    cargo(&["test", "--doc", "--locked", "--package", "domain"])?;
    documented()?;
    receivers::run()?;
    clients::run(&[])?;
    fuzz::briefly()
}

/// All tests, with a stand-in for Secrets Manager and SQS at hand.
fn tested() -> Result<()> {
    let python = installed::python("standins", "xtask/standins/requirements.txt", "import moto.server")?;
    let server = python.with_file_name("moto_server");
    say("$ cargo nextest run --workspace --locked --no-fail-fast");
    let mut nextest = Command::new("cargo");
    nextest.args(["nextest", "run", "--workspace", "--locked", "--no-fail-fast"]);
    done(nextest.env("PUNCTUAL_MOTO_SERVER", server))
}

fn documented() -> Result<()> {
    say("$ cargo doc --workspace --no-deps --locked");
    let status = Command::new("cargo")
        .args(["doc", "--workspace", "--no-deps", "--locked", "--quiet"])
        .env("RUSTDOCFLAGS", "-D warnings")
        .status()?;
    if status.success() { Ok(()) } else { bail!("the documentation does not build") }
}

fn need_nextest() -> Result<()> {
    if runs("cargo", &["nextest", "--version"]) {
        return Ok(());
    }
    cargo(&["install", "cargo-nextest", "--version", NEXTEST, "--locked"])
}

fn need_dynoxide() -> Result<()> {
    if runs("dynoxide", &["--version"]) {
        return Ok(());
    }
    let features = ["--no-default-features", "--features", "native-sqlite,http-server,cli"];
    let install = ["install", "dynoxide-rs", "--version", DYNOXIDE, "--locked"];
    cargo(&[&install[..], &features[..]].concat())
}
