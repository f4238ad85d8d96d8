//! Simulates what seeds make up, on the memory store: `cargo xtask simulate` calls this.

use std::process::ExitCode;
use std::sync::Arc;

use testkit::sim::{MemoryGround, run};

fn main() -> ExitCode {
    run(std::env::args().skip(1), &|| Arc::new(MemoryGround::default()))
}
