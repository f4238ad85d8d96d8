//! What a stored configuration of a channel means: the kinds of `notify`, their secrets sealed.
//!
//! Stored is `{ "kind", "shown", "sealed" }`: what people see of it, and all of it sealed.

use std::sync::Arc;

use app::ports::{ChannelKinds, Notifier};
use domain::Problem;
use notify::{ChannelConfig, ConfigError, Kit, MASK};
use serde_json::{Map, Value, json};

use super::sealing::Seal;

/// Most bytes of a configuration.
const CONFIG_BYTES_MAX: usize = 64 * 1024;

/// Where a kind's secrets go, by field.
const ADDRESSES: [&str; 8] = ["url", "api_url", "server", "host", "port", "region", "encryption", "tls_ca"];

/// The kinds, what builds them, and what seals them.
#[derive(Debug)]
pub(crate) struct Kinds {
    kit: Kit,
    /// None in a command that delivers nothing.
    seal: Option<Seal>,
}

impl Kinds {
    pub(crate) fn new(kit: Kit, seal: Option<Seal>) -> Self {
        Self { kit, seal }
    }

    /// The configuration with its secrets.
    fn opened(&self, stored: &Value) -> Result<Value, String> {
        let sealed = stored["sealed"].as_str().ok_or("its configuration is missing")?;
        let text = self.seal()?.open(sealed).map_err(|problem| problem.to_string())?;
        serde_json::from_str(&text).map_err(|_| "its configuration is damaged".to_owned())
    }

    fn seal(&self) -> Result<&Seal, String> {
        self.seal.as_ref().ok_or_else(|| "the key of this installation was not read".to_owned())
    }

    /// What was given, with the secrets that came back masked, which go where they went before and nowhere else: who may
    /// change a channel may not have its secrets sent to an address of their own.
    fn restored(&self, given: Value, before: &Value) -> Result<ChannelConfig, Vec<Problem>> {
        let whole = self.opened(before).map_err(|problem| vec![Problem::new("config", problem)])?;
        let config = ChannelConfig::parse(unmasked(given, &before["shown"], &whole));
        let config = config.map_err(|problem| problems(&problem))?;
        let goes = config.unmasked();
        match ADDRESSES.into_iter().find(|field| goes[*field] != whole[*field]) {
            Some(field) => Err(vec![Problem::new(
                format!("config.{field}"),
                format!("cannot change while secrets are given as {MASK}: give them anew"),
            )]),
            None => Ok(config),
        }
    }

    fn parsed(&self, stored: &Value) -> Result<ChannelConfig, String> {
        ChannelConfig::parse(self.opened(stored)?).map_err(|problem| problem.to_string())
    }
}

impl ChannelKinds for Kinds {
    fn read(&self, config: Value, before: Option<&Value>) -> Result<Value, Vec<Problem>> {
        let flaw = |problem: String| vec![Problem::new("config", problem)];
        if config.to_string().len() > CONFIG_BYTES_MAX {
            return Err(flaw(format!("must have at most {CONFIG_BYTES_MAX} bytes")));
        }
        let comes_back = config.to_string().contains(MASK);
        let config = match before.filter(|before| comes_back && before["kind"] == config["kind"]) {
            Some(before) => self.restored(config, before)?,
            None => ChannelConfig::parse(config).map_err(|problem| problems(&problem))?,
        };
        if config.is_local_only() {
            return Err(vec![Problem::new(
                "kind",
                format!("{} runs a local command: make it in the configuration file", config.kind()),
            )]);
        }
        self.kit.build(&config).map_err(|problem| problems(&problem))?;
        let seal = self.seal().map_err(flaw)?;
        let sealed =
            seal.seal(&config.unmasked().to_string()).map_err(|problem| flaw(problem.to_string()))?;
        Ok(json!({ "kind": config.kind(), "shown": config, "sealed": sealed }))
    }

    fn same(&self, one: &Value, other: &Value) -> bool {
        self.opened(one).is_ok_and(|one| self.opened(other).is_ok_and(|other| one == other))
    }

    fn build(&self, stored: &Value) -> Result<Arc<dyn Notifier>, String> {
        let config = self.parsed(stored)?;
        self.kit.build(&config).map_err(|problem| problem.to_string())
    }

    fn shown(&self, stored: &Value) -> Value {
        stored["shown"].clone()
    }

    fn kind(&self, stored: &Value) -> &'static str {
        let kind = stored["kind"].as_str().unwrap_or_default();
        notify::channel::KINDS.into_iter().find(|known| *known == kind).unwrap_or("unknown")
    }
}

