//! A receiver of mails on a port of its own, on a store in memory; and the plainest of clients.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use app::ports::{HistoryQuery, IngestProblem, Queries};
use app::roles::Crew;
use app::{App, Caller, Ports};
use domain::history::{Entry, entry};
use domain::{ConfigChange, Payload, PingId, ProjectId, SchedulerId};
use mail::{Admission, Bounds, Certificates, MailDomain, Settings, Site, serve};
use testkit::{FixedChannels, FixedClock, MemoryStore, SeededChance};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Nothing takes this long; what does has failed.
const PATIENCE: Duration = Duration::from_secs(30);
/// The ping address of `nightly`.
pub(crate) const NIGHTLY: &str = "5e0b9d3c-7f7c-4a5b-9d53-1d3e4d0c2f11";

pub(crate) async fn soon<T>(wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, wait).await.expect("it happens soon")
}

/// How a world is made.
pub(crate) struct Plan {
    pub(crate) bounds: Bounds,
    pub(crate) certificates: Option<Certificates>,
    pub(crate) admission: Admission,
    pub(crate) queries: Option<Arc<dyn Queries>>,
}

impl Default for Plan {
    fn default() -> Self {
        Self { bounds: Bounds::default(), certificates: None, admission: Arc::new(|_| true), queries: None }
    }
}

pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) address: SocketAddr,
    pub(crate) crew: Crew,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Plan::default()).await
    }

    pub(crate) async fn with(plan: Plan) -> Self {
        let stores = MemoryStore::new().stores();
        let ports = Ports {
            schedulers: stores.schedulers,
            queries: plan.queries.unwrap_or(stores.queries),
            outbox: stores.outbox,
            incidents: stores.incidents,
            observation: stores.observation,
            access: stores.access,
            retention: stores.retention,
            definitions: stores.definitions,
            boards: stores.boards,
            members: stores.members,
            channels: Arc::new(FixedChannels::new()),
            clock: Arc::new(FixedClock::at(testkit::fixtures::start())),
            chance: Arc::new(SeededChance::new(1)),
        };
        let app = App::new(ports, app::Settings::default());
        app.make_ready().await.expect("a project");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let (address, crew) = (listener.local_addr().expect("an address"), Crew::new());
        let domain = MailDomain::parse("ping.example.org").expect("a domain");
        let settings = Settings { domain, certificates: plan.certificates, admission: plan.admission };
        let site = Site { listener, app: app.clone(), settings, bounds: plan.bounds };
        let (stop, tasks) = (crew.stop_token(), crew.clone());
        crew.spawn(async move { serve(site, stop, &tasks).await });
        Self { app, address, crew }
    }

    /// Registers `nightly` with its address, and whatever else is asked.
    pub(crate) async fn nightly(&self, change: ConfigChange) {
        let ping_id = PingId::parse(NIGHTLY);
        self.register("nightly", ConfigChange { ping_id, ..change }).await;
    }

    pub(crate) async fn register(&self, id: &str, change: ConfigChange) {
        let named = testkit::fixtures::registration();
        let change = ConfigChange { service_name: named.service_name, job_name: named.job_name, ..change };
        Box::pin(self.app.register(&someone(), name(id), change)).await.expect("a scheduler");
    }

    /// The key by which the project's slugs are addressed.
    pub(crate) async fn ping_key(&self) -> String {
        let projects = self.app.ports().access.projects().await.expect("projects");
        projects.first().expect("a project").ping_key.clone()
    }

    /// What the history has of a scheduler, the latest first.
    pub(crate) async fn history(&self, id: &str) -> Vec<Told> {
        let query =
            HistoryQuery { from: None, to: None, status: None, system: true, limit: 100, cursor: None };
        let page = self.app.history(&someone(), name(id), &query).await.expect("a history");
        let told = page.items.into_iter().map(|item| Told {
            word: match entry(&item.event.fact).expect("a line of history") {
                Entry::Report(status) => status.as_str(),
                Entry::System(word) => word,
            },
            version: item.event.version,
            payload: item.payload,
        });
        told.collect()
    }

    /// The same, in words.
    pub(crate) async fn words(&self, id: &str) -> Vec<&'static str> {
        self.history(id).await.into_iter().map(|told| told.word).collect()
    }

    /// What came in vain, as problem and subject.
    pub(crate) async fn problems(&self) -> Vec<(String, String)> {
        let problems = self.app.ingest_problems(&someone()).await.expect("problems");
        let mut told: Vec<_> =
            problems.into_iter().map(|IngestProblem { problem, subject, .. }| (problem, subject)).collect();
        told.sort();
        told
    }

    /// A client that has heard the banner.
    pub(crate) async fn client(&self) -> Client<TcpStream> {
        let stream = soon(TcpStream::connect(self.address)).await.expect("a connection");
        let mut client = Client { stream };
        assert_eq!(client.hear().await, "220 ping.example.org ESMTP Punctual");
        client
    }

    /// A client that has greeted, too.
    pub(crate) async fn greeted(&self) -> Client<TcpStream> {
        let mut client = self.client().await;
        assert_eq!(client.code("EHLO job.example.org").await, 250);
        client
    }
}

