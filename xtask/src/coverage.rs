//! The line coverage of `domain` by its own tests: a table by file, the lines that no test reached, and the total. No
//! part of the gate; a figure to look at, not one to reach.
//!
//! The compiler counts, and a reader of its counts in Rust does what LLVM's own tools would: those come with a toolchain
//! component that not every machine has.

mod table;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::tools::{build_folder, cargo, done, runs};
use table::Table;

const READER: &str = "llvm_profparser";
const READER_VERSION: &str = "0.15.0";
/// What is measured.
const SOURCES: &str = "crates/domain/src/";

/// The chore.
pub(crate) fn run() -> Result<()> {
    let folder = build_folder()?.join("coverage");
    let reader = reader(&folder)?;
    let counts = folder.join("counts");
    if counts.exists() {
        fs::remove_dir_all(&counts)?;
    }
    fs::create_dir_all(&counts)?;
    let programs = programs(&folder)?;
    for program in &programs {
        count(program, &counts)?;
    }
    let mut command = Command::new(reader);
    command.arg("show");
    for entry in fs::read_dir(&counts)? {
        command.arg("--instr-profile").arg(entry?.path());
    }
    for program in &programs {
        command.arg("--object").arg(program);
    }
    let output = command.output().context("cannot run the reader of the counts")?;
    ensure!(
        output.status.success(),
        "the counts cannot be read: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Table::read(&String::from_utf8_lossy(&output.stdout), SOURCES).show()
}

/// The reader of the counts, installed into the build folder where it is missing.
fn reader(folder: &Path) -> Result<PathBuf> {
    let root = folder.join(format!("reader-{READER_VERSION}"));
    let program = root.join("bin/cov");
    if !runs(&program, &["--help"]) {
        let root = root.to_str().context("the build folder's name is not UTF-8")?;
        cargo(&["install", READER, "--version", READER_VERSION, "--locked", "--root", root])?;
    }
    Ok(program)
}

/// The test programs of `domain`, built so that they count. They have a build folder of their own: flags are part of
/// what everything in it is built from.
fn programs(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut command = Command::new("cargo");
    command.args(["test", "--package", "domain", "--no-run", "--locked", "--message-format=json"]);
    command.env("RUSTFLAGS", "-Cinstrument-coverage").env("CARGO_TARGET_DIR", folder.join("target"));
    command.env("LLVM_PROFILE_FILE", folder.join("build-%m.profraw"));
    let output = command.stderr(std::process::Stdio::inherit()).output().context("cannot run cargo")?;
    ensure!(output.status.success(), "the tests of domain do not build");
    let messages = String::from_utf8_lossy(&output.stdout);
    let program = |line: &str| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(PathBuf::from(message["executable"].as_str()?))
    };
    Ok(messages.lines().filter_map(program).collect())
}

/// Runs a test program where cargo would.
fn count(program: &Path, counts: &Path) -> Result<()> {
    let mut command = Command::new(program);
    command.arg("--quiet").current_dir("crates/domain").env("LLVM_PROFILE_FILE", counts.join("%p.profraw"));
    done(&mut command).context("coverage is told of tests that hold")
}
