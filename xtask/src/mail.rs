//! What is sent, read by other people's libraries: mails by aiosmtpd and Python's mail reader, messages for phones by the
//! types that their libraries have of them. The tests are of the crate `notify`; here is what they need.

use std::process::Command;

use anyhow::{Context, Result};

use crate::tools::done;
use crate::{installed, say};

const PINNED: &str = "crates/notify/tests/mail/requirements.txt";

/// Runs the tests that need Python's libraries.
pub(crate) fn run() -> Result<()> {
    let python = installed::python("mail", PINNED, "import aiosmtpd, aiogram")?;
    say("$ cargo nextest run --package notify --run-ignored only");
    let mut command = Command::new("cargo");
    command.args(["nextest", "run", "--package", "notify", "--lib", "--locked", "--run-ignored", "only"]);
    // Those of `payloads` are run by `cargo xtask receivers`, which judges what they write.
    command.args(["--filterset", "not test(/^payloads::/)"]);
    done(command.env("PUNCTUAL_TEST_PYTHON", python)).context("what is sent is not what others read")
}
