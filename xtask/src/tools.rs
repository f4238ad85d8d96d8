//! Programs that chores need, and how they come by them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::say;

/// Runs cargo, and shows what it is asked.
pub(crate) fn cargo(args: &[&str]) -> Result<()> {
    say(&format!("$ cargo {}", args.join(" ")));
    done(Command::new("cargo").args(args))
}

/// Runs a program to its end; its failure is ours.
pub(crate) fn done(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("cannot run {program}"))?;
    if status.success() { Ok(()) } else { bail!("{program} failed: {status}") }
}

/// Whether a program runs and ends well.
pub(crate) fn runs(program: impl AsRef<Path>, args: &[&str]) -> bool {
    let mut command = Command::new(program.as_ref());
    let quiet = command.args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}

/// Installs a Debian package unless its program runs.
pub(crate) fn need(program: &str, args: &[&str], package: &str) -> Result<()> {
    if runs(program, args) {
        return Ok(());
    }
    say(&format!("{program} is missing: installing {package}"));
    runs("apt-get", &["update"]);
    if runs("apt-get", &["install", "--yes", "--no-install-recommends", package]) {
        return Ok(());
    }
    bail!("this needs {program}: install it (Debian's package {package})")
}

/// The build folder: this program lies in its `debug`.
pub(crate) fn build_folder() -> Result<PathBuf> {
    let program = std::env::current_exe()?;
    let folder = program.parent().and_then(Path::parent).context("this program lies in no build folder")?;
    Ok(folder.to_path_buf())
}
