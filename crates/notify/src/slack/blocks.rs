//! The message as Slack takes it: `chat.postMessage` with the few Block Kit blocks that are used, and their limits.

use serde::Serialize;

/// Most fields of a section.
pub(super) const FIELDS_MAX: usize = 10;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SlackMessage {
    /// Where it goes.
    pub channel: String,
    /// What a notification shows, and what is read where blocks are not.
    pub text: String,
    /// What the channel shows.
    pub blocks: Vec<Block>,
    /// `none`: plain text stays plain, names and addresses in it do nothing.
    parse: &'static str,
    link_names: bool,
    unfurl_links: bool,
    unfurl_media: bool,
}

impl SlackMessage {
    pub(super) fn new(channel: &str, text: String, blocks: Vec<Block>) -> Self {
        Self {
            channel: channel.to_owned(),
            text,
            blocks,
            parse: "none",
            link_names: false,
            unfurl_links: false,
            unfurl_media: false,
        }
    }
}

/// A block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    /// Text, or up to ten fields in two columns.
    Section {
        /// At most 3000 characters.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<Mrkdwn>,
        /// At most ten, each at most 2000 characters.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        fields: Vec<Mrkdwn>,
    },
    /// Small print.
    Context {
        /// At most ten.
        elements: Vec<Mrkdwn>,
    },
}

impl Block {
    pub(super) fn text(text: String) -> Self {
        Self::Section { text: Some(Mrkdwn::new(text)), fields: Vec::new() }
    }

    pub(super) fn fields(fields: Vec<Mrkdwn>) -> Self {
        Self::Section { text: None, fields }
    }

    pub(super) fn context(text: String) -> Self {
        Self::Context { elements: vec![Mrkdwn::new(text)] }
    }
}

/// Text in Slack's markup. `verbatim`: only what is marked up is a link or a mention, nothing is guessed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mrkdwn {
    r#type: &'static str,
    /// The text.
    pub text: String,
    verbatim: bool,
}

impl Mrkdwn {
    pub(super) fn new(text: String) -> Self {
        Self { r#type: "mrkdwn", text, verbatim: true }
    }
}
