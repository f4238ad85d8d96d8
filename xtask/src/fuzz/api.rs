//! The served API under schemathesis: the real program on an empty data directory, every operation of the document that
//! it serves. What is demanded stands in `fuzz/schemathesis/schemathesis.toml`.

use std::fs;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};

use super::Pace;
use crate::say;
use crate::tools::{build_folder, cargo, done, runs};

const FOLDER: &str = "fuzz/schemathesis";
/// An administrator's, in a store that is gone a minute later.
const KEY: &str = "a-key-with-full-access-for-the-fuzzer";
/// Cases of an operation where each run must be the same: about half a minute in all.
const EXAMPLES: &str = "--max-examples=15";

/// Runs schemathesis, and fails if it objects to anything.
pub(super) fn run(pace: Pace) -> Result<()> {
    let schemathesis = installed()?;
    // As the tests build it, so that nothing is compiled a second time with other features.
    cargo(&["test", "--workspace", "--no-run", "--locked", "--quiet"])?;
    let folder = build_folder()?.join("fuzz").join("api");
    let server = Server::start(&folder)?;
    let mut command = asked(&schemathesis, &folder, pace)?;
    command.arg(format!("{}/api/openapi.json", server.address));
    say(&format!("schemathesis at {}", server.address));
    done(&mut command).context("the served API does something that its document does not say (see above)")
}

/// Schemathesis as it is asked, but for the address. It writes down what it found where it runs.
fn asked(schemathesis: &Path, folder: &Path, pace: Pace) -> Result<Command> {
    let ours = std::env::current_dir()?.join(FOLDER);
    let mut command = Command::new(schemathesis);
    command.current_dir(folder).arg("--config-file").arg(ours.join("schemathesis.toml"));
    command.args(["run", "--no-color"]);
    command.env("SCHEMATHESIS_HOOKS", ours.join("hooks.py")).env("PUNCTUAL_API_KEY", KEY);
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    if pace.is_repeatable {
        command.args(["--generation-deterministic", EXAMPLES]);
    } else {
        command.arg(format!("--max-time={}", pace.seconds));
    }
    Ok(command)
}

/// Schemathesis in an environment of its own in the build folder, made anew when what is pinned changes.
fn installed() -> Result<PathBuf> {
    let pinned = format!("{FOLDER}/requirements.txt");
    let wanted =
        fs::read_to_string(&pinned).with_context(|| format!("{pinned}: run this in the repository"))?;
    let folder = build_folder()?.join("schemathesis");
    let (mark, program) = (folder.join("installed.txt"), folder.join("bin/schemathesis"));
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) && runs(&program, &["--version"])
    {
        return Ok(program);
    }
    say(&format!("schemathesis is missing: installing what {pinned} pins"));
    done(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    done(Command::new(folder.join("bin/pip")).args([
        "install",
        "--quiet",
        "--no-deps",
        "--requirement",
        &pinned,
    ]))?;
    fs::write(mark, wanted)?;
    Ok(program)
}

/// The program, serving. Dropped, it is killed.
struct Server {
    address: String,
    child: Child,
    /// What it says further on: nobody reads it, but it must not speak into a closed pipe.
    said: Lines<BufReader<ChildStdout>>,
}

impl Server {
    /// On an empty data directory, at a free port, without limits: waits until it says where it listens.
    fn start(folder: &Path) -> Result<Self> {
        let data = folder.join("data");
        if data.exists() {
            fs::remove_dir_all(&data)?;
        }
        fs::create_dir_all(folder)?;
        let mut command = Command::new(build_folder()?.join("debug/punctual"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&data);
        command.env("PUNCTUAL_API_KEYS", KEY).env("PUNCTUAL_RATE_LIMIT", "off");
        command.env("PUNCTUAL_TRUSTED_PROXIES", "127.0.0.1/32");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(fs::File::create(folder.join("log"))?);
        let mut child = command.spawn().context("cannot start punctual")?;
        let said = BufReader::new(child.stdout.take().context("no output")?).lines();
        let mut server = Self { address: String::new(), child, said };
        while let Some(line) = server.said.next() {
            if let Some(rest) = line?.strip_prefix("punctual listens on ") {
                rest.split(' ').next().unwrap_or_default().clone_into(&mut server.address);
                return Ok(server);
            }
        }
        bail!("punctual did not start: {} says why", folder.join("log").display())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
