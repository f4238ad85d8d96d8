//! `punctual migrate`: brings the store to this version's format. `serve` does so too; this does it alone.

use anyhow::Result;

use crate::cli::{StoreArgs, say};
use crate::wiring::make_data_dir;

/// Opens the store, which migrates it.
pub(crate) fn run(args: &StoreArgs) -> Result<()> {
    let config = args.load()?;
    make_data_dir(&config)?;
    sqlite::Store::migrate_only(config.database())?;
    say(&format!("{} has this version's format", config.database().display()));
    Ok(())
}
