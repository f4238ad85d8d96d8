//! The simulator and its teeth. `cargo xtask simulate --seed 7 --days 3 --schedulers 200 --store sqlite --for 60` runs it;
//! `cargo xtask simulate --teeth` breaks rules one by one and expects it to notice each.

mod teeth;

use anyhow::{Result, bail};

/// Runs what the arguments ask for.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    if arguments.iter().any(|argument| argument == "--teeth") {
        let only: Vec<&str> = arguments.iter().map(String::as_str).filter(|it| *it != "--teeth").collect();
        return teeth::run(&only);
    }
    let (store, others) = split_store(arguments)?;
    let example = format!("simulate-{store}");
    let mut all = vec!["run", "--quiet", "--locked", "--profile", "ci", "--package", crate_of(store)];
    all.extend(["--example", &example, "--"]);
    all.extend(others);
    let status = std::process::Command::new("cargo").args(all).status()?;
    if status.success() { Ok(()) } else { bail!("the simulation failed, see above") }
}

fn crate_of(store: &str) -> &str {
    if store == "memory" { "testkit" } else { store }
}

/// The store that is meant, and the arguments that are the simulator's own.
fn split_store(arguments: &[String]) -> Result<(&'static str, Vec<&str>)> {
    let mut others: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let Some(place) = others.iter().position(|argument| *argument == "--store") else {
        return Ok(("memory", others));
    };
    let store = match others.get(place + 1) {
        Some(&"memory") => "memory",
        Some(&"sqlite") => "sqlite",
        _ => bail!("--store is memory or sqlite"),
    };
    others.drain(place..place + 2);
    Ok((store, others))
}
