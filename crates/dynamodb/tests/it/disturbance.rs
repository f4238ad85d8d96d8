//! A layer of faults before the stand-in: throttling, cancelled transactions, answers that never come, batches done in
//! part, indexes that trail. The service does all of these and the stand-in none.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is refused: too much at once.
    Throttled,
    /// Another transaction was at one of its items.
    Contested,
    /// The service fails, and does nothing.
    Broken,
    /// The connection goes before the call is heard.
    Unheard,
    /// The call is heard, and the connection goes before the answer.
    Unanswered,
    /// Of a batch, only the first part is done.
    InPart,
    /// An index answers what it answered to the same question before.
    Trailing,
}

/// Decides about each call, by its operation and number.
pub(crate) type Whim = Arc<dyn Fn(&str, u64) -> Option<Fault> + Send + Sync>;

/// The layer. It listens as long as the runtime of its test runs.
#[derive(Clone)]
pub(crate) struct Disturbance {
    shared: Arc<Shared>,
    pub(crate) port: u16,
}

struct Shared {
    target: u16,
    whim: Mutex<Whim>,
    calls: AtomicU64,
    faults: AtomicU64,
    answers: Mutex<HashMap<String, Vec<u8>>>,
}

/// A request or an answer: its first line, its headers, its body.
struct Message {
    start: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Disturbance {
    /// Before the stand-in on that port.
    pub(crate) async fn before(target: u16, whim: Whim) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared {
            target,
            whim: Mutex::new(whim),
            calls: AtomicU64::default(),
            faults: AtomicU64::default(),
            answers: Mutex::default(),
        });
        let serving = shared.clone();
        let accepting = async move {
            while let Ok((client, _)) = listener.accept().await {
                spawn(serve(client, serving.clone()));
            }
            Ok(())
        };
        spawn(accepting);
        Self { shared, port }
    }

    /// From now on.
    pub(crate) fn change(&self, whim: Whim) {
        *self.shared.whim.lock().unwrap_or_else(PoisonError::into_inner) = whim;
    }

    /// How many faults there were.
    pub(crate) fn faults(&self) -> u64 {
        self.shared.faults.load(Ordering::Relaxed)
    }
}

/// No faults.
pub(crate) fn calm() -> Whim {
    Arc::new(|_, _| None)
}

#[expect(clippy::disallowed_methods, reason = "it ends with the runtime of its test")]
fn spawn(serving: impl Future<Output = io::Result<()>> + Send + 'static) {
    drop(tokio::spawn(serving));
}

async fn serve(mut client: TcpStream, shared: Arc<Shared>) -> io::Result<()> {
    let mut server = TcpStream::connect(("127.0.0.1", shared.target)).await?;
    while let Some(call) = receive(&mut client).await? {
        let operation = call.header("x-amz-target").rsplit('.').next().unwrap_or_default().to_owned();
        let number = shared.calls.fetch_add(1, Ordering::Relaxed);
        let whim = shared.whim.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let fault = whim(&operation, number).filter(|fault| fits(*fault, &operation, &call));
        shared.faults.fetch_add(u64::from(fault.is_some()), Ordering::Relaxed);
        let answer = match fault {
            Some(Fault::Unheard) => return Ok(()),
            Some(Fault::Throttled) => refusal(400, "ThrottlingException", &json!({})),
            Some(Fault::Broken) => refusal(500, "InternalServerError", &json!({})),
            Some(Fault::Contested) => contested(&operation, &call),
            Some(Fault::InPart) => in_part(&mut server, call).await?,
            Some(Fault::Unanswered) => {
                exchange(&mut server, &call).await?;
                return Ok(());
            }
            Some(Fault::Trailing) => shared.known(&call).unwrap_or(exchange(&mut server, &call).await?),
            None => {
                let answer = exchange(&mut server, &call).await?;
                shared.remember(&call, &answer);
                answer
            }
        };
        client.write_all(&answer.bytes()).await?;
    }
    Ok(())
}

/// Whether the service could fail so at this call.
fn fits(fault: Fault, operation: &str, call: &Message) -> bool {
    let is_batch = operation.starts_with("Batch");
    let is_write = matches!(operation, "PutItem" | "UpdateItem" | "DeleteItem" | "TransactWriteItems");
    match fault {
        Fault::Contested => is_write,
        Fault::InPart => is_batch,
        Fault::Trailing => operation == "Query" && call.body.windows(9).any(|part| part == b"IndexName"),
        _ => true,
    }
}

