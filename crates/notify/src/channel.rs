//! The kinds of channels: their configuration, and what builds a notifier from one.

mod shape;

use std::sync::Arc;

use app::ports::Notifier;
use reqwest::header::HeaderValue;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::alertmanager::{Alertmanager, AlertmanagerConfig};
use crate::discord::{Discord, DiscordConfig};
use crate::email::{Email, EmailConfig, MailTrust};
use crate::exec::{Exec, ExecConfig};
use crate::http::Outgoing;
use crate::jira_service_management::JiraServiceManagementConfig;
use crate::links::Links;
use crate::ntfy::{Ntfy, NtfyConfig};
use crate::opsgenie::{Opsgenie, OpsgenieConfig};
use crate::pace::Paces;
use crate::pagerduty::{Pagerduty, PagerdutyConfig};
use crate::secret::{MASK, Secret};
use crate::slack::{Slack, SlackConfig};
use crate::slack_webhook::{SlackWebhook, SlackWebhookConfig};
use crate::target::Target;
use crate::teams::{Teams, TeamsConfig};
use crate::telegram::{Telegram, TelegramConfig};
use crate::webhook::{Webhook, WebhookConfig};

/// The kinds, as `kind` names them.
pub const KINDS: [&str; 13] = [
    "alertmanager",
    "discord",
    "email",
    "exec",
    "jira_service_management",
    "ntfy",
    "opsgenie",
    "pagerduty",
    "slack",
    "slack_webhook",
    "teams",
    "telegram",
    "webhook",
];

/// The configuration of one channel: an object with `kind` and the fields of that kind, and no others.
///
/// Serialised, it is for people: secrets are masked. [`ChannelConfig::unmasked`] is for sealing it in a store.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChannelConfig {
    /// Alerts in a Prometheus Alertmanager.
    Alertmanager(AlertmanagerConfig),
    /// Messages to a Discord channel.
    Discord(DiscordConfig),
    /// Mail by an SMTP server.
    Email(EmailConfig),
    /// A command on this machine.
    Exec(ExecConfig),
    /// Alerts in Jira Service Management.
    JiraServiceManagement(JiraServiceManagementConfig),
    /// Notifications by an ntfy server.
    Ntfy(NtfyConfig),
    /// Alerts in Opsgenie.
    Opsgenie(OpsgenieConfig),
    /// Alerts in PagerDuty.
    Pagerduty(PagerdutyConfig),
    /// Messages to a Slack channel.
    Slack(SlackConfig),
    /// Messages to a Slack channel by its own address.
    SlackWebhook(SlackWebhookConfig),
    /// Messages to a Teams channel.
    Teams(TeamsConfig),
    /// Messages to a Telegram chat.
    Telegram(TelegramConfig),
    /// Signed JSON to any address.
    Webhook(WebhookConfig),
}

/// Why a configuration cannot serve. Names the field; never quotes a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A field is unknown, missing or of the wrong type.
    #[error("{0}")]
    Shape(String),
    /// A field's value cannot serve.
    #[error("{field} {problem}")]
    Field {
        /// Which.
        field: &'static str,
        /// What is wrong. Reads on after the field's name.
        problem: String,
    },
}

impl ConfigError {
    pub(crate) fn field(field: &'static str, problem: &impl ToString) -> Self {
        Self::Field { field, problem: problem.to_string() }
    }
}

impl ChannelConfig {
    /// Reads a configuration. An error names what is unknown, missing or of the wrong type, and what would be right.
    #[expect(clippy::needless_pass_by_value, reason = "nobody needs it after")]
    pub fn parse(value: Value) -> Result<Self, ConfigError> {
        shape::read(&value)
    }

