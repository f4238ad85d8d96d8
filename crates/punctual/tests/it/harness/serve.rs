//! The server as a process: started, awaited, killed, started again, and its words shown when a test fails.

use std::io::{BufRead as _, BufReader, Read};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use super::home::Home;
use super::http::{Reply, curl};
use super::{PATIENCE, eventually, note};

/// The key that a server has, unless a test says otherwise.
pub(crate) const KEY: &str = "a-key-with-full-access-for-tests";

/// How to start a server.
#[derive(Clone, Debug)]
pub(crate) struct Serve<'a> {
    home: &'a Home,
    data: PathBuf,
    listen: String,
    env: Vec<(String, String)>,
    args: Vec<String>,
    under: Vec<String>,
}

impl<'a> Serve<'a> {
    /// On the home's data directory, at a free port, with [`KEY`] and without a quiet time after the start.
    pub(crate) fn new(home: &'a Home) -> Self {
        let serve = Self {
            home,
            data: home.data(),
            listen: "127.0.0.1:0".to_owned(),
            env: Vec::new(),
            args: Vec::new(),
            under: Vec::new(),
        };
        serve.env("API_KEYS", KEY).env("PUNCTUAL_STARTUP_QUIET", "0s")
    }

    /// With this variable.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without this variable.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.env.retain(|(known, _)| known != name);
        self
    }

    /// With these arguments.
    pub(crate) fn args(mut self, args: &[&str]) -> Self {
        self.args.extend(args.iter().map(|&arg| arg.to_owned()));
        self
    }

    /// Started by another program, which becomes it: one that sets limits, takes rights away or looks on.
    pub(crate) fn under(mut self, program: &[&str]) -> Self {
        self.under = program.iter().map(|&part| part.to_owned()).collect();
        self
    }

    /// On another data directory.
    pub(crate) fn data(mut self, data: PathBuf) -> Self {
        self.data = data;
        self
    }

    /// At this address; nothing leaves it to other settings.
    pub(crate) fn listen(mut self, address: &str) -> Self {
        address.clone_into(&mut self.listen);
        self
    }

    /// At a port that stays its own when it is started again: one that no other process is given by chance.
    pub(crate) fn at_one_port(self) -> Self {
        let port = free_port();
        self.listen(&format!("127.0.0.1:{port}"))
    }

    /// The port that it is told to listen at.
    pub(crate) fn port(&self) -> &str {
        self.listen.rsplit(':').next().unwrap_or_default()
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = match self.under.split_first() {
            None => self.home.punctual(&[]),
            Some((program, arguments)) => {
                let mut command = self.home.program(program);
                command.args(arguments).arg(env!("CARGO_BIN_EXE_punctual"));
                command
            }
        };
        command.args(["serve", "--data-dir"]).arg(&self.data);
        if !self.listen.is_empty() {
            command.args(["--listen", &self.listen]);
        }
        command.args(&self.args).envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Starts it and waits until it is ready.
    #[track_caller]
    pub(crate) fn start(&self) -> Server {
        let mut child = self.command().spawn().expect("the program");
        let pid = child.id();
        let logs = Arc::new(Mutex::new(Vec::new()));
        let words = read_lines(child.stderr.take().expect("its errors"), Arc::clone(&logs));
        let lines = read_lines(child.stdout.take().expect("its output"), Arc::default());
        let mut server = Server { address: String::new(), said: Vec::new(), child, pid, logs, words };
        server.address = loop {
            let line = lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|why| panic!("it did not say where it listens: {why}"));
            server.said.push(line.clone());
            if line.starts_with("punctual works without the role api") {
                return server;
            }
            if let Some(rest) = line.strip_prefix("punctual listens on ") {
                break rest.split(' ').next().unwrap_or_default().to_owned();
            }
        };
        let ready = format!("{}/readyz", server.address);
        eventually("the server is ready", || {
            curl(&["--insecure", &ready], None).filter(|reply| reply.status == 200)
        });
        server
    }

    /// Starts it where it must refuse, and waits for its end.
    #[track_caller]
    pub(crate) fn refused(&self) -> Output {
        let output = self.command().output().expect("the program");
        assert!(!output.status.success(), "{output:?}");
        output
    }
}

/// A server that runs. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: String,
    /// What it said on standard output until it was ready, line by line.
    pub(crate) said: Vec<String>,
    child: Child,
    pid: u32,
    logs: Arc<Mutex<Vec<String>>>,
    words: Receiver<String>,
}

