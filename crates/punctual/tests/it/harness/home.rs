//! A directory of a test's own on a real disk, and the program run in it with nothing of our environment.

use std::ffi::OsStr;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Where a test lives.
#[derive(Debug)]
pub(crate) struct Home(tempfile::TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        let base = env!("CARGO_TARGET_TMPDIR");
        Self(tempfile::Builder::new().prefix("home-").tempdir_in(base).expect("a directory"))
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Where `serve` keeps its store, unless a test says otherwise.
    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).expect("to write a file");
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|why| panic!("{name}: {why}"))
    }

    /// The permissions of a file in here.
    pub(crate) fn mode(&self, name: &str) -> u32 {
        let found = std::fs::metadata(self.path(name)).unwrap_or_else(|why| panic!("{name}: {why}"));
        found.permissions().mode() & 0o777
    }

    /// Any program, in here, with a search path on which `punctual` is found and nothing else of our environment.
    pub(crate) fn program(&self, name: impl AsRef<OsStr>) -> Command {
        let ours = Path::new(env!("CARGO_BIN_EXE_punctual")).parent().expect("a directory");
        let path = format!("{}:{}", ours.display(), std::env::var_os("PATH").unwrap_or_default().display());
        let mut command = Command::new(name);
        command.env_clear().env("PATH", path).env("HOME", self.root()).current_dir(self.root());
        command.env("PUNCTUAL_SPOOL_DIR", self.path("spool"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Our program.
    pub(crate) fn punctual(&self, arguments: &[&str]) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_punctual"));
        command.args(arguments);
        command
    }

    /// Our program, to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.punctual(arguments).output().expect("the program")
    }

    /// What our program prints, when it ends well.
    #[track_caller]
    pub(crate) fn says(&self, arguments: &[&str]) -> String {
        said(&self.run(arguments), arguments)
    }

    /// Brings forward the end of what a process had claimed when it was killed: it lasts longer than a test should.
    pub(crate) fn forget_claims(&self) {
        let program = "import sqlite3, sys\n\
                       db = sqlite3.connect(sys.argv[1])\n\
                       db.execute('update deliveries set ready_at = 0 where finished_at is null')\n\
                       db.commit()\n";
        self.python(program, &[self.data().join("punctual.db").to_str().expect("a path")]);
    }

    /// A Python program, to its end.
    #[track_caller]
    pub(crate) fn python(&self, program: &str, arguments: &[&str]) -> String {
        let mut child =
            self.program("python3").arg("-").args(arguments).stdin(Stdio::piped()).spawn().expect("python3");
        child.stdin.take().expect("its input").write_all(program.as_bytes()).expect("to be read");
        said(&child.wait_with_output().expect("its output"), &["python3"])
    }
}

#[track_caller]
fn said(output: &Output, what: &[&str]) -> String {
    assert!(output.status.success(), "{what:?}: {output:?}");
    text(&output.stdout)
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
