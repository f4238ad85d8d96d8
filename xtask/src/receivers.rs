//! What channels send, judged by the receivers' own libraries and servers: every message that a test of `notify` writes
//! down goes to `xtask/receivers/judge.py`, with what is pinned beside it.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::installed;
use crate::tools::{build_folder, done, need};

const FOLDER: &str = "xtask/receivers";
/// The test that writes the messages down.
const WRITTEN: &str = "payloads::every_message_is_written_down_for_the_receivers_to_judge";

/// The test that speaks to a real Alertmanager.
const SPOKEN: &str = "alertmanager::a_real_one_holds_an_incident_from_its_beginning_to_its_end";

/// Runs the judges, and fails if one objects.
pub(crate) fn run() -> Result<()> {
    need("prometheus-alertmanager", &["--version"], "prometheus-alertmanager")?;
    let home = build_folder()?.join("receivers");
    fs::create_dir_all(&home)?;
    let python = installed::python("receivers", &format!("{FOLDER}/requirements.txt"), "import slack_sdk")?;
    let modules = installed::node("receivers", &format!("{FOLDER}/packages.txt"))?;
    let messages = home.join("messages");
    if messages.exists() {
        fs::remove_dir_all(&messages)?;
    }
    done(test(&["--lib", WRITTEN]).env("PUNCTUAL_PAYLOADS", &messages))?;
    done(&mut test(&["--test", "it", SPOKEN]))?;
    let mut judge = Command::new(python);
    judge.arg(format!("{FOLDER}/judge.py")).arg(messages).arg(modules).env("PYTHONDONTWRITEBYTECODE", "1");
    done(&mut judge).context("a receiver would object to what a channel sends (see above)")
}

/// One of the tests that only run here.
fn test(which: &[&str]) -> Command {
    let mut test = Command::new("cargo");
    test.args(["test", "--quiet", "--locked", "--package", "notify"]).args(which);
    test.args(["--", "--ignored", "--exact"]);
    test
}
