//! `punctual backup FILE`: a copy of the store while it is in use, verified by opening it.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use crate::cli::{StoreArgs, say};
use crate::stored::only_for_a_file;

/// Where to.
#[derive(Args, Debug)]
pub(crate) struct BackupArgs {
    /// The file to write; it must not exist
    file: PathBuf,
    #[command(flatten)]
    store: StoreArgs,
}

/// Copies and verifies.
pub(crate) fn run(args: &BackupArgs) -> Result<()> {
    let config = args.store.load()?;
    only_for_a_file(&config, "backup", "its tables are backed up by point-in-time recovery")?;
    let database = config.database();
    let report = sqlite::backup(&database, &args.file)
        .with_context(|| format!("cannot back {} up to {}", database.display(), args.file.display()))?;
    say(&format!(
        "{}: {} schedulers, {} events, {} bytes; opened and verified",
        args.file.display(),
        report.schedulers,
        report.events,
        report.bytes
    ));
    Ok(())
}
