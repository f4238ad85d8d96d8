//! A server in Slack's shape: takes `chat.postMessage` and `chat.update` as Slack does, remembers what it took, and refuses when told to.

use std::sync::{Arc, Condvar, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use super::clock::now_millis;
use super::{PATIENCE, Serve};

/// The token that it takes.
const TOKEN: &str = "xoxb-your-token";

/// How it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// As it should.
    Well,
    /// With this status, and a `Retry-After` where it is given.
    Refusing { status: u16, retry_after: Option<u32> },
    /// Not at all: takes the request and never answers.
    Hanging,
}

/// A message that it took.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) at_millis: i64,
    pub(crate) text: String,
    pub(crate) body: Value,
}

#[derive(Debug)]
struct Seen {
    mood: Mood,
    messages: Vec<Message>,
    edits: Vec<Message>,
    turned_away: usize,
}

#[derive(Debug)]
struct Shared {
    seen: Mutex<Seen>,
    changed: Condvar,
}

/// The server.
#[derive(Debug)]
pub(crate) struct FakeSlack {
    address: String,
    shared: Arc<Shared>,
    _runtime: Runtime,
}

impl FakeSlack {
    pub(crate) fn start() -> Self {
        let seen = Seen { mood: Mood::Well, messages: Vec::new(), edits: Vec::new(), turned_away: 0 };
        let shared = Arc::new(Shared { seen: Mutex::new(seen), changed: Condvar::new() });
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let routes = Router::new()
            .route("/api/chat.postMessage", post(post_message))
            .route("/api/chat.update", post(update))
            .with_state(Arc::clone(&shared));
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("to listen");
        let address = format!("http://{}/api", listener.local_addr().expect("an address"));
        runtime.spawn(async move { axum::serve(listener, routes).await });
        Self { address, shared, _runtime: runtime }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// A server that alerts here.
    pub(crate) fn told_by<'a>(&self, serve: Serve<'a>) -> Serve<'a> {
        serve
            .env("SLACK_BOT_TOKEN", TOKEN)
            .env("SLACK_CHANNEL_ID", "C0123456789")
            .env("PUNCTUAL_SLACK_API_URL", &self.address)
            .env("PUNCTUAL_ALLOW_PRIVATE_TARGETS", "true")
    }

    pub(crate) fn be(&self, mood: Mood) {
        self.shared.seen.lock().expect("seen").mood = mood;
    }

    /// What it took so far.
    pub(crate) fn messages(&self) -> Vec<Message> {
        self.shared.seen.lock().expect("seen").messages.clone()
    }

    /// What it was told to change so far.
    pub(crate) fn edits(&self) -> Vec<Message> {
        self.shared.seen.lock().expect("seen").edits.clone()
    }

    /// Waits until it took so many messages.
    #[track_caller]
    pub(crate) fn wait_for(&self, count: usize) -> Vec<Message> {
        self.wait(&format!("{count} messages"), |seen| seen.messages.len() >= count)
    }

    /// Waits until it took a message of this text; `*` stands for anything.
    #[track_caller]
    pub(crate) fn wait_for_text(&self, text: &str) -> Message {
        let is_it = |message: &Message| matches(text, &message.text);
        let messages = self.wait(text, |seen| seen.messages.iter().any(is_it));
        messages.into_iter().find(is_it).expect("the one waited for")
    }

    /// Waits until so many requests were not answered well.
    #[track_caller]
    pub(crate) fn wait_turned_away(&self, count: usize) {
        self.wait(&format!("{count} refusals"), |seen| seen.turned_away >= count);
    }

    /// Holds what it took to these texts: each came once, and nothing else came. `*` stands for anything.
    #[track_caller]
    pub(crate) fn heard_exactly(&self, expected: &[&str]) {
        let messages = self.messages();
        let heard = texts(&messages);
        for text in expected {
            let times = heard.iter().filter(|said| matches(text, said)).count();
            assert_eq!(times, 1, "times that '{text}' was among {heard:#?}");
        }
        assert_eq!(heard.len(), expected.len(), "{heard:#?}");
    }

    #[track_caller]
    fn wait(&self, what: &str, come: impl Fn(&Seen) -> bool) -> Vec<Message> {
        let seen = self.shared.seen.lock().expect("seen");
        let waited = self.shared.changed.wait_timeout_while(seen, PATIENCE, |seen| !come(seen));
        let (seen, outcome) = waited.expect("seen");
        assert!(!outcome.timed_out(), "slack was not told: {what}, but {:#?}", texts(&seen.messages));
        seen.messages.clone()
    }
}

fn texts(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.text.as_str()).collect()
}

/// Whether a text is what a pattern says.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    loop {
        if matches(rest, text) {
            return true;
        }
        let mut chars = text.chars();
        if chars.next().is_none() {
            return false;
        }
        text = chars.as_str();
    }
}

async fn post_message(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let mood = shared.seen.lock().expect("seen").mood;
    match mood {
        Mood::Well => match take(&headers, &body) {
            Ok(message) => {
                let ts = ts(&message);
                shared.seen.lock().expect("seen").messages.push(message);
                shared.changed.notify_all();
                axum::Json(json!({ "ok": true, "channel": "C0123456789", "ts": ts })).into_response()
            }
            Err(error) => axum::Json(json!({ "ok": false, "error": error })).into_response(),
        },
        Mood::Refusing { status, retry_after } => {
            turn_away(&shared);
            let status = StatusCode::from_u16(status).expect("a status");
            let wait = retry_after.map(|seconds| [(header::RETRY_AFTER, seconds.to_string())]);
            (status, wait.map(axum::response::AppendHeaders), "{\"ok\":false}").into_response()
        }
        Mood::Hanging => {
            turn_away(&shared);
            std::future::pending().await
        }
    }
}

/// A message that it never took cannot be changed.
async fn update(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let taken = take(&headers, &body);
    let mut seen = shared.seen.lock().expect("seen");
    let answer = match taken {
        Ok(edit) if seen.messages.iter().any(|it| edit.body["ts"] == ts(it)) => {
            seen.edits.push(edit);
            json!({ "ok": true })
        }
        Ok(_) => json!({ "ok": false, "error": "message_not_found" }),
        Err(error) => json!({ "ok": false, "error": error }),
    };
    axum::Json(answer).into_response()
}

fn ts(message: &Message) -> String {
    format!("{}.000100", message.at_millis / 1000)
}

fn turn_away(shared: &Shared) {
    shared.seen.lock().expect("seen").turned_away += 1;
    shared.changed.notify_all();
}

/// Slack's own refusals, as far as they matter here.
fn take(headers: &HeaderMap, body: &[u8]) -> Result<Message, &'static str> {
    let head = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if head(header::AUTHORIZATION) != format!("Bearer {TOKEN}") {
        return Err("invalid_auth");
    }
    if !head(header::CONTENT_TYPE).starts_with("application/json") {
        return Err("invalid_form_data");
    }
    let body: Value = serde_json::from_slice(body).map_err(|_| "invalid_json")?;
    if body["channel"] != "C0123456789" {
        return Err("channel_not_found");
    }
    let text = body["text"].as_str().filter(|text| !text.is_empty()).ok_or("no_text")?.to_owned();
    if !body["blocks"].as_array().is_none_or(|blocks| (1..=50).contains(&blocks.len())) {
        return Err("invalid_blocks");
    }
    Ok(Message { at_millis: now_millis(), text, body })
}
