//! A compiler for our own crates that counts which ways a program took: what a fuzzer needs to find the next one.
//!
//! Cargo calls this program in place of `rustc`, for the crates of the workspace only. So dependencies are compiled
//! once, the same for tests and for fuzzing, and the stable toolchain does for both.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

/// Counters in each block for `libFuzzer`; fast enough to be worth it, with every check that a release leaves out.
const FLAGS: [&str; 8] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Copt-level=2",
    "-Ccodegen-units=1",
    "-Cdebug-assertions=on",
    "-Coverflow-checks=on",
];

/// The compiler, if it is as one that we are called: cargo puts its path in front of its arguments.
pub(crate) fn called_as_compiler() -> Option<OsString> {
    let compiler = std::env::args_os().nth(1)?;
    let is_compiler = Path::new(&compiler).file_stem().is_some_and(|name| name == "rustc");
    is_compiler.then_some(compiler)
}

/// Compiles as told, and counting.
pub(crate) fn compile(compiler: &OsString) -> ExitCode {
    let status = Command::new(compiler).args(std::env::args_os().skip(2)).args(FLAGS).status();
    if status.is_ok_and(|status| status.success()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