    /// Its kind, one of [`KINDS`].
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Alertmanager(_) => "alertmanager",
            Self::Discord(_) => "discord",
            Self::Email(_) => "email",
            Self::Exec(_) => "exec",
            Self::JiraServiceManagement(_) => "jira_service_management",
            Self::Ntfy(_) => "ntfy",
            Self::Opsgenie(_) => "opsgenie",
            Self::Pagerduty(_) => "pagerduty",
            Self::Slack(_) => "slack",
            Self::SlackWebhook(_) => "slack_webhook",
            Self::Teams(_) => "teams",
            Self::Telegram(_) => "telegram",
            Self::Webhook(_) => "webhook",
        }
    }

    /// Whether it may only come from the configuration file: whoever could make one by the API could run programs here.
    pub const fn is_local_only(&self) -> bool {
        matches!(self, Self::Exec(_))
    }

    /// The configuration with its secrets, as [`ChannelConfig::parse`] reads it. Only for what seals it at once.
    pub fn unmasked(&self) -> Value {
        let mut value = json!(self);
        let secrets = match self {
            Self::Alertmanager(config) => config.secrets(),
            Self::Discord(config) => config.secrets(),
            Self::Email(config) => config.secrets(),
            Self::Exec(_) => Vec::new(),
            Self::JiraServiceManagement(config) => config.secrets(),
            Self::Ntfy(config) => config.secrets(),
            Self::Opsgenie(config) => config.secrets(),
            Self::Pagerduty(config) => config.secrets(),
            Self::Slack(config) => config.secrets(),
            Self::SlackWebhook(config) => config.secrets(),
            Self::Teams(config) => config.secrets(),
            Self::Telegram(config) => config.secrets(),
            Self::Webhook(config) => config.secrets(),
        };
        for (field, secret) in secrets {
            value[field] = Value::from(secret);
        }
        if let Self::Webhook(config) = self
            && let Some(headers) = config.secret_headers()
        {
            value["headers"] = headers;
        }
        value
    }
}

/// What all channels share: the outgoing client, the addresses of our pages, the paces of the places they write to.
/// Made once; a clone shares them.
#[derive(Clone, Debug)]
pub struct Kit {
    pub(crate) outgoing: Outgoing,
    pub(crate) links: Option<Links>,
    pub(crate) paces: Paces,
    pub(crate) mail_trust: MailTrust,
}

impl Kit {
    /// Messages hold links where the public address is known.
    pub fn new(outgoing: Outgoing, links: Option<Links>) -> Self {
        Self { outgoing, links, paces: Paces::default(), mail_trust: MailTrust::default() }
    }

    /// Builds what delivers to a channel: checks the configuration, sends nothing. Cheap enough for each delivery.
    pub fn build(&self, config: &ChannelConfig) -> Result<Arc<dyn Notifier>, ConfigError> {
        Ok(match config {
            ChannelConfig::Alertmanager(config) => Arc::new(Alertmanager::new(self, config)?),
            ChannelConfig::Discord(config) => Arc::new(Discord::new(self, config)?),
            ChannelConfig::Email(config) => Arc::new(Email::new(self, config)?),
            ChannelConfig::Exec(config) => Arc::new(Exec::new(self, config)?),
            ChannelConfig::JiraServiceManagement(config) => Arc::new(config.notifier(self)?),
            ChannelConfig::Ntfy(config) => Arc::new(Ntfy::new(self, config)?),
            ChannelConfig::Opsgenie(config) => Arc::new(Opsgenie::new(self, config)?),
            ChannelConfig::Pagerduty(config) => Arc::new(Pagerduty::new(self, config)?),
            ChannelConfig::Slack(config) => Arc::new(Slack::new(self, config)?),
            ChannelConfig::SlackWebhook(config) => Arc::new(SlackWebhook::new(self, config)?),
            ChannelConfig::Teams(config) => Arc::new(Teams::new(self, config)?),
            ChannelConfig::Telegram(config) => Arc::new(Telegram::new(self, config)?),
            ChannelConfig::Webhook(config) => Arc::new(Webhook::new(self, config)?),
        })
    }
}

/// Where a receiver's API is: as configured, else its own place.
pub(crate) fn base(api_url: Option<&Target>, own: &str) -> Result<Target, ConfigError> {
    match api_url {
        Some(target) => Ok(target.clone()),
        None => Target::parse(own).map_err(|problem| ConfigError::field("api_url", &problem)),
    }
}

