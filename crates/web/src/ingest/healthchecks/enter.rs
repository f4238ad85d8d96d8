//! Who asks. Our own keys are the keys: those of owners and administrators read and write, the others only read. A key
//! stands in `X-Api-Key`, or in the body of what is posted.

use std::num::NonZeroU32;

use app::Caller;
use app::ingest::Vain;
use app::ports::Role;
use axum::body::{Body, to_bytes};
use serde_json::{Map, Value};

use super::answer::Refusal;
use super::{DIALECT, Question};
use crate::extract::BODY_BYTES_MAX;
use crate::roles_table::Class;
use crate::wire::json;

/// The length of Healthchecks' own keys.
const KEY_CHARS: usize = 32;
/// How our own keys begin.
pub(super) const OWN_KEY: &str = "pun_";

const MISSING: &str = "missing api key";
const WRONG: &str = "wrong api key";

/// Who asks.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) caller: Caller,
    /// Whether it may change things, and see what only those may.
    pub(super) writes: bool,
}

/// What was posted: the fields of an object.
#[derive(Debug, Default)]
pub(super) struct Sent(pub(super) Map<String, Value>);

/// Reads what was posted; nothing is an object without fields. This comes before the key is looked at.
pub(super) async fn sent(body: Body) -> Result<Sent, Refusal> {
    let unreadable = || Refusal::Bad("could not parse request body".to_owned());
    let bytes = to_bytes(body, BODY_BYTES_MAX).await.map_err(|_| unreadable())?;
    if bytes.is_empty() {
        return Ok(Sent::default());
    }
    match json::parse(&bytes) {
        Ok(Value::Object(fields)) => Ok(Sent(fields)),
        Ok(_) => Err(Refusal::Bad("json validation error: value is not an object".to_owned())),
        Err(_) => Err(unreadable()),
    }
}

/// Who asks to read.
pub(super) async fn reader(question: &Question) -> Result<Client, Refusal> {
    client(question, header(question).unwrap_or_default()).await
}

/// Who asks to change something.
pub(super) async fn writer(question: &Question, sent: &Sent) -> Result<Client, Refusal> {
    let in_body = || sent.0.get("api_key").and_then(Value::as_str).unwrap_or_default();
    let client = client(question, header(question).unwrap_or_else(in_body)).await?;
    if client.writes {
        return Ok(client);
    }
    let sample =
        "a client of Healthchecks' API asks for what its key may not do: give it one of a service-owner";
    question.state.app().note_vain(Vain {
        project: Some(&client.caller.project),
        dialect: DIALECT,
        problem: "read_only_key",
        subject: &client.caller.actor,
        sample,
    });
    Err(Refusal::Unauthorized(WRONG))
}

/// Who bears a key. Lengths are counted in bytes: no key has other characters.
pub(super) async fn client(question: &Question, key: &str) -> Result<Client, Refusal> {
    match known(question, key).await? {
        Some(client) => Ok(client),
        None if key.len() == KEY_CHARS || key.starts_with(OWN_KEY) => Err(Refusal::Unauthorized(WRONG)),
        None => Err(Refusal::Unauthorized(MISSING)),
    }
}

/// Who bears a key, if anybody does; what fails is counted.
pub(super) async fn known(question: &Question, key: &str) -> Result<Option<Client>, Refusal> {
    if key.is_empty() {
        return Ok(None);
    }
    let (state, address) = (&question.state, question.visit.address);
    let now = state.app().ports().clock.monotonic();
    state.attempts().admit(address, key, now)?;
    let Some(caller) = state.app().authenticate(key).await? else {
        state.attempts().failed(address, now);
        state.app().note_vain(Vain {
            project: None,
            dialect: DIALECT,
            problem: "wrong_api_key",
            subject: &Vain::token(key),
            sample: "a client of Healthchecks' API bears a key that is none here: give it one of this server's",
        });
        return Ok(None);
    };
    state.attempts().succeeded(key);
    tracing::Span::current().record("actor", caller.actor.as_str());
    state.limits().admit(&caller, Class::Management, NonZeroU32::MIN)?;
    let writes = caller.must_be(Role::ServiceOwner).is_ok();
    Ok(Some(Client { caller, writes }))
}

fn header(question: &Question) -> Option<&str> {
    question.headers.get("x-api-key").and_then(|key| key.to_str().ok())
}
