//! Copies on what outlives a command.
//!
//! A daemon that a command starts may keep our pipes as its output. We end with the command, so somebody else must
//! hold the pipe's other end, or the daemon would die of its next line. That is this process: it copies standard
//! input to standard output until either side closes, and says nothing to the server.

use std::fs::File;
use std::io::{self, PipeReader, Read as _};
use std::os::fd::AsFd as _;
use std::process::{Command, ExitCode, Stdio};

use clap::Args;

use super::streams::write_all;

const CHUNK_BYTES: usize = 64 * 1024;

/// Arguments of the hidden `punctual relay`: none.
#[derive(Args, Clone, Copy, Debug)]
pub struct RelayArgs {}

/// Leaves the copying to a process of its own. If there can be none, the pipe closes, and that is all we can do.
pub(super) fn hand_over(from: PipeReader, to: File) {
    let Ok(program) = std::env::current_exe() else { return };
    let mut command = Command::new(program);
    command.arg("relay").stdin(from).stdout(to).stderr(Stdio::null());
    let _ = command.spawn();
}

/// `punctual relay`: copies standard input to standard output until one of them closes.
pub(crate) fn relay(_: RelayArgs) -> ExitCode {
    super::unblock_signals();
    let Ok(to) = io::stdout().as_fd().try_clone_to_owned() else { return ExitCode::FAILURE };
    let mut to = File::from(to);
    let mut from = io::stdin().lock();
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut listening = true;
    loop {
        match from.read(&mut chunk) {
            Ok(0) => return ExitCode::SUCCESS,
            Ok(count) if listening => match write_all(&mut to, &chunk[..count]) {
                Err(why) if why.kind() == io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
                written => listening = written.is_ok(),
            },
            Ok(_) => {}
            Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return ExitCode::FAILURE,
        }
    }
}
