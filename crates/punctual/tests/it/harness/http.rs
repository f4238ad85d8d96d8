//! Calls, made with the real `curl`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::home::text;

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|why| panic!("{why}: {self:?}"))
    }

    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.head.lines().filter_map(|line| line.split_once(':'));
        named.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// Itself, if its status is that one.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// Holds an error to the one shape that all errors have, and answers its message.
    #[track_caller]
    pub(crate) fn error_message(&self) -> String {
        let error = self.json();
        assert_eq!(error["statusCode"], self.status, "{self:?}");
        for field in ["timestamp", "path", "method", "error", "message", "requestId"] {
            assert!(error[field].is_string(), "{field} is missing: {self:?}");
        }
        error["message"].as_str().unwrap_or_default().to_owned()
    }
}

/// Runs `curl` with these arguments, the body on its standard input; `None` where it got no answer.
pub(crate) fn curl(arguments: &[&str], body: Option<&[u8]>) -> Option<Reply> {
    let mut command = Command::new("curl");
    command.args(["--silent", "--include", "--max-time", "50", "--noproxy", "*", "--http1.1"]);
    command.args(arguments);
    if body.is_some() {
        command.args(["--data-binary", "@-"]);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("curl");
    // A server that has heard enough closes early: that is for the answer to tell.
    let _ = child.stdin.take().expect("its input").write_all(body.unwrap_or_default());
    let output = child.wait_with_output().expect("its output");
    let (head, body) = split(&output.stdout)?;
    let status = head.split_whitespace().nth(1)?.parse().ok()?;
    Some(Reply { status, head, body: text(body) })
}

fn split(answer: &[u8]) -> Option<(String, &[u8])> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = text(&answer[..end]);
    if head.starts_with("HTTP/1.1 100") {
        return split(&answer[end + 4..]);
    }
    Some((head, &answer[end + 4..]))
}
