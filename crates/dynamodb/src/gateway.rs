//! The way to the tables: every call with its patience, its meter and its meaning. What the items mean is elsewhere.

mod dice;
mod item;
mod meter;
mod patience;
mod query;
mod reading;
mod refusal;
mod write;
mod writing;

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

pub(crate) use item::{Item, Key, Value, to_json};
pub use meter::Capacity;
pub(crate) use query::Query;
pub(crate) use write::Write;

use crate::fault::Fault;
use crate::schema::Names;
use dice::Dice;
use meter::Meter;
use refusal::Refusal;

/// The way to the tables. Cloning is cheap.
#[derive(Clone, Debug)]
pub(crate) struct Gateway {
    client: Client,
    names: Arc<Names>,
    meter: Arc<Meter>,
    dice: Arc<Dice>,
}

impl Gateway {
    pub(crate) fn new(client: Client, names: Names, seed: u64) -> Self {
        Self { client, names: Arc::new(names), meter: Arc::default(), dice: Arc::new(Dice::new(seed)) }
    }

    /// For what is about tables and not about items.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// What was used so far.
    pub(crate) fn used(&self) -> Capacity {
        self.meter.used()
    }
}

/// What an error of a call about tables means; nothing of it is tried again.
pub(crate) fn refused<E, R>(error: &SdkError<E, R>) -> Fault
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    match refusal::of(error) {
        Refusal::Fault(fault) => fault,
        Refusal::Later(cause) | Refusal::Unknown(cause) => Fault::Away(cause),
    }
}
