//! What a job printed, byte for byte, and how a message came in where it did not come by our own API. Stored as text:
//! bytes that are no UTF-8 stand as the characters of their numbers, and say so.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Most bytes of output that are kept of one message.
pub const OUTPUT_BYTES_MAX: usize = 100_000;
/// Most characters of a user agent that are kept.
pub const AGENT_CHARS_MAX: usize = 200;

/// What a job printed, or sent as the body of a ping.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output(pub Vec<u8>);

impl Output {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// It as text, for people; what is none is replaced.
    pub fn to_text(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }

    /// Its last lines, for a message: at most so many characters.
    pub fn tail(&self, most: usize) -> String {
        let text = self.to_text();
        let text = text.trim_end();
        let skipped = text.chars().count().saturating_sub(most);
        text.chars().skip(skipped).collect()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Bytes { bytes: String },
}

impl Serialize for Output {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => Written::Bytes { bytes: self.0.iter().copied().map(char::from).collect() }
                .serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Output {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Written::deserialize(deserializer)? {
            Written::Text(text) => text.into_bytes(),
            Written::Bytes { bytes } => bytes.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect(),
        }))
    }
}

/// How a message came in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Origin {
    /// Whose language it spoke: `ping`, `sentry`, `cronitor` …
    pub dialect: String,
    /// `http`, `https` or `email`.
    pub scheme: String,
    /// The method of HTTP.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub method: String,
    /// The address it came from.
    pub remote_addr: String,
    /// What sent it, at most [`AGENT_CHARS_MAX`] characters.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub user_agent: String,
    /// The environment that it named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
}

impl Origin {
    /// With what sent it.
    #[must_use]
    pub fn by(mut self, user_agent: &str) -> Self {
        self.user_agent = user_agent.chars().take(AGENT_CHARS_MAX).collect();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_comes_back_byte_for_byte_whatever_it_is() {
        let every: Vec<u8> = (0..=255).collect();
        for bytes in [b"all is well\n".to_vec(), "ночь".into(), every, Vec::new(), b"{\"bytes\":1}".to_vec()]
        {
            let stored = serde_json::to_string(&Output(bytes.clone())).expect("json");
            let back: Output = serde_json::from_str(&stored).expect(&stored);
            assert_eq!(back.as_bytes(), bytes);
        }
    }

    #[test]
    fn the_tail_of_an_output_is_its_end_without_the_last_newline() {
        let output = Output("one\ntwo\nthréé\n\n".into());
        assert_eq!(output.tail(5), "thréé");
        assert_eq!(output.tail(100), "one\ntwo\nthréé");
    }
}
