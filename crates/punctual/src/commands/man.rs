//! `punctual man`: one page for all commands.

use anyhow::Result;
use clap::CommandFactory;

use crate::cli::Cli;

/// Prints the page, and a section for each command after it.
pub(crate) fn run() -> Result<()> {
    let mut page = Vec::new();
    let command = Cli::command();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for part in command.get_subcommands().filter(|part| !part.is_hide_set()) {
        let part = part.clone().display_name(format!("punctual {}", part.get_name()));
        let man = clap_mangen::Man::new(part);
        man.render_name_section(&mut page)?;
        man.render_synopsis_section(&mut page)?;
        man.render_options_section(&mut page)?;
    }
    crate::cli::say(String::from_utf8_lossy(&page).trim_end());
    Ok(())
}
