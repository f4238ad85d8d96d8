//! What channels send, judged by the receivers' own libraries and servers: every message that a test of `notify` writes
//! down goes to `xtask/receivers/judge.py`, with what is pinned beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::say;
use crate::tools::{build_folder, done, need};

const FOLDER: &str = "xtask/receivers";
/// The test that writes the messages down.
const WRITTEN: &str = "payloads::every_message_is_written_down_for_the_receivers_to_judge";

/// The test that speaks to a real Alertmanager.
const SPOKEN: &str = "alertmanager::a_real_one_holds_an_incident_from_its_beginning_to_its_end";

/// Runs the judges, and fails if one objects.
pub(crate) fn run() -> Result<()> {
    need("python3", &["-c", "import venv, ensurepip"], "python3-venv")?;
    need("npm", &["--version"], "npm")?;
    need("prometheus-alertmanager", &["--version"], "prometheus-alertmanager")?;
    let home = build_folder()?.join("receivers");
    fs::create_dir_all(&home)?;
    let python = libraries(&home)?;
    let modules = modules(&home)?;
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

/// The Python that has the libraries, in an environment of its own.
fn libraries(home: &Path) -> Result<PathBuf> {
    let folder = home.join("python");
    let pinned = format!("{FOLDER}/requirements.txt");
    kept(&folder, &pinned, |_| {
        done(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
        let mut pip = Command::new(folder.join("bin/pip"));
        done(pip.args(["install", "--quiet", "--no-deps", "--requirement", &pinned]))
    })?;
    Ok(folder.join("bin/python"))
}

/// The folder with the packages of npm.
fn modules(home: &Path) -> Result<PathBuf> {
    let folder = home.join("node");
    kept(&folder, &format!("{FOLDER}/packages.txt"), |pinned| {
        fs::create_dir_all(&folder)?;
        let mut npm = Command::new("npm");
        npm.args([
            "install",
            "--no-save",
            "--no-package-lock",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--silent",
        ]);
        done(npm.arg("--prefix").arg(&folder).args(pinned.lines()))
    })?;
    Ok(folder.join("node_modules"))
}

/// Makes a folder anew when what is pinned changes.
fn kept(folder: &Path, pinned: &str, make: impl FnOnce(&str) -> Result<()>) -> Result<()> {
    let wanted =
        fs::read_to_string(pinned).with_context(|| format!("{pinned}: run this in the repository"))?;
    let mark = folder.join("installed.txt");
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    say(&format!("installing what {pinned} pins"));
    make(&wanted)?;
    Ok(fs::write(mark, wanted)?)
}
