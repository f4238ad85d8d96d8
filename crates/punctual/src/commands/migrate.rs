//! `punctual migrate`: brings the store to this version's format; makes the tables of a store on tables. `serve` does so
//! for a file too; this does it alone.

use anyhow::Result;

use crate::cli::{StoreArgs, say};
use crate::stored;

/// Migrates the store that is configured.
pub(crate) fn run(args: &StoreArgs) -> Result<()> {
    stored::migrate(&args.load()?)?.iter().for_each(|line| say(line));
    Ok(())
}