impl Shared {
    fn remember(&self, call: &Message, answer: &Message) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.entry(call.question()).or_insert_with(|| answer.body.clone());
    }

    /// What the same question was answered first.
    fn known(&self, call: &Message) -> Option<Message> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.get(&call.question()).map(|body| Message::answer(200, body.clone()))
    }
}

fn contested(operation: &str, call: &Message) -> Message {
    if operation != "TransactWriteItems" {
        return refusal(400, "TransactionConflictException", &json!({}));
    }
    let body: Value = serde_json::from_slice(&call.body).expect("a call is JSON");
    let count = body["TransactItems"].as_array().map_or(1, Vec::len);
    let reasons: Vec<Value> = (0..count)
        .map(|place| json!({"Code": if place == 0 { "TransactionConflict" } else { "None" }}))
        .collect();
    refusal(400, "TransactionCanceledException", &json!({"CancellationReasons": reasons}))
}

fn refusal(status: u16, code: &str, more: &Value) -> Message {
    let mut body = more.clone();
    body["__type"] = json!(format!("com.amazonaws.dynamodb.v20120810#{code}"));
    body["message"] = json!("the layer of faults says so");
    Message::answer(status, body.to_string().into_bytes())
}

/// Does the first half of a batch, at least one, and hands the rest back.
async fn in_part(server: &mut TcpStream, call: Message) -> io::Result<Message> {
    let mut asked: Value = serde_json::from_slice(&call.body).expect("a call is JSON");
    let mut left = json!({});
    let mut is_first = true;
    for (table, items) in asked["RequestItems"].as_object_mut().expect("a batch") {
        let keys = if items.is_array() { items.as_array_mut() } else { items["Keys"].as_array_mut() };
        let keys = keys.expect("a batch has items");
        let done = if is_first { keys.len().div_ceil(2) } else { keys.len() / 2 };
        is_first = false;
        let rest: Vec<Value> = keys.split_off(done);
        if !rest.is_empty() {
            left[table.as_str()] = if items.is_array() {
                json!(rest)
            } else {
                let mut same = items.clone();
                same["Keys"] = json!(rest);
                same
            };
        }
    }
    asked["RequestItems"]
        .as_object_mut()
        .expect("a batch")
        .retain(|_, items| !items.as_array().or(items["Keys"].as_array()).is_none_or(Vec::is_empty));
    let is_reading = call.header("x-amz-target").ends_with("BatchGetItem");
    let answer = exchange(server, &Message { body: asked.to_string().into_bytes(), ..call }).await?;
    let mut told: Value = serde_json::from_slice(&answer.body).expect("an answer is JSON");
    told[if is_reading { "UnprocessedKeys" } else { "UnprocessedItems" }] = left;
    Ok(Message::answer(200, told.to_string().into_bytes()))
}

async fn exchange(server: &mut TcpStream, call: &Message) -> io::Result<Message> {
    server.write_all(&call.bytes()).await?;
    receive(server).await?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

async fn receive(stream: &mut TcpStream) -> io::Result<Option<Message>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).await? == 0 {
            return Ok(None);
        }
        head.extend(byte);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let mut lines = text.lines();
    let start = lines.next().unwrap_or_default().to_owned();
    let header =
        |line: &str| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
    let mut message = Message { start, headers: lines.filter_map(header).collect(), body: Vec::new() };
    let length = message.header("content-length").parse().unwrap_or_default();
    message.body = vec![0; length];
    stream.read_exact(&mut message.body).await?;
    Ok(Some(message))
}

impl Message {
    fn answer(status: u16, body: Vec<u8>) -> Self {
        let headers = vec![("content-type".to_owned(), "application/x-amz-json-1.0".to_owned())];
        Self { start: format!("HTTP/1.1 {status} As-Decided"), headers, body }
    }

    /// What is asked, whatever the order of its parts.
    fn question(&self) -> String {
        serde_json::from_slice::<Value>(&self.body).map_or_else(|_| String::new(), |asked| asked.to_string())
    }

    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    fn bytes(&self) -> Vec<u8> {
        let mut text = format!("{}\r\n", self.start);
        for (name, value) in self.headers.iter().filter(|(name, _)| name != "content-length") {
            text.extend([name.as_str(), ": ", value.as_str(), "\r\n"]);
        }
        text.extend(["content-length: ", &self.body.len().to_string(), "\r\n\r\n"]);
        [text.into_bytes(), self.body.clone()].concat()
    }
}
