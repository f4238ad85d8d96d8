//! Whether the simulator bites: each breakage of a rule, one line long, is made in a copy of the workspace, and the seeds
//! of the gate must fail there. The list is `crates/testkit/teeth/breakages.txt`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::say;

const LIST: &str = include_str!("../../../crates/testkit/teeth/breakages.txt");

/// One line of a rule, broken.
struct Breakage<'a> {
    name: &'a str,
    file: &'a str,
    find: &'a str,
    replace: &'a str,
}

/// Breaks what the list says, or what is named of it, and tells what was noticed.
pub(super) fn run(only: &[&str]) -> Result<()> {
    let copy = copy()?;
    let breakages = read(LIST)?;
    let chosen =
        breakages.iter().filter(|it| only.is_empty() || only.iter().any(|word| it.name.contains(word)));
    let mut survived = Vec::new();
    for breakage in chosen {
        let killed = is_noticed(&copy, breakage)?;
        say(&format!("{}  {}", if killed { "noticed " } else { "SURVIVED" }, breakage.name));
        if !killed {
            survived.push(breakage.name);
        }
    }
    if survived.is_empty() { Ok(()) } else { bail!("nobody noticed: {}", survived.join(", ")) }
}

/// Blocks of `name`, `file`, `find` and `replace`, with empty lines between.
fn read(list: &str) -> Result<Vec<Breakage<'_>>> {
    let blocks =
        list.split("\n\n").map(str::trim).filter(|block| !block.is_empty() && !block.starts_with('#'));
    blocks.map(|block| breakage(block).with_context(|| format!("in the block\n{block}"))).collect()
}

fn breakage(block: &str) -> Result<Breakage<'_>> {
    let said = |name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.map(|line| line.strip_prefix(' ').unwrap_or(line)).with_context(|| format!("says no {name}"))
    };
    Ok(Breakage { name: said("name")?, file: said("file")?, find: said("find")?, replace: said("replace")? })
}

/// The tracked files, as they are, in the build folder.
fn copy() -> Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(PathBuf::from("target"), PathBuf::from);
    let copy = target.join("teeth/workspace");
    let listed = Command::new("git").args(["ls-files"]).output().context("cannot run git")?;
    for file in String::from_utf8(listed.stdout)?.lines() {
        let to = copy.join(file);
        fs::create_dir_all(to.parent().context("a folder")?)?;
        let text = fs::read(file).with_context(|| format!("cannot read {file}"))?;
        // What has not changed keeps its date, so that it is not built again.
        if fs::read(&to).ok().as_ref() != Some(&text) {
            fs::write(&to, text)?;
        }
    }
    Ok(copy)
}

/// Whether the gate's seeds fail with a rule broken. What does not build at all is no breakage.
fn is_noticed(copy: &Path, breakage: &Breakage<'_>) -> Result<bool> {
    let file = copy.join(breakage.file);
    let whole = fs::read_to_string(&file)?;
    fs::write(&file, broken(&whole, breakage)?)?;
    let built = cargo(copy, &["--no-run"]);
    let passed = built && cargo(copy, &[]);
    fs::write(&file, whole)?;
    ensure!(built, "{} does not build", breakage.name);
    Ok(!passed)
}

fn broken(whole: &str, breakage: &Breakage<'_>) -> Result<String> {
    let times = whole.matches(breakage.find).count();
    ensure!(times == 1, "{}: what it looks for is there {times} times in {}", breakage.name, breakage.file);
    Ok(whole.replacen(breakage.find, breakage.replace, 1))
}

fn cargo(copy: &Path, more: &[&str]) -> bool {
    let mut command = Command::new("cargo");
    command.current_dir(copy).env("CARGO_TARGET_DIR", copy.with_file_name("build"));
    command.args(["test", "--quiet", "--locked", "--package", "testkit", "--test", "it"]);
    command.args(more).args(["--", "simulated::everything", "scenarios"]);
    command.output().is_ok_and(|output| output.status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_breakage_still_breaks_something() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
        let breakages = read(LIST).expect("a list");
        assert!(breakages.len() >= 25, "{} breakages", breakages.len());
        for breakage in breakages {
            let whole = fs::read_to_string(root.join(breakage.file)).expect(breakage.file);
            let changed = broken(&whole, &breakage).expect("it applies");
            assert_ne!(whole, changed, "{}", breakage.name);
        }
    }
}
