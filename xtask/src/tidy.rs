//! Tidiness that no lint knows: every module says what it is for, files stay readable, crates depend in one direction
//! only, and nothing of one machine gets into the tree.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::say;

/// Lines of a source file past which it must be split. Tests may be longer: they are read one at a time.
const LINES_MAX: usize = 450;
const TEST_LINES_MAX: usize = 700;

/// What each crate of ours may use of ours, besides `testkit` in its tests.
const MAY_USE: [(&str, &[&str]); 15] = [
    ("domain", &[]),
    ("app", &["domain"]),
    ("aws", &[]),
    ("dynamodb", &["app", "aws", "domain"]),
    ("sqlite", &["app", "domain"]),
    ("sqs", &["app", "aws", "domain"]),
    ("notify", &["app", "domain"]),
    ("web", &["app", "domain"]),
    ("mail", &["app", "domain"]),
    ("client", &[]),
    ("testkit", &["app", "domain"]),
    ("punctual", &["app", "aws", "client", "domain", "dynamodb", "mail", "notify", "sqlite", "sqs", "web"]),
    ("xtask", &[]),
    ("bench", &["app", "aws", "domain", "dynamodb", "sqlite", "testkit"]),
    ("fuzz", &["app", "client", "domain", "mail", "testkit", "web"]),
];

/// Crates that do I/O or bring an async runtime: never in `domain`; and technologies: never in `app`.
const NOT_IN_DOMAIN: [&str; 7] = ["tokio", "reqwest", "axum", "rusqlite", "async-trait", "rand", "tracing"];
const NOT_IN_APP: [&str; 5] = ["reqwest", "axum", "rusqlite", "hyper", "aws-config"];

/// Names that say nothing.
const EMPTY_NAMES: [&str; 5] = ["utils.rs", "util.rs", "common.rs", "helpers.rs", "misc.rs"];

/// Looks at every tracked file.
pub(crate) fn run() -> Result<()> {
    let files = tracked()?;
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|end| end == "rs")) {
        complaints.extend(source(file)?);
    }
    for file in &files {
        complaints.extend(machine_paths(file));
    }
    complaints.extend(dependencies());
    for complaint in &complaints {
        say(complaint);
    }
    if complaints.is_empty() { Ok(()) } else { bail!("{} complaints", complaints.len()) }
}

fn tracked() -> Result<Vec<PathBuf>> {
    let listed = std::process::Command::new("git").args(["ls-files"]).output().context("cannot run git")?;
    let text = String::from_utf8(listed.stdout)?;
    Ok(text.lines().map(PathBuf::from).filter(|path| path.is_file()).collect())
}

fn source(file: &Path) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(file)?;
    let shown = file.display();
    let mut complaints = Vec::new();
    if !text.starts_with("//!") && !text.starts_with("#!") {
        complaints.push(format!("{shown}: must open with //! and say what it is for"));
    }
    let is_test =
        file.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "conformance");
    let most = if is_test { TEST_LINES_MAX } else { LINES_MAX };
    let lines = text.lines().count();
    if lines > most {
        complaints.push(format!("{shown}: {lines} lines, more than {most}: split it by idea"));
    }
    if file.file_name().is_some_and(|name| EMPTY_NAMES.iter().any(|empty| name == *empty)) {
        complaints.push(format!("{shown}: has not found its noun"));
    }
    if file.ends_with("mod.rs") {
        complaints.push(format!("{shown}: write name.rs beside name/, so that editors can tell them apart"));
    }
    Ok(complaints)
}

/// Paths and hosts of the machine that something was written on.
fn machine_paths(file: &Path) -> Vec<String> {
    const MARKS: [&str; 4] =
        [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("regis", "try+https")];
    let is_text = file.extension().is_some_and(|end| {
        ["rs", "md", "toml", "sh", "json", "yml", "sql", "py", "js"].iter().any(|known| end == *known)
    });
    if !is_text {
        return Vec::new();
    }
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let found = MARKS.iter().filter(|mark| text.contains(**mark));
    found.map(|mark| format!("{}: names {mark}, which is one machine's", file.display())).collect()
}

fn dependencies() -> Vec<String> {
    let allowed: BTreeMap<_, _> = MAY_USE.into_iter().collect();
    let mut complaints = Vec::new();
    for (name, may_use) in &allowed {
        let manifest = manifest(name);
        let Ok(text) = std::fs::read_to_string(&manifest) else { continue };
        let used = section(&text, "[dependencies]");
        let ours = used.iter().filter(|used| allowed.contains_key(used.as_str()));
        let foreign = ours.filter(|used| !may_use.contains(&used.as_str()));
        complaints.extend(foreign.map(|used| format!("{manifest}: {name} must not know {used}")));
        let banned: &[&str] = match *name {
            "domain" => &NOT_IN_DOMAIN,
            "app" => &NOT_IN_APP,
            _ => &[],
        };
        let unfit = used.iter().filter(|used| banned.contains(&used.as_str()));
        complaints.extend(unfit.map(|used| format!("{manifest}: {name} must do without {used}")));
    }
    complaints
}

fn manifest(name: &str) -> String {
    match name {
        "xtask" => "xtask/Cargo.toml".to_owned(),
        "bench" => "xtask/bench/Cargo.toml".to_owned(),
        "fuzz" => "fuzz/Cargo.toml".to_owned(),
        _ => format!("crates/{name}/Cargo.toml"),
    }
}

/// The names that a section of a manifest lists.
fn section(manifest: &str, heading: &str) -> Vec<String> {
    let lines = manifest.lines().skip_while(|line| line.trim() != heading).skip(1);
    let listed = lines.take_while(|line| !line.starts_with('['));
    listed
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_section_lists_its_names() {
        let manifest = "[package]\nname = \"x\"\n\n[dependencies]\napp.workspace = true\nserde = \"1\"\n\n[dev-dependencies]\ntestkit = \"1\"\n";
        assert_eq!(section(manifest, "[dependencies]"), ["app", "serde"]);
    }
}
