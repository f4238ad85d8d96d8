//! `punctual man`: one page for all commands.
//!
//! What a command's help says beyond its flags, such as examples, is set as it stands there, under its own headings.

use anyhow::Result;
use clap::CommandFactory;
use clap_mangen::roff::{Roff, roman};

use crate::cli::Cli;

/// Prints the page, and a section for each command after it.
pub(crate) fn run() -> Result<()> {
    let mut page = Vec::new();
    let command = Cli::command();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for part in command.get_subcommands().filter(|part| !part.is_hide_set()) {
        let part = part.clone().display_name(format!("punctual {}", part.get_name()));
        let man = clap_mangen::Man::new(part.clone());
        man.render_name_section(&mut page)?;
        man.render_synopsis_section(&mut page)?;
        man.render_options_section(&mut page)?;
        further(&part.get_after_long_help().map(ToString::to_string).unwrap_or_default())
            .to_writer(&mut page)?;
    }
    crate::cli::say(String::from_utf8_lossy(&page).trim_end());
    Ok(())
}

/// Text as it stands, but for its headings: lines of one or two words that end with a colon.
fn further(text: &str) -> Roff {
    let mut page = Roff::new();
    let begins_below_a_heading = text.lines().next().is_none_or(|line| heading(line).is_some());
    if !begins_below_a_heading {
        page.control("SH", ["NOTES"]).control("nf", []);
    }
    for line in text.lines() {
        match heading(line) {
            // A heading ends what stands as it is.
            Some(heading) => page.control("SH", [heading.to_uppercase().as_str()]).control("nf", []),
            None => page.text([roman(line)]),
        };
    }
    if !text.is_empty() {
        page.control("fi", []);
    }
    page
}

fn heading(line: &str) -> Option<&str> {
    let heading = line.strip_suffix(':').filter(|heading| !heading.starts_with(' '))?;
    (heading.split_whitespace().count() <= 2).then_some(heading)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_short_line_at_the_margin_is_a_heading() {
        assert_eq!(heading("Exit status:"), Some("Exit status"));
        for line in ["  Indented:", "A sentence of many words:", "No colon", ""] {
            assert_eq!(heading(line), None, "{line}");
        }
    }

    #[test]
    fn examples_are_set_as_they_stand() {
        let page = further("Said first.\n\nExamples:\n  a -- 'b'\n").to_roff();
        let [notes, examples, example] =
            [".SH NOTES", ".SH EXAMPLES", "  a \\-\\- "].map(|part| page.find(part));
        assert!(notes.is_some() && notes < examples && examples < example, "{page}");
    }
}
