//! Other products' own clients, unmodified, against the real program: what they send must be found in our history. The
//! clients and the versions they are pinned to lie in `xtask/clients`, a folder each; `run.py` there starts the server,
//! runs them one after the other and looks.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::tools::{build_folder, cargo, done, need};
use crate::{installed, say};

const FOLDER: &str = "xtask/clients";

/// Runs the clients of those names, or all, and fails if one fails or what it sent is not found.
pub(crate) fn run(names: &[String]) -> Result<()> {
    for (program, package) in [("curl", "curl"), ("node", "nodejs"), ("openssl", "openssl")] {
        need(program, &[if program == "openssl" { "version" } else { "--version" }], package)?;
    }
    let proof = "import sentry_sdk, celery, cronitor, healthchecks_io, borgmatic";
    let python = installed::python("clients", &format!("{FOLDER}/requirements.txt"), proof)?;
    let modules = installed::node("clients", &format!("{FOLDER}/packages.txt"))?;
    let programs = installed::crates("clients", &format!("{FOLDER}/programs.txt"))?;
    cargo(&["build", "--quiet", "--locked", "--package", "punctual"])?;
    let managed = managed()?;
    let server = build_folder()?.join("debug/punctual");
    say(&format!("$ {FOLDER}/run.py {}", names.join(" ")));
    let mut run = Command::new(python);
    run.arg(format!("{FOLDER}/run.py")).args(names).env("PYTHONDONTWRITEBYTECODE", "1");
    run.env("PUNCTUAL_PROGRAM", server)
        .env("NODE_PATH", modules)
        .env("PROGRAMS", programs)
        .env("MANAGED", managed);
    done(&mut run).context("a client does not get on with us (see above)")
}

/// A small program on the crate `healthchecks`, once for each version of the API, built with a lock of its own: no part
/// of this workspace. Answers what the programs' names begin with.
fn managed() -> Result<PathBuf> {
    let target = build_folder()?.join("clients").join("managed");
    let manifest = format!("{FOLDER}/healthchecks/crate/Cargo.toml");
    for version in ["v1", "v2", "v3"] {
        let mut build = Command::new("cargo");
        build.args(["build", "--quiet", "--locked", "--manifest-path", &manifest]);
        if version != "v1" {
            build.args(["--features", version]);
        }
        done(build.env("CARGO_TARGET_DIR", &target))?;
        fs::copy(target.join("debug/managed"), target.join(format!("managed-{version}")))?;
    }
    Ok(target.join("managed"))
}