/// The value of an `Authorization` header: `Bearer t0ken`.
pub(crate) fn credential(
    field: &'static str,
    scheme: &str,
    secret: &str,
) -> Result<HeaderValue, ConfigError> {
    let mut value = HeaderValue::from_str(&format!("{scheme} {secret}"))
        .map_err(|_| ConfigError::field(field, &"must be printable ASCII"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// A secret that can serve: there, and not the mask that was shown.
pub(crate) fn usable<'a>(field: &'static str, secret: &'a Secret) -> Result<&'a str, ConfigError> {
    match secret.expose() {
        "" => Err(ConfigError::field(field, &"must not be empty")),
        MASK => Err(ConfigError::field(field, &format!("is the mask '{MASK}' and no secret"))),
        text => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::PrivateTargets;

    fn slack() -> Value {
        json!({ "kind": "slack", "token": "xoxb-t0ken", "channel": "C1", "mention": "U9" })
    }

    fn webhook() -> Value {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        json!({ "kind": "webhook", "url": "https://me:pa55@h.example/in?key=t0p", "secret": secret })
    }

    fn email() -> Value {
        json!({
            "kind": "email", "host": "mail.example.org", "from": "punctual@example.org", "to": ["ops@example.org"],
            "username": "punctual", "password": "s3cret",
        })
    }

    fn exec() -> Value {
        json!({ "kind": "exec", "command": "/bin/true", "args": ["********"] })
    }

    fn ntfy() -> Value {
        json!({ "kind": "ntfy", "topic": "ops", "token": "tk_s3cret" })
    }

    fn telegram() -> Value {
        json!({ "kind": "telegram", "token": "123456:xoxb-t0ken", "chat_id": "-1001" })
    }

    fn shape(value: Value) -> String {
        ChannelConfig::parse(value).expect_err("refused").to_string()
    }

    fn without(mut value: Value, field: &str) -> Value {
        value.as_object_mut().expect("an object").remove(field);
        value
    }

    /// One of each kind, in the order of [`KINDS`].
    fn each() -> Vec<Value> {
        let hook = "https://h.example/services/t0p";
        vec![
            json!({ "kind": "alertmanager", "url": "https://me:pa55@h.example", "token": "t0ken", "labels": { "a": "b" } }),
            json!({ "kind": "discord", "url": hook, "username": "Punctual" }),
            email(),
            exec(),
            json!({ "kind": "jira_service_management", "api_key": "t0ken", "tags": ["a"],
                "responders": [{ "type": "team", "id": "1" }] }),
            ntfy(),
            json!({ "kind": "opsgenie", "api_key": "t0ken", "region": "eu", "responders": [{ "type": "user", "username": "a@b" }] }),
            json!({ "kind": "pagerduty", "routing_key": "t0ken".repeat(7).split_at(32).0, "region": "eu" }),
            slack(),
            json!({ "kind": "slack_webhook", "url": hook, "mention": "U9" }),
            json!({ "kind": "teams", "url": hook }),
            telegram(),
            webhook(),
        ]
    }

    #[test]
    fn each_kind_is_listed_and_builds_from_its_own_unmasked_form() {
        let kit = Kit::new(Outgoing::new(PrivateTargets::Refused).expect("a client"), None);
        assert_eq!(each().len(), KINDS.len());
        for (value, kind) in each().into_iter().zip(KINDS) {
            let config = ChannelConfig::parse(value).expect("reads");
            let again = ChannelConfig::parse(config.unmasked()).expect("reads back");
            assert_eq!((config.kind(), again.unmasked()), (kind, config.unmasked()));
            kit.build(&again).expect("builds");
        }
    }

    #[test]
    fn unknown_and_missing_fields_and_kinds_are_named() {
        let mut odd = slack();
        odd["chanel"] = json!("C1");
        assert!(shape(odd).starts_with("unknown field `chanel`"));
        assert_eq!(shape(without(slack(), "token")), "missing field `token`");
        assert_eq!(shape(without(webhook(), "secret")), "missing field `secret`");
        assert_eq!(
            shape(json!({ "kind": "pager" })),
            format!("unknown variant `pager`, expected one of `{}`", KINDS.join("`, `"))
        );
        assert_eq!(shape(json!({ "url": "https://h.example" })), "missing field `kind`");
    }

    #[test]
    fn a_value_of_the_wrong_type_is_named_by_its_field_and_never_quoted() {
        let with = |mut value: Value, field: &str, wrong: Value| {
            value[field] = wrong;
            shape(value)
        };
        let pagerduty = json!({ "kind": "pagerduty", "routing_key": "a" });
        assert_eq!(with(pagerduty, "routing_key", json!(1_234_567)), "routing_key must be a string");
        assert_eq!(with(email(), "port", json!("s3cret")), "port must be u16");
        assert_eq!(
            with(email(), "encryption", json!("s3cret")),
            "encryption must be one of `tls`, `starttls`, `none`"
        );
        assert_eq!(with(email(), "to", json!(["a@b", 1_234_567])), "to must be a string");
        assert_eq!(with(email(), "to", json!("s3cret, expected")), "to must be a sequence");
        let both = json!({ "kind": "slack", "token": 1_234_567, "channel": 1_234_567 });
        assert_eq!(shape(both), "a field must be a string");
        for odd in [json!("s3cret"), json!(1_234_567), json!(["s3cret"]), json!({ "kind": 1_234_567 })] {
            let told = shape(odd);
            assert!(!told.contains("s3cret") && !told.contains("1234567"), "{told}");
        }
    }

    #[test]
    fn what_cannot_serve_is_named_before_anything_is_sent() {
        let kit = Kit::new(Outgoing::new(PrivateTargets::Refused).expect("a client"), None);
        let problem = |value: Value| {
            let config = ChannelConfig::parse(value).expect("reads");
            kit.build(&config).err().expect("refused").to_string()
        };
        let nobody = json!([{ "type": "team" }]);
        let by_name = json!([{ "type": "team", "name": "ops" }]);
        let opsgenie =
            |field: &str, value: Value| json!({ "kind": "opsgenie", "api_key": "k", field: value });
        let jsm = json!({ "kind": "jira_service_management", "api_key": "k", "responders": by_name });
        let labels = json!({ "kind": "alertmanager", "url": "https://h.example", "labels": { "a-b": "c" } });
        for (value, field) in [
            (
                json!({ "kind": "pagerduty", "routing_key": "short" }),
                "routing_key must be an integration key",
            ),
            (opsgenie("responders", nobody), "responders must be at most 50, each with one of id, name"),
            (
                opsgenie("tags", json!(["x".repeat(51)])),
                "tags must be at most 10, each of 1 to 50 characters",
            ),
            (opsgenie("api_key", json!("two\nlines")), "api_key must be printable ASCII"),
            (jsm, "responders must be named by their id"),
            (labels, "labels must be at most 20: names of letters"),
            (
                json!({ "kind": "discord", "url": "https://h.example", "username": "Clyde" }),
                "username must have",
            ),
            (
                json!({ "kind": "slack_webhook", "url": "https://h.example", "mention": "@bob" }),
                "mention must be",
            ),
        ] {
            assert!(problem(value.clone()).starts_with(field), "{}", problem(value));
        }
    }

    #[test]
    fn secrets_are_shown_nowhere() {
        for value in each() {
            let config = ChannelConfig::parse(value).expect("reads");
            let shown = format!("{config:?} {}", json!(config));
            for secret in ["xoxb", "t0ken", "pa55", "t0p", "MfKQ", "s3cret"] {
                assert!(!shown.contains(secret), "{shown}");
            }
            assert!(shown.contains(MASK));
        }
    }

    #[test]
    fn a_masked_configuration_that_comes_back_is_refused() {
        let kit = Kit::new(Outgoing::new(PrivateTargets::Refused).expect("a client"), None);
        let shown = json!(ChannelConfig::parse(slack()).expect("reads"));
        let config = ChannelConfig::parse(shown).expect("reads");
        let problem = kit.build(&config).err().expect("refused").to_string();
        assert_eq!(problem, "token is the mask '********' and no secret");
        let shown = json!(ChannelConfig::parse(webhook()).expect("reads"));
        assert!(shape(shown).contains("in place of a secret"));
    }
}