/// What was given, with secrets that came back as they were shown being what they were.
fn unmasked(given: Value, shown: &Value, whole: &Value) -> Value {
    match given {
        Value::Object(fields) => {
            let mend = |(name, value): (String, Value)| {
                let mended = unmasked(value, &shown[&name], &whole[&name]);
                (name, mended)
            };
            Value::Object(fields.into_iter().map(mend).collect::<Map<_, _>>())
        }
        Value::String(text) if text.contains(MASK) && shown.as_str() == Some(&text) => whole.clone(),
        other => other,
    }
}

fn problems(problem: &ConfigError) -> Vec<Problem> {
    match problem {
        ConfigError::Shape(text) => vec![Problem::new("config", text.clone())],
        ConfigError::Field { field, problem } => {
            vec![Problem::new(format!("config.{field}"), problem.clone())]
        }
    }
}

#[cfg(test)]
mod tests {
    use notify::{Outgoing, PrivateTargets};

    use super::*;

    fn kinds() -> Kinds {
        let outgoing = Outgoing::new(PrivateTargets::Refused).expect("a client");
        Kinds::new(Kit::new(outgoing, None), Some(Seal::new([3; 32]).expect("a key")))
    }

    fn webhook(url: &str, secret: &str) -> Value {
        json!({ "kind": "webhook", "url": url, "secret": secret })
    }

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    #[test]
    fn nothing_that_is_stored_or_shown_holds_a_secret() {
        let kinds = kinds();
        let stored = kinds.read(webhook("https://me:pa55@h.example/in?k=t0p", SECRET), None).expect("reads");
        for secret in ["pa55", "t0p", "MfKQ"] {
            assert!(!stored.to_string().contains(secret), "{stored}");
        }
        assert_eq!((kinds.kind(&stored), kinds.shown(&stored)["secret"].clone()), ("webhook", json!(MASK)));
        kinds.build(&stored).expect("builds");
    }

    #[test]
    fn a_secret_that_comes_back_masked_stays_and_one_of_another_channel_does_not() {
        let kinds = kinds();
        let stored = kinds.read(webhook("https://me:pa55@h.example/in", SECRET), None).expect("reads");
        let mut shown = kinds.shown(&stored);
        shown["kind"] = json!("webhook");
        let again = kinds.read(shown.clone(), Some(&stored)).expect("reads");
        assert_eq!(kinds.opened(&again), kinds.opened(&stored));
        assert!(kinds.read(shown, None).is_err(), "there is nothing it could stay");
    }

    #[test]
    fn a_secret_that_comes_back_masked_goes_to_no_other_address() {
        let kinds = kinds();
        let slack = |api_url: &str, token: &str| json!({ "kind": "slack", "token": token, "channel": "C1", "api_url": api_url });
        let stored = kinds.read(slack("https://slack.example/api", "xoxb-1-secret"), None).expect("reads");
        let stolen = kinds.read(slack("https://evil.example/api", MASK), Some(&stored)).expect_err("refused");
        assert_eq!(stolen[0].field, "config.api_url");
        let moved = kinds.read(slack("https://other.example/api", "xoxb-2-secret"), Some(&stored));
        moved.expect("a token that is given anew goes anywhere");
        let mut renamed = slack("https://slack.example/api", MASK);
        renamed["channel"] = json!("C2");
        kinds.read(renamed, Some(&stored)).expect("nothing goes elsewhere");
    }

    #[test]
    fn a_channel_whose_key_was_lost_takes_secrets_that_are_given_anew() {
        let stored = kinds().read(webhook("https://h.example/in", SECRET), None).expect("reads");
        let other = Outgoing::new(PrivateTargets::Refused).expect("a client");
        let other = Kinds::new(Kit::new(other, None), Some(Seal::new([4; 32]).expect("a key")));
        other.read(webhook("https://h.example/in", SECRET), Some(&stored)).expect("reads");
        assert!(other.read(webhook("https://h.example/in", MASK), Some(&stored)).is_err());
    }

    #[test]
    fn what_cannot_serve_is_told_by_its_field() {
        let kinds = kinds();
        let told = |config: Value| {
            let problems = kinds.read(config, None).expect_err("refused");
            problems
                .into_iter()
                .map(|it| format!("{}: {}", it.field, it.problem))
                .collect::<Vec<_>>()
                .join("; ")
        };
        assert!(
            told(json!({ "kind": "pager" })).starts_with("config: unknown variant `pager`, expected one of")
        );
        assert!(told(webhook("https://h.example", "short")).starts_with("config.secret: "));
        assert_eq!(
            told(json!({ "kind": "exec", "command": "/bin/true" })),
            "kind: exec runs a local command: make it in the configuration file"
        );
    }
}
