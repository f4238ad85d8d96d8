//! What several servers share: a data directory, or the tables of a stand-in for `DynamoDB` that runs beside them.

use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use super::{Home, Serve, eventually, free_port};

const HOW: &str = "install it: cargo install dynoxide-rs --version 3.2.0 --no-default-features --features native-sqlite,http-server,cli";
/// A key of an installation, for tests.
const SECRET_KEY: &str = "6f1d3c5b7a99887766554433221100ffeeddccbbaa0123456789abcdef012345";

/// What several servers share.
#[derive(Debug)]
pub(crate) enum Ground {
    /// The data directory of the home.
    File,
    /// Tables.
    Tables(Tables),
}

/// A stand-in with tables in it. It goes when this goes.
#[derive(Debug)]
pub(crate) struct Tables {
    process: Child,
    endpoint: String,
}

impl Tables {
    /// Made by `punctual migrate`.
    pub(crate) fn made(home: &Home) -> Self {
        let tables = Self::bare();
        let mut migrate = home.punctual(&["migrate"]);
        let done = migrate.envs(tables.env()).output().expect("the program");
        assert!(done.status.success(), "{done:?}");
        tables
    }

    /// A stand-in without tables.
    pub(crate) fn bare() -> Self {
        let port = free_port();
        let mut command = Command::new("dynoxide");
        command.args(["serve", "--port", &port.to_string(), "--log", "quiet"]);
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let process =
            quiet.spawn().unwrap_or_else(|error| panic!("dynoxide does not start ({error}): {HOW}"));
        eventually("the stand-in listens", || TcpStream::connect(("127.0.0.1", port)).ok());
        Self { process, endpoint: format!("http://127.0.0.1:{port}") }
    }

    /// By which a program finds it.
    pub(crate) fn env(&self) -> [(&'static str, &str); 6] {
        [
            ("PUNCTUAL_STORE", "dynamodb"),
            ("DYNAMODB_ENDPOINT", &self.endpoint),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("PUNCTUAL_SECRET_KEY", SECRET_KEY),
        ]
    }
}

impl Drop for Tables {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Ground {
    pub(crate) fn tables(home: &Home) -> Self {
        Self::Tables(Tables::made(home))
    }

    /// A server on it.
    pub(crate) fn under<'a>(&self, serve: Serve<'a>) -> Serve<'a> {
        match self {
            Self::File => serve,
            Self::Tables(tables) => {
                tables.env().into_iter().fold(serve, |serve, (name, value)| serve.env(name, value))
            }
        }
    }
}
