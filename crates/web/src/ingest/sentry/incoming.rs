//! A body on its way in: read as far as it is needed, never beyond a bound, and opened where it harms nobody.
//!
//! What is large, or becomes so when it is unpacked, is opened off the executor, few at a time.

use std::io::Read;
use std::sync::Arc;

use axum::body::{Body, BodyDataStream};
use axum::http::StatusCode;
use futures_util::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::encoding::{PLAIN_BYTES_MAX, plain};
use super::envelope::{self, Envelope, EnvelopeHeader, HEADER_BYTES_MAX};
use super::refusal::Refusal;
use crate::error::ApiError;

/// Most bytes of a body, as it is packed.
pub(super) const BODY_BYTES_MAX: usize = 20 * 1024 * 1024;
/// How much of a body is opened at once, packed and unpacked; more of it takes a turn.
const LIGHT_BYTES: usize = 128 * 1024;
/// How much of a body is read to find its first line. Packing a line never makes it that much longer.
const HEAD_BYTES: usize = HEADER_BYTES_MAX + 16 * 1024;

/// A body on its way in.
pub(super) struct Incoming {
    chunks: BodyDataStream,
    taken: Vec<u8>,
    most: usize,
    is_whole: bool,
    heavy: Arc<Semaphore>,
    turn: Option<OwnedSemaphorePermit>,
}

impl Incoming {
    /// One of at most so many bytes; `heavy` are the turns of the large ones.
    pub(super) fn of(body: Body, most: usize, heavy: Arc<Semaphore>) -> Self {
        let chunks = body.into_data_stream();
        Self { chunks, taken: Vec::new(), most, is_whole: false, heavy, turn: None }
    }

    /// Reads on until so many bytes are there, or all.
    async fn fill(&mut self, least: usize) -> Result<(), Refusal> {
        while !self.is_whole && self.taken.len() < least {
            match self.chunks.next().await {
                None => self.is_whole = true,
                Some(Err(_)) => return Err(broken_off()),
                Some(Ok(chunk)) if self.taken.len() + chunk.len() > self.most => {
                    return Err(Refusal::too_large(self.most));
                }
                Some(Ok(chunk)) => self.taken.extend_from_slice(&chunk),
            }
        }
        Ok(())
    }

    /// The first line of an envelope, of which the rest may still be on its way.
    pub(super) async fn header(&mut self, encoding: &str) -> Result<EnvelopeHeader, Refusal> {
        self.fill(HEAD_BYTES).await?;
        let mut begun = plain(encoding, &self.taken, HEAD_BYTES as u64)?;
        Ok(envelope::header(&mut begun)?)
    }

    /// Reads all of it, and opens it as an envelope.
    pub(super) async fn envelope(mut self, encoding: &str) -> Result<Envelope, Refusal> {
        self.read().await?;
        if self.turn.is_none() {
            if let Some(envelope) = light(encoding, &self.taken)? {
                return Ok(envelope);
            }
            self.wait().await?;
        }
        let (encoding, bytes, turn) = (encoding.to_owned(), self.taken, self.turn);
        let opening = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            opened(&encoding, &bytes)
        });
        opening.await.unwrap_or_else(|_| Err(ApiError::internal().into()))
    }

    /// Reads all of it, and unpacks it; what is unpacked has no more bytes than what is not may have.
    pub(super) async fn unpacked(mut self, encoding: &str) -> Result<Vec<u8>, Refusal> {
        self.read().await?;
        let mut bytes = Vec::new();
        plain(encoding, &self.taken, self.most as u64)?.read_to_end(&mut bytes).map_err(|error| {
            let detail = format!("the body cannot be read to its end: {error}");
            Refusal::new(StatusCode::BAD_REQUEST, "unreadable_body", domain::time::shorten(&detail, 200))
        })?;
        Ok(bytes)
    }

    async fn read(&mut self) -> Result<(), Refusal> {
        self.fill(LIGHT_BYTES + 1).await?;
        if self.taken.len() > LIGHT_BYTES {
            self.wait().await?;
        }
        self.fill(usize::MAX).await
    }

    /// Waits for a turn among the large ones.
    async fn wait(&mut self) -> Result<(), Refusal> {
        let turn = Arc::clone(&self.heavy).acquire_owned().await;
        self.turn = Some(turn.map_err(|_| ApiError::internal())?);
        Ok(())
    }
}

fn opened(encoding: &str, body: &[u8]) -> Result<Envelope, Refusal> {
    Ok(envelope::read(plain(encoding, body, PLAIN_BYTES_MAX)?)?)
}

/// The envelope, if it stays small when it is unpacked.
fn light(encoding: &str, body: &[u8]) -> Result<Option<Envelope>, Refusal> {
    let mut bytes = Vec::new();
    let begun = plain(encoding, body, PLAIN_BYTES_MAX)?.take(LIGHT_BYTES as u64 + 1).read_to_end(&mut bytes);
    match begun {
        Ok(_) if bytes.len() > LIGHT_BYTES => Ok(None),
        Ok(_) => Ok(Some(envelope::read(&*bytes)?)),
        // It breaks off soon: what is whole before that is used.
        Err(_) => opened(encoding, body).map(Some),
    }
}

fn broken_off() -> Refusal {
    let detail = "the body ended before it was complete";
    Refusal::new(StatusCode::BAD_REQUEST, "unreadable_body", detail)
}
