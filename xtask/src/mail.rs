//! What is sent, read by other people's libraries: mails by aiosmtpd and Python's mail reader, messages for phones by the
//! types that their libraries have of them. The tests are of the crate `notify`; here is what they need.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::say;
use crate::tools::{build_folder, done, runs};

const PINNED: &str = "crates/notify/tests/mail/requirements.txt";

/// Runs the tests that need Python's libraries.
pub(crate) fn run() -> Result<()> {
    let python = installed()?;
    say("$ cargo nextest run --package notify --run-ignored only");
    let mut command = Command::new("cargo");
    command.args(["nextest", "run", "--package", "notify", "--lib", "--locked", "--run-ignored", "only"]);
    // Those of `payloads` are run by `cargo xtask receivers`, which judges what they write.
    command.args(["--filterset", "not test(/^payloads::/)"]);
    done(command.env("PUNCTUAL_TEST_PYTHON", python)).context("what is sent is not what others read")
}

/// Python with the libraries, in an environment of its own in the build folder, made anew when what is pinned changes.
fn installed() -> Result<PathBuf> {
    let wanted =
        fs::read_to_string(PINNED).with_context(|| format!("{PINNED}: run this in the repository"))?;
    let folder = build_folder()?.join("mail");
    let (mark, python) = (folder.join("installed.txt"), folder.join("bin/python"));
    let is_there = fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted);
    if is_there && runs(&python, &["-c", "import aiosmtpd, aiogram"]) {
        return Ok(python);
    }
    say(&format!("aiosmtpd is missing: installing what {PINNED} pins"));
    done(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let pip = ["install", "--quiet", "--no-deps", "--requirement", PINNED];
    done(Command::new(folder.join("bin/pip")).args(pip))?;
    fs::write(mark, wanted)?;
    Ok(python)
}
