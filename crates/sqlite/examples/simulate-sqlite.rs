//! Simulates what seeds make up, on files: `cargo xtask simulate --store sqlite` calls this.

#[path = "../tests/it/soil.rs"]
mod soil;

use std::process::ExitCode;

fn main() -> ExitCode {
    testkit::sim::run(std::env::args().skip(1), &soil::soil)
}
