//! Running the program, in a home of its own.

use std::fs;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

pub(crate) struct Home(tempfile::TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The program, with nothing of our environment but the search path.
    pub(crate) fn punctual(&self, server: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_client-under-test"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("PUNCTUAL_SPOOL_DIR", self.path("spool")).env("PUNCTUAL_URL", server);
        command.env("PUNCTUAL_API_KEY", "key-of-the-test").args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, server: &str, arguments: &[&str]) -> Output {
        self.punctual(server, arguments).output().expect("the program")
    }

    /// `exec` of a shell script, without a flusher that would outlive the test.
    pub(crate) fn exec(&self, server: &str, script: &str) -> Command {
        self.punctual(server, &["exec", "nightly/backup", "--no-background-flush", "--", "sh", "-c", script])
    }

    /// The same with further flags.
    pub(crate) fn exec_with(&self, server: &str, flags: &[&str], script: &str) -> Command {
        let command = ["--", "sh", "-c", script];
        let arguments = [&["exec", "nightly/backup", "--no-background-flush"], flags, &command].concat();
        self.punctual(server, &arguments)
    }

    /// The same command, with the same environment, started by another program.
    pub(crate) fn as_if_by(program: &str, arguments: &[&str], command: &Command) -> Command {
        let mut starter = Command::new(program);
        starter.args(arguments).arg(command.get_program()).args(command.get_args()).env_clear();
        for (name, value) in command.get_envs() {
            starter.env(name, value.unwrap_or_default());
        }
        starter
    }

    /// The spooled reports, in the order of their names.
    pub(crate) fn spooled(&self) -> Vec<Value> {
        let mut paths = self.files("spool");
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        let read = |path: &PathBuf| serde_json::from_slice(&fs::read(path).expect("a report")).expect("JSON");
        paths.iter().map(read).collect()
    }

    pub(crate) fn files(&self, directory: &str) -> Vec<PathBuf> {
        let Ok(found) = fs::read_dir(self.path(directory)) else { return Vec::new() };
        let mut paths: Vec<PathBuf> = found.map(|found| found.expect("a file").path()).collect();
        paths.sort();
        paths
    }
}

/// A command that goes on until it is told to end, by the end of its input.
pub(crate) struct Waiting(pub Child);

impl Waiting {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::piped()).spawn().expect("the program"))
    }

    pub(crate) fn end(mut self) -> Output {
        drop(self.0.stdin.take());
        self.0.wait_with_output().expect("an end")
    }
}

/// Waits for the first line that a program prints, or says on standard error.
pub(crate) fn first_line(stream: impl Read) -> String {
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).expect("a line");
    line.trim_end().to_owned()
}

pub(crate) fn feed(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command.stdin(Stdio::piped()).spawn().expect("the program");
    let mut stdin = child.stdin.take().expect("its input");
    let input = input.to_owned();
    let feeder = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().expect("its output");
    feeder.join().expect("the feeder").expect("all to be read");
    output
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