/// A line of history.
pub(crate) struct Told {
    pub(crate) word: &'static str,
    pub(crate) version: u64,
    pub(crate) payload: Payload,
}

pub(crate) fn someone() -> Caller {
    Caller::local(ProjectId::default_project())
}

fn name(id: &str) -> SchedulerId {
    SchedulerId::parse(id).expect("an id")
}

/// A client that says what it is told to.
pub(crate) struct Client<S> {
    pub(crate) stream: S,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(crate) async fn send(&mut self, text: impl AsRef<[u8]>) {
        soon(self.stream.write_all(text.as_ref())).await.expect("written");
        soon(self.stream.flush()).await.expect("flushed");
    }

    /// One answer, with all its lines.
    pub(crate) async fn hear(&mut self) -> String {
        let mut answer = String::new();
        loop {
            let line = self.line().await;
            let is_last = line.as_bytes().get(3) != Some(&b'-');
            answer.push_str(&line);
            if is_last {
                return answer;
            }
            answer.push('\n');
        }
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        while !line.ends_with("\r\n") {
            let mut byte = [0; 1];
            let read = soon(self.stream.read(&mut byte)).await.expect("read");
            assert_ne!(read, 0, "closed after: {line}");
            line.push(char::from(byte[0]));
        }
        line.trim_end().to_owned()
    }

    /// Says a line and hears the answer.
    pub(crate) async fn say(&mut self, line: &str) -> String {
        self.send(format!("{line}\r\n")).await;
        self.hear().await
    }

    /// The code of the answer to a line.
    pub(crate) async fn code(&mut self, line: &str) -> u16 {
        code(&self.say(line).await)
    }

    /// Sends a mail to some, each of whom is taken; answers what is said to the mail.
    pub(crate) async fn mail(&mut self, to: &[&str], text: &str) -> String {
        assert_eq!(self.code("MAIL FROM:<root@job.example.org>").await, 250);
        for address in to {
            assert_eq!(self.code(&format!("RCPT TO:<{address}>")).await, 250, "{address}");
        }
        assert_eq!(self.code("DATA").await, 354);
        self.say(&format!("{text}\r\n.")).await
    }

    /// Everything until the other side closes; an abrupt end is an end too.
    pub(crate) async fn rest(&mut self) -> String {
        let mut bytes = Vec::new();
        let _ = soon(self.stream.read_to_end(&mut bytes)).await;
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

pub(crate) fn code(answer: &str) -> u16 {
    answer.get(..3).and_then(|code| code.parse().ok()).unwrap_or_else(|| panic!("no code: {answer}"))
}

/// The ping address of `nightly` as mails have it.
pub(crate) fn nightly() -> String {
    format!("{NIGHTLY}@ping.example.org")
}
