//! `punctual config check`: what is in force, where it came from, secrets masked; exit 1 and the reason where it cannot
//! be. `punctual config explain`: what there is to set.

use anyhow::Result;
use clap::Subcommand;

use crate::cli::{StoreArgs, say};
use crate::config::{Config, SETTINGS, layers};

/// What to look at.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print every setting in force and where it came from, and say what is wrong
    Check(StoreArgs),
    /// Print every setting there is, its names, and what it is for
    Explain,
}

/// Prints the settings, then refuses what is wrong with them.
pub(crate) fn run(command: &ConfigCommand) -> Result<()> {
    match command {
        ConfigCommand::Check(args) => check(args),
        ConfigCommand::Explain => {
            explain();
            Ok(())
        }
    }
}

fn explain() {
    for setting in SETTINGS {
        say(&format!("{} ({})", setting.name, setting.env.join(", ")));
        say(&format!("    {}; {} where nothing is said", setting.help, setting.default));
    }
}

fn check(args: &StoreArgs) -> Result<()> {
    let layers = layers(args.config.as_deref(), &args.flags())?;
    for setting in SETTINGS {
        let source = layers.source(setting.name).map_or("default".to_owned(), ToString::to_string);
        say(&format!("{:<28} {:<32} {source}", setting.name, layers.shown(setting)));
    }
    for name in layers.channels.keys() {
        say(&format!("{:<28} {:<32} file", format!("channels.{name}"), "(a channel)"));
    }
    for name in layers.boards.keys() {
        say(&format!("{:<28} {:<32} file", format!("boards.{name}"), "(a board)"));
    }
    let config = Config::from_layers(&layers)?;
    crate::channels::Channels::from_config(&config, None)?;
    crate::watchdog::outsider(&config)?;
    weak_keys(&config);
    Ok(())
}

fn weak_keys(config: &Config) {
    for line in crate::wiring::weak_key_warnings(config) {
        crate::cli::tell(&line);
    }
}

#[cfg(test)]
mod tests {
    use crate::config::SETTINGS;

    #[test]
    fn the_documentation_lists_every_setting_with_its_names_and_its_meaning() {
        let page = include_str!("../../../../docs/configuration.md");
        for setting in SETTINGS {
            let names: Vec<_> = setting.env.iter().map(|name| format!("`{name}`")).collect();
            let row = format!(
                "| `{}` | {} | {} | {}",
                setting.name,
                names.join(", "),
                setting.default,
                setting.help
            );
            assert!(page.contains(&row), "docs/configuration.md lacks: {row}");
        }
    }
}
