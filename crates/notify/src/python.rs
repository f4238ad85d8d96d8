//! For tests: programs in Python that read what we write with other people's libraries. `cargo xtask mail` installs what
//! they need and runs these tests, which are ignored otherwise.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

/// A program of `tests/mail`, running. Dropped, it is ended.
pub(crate) struct Program {
    child: Child,
    /// Its lines; read all the time, for it must not wait for us while we wait for it.
    said: Receiver<String>,
}

impl Program {
    #[expect(clippy::disallowed_methods, reason = "a test asks which Python it shall use")]
    pub(crate) fn start(name: &str, args: &[&str]) -> Self {
        let python = std::env::var("PUNCTUAL_TEST_PYTHON").expect("run this by `cargo xtask mail`");
        let script: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests/mail", name].iter().collect();
        let mut command = Command::new(python);
        command.arg(script).args(args).env("PYTHONDONTWRITEBYTECODE", "1");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let (lines, said) = channel();
        std::thread::spawn(move || {
            output.lines().map_while(Result::ok).try_for_each(|line| lines.send(line))
        });
        Self { child, said }
    }

    /// Writes a line.
    pub(crate) fn say(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().expect("its input"), "{line}").expect("it reads");
    }

    /// Reads a line.
    pub(crate) fn hear(&self) -> String {
        self.said.recv().expect("a line")
    }

    /// Ends its input, and reads its last line.
    pub(crate) fn finish(&mut self) -> String {
        drop(self.child.stdin.take());
        let last = self.hear();
        assert!(self.child.wait().expect("an end").success());
        last
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
