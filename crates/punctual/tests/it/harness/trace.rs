//! What a server asks of the kernel, in order, as `strace` sees it: whether each answer left after the sync of what it
//! acknowledges.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Home, Serve, eventually, text};

/// The calls that matter, and enough of what they carry to know a request and an answer.
const CALLS: &str =
    "read,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,pwritev,pwritev2,fsync,fdatasync";
const SHOWN: &str = "48";

/// A trace that is being written.
#[derive(Debug)]
pub(crate) struct Trace(PathBuf);

impl Trace {
    /// Says so at once where nothing can be traced.
    pub(crate) fn new(home: &Home) -> Self {
        let tried = home.program("strace").args(["-D", "-f", "-o", "/dev/null", "true"]).output();
        let tried = tried.expect("strace: install it (Debian's package strace)");
        assert!(tried.status.success(), "strace may not trace here: {}", text(&tried.stderr));
        Self(home.path("trace"))
    }

    /// A server that is traced.
    pub(crate) fn of<'a>(&self, serve: &Serve<'a>) -> Serve<'a> {
        let (file, calls) = (self.0.to_str().expect("a path"), format!("trace={CALLS}"));
        // The tracer stands beside it: who signals the server signals the server.
        serve.clone().under(&["strace", "-D", "-f", "-yy", "-s", SHOWN, "-e", &calls, "-o", file])
    }

    /// All of it, once the server has ended.
    pub(crate) fn read(&self) -> String {
        eventually("the trace ends", || {
            let trace = String::from_utf8_lossy(&std::fs::read(&self.0).ok()?).into_owned();
            trace.lines().next_back()?.ends_with("+++ exited with 0 +++").then_some(trace)
        })
    }
}

/// What a trace came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Answers {
    /// Good answers to requests that change something, after their sync.
    pub(crate) synced: usize,
    /// The same before it, as the trace shows them.
    pub(crate) too_early: Vec<String>,
    /// How many syncs there were.
    pub(crate) syncs: usize,
}

impl Answers {
    /// Goes through a trace.
    pub(crate) fn of(trace: &str) -> Self {
        let mut watch = Watch::default();
        let mut unfinished: BTreeMap<&str, &str> = BTreeMap::new();
        for line in trace.lines() {
            let Some((thread, call)) = line.split_once(' ') else { continue };
            let call = call.trim_start();
            if let Some(begun) = call.strip_suffix("<unfinished ...>") {
                watch.began(thread, begun);
                unfinished.insert(thread, begun);
            } else if let Some(rest) = call.strip_prefix("<... ") {
                let begun = unfinished.remove(thread).unwrap_or_default();
                watch.returned(thread, &format!("{begun}{rest}"));
            } else {
                watch.began(thread, call);
                watch.returned(thread, call);
            }
        }
        watch.answers
    }
}

/// Where a trace has come to. Writes to the log are numbered.
#[derive(Debug, Default)]
struct Watch {
    written: usize,
    synced: usize,
    /// The last write that a thread's sync covers.
    covered: BTreeMap<String, usize>,
    /// The last write before the request of a socket came in.
    asked: BTreeMap<String, usize>,
    answers: Answers,
}

impl Watch {
    fn began(&mut self, thread: &str, call: &str) {
        if is_sync(call) {
            self.covered.insert(thread.to_owned(), self.written);
        }
        let (Some(socket), true) = (socket(call), call.contains("\"HTTP/1.1 20")) else { return };
        let Some(asked) = self.asked.remove(socket) else { return };
        if self.synced > asked {
            self.answers.synced += 1;
        } else {
            self.answers.too_early.push(call.to_owned());
        }
    }

    fn returned(&mut self, thread: &str, call: &str) {
        if is_sync(call) && call.ends_with(" = 0") {
            self.synced = self.synced.max(self.covered.remove(thread).unwrap_or_default());
            self.answers.syncs += 1;
        } else if call.starts_with("pwrite") && call.contains("punctual.db-wal>") {
            self.written += 1;
        } else if let (Some(socket), true) = (socket(call), is_request(call)) {
            self.asked.insert(socket.to_owned(), self.written);
        }
    }
}

fn is_sync(call: &str) -> bool {
    (call.starts_with("fsync(") || call.starts_with("fdatasync(")) && call.contains("punctual.db-wal>")
}

/// A request that changes something begins here.
fn is_request(call: &str) -> bool {
    let reads = call.starts_with("recv") || call.starts_with("read(");
    reads && ["\"POST ", "\"PUT ", "\"PATCH ", "\"DELETE "].iter().any(|method| call.contains(method))
}

/// The connection that a call is about.
fn socket(call: &str) -> Option<&str> {
    let (_, named) = call.split_once("<TCP:[")?;
    named.split_once(']').map(|(socket, _)| socket)
}
