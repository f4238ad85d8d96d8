//! `docs/quickstart.md`, run as it is written. Its blocks in `bash` are run in one shell, one after the other; each line
//! of a block in `text` must be among what the block before it printed, and a block in `slack` must come in Slack, all
//! but for words that hold a figure. What the test adds is where things are: a free port, and the server in Slack's
//! shape.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::harness::{FakeSlack, Home, free_port};
use crate::pages::{blocks, shape};

/// Ends what a block printed.
const END: &str = "=== the block has ended with ";

/// A shell that runs blocks, and everything started in it. Dropped, all of it is killed.
struct Shell {
    bash: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Shell {
    fn start(home: &Home, slack: &FakeSlack, port: u16) -> Self {
        let mut command = home.program("bash");
        command.env("PUNCTUAL_LISTEN", format!("127.0.0.1:{port}"));
        command.env("PUNCTUAL_URL", format!("http://127.0.0.1:{port}"));
        command.env("PUNCTUAL_SLACK_API_URL", slack.address());
        command.env("PUNCTUAL_ALLOW_PRIVATE_TARGETS", "true");
        command.stdin(Stdio::piped()).stderr(Stdio::inherit()).process_group(0);
        let mut bash = command.spawn().expect("bash");
        let input = bash.stdin.take().expect("its input");
        let output = BufReader::new(bash.stdout.take().expect("its output"));
        Self { bash, input, output }
    }

    /// Runs a block; answers what it printed.
    fn run(&mut self, home: &Home, block: &str) -> Vec<String> {
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

#[test]
fn the_quickstart_does_what_it_says() {
    let (home, slack, port) = (Home::new(), FakeSlack::start(), free_port());
    let mut shell = Shell::start(&home, &slack, port);
    let mut printed = Vec::new();
    let mut heard = 0;
    for block in blocks("quickstart.md") {
        let content = block.content.replace("127.0.0.1:3000", &format!("127.0.0.1:{port}"));
        match block.language.as_str() {
            "bash" => printed = shell.run(&home, &content),
            "text" => content.lines().for_each(|line| is_among(line, &printed)),
            "slack" => {
                heard += 1;
                let message = &slack.wait_for(heard)[heard - 1];
                assert_eq!(shape(&message.text), shape(&content));
            }
            "crontab" => {}
            other => panic!("nobody knows what to do with {other}"),
        }
    }
    assert_eq!(slack.messages().len(), heard, "{:#?}", slack.messages());
    assert!(heard >= 3, "the page shows no alert");
}

#[track_caller]
fn is_among(line: &str, printed: &[String]) {
    assert!(printed.iter().any(|said| shape(said) == shape(line)), "'{line}' is not among {printed:#?}");
}
