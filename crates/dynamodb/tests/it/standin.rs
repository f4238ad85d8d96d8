//! A stand-in for the service: `dynoxide` as a process of its own, one for each test process, with tables of its own for
//! each test.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use dynamodb::{Names, Options, Store};

use crate::disturbance::{Disturbance, Fault, Whim};
use testkit::{Backend, Stores};

/// Where to get it.
const HOW: &str = "install it: cargo install dynoxide-rs --version 3.2.0 --no-default-features --features native-sqlite,http-server,cli";

/// How often another port is tried, and how often a start is looked at, every 5 ms.
const STARTS_MAX: usize = 20;
const LOOKS_MAX: usize = 2000;

/// How many stores were opened: each has chance of its own.
static OPENED: AtomicU64 = AtomicU64::new(0);

/// A stand-in with empty tables. It goes when this goes.
#[derive(Debug)]
pub(crate) struct StandIn {
    process: Child,
    port: u16,
    options: Options,
}

impl StandIn {
    /// Without tables.
    pub(crate) fn bare() -> Self {
        for _ in 0..STARTS_MAX {
            let port = free_port();
            let mut process = start(port);
            if listens(&mut process, port) {
                let options =
                    Options { names: Names::prefixed("test-"), aws: settings(port), ..Options::default() };
                return Self { process, port, options };
            }
        }
        panic!("dynoxide finds no port to listen on");
    }

    /// With tables.
    pub(crate) async fn new() -> Self {
        let standin = Self::bare();
        Store::migrate(&standin.options).await.expect("the tables are made");
        standin
    }

    /// Behind a layer of faults, through which every store that is opened from now on goes.
    pub(crate) async fn behind(mut self, whim: Whim) -> (Self, Disturbance) {
        let layer = Disturbance::before(self.port, whim).await;
        self.options.aws = settings(layer.port);
        (self, layer)
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    pub(crate) async fn store(&self) -> Store {
        let seed = OPENED.fetch_add(1, Ordering::Relaxed) + 1;
        Store::open(&Options { seed, ..self.options.clone() }).await.expect("the store opens")
    }
}

fn settings(port: u16) -> aws::Settings {
    let keys = aws::StaticKeys { id: "test".to_owned(), secret: "test".to_owned() };
    let endpoint = Some(format!("http://127.0.0.1:{port}"));
    aws::Settings {
        region: Some("us-east-1".to_owned()),
        endpoint,
        keys: Some(keys),
        ..aws::Settings::default()
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn start(port: u16) -> Child {
    let mut command = Command::new("dynoxide");
    command.args(["serve", "--port", &port.to_string(), "--log", "quiet"]);
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.spawn().unwrap_or_else(|error| panic!("dynoxide does not start ({error}): {HOW}"))
}

/// Waits until it listens, or ends because somebody else has the port.
fn listens(process: &mut Child, port: u16) -> bool {
    for _ in 0..LOOKS_MAX {
        if process.try_wait().is_ok_and(|ended| ended.is_some()) {
            return false;
        }
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    false
}

impl Drop for StandIn {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

#[async_trait]
impl Backend for StandIn {
    async fn open(&self) -> Stores {
        Stores::of(Arc::new(self.store().await))
    }

    fn lets_report_ids_expire(&self) -> bool {
        true
    }
}

/// A stand-in behind a layer of faults that pass.
pub(crate) struct Troubled {
    standin: StandIn,
    _layer: Disturbance,
}

impl Troubled {
    pub(crate) async fn new() -> Self {
        const FAULTS: [Fault; 3] = [Fault::Throttled, Fault::Contested, Fault::InPart];
        let whim: Whim = Arc::new(|_, number| {
            let place = usize::try_from(number / 7).unwrap_or_default() % FAULTS.len();
            (number % 7 == 3).then_some(FAULTS[place])
        });
        let (standin, layer) = StandIn::new().await.behind(whim).await;
        Self { standin, _layer: layer }
    }
}

#[async_trait]
impl Backend for Troubled {
    async fn open(&self) -> Stores {
        self.standin.open().await
    }

    fn lets_report_ids_expire(&self) -> bool {
        true
    }
}
