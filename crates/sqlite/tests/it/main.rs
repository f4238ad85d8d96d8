//! What every store must do, and what only a store on a file must.

mod backups;
mod checks;
mod crashes;
mod files;
mod opening;
mod purging;
mod simulated;
mod soil;
mod writing;

use files::Home;
use testkit::conformance_suite;

async fn fresh() -> Home {
    Home::new()
}

conformance_suite!(sqlite_file, fresh);
