//! Everything that must hold before a change lands: format, lints, tidiness, tests, documentation. Installs the tools
//! it needs where they are missing.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{say, tidy};

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

/// Runs it all, and stops at the first thing that does not hold.
pub(crate) fn run() -> Result<()> {
    PROGRAMS.into_iter().try_for_each(|(program, package)| need(program, package))?;
    need_nextest()?;
    tidy::run()?;
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])?;
    cargo(&["nextest", "run", "--workspace", "--locked", "--no-fail-fast"])?;
    cargo(&["test", "--doc", "--locked", "--package", "domain"])?;
    documented()
}

fn documented() -> Result<()> {
    say("$ cargo doc --workspace --no-deps --locked");
    let status = Command::new("cargo")
        .args(["doc", "--workspace", "--no-deps", "--locked", "--quiet"])
        .env("RUSTDOCFLAGS", "-D warnings")
        .status()?;
    if status.success() { Ok(()) } else { bail!("the documentation does not build") }
}

/// Runs cargo, and says what is run.
pub(crate) fn cargo(args: &[&str]) -> Result<()> {
    say(&format!("$ cargo {}", args.join(" ")));
    let status = Command::new("cargo").args(args).status().context("cannot run cargo")?;
    if status.success() { Ok(()) } else { bail!("cargo {} failed", args.join(" ")) }
}

fn runs(program: &str, args: &[&str]) -> bool {
    let quiet = Command::new(program).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}

fn need(program: &str, package: &str) -> Result<()> {
    if runs(program, &["--version"]) {
        return Ok(());
    }
    say(&format!("{program} is missing: installing {package}"));
    runs("apt-get", &["update"]);
    if runs("apt-get", &["install", "--yes", "--no-install-recommends", package]) {
        return Ok(());
    }
    bail!("the tests need {program}: install it (Debian's package {package})")
}

fn need_nextest() -> Result<()> {
    if runs("cargo", &["nextest", "--version"]) {
        return Ok(());
    }
    cargo(&["install", "cargo-nextest", "--version", NEXTEST, "--locked"])
}
