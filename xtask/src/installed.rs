//! Other people's libraries and programs, in the versions that are pinned: installed into the build folder once, and
//! anew when what is pinned changes. Nothing of it touches the machine's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::say;
use crate::tools::{build_folder, done, need, runs};

/// The Python that has what a file of requirements pins, in an environment called `name`. `proof` is a line of Python
/// that ends well where it is all there.
pub(crate) fn python(name: &str, pinned: &str, proof: &str) -> Result<PathBuf> {
    need("python3", &["-c", "import venv, ensurepip"], "python3-venv")?;
    let folder = build_folder()?.join(name).join("python");
    let python = folder.join("bin/python");
    if !runs(&python, &["-c", proof]) {
        forget(&folder)?;
    }
    kept(&folder, pinned, |_| {
        done(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
        let mut pip = Command::new(folder.join("bin/pip"));
        done(pip.args(["install", "--quiet", "--no-deps", "--requirement", pinned]))
    })?;
    Ok(python)
}

/// The folder with the packages of npm that a file names, a line each.
pub(crate) fn node(name: &str, pinned: &str) -> Result<PathBuf> {
    need("npm", &["--version"], "npm")?;
    let folder = build_folder()?.join(name).join("node");
    kept(&folder, pinned, |pinned| {
        fs::create_dir_all(&folder)?;
        let mut npm = Command::new("npm");
        npm.args([
            "install",
            "--no-save",
            "--no-package-lock",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
        ]);
        npm.arg("--silent").arg("--prefix").arg(&folder);
        done(npm.args(pinned.lines()))
    })?;
    Ok(folder.join("node_modules"))
}

/// The folder with the programs of the Rust registry that a file names, `name version` a line.
pub(crate) fn crates(name: &str, pinned: &str) -> Result<PathBuf> {
    let folder = build_folder()?.join(name).join("crates");
    kept(&folder, pinned, |pinned| {
        for (program, version) in pinned.lines().filter_map(|line| line.split_once(' ')) {
            let mut cargo = Command::new("cargo");
            cargo
                .args(["install", "--quiet", "--locked", program, "--version", version, "--root"])
                .arg(&folder);
            done(cargo.env("CARGO_TARGET_DIR", folder.join("target")))?;
        }
        Ok(())
    })?;
    Ok(folder.join("bin"))
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

/// Has it installed anew.
fn forget(folder: &Path) -> Result<()> {
    let mark = folder.join("installed.txt");
    if mark.exists() { Ok(fs::remove_file(mark)?) } else { Ok(()) }
}
