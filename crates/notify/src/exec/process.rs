//! One run of a command: in a process group of its own, fed and listened to within bounds, and ended with all that it
//! started when its time is over.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStderr, ChildStdin, Command};
use tokio::time::timeout;

use crate::text::one_line;

/// What of the server's own environment a command gets.
const INHERITED: [&str; 3] = ["PATH", "HOME", "LANG"];
/// Most bytes of what it says on standard error that are kept; the rest is read and forgotten.
const SAID_BYTES_MAX: usize = 4096;
/// Most characters of the line that is shown.
const SAID_CHARS: usize = 200;
/// How long a process that the command left behind may hold standard error open after it.
const AFTERWARDS: Duration = Duration::from_millis(100);
/// How long to wait for a killed process to be gone.
const BURIAL: Duration = Duration::from_secs(1);

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Its exit code; `None` where a signal ended it.
    pub(super) code: Option<i32>,
    /// The first line that it said on standard error.
    pub(super) said: String,
}

/// Why it did not end by itself.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It could not be started.
    Start(io::Error),
    /// It took too long, and was ended.
    Slow,
}

/// The command, not started yet.
pub(super) fn command(program: &Path, args: &[String], facts: Vec<(&'static str, String)>) -> Command {
    let mut command = Command::new(program);
    command.args(args).env_clear().envs(facts).current_dir("/");
    // Handed on as they are, not read: nothing is configured by them.
    command.envs(INHERITED.into_iter().filter_map(|name| std::env::var_os(name).map(|value| (name, value))));
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    command.process_group(0).kill_on_drop(true);
    command
}

/// Runs it to its end, or until its time is over.
pub(super) async fn run(command: &mut Command, input: &[u8], limit: Duration) -> Result<Outcome, Trouble> {
    let mut child = command.spawn().map_err(Trouble::Start)?;
    let mut group = Group::of(&child);
    match timeout(limit, attend(&mut child, input)).await {
        Ok(Ok(outcome)) => {
            group.release();
            Ok(outcome)
        }
        Ok(Err(error)) => Err(Trouble::Start(error)),
        Err(_) => {
            drop(group);
            let _ = timeout(BURIAL, child.wait()).await;
            Err(Trouble::Slow)
        }
    }
}

async fn attend(child: &mut Child, input: &[u8]) -> io::Result<Outcome> {
    let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
    let mut said = Vec::new();
    let status = {
        let talk = async { tokio::join!(feed(stdin, input), listen(stderr, &mut said)) };
        tokio::pin!(talk);
        let early = tokio::select! {
            status = child.wait() => Some(status?),
            _ = &mut talk => None,
        };
        match early {
            // What it left in the pipe is there already.
            Some(status) => {
                let _ = timeout(AFTERWARDS, talk).await;
                status
            }
            None => child.wait().await?,
        }
    };
    let said = String::from_utf8_lossy(&said);
    let line = said.lines().map(one_line).find(|line| !line.is_empty()).unwrap_or_default();
    Ok(Outcome { code: status.code(), said: domain::time::shorten(&line, SAID_CHARS) })
}

/// A command need not read what it is given.
async fn feed(stdin: Option<ChildStdin>, input: &[u8]) {
    if let Some(mut stdin) = stdin {
        let _ = stdin.write_all(input).await;
        let _ = stdin.shutdown().await;
    }
}

/// Keeps the beginning and reads on, so that the command never waits for us.
async fn listen(stderr: Option<ChildStderr>, said: &mut Vec<u8>) {
    let Some(mut stderr) = stderr else { return };
    let mut chunk = [0; 1024];
    while let Ok(read @ 1..) = stderr.read(&mut chunk).await {
        let room = SAID_BYTES_MAX - said.len();
        said.extend_from_slice(&chunk[..read.min(room)]);
    }
}

/// A process group that is killed when it goes out of scope: after its time, or when whoever waits is dropped. Released
/// once its leader has been waited for: from then on the number may be somebody else's.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw))
    }

    fn release(&mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            let _ = killpg(group, Signal::SIGKILL);
        }
    }
}
