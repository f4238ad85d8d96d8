//! Builds the product and the benchmark optimized, in one build, so that both use the very same libraries; then runs
//! the benchmark. It is a package of its own (`xtask/bench`): this one must stay cheap to build, since every check
//! waits for it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::tools::cargo;

const PROFILE: &str = "release";

/// Runs the benchmark with what else was said on the command line.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let profile = profile(args).unwrap_or(PROFILE);
    cargo(&["build", "--locked", "--profile", profile, "--package", "punctual", "--package", "bench"])?;
    let program = target()?.join(folder(profile)).join("bench");
    let status = Command::new(&program).args(args).status();
    let status = status.with_context(|| format!("cannot run {}", program.display()))?;
    if status.success() { Ok(()) } else { bail!("the benchmark ended with {status}") }
}

/// The profile that was asked for.
fn profile(args: &[String]) -> Option<&str> {
    let place = args.iter().position(|arg| arg == "--profile");
    let apart = place.and_then(|place| args.get(place + 1)).map(String::as_str);
    apart.or_else(|| args.iter().find_map(|arg| arg.strip_prefix("--profile=")))
}

/// Where cargo puts what a profile builds.
fn folder(profile: &str) -> &str {
    if profile == "dev" { "debug" } else { profile }
}

/// Where cargo puts what it builds: this program is in a folder of it.
fn target() -> Result<PathBuf> {
    let own = std::env::current_exe().context("cannot find this program")?;
    own.ancestors().nth(2).map(PathBuf::from).context("this program is in no build folder")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_found_in_either_spelling() {
        let args = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(profile(&args("--json --profile ci --check")), Some("ci"));
        assert_eq!(profile(&args("--profile=ci")), Some("ci"));
        assert_eq!(profile(&args("--json")), None);
    }
}