impl Server {
    /// The address of a call of the first version.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.address)
    }

    /// Calls with [`KEY`]; a body makes it JSON.
    #[track_caller]
    pub(crate) fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        self.call_as(KEY, method, path, body)
    }

    /// Calls with that key.
    #[track_caller]
    pub(crate) fn call_as(&self, key: &str, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let (url, key) = (self.url(path), format!("x-api-key: {key}"));
        let text = body.map(Value::to_string);
        let mut arguments = vec!["--globoff", "--insecure", "--request", method, "--header", &key];
        if body.is_some() {
            arguments.extend(["--header", "content-type: application/json"]);
        }
        arguments.push(&url);
        let reply = curl(&arguments, text.as_deref().map(str::as_bytes));
        reply.unwrap_or_else(|| panic!("no answer to {method} {path}"))
    }

    /// What a GET answers.
    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Value {
        self.call("GET", path, None).expect(200).json()
    }

    /// Its figures.
    #[track_caller]
    pub(crate) fn metrics(&self) -> String {
        let (url, key) = (format!("{}/metrics", self.address), format!("x-api-key: {KEY}"));
        let reply = curl(&["--insecure", "--header", &key, &url], None);
        reply.expect("figures").expect(200).body
    }

    /// A client subcommand, pointed at this server.
    pub(crate) fn client(&self, home: &Home, arguments: &[&str]) -> Command {
        let mut command = home.punctual(arguments);
        command.env("PUNCTUAL_URL", &self.address).env("PUNCTUAL_API_KEY", KEY);
        command
    }

    /// What a client subcommand prints, when it ends well.
    #[track_caller]
    pub(crate) fn says(&self, home: &Home, arguments: &[&str]) -> String {
        let output = self.client(home, arguments).output().expect("the program");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        super::text(&output.stdout)
    }

    /// A file as the server sees it, which may have disks of its own.
    pub(crate) fn seen_by_it(&self, path: &Path) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{}", self.pid, path.display()))
    }

    /// Changes a limit that the system sets to it, as `prlimit` writes it.
    #[track_caller]
    pub(crate) fn limit(&self, limit: &str) {
        let pid = self.pid.to_string();
        let output = Command::new("prlimit").args(["--pid", &pid, limit]).output().expect("prlimit");
        assert!(output.status.success(), "{limit}: {output:?}");
    }

    /// A figure of `/proc/PID/status` in KiB: `VmRSS`, or `VmHWM` for the most it ever was.
    pub(crate) fn memory_kib(&self, figure: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).expect("a live process");
        let line = status.lines().find(|line| line.starts_with(figure)).expect("the figure");
        line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
    }

    /// Everything it has logged.
    pub(crate) fn logs(&self) -> Vec<String> {
        self.logs.lock().expect("logs").clone()
    }

    /// Waits for the next line it logs that contains this.
    #[track_caller]
    pub(crate) fn wait_for_log(&self, part: &str) -> String {
        loop {
            let line = self.words.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|why| panic!("it never logged '{part}': {why}"));
            if line.contains(part) {
                return line;
            }
        }
    }

    /// Waits until so many messages were tried in vain and wait for another attempt. A message that is on its way
    /// while the server is killed stays claimed by the dead for a while; these are not.
    #[track_caller]
    pub(crate) fn wait_until_undelivered(&self, count: usize) {
        eventually("messages wait for another attempt", || {
            let deliveries = self.get("/deliveries");
            let waiting =
                |delivery: &&Value| delivery["state"] == "pending" && delivery["last_answer"].is_string();
            let waits = deliveries.as_array().expect("a list").iter().filter(waiting).count();
            (waits >= count).then_some(())
        });
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(i32::try_from(self.pid).expect("a pid")), signal).expect("to be sent");
    }

    /// Power off, as far as a process can tell.
    pub(crate) fn kill_9(mut self) {
        self.signal(Signal::SIGKILL);
        self.child.wait().expect("its end");
    }

    /// Asks it politely, and waits for its end.
    pub(crate) fn terminate(mut self) -> ExitStatus {
        self.signal(Signal::SIGTERM);
        self.child.wait().expect("its end")
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("its end")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            let logs = self.logs.lock().map(|lines| lines.join("\n")).unwrap_or_default();
            note(&format!("the server at {} said:\n{logs}", self.address));
        }
    }
}

/// Lines as they come, kept and handed on.
fn read_lines(stream: impl Read + Send + 'static, kept: Arc<Mutex<Vec<String>>>) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            kept.lock().expect("lines").push(line.clone());
            let _ = sender.send(line);
        }
    });
    receiver
}

/// A port that is free, below those that the system hands out by itself: nobody takes it while a server is away.
pub(crate) fn free_port() -> u16 {
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    let start = std::process::id() * 7 + TAKEN.fetch_add(1, Relaxed);
    let candidates = (0..2000).map(|step| 12_000 + u16::try_from((start + step) % 18_000).expect("a port"));
    let free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    candidates.into_iter().find(free).expect("a free port")
}
