//! An item and its attributes. Items are suspect: every reading back may fail, and says where.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::Instant;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::fault::{Fault, Faulty};

/// The primary key of an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Key {
    pub(crate) fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    pub(super) fn attributes(&self) -> HashMap<String, AttributeValue> {
        HashMap::from_iter([
            ("pk".to_owned(), AttributeValue::S(self.pk.clone())),
            ("sk".to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }
}

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
    Number(i64),
    Bytes(Vec<u8>),
    List(Vec<Value>),
}

impl Value {
    pub(super) fn into_attribute(self) -> AttributeValue {
        match self {
            Self::Text(text) => AttributeValue::S(text),
            Self::Number(number) => AttributeValue::N(number.to_string()),
            Self::Bytes(bytes) => AttributeValue::B(Blob::new(bytes)),
            Self::List(values) => AttributeValue::L(values.into_iter().map(Self::into_attribute).collect()),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<Instant> for Value {
    fn from(at: Instant) -> Self {
        Self::Number(at.as_millis())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

/// An item.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Item(pub(super) HashMap<String, AttributeValue>);

impl Item {
    /// An item of that key and nothing else.
    pub(crate) fn of(key: &Key) -> Self {
        Self(key.attributes())
    }

    /// With an attribute.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into().into_attribute());
        self
    }

    /// With an attribute, where there is a value.
    #[must_use]
    pub(crate) fn with_some(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// With an attribute that holds JSON.
    pub(crate) fn with_json<T: Serialize>(self, name: &str, value: &T) -> Faulty<Self> {
        Ok(self.with(name, to_json(value)?))
    }

    pub(crate) fn key(&self) -> Faulty<Key> {
        Ok(Key { pk: self.text("pk")?.to_owned(), sk: self.text("sk")?.to_owned() })
    }

    pub(crate) fn text(&self, name: &str) -> Faulty<&str> {
        self.maybe_text(name)?.ok_or_else(|| self.unreadable(name, "it is missing"))
    }

    pub(crate) fn maybe_text(&self, name: &str) -> Faulty<Option<&str>> {
        let read = |value: &AttributeValue| value.as_s().is_ok();
        match self.0.get(name) {
            None => Ok(None),
            Some(value) if read(value) => Ok(value.as_s().ok().map(String::as_str)),
            Some(_) => Err(self.unreadable(name, "it is no text")),
        }
    }

    pub(crate) fn number<T: TryFrom<i64>>(&self, name: &str) -> Faulty<T> {
        self.maybe_number(name)?.ok_or_else(|| self.unreadable(name, "it is missing"))
    }

    pub(crate) fn maybe_number<T: TryFrom<i64>>(&self, name: &str) -> Faulty<Option<T>> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        let number = value.as_n().ok().and_then(|digits| digits.parse::<i64>().ok());
        let fitting = number.and_then(|number| T::try_from(number).ok());
        fitting.map(Some).ok_or_else(|| self.unreadable(name, "it is no number that can be"))
    }

    pub(crate) fn instant(&self, name: &str) -> Faulty<Instant> {
        self.number(name).map(Instant::from_millis)
    }

    pub(crate) fn maybe_instant(&self, name: &str) -> Faulty<Option<Instant>> {
        Ok(self.maybe_number(name)?.map(Instant::from_millis))
    }

    pub(crate) fn bytes(&self, name: &str) -> Faulty<&[u8]> {
        let found = self.0.get(name).and_then(|value| value.as_b().ok());
        found.map(AsRef::as_ref).ok_or_else(|| self.unreadable(name, "it is no bytes"))
    }

    /// The texts of a list; none where the attribute is missing.
    pub(crate) fn texts(&self, name: &str) -> Faulty<Vec<&str>> {
        let read = |value: &AttributeValue| value.as_s().is_ok();
        let listed = self.listed(name)?;
        let texts: Vec<&str> =
            listed.iter().filter_map(|value| value.as_s().ok()).map(String::as_str).collect();
        if listed.iter().all(read) { Ok(texts) } else { Err(self.unreadable(name, "it is no list of texts")) }
    }

    /// The bytes of a list; none where the attribute is missing.
    pub(crate) fn byte_strings(&self, name: &str) -> Faulty<Vec<&[u8]>> {
        let read = |value: &AttributeValue| value.as_b().is_ok();
        let listed = self.listed(name)?;
        let bytes: Vec<&[u8]> =
            listed.iter().filter_map(|value| value.as_b().ok()).map(AsRef::as_ref).collect();
        if listed.iter().all(read) { Ok(bytes) } else { Err(self.unreadable(name, "it is no list of bytes")) }
    }

    fn listed(&self, name: &str) -> Faulty<&[AttributeValue]> {
        let Some(value) = self.0.get(name) else { return Ok(&[]) };
        value.as_l().map(Vec::as_slice).map_err(|_| self.unreadable(name, "it is no list"))
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, name: &str) -> Faulty<T> {
        serde_json::from_str(self.text(name)?).map_err(|error| self.unreadable(name, &error.to_string()))
    }

    /// The news that an attribute cannot be what it should.
    pub(crate) fn unreadable(&self, name: &str, cause: &str) -> Fault {
        let part =
            |part: &str| self.0.get(part).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
        Fault::corrupt(format_args!("{name} of {}/{}", part("pk"), part("sk")), cause)
    }
}

/// A value as JSON. Fails only for a value that has none, which ours all have.
pub(crate) fn to_json<T: Serialize>(value: &T) -> Faulty<String> {
    serde_json::to_string(value).map_err(|error| Fault::corrupt("a value to be written", error))
}
