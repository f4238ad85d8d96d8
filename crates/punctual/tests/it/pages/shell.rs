//! A shell that runs the blocks of a page, one after the other.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::shape;
use crate::harness::Home;

/// Ends what a block printed.
const END: &str = "=== the block has ended with ";

/// A shell that runs blocks, and everything started in it. Dropped, all of it is killed.
#[derive(Debug)]
pub(crate) struct Shell {
    bash: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Shell {
    /// Of a command that is a shell.
    pub(crate) fn start(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stderr(Stdio::inherit()).process_group(0);
        let mut bash = command.spawn().expect("bash");
        let input = bash.stdin.take().expect("its input");
        let output = BufReader::new(bash.stdout.take().expect("its output"));
        Self { bash, input, output }
    }

    /// Runs a block; answers what it printed.
    pub(crate) fn run(&mut self, home: &Home, block: &str) -> Vec<String> {
        let script = home.write("block.sh", block);
        writeln!(self.input, ". {} < /dev/null 2>&1; echo \"{END}$?\"", script.display()).expect("bash");
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            self.output.read_line(&mut line).expect("its output");
            assert!(!line.is_empty(), "the shell has ended: {lines:#?}");
            if let Some(code) = line.trim_end().strip_prefix(END) {
                assert_eq!(code, "0", "{block}\n{lines:#?}");
                return lines;
            }
            lines.push(line.trim_end().to_owned());
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = killpg(Pid::from_raw(i32::try_from(self.bash.id()).expect("a pid")), Signal::SIGKILL);
        let _ = self.bash.wait();
    }
}

/// A line of a page is among what was printed, figures apart.
#[track_caller]
pub(crate) fn is_among(line: &str, printed: &[String]) {
    assert!(printed.iter().any(|said| shape(said) == shape(line)), "'{line}' is not among {printed:#?}");
}
