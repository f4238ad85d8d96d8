//! A job under `punctual exec`, alive until its test lets it end.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, ExitStatus, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::home::Home;
use super::serve::Server;

/// The job: says its own process id, then lives until its input ends, and ends well.
const SCRIPT: &str = "echo $$; exec cat";

/// A job that runs. Its input ends with it.
#[derive(Debug)]
pub(crate) struct Watched {
    exec: Child,
    job: Pid,
    _output: BufReader<ChildStdout>,
}

impl Watched {
    /// Starts `punctual exec [options] <scheduler> -- job`, and waits until the job runs.
    pub(crate) fn start(server: &Server, home: &Home, scheduler: &str, options: &[&str]) -> Self {
        let mut command = server.client(home, &["exec"]);
        command.args(options).args([scheduler, "--", "sh", "-c", SCRIPT]).stdin(Stdio::piped());
        let mut exec = command.spawn().expect("the program");
        let mut output = BufReader::new(exec.stdout.take().expect("its output"));
        let mut line = String::new();
        output.read_line(&mut line).expect("its first line");
        let job = Pid::from_raw(line.trim().parse().expect("a process id"));
        Self { exec, job, _output: output }
    }

    /// Kills the job, and waits for `exec`.
    pub(crate) fn kill_job(mut self) -> ExitStatus {
        kill(self.job, Signal::SIGKILL).expect("to be sent");
        self.exec.wait().expect("its end")
    }

    /// Kills `exec` itself: nobody will tell how the job ends.
    pub(crate) fn kill_exec(mut self) {
        self.exec.kill().expect("to be sent");
        self.exec.wait().expect("its end");
    }

    /// Lets the job end well, and waits for `exec`.
    pub(crate) fn end(mut self) -> ExitStatus {
        drop(self.exec.stdin.take());
        self.exec.wait().expect("its end")
    }
}
