//! A local command, told every notice: facts in its environment, the payload of webhooks on its standard input, nothing
//! that a job wrote on its command line.
//!
//! Whoever can set this up can run programs on this machine: it is taken from the configuration file only, see
//! [`crate::ChannelConfig::is_local_only`]. A command is not told twice on purpose, but may be: `PUNCTUAL_DELIVERY` is
//! the same at every attempt.

mod facts;
mod process;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use app::ports::{DeliveryError, Notifier, Parcel, Receipt};
use async_trait::async_trait;
use nix::unistd::{AccessFlags, access};
use serde::{Deserialize, Serialize};

use crate::channel::{ConfigError, Kit};
use crate::links::Links;
use crate::webhook::payload;

use process::{Outcome, Trouble};

/// Most seconds that a command may take.
pub const TIMEOUT_SECONDS_MAX: u64 = 20;
/// Most arguments, and most bytes of one.
const ARGUMENTS_MAX: usize = 50;
const ARGUMENT_BYTES_MAX: usize = 4096;
/// By `sysexits.h`: it may work later.
const EX_TEMPFAIL: i32 = 75;

const fn default_timeout() -> u64 {
    10
}

/// How a command is configured.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecConfig {
    /// The program: an absolute path.
    pub command: PathBuf,
    /// Its arguments, as they are: no shell reads them, nothing is put into them.
    #[serde(default)]
    pub args: Vec<String>,
    /// Seconds until it is ended together with all that it started; 1 to [`TIMEOUT_SECONDS_MAX`].
    #[serde(default = "default_timeout")]
    pub timeout_seconds: u64,
}

/// Delivers to one command.
#[derive(Debug)]
pub struct Exec {
    command: PathBuf,
    args: Vec<String>,
    timeout: Duration,
    links: Option<Links>,
}

impl Exec {
    /// Checks the configuration; runs nothing.
    pub fn new(kit: &Kit, config: &ExecConfig) -> Result<Self, ConfigError> {
        let has_nul = |text: &str| text.contains('\0');
        if !config.command.is_absolute() || config.command.to_str().is_none_or(has_nul) {
            return Err(ConfigError::field(
                "command",
                &"must be an absolute path such as /usr/local/bin/tell",
            ));
        }
        let good = |argument: &String| argument.len() <= ARGUMENT_BYTES_MAX && !has_nul(argument);
        if config.args.len() > ARGUMENTS_MAX || !config.args.iter().all(good) {
            let problem =
                format!("must be at most {ARGUMENTS_MAX} texts of {ARGUMENT_BYTES_MAX} bytes without nul");
            return Err(ConfigError::field("args", &problem));
        }
        if !(1..=TIMEOUT_SECONDS_MAX).contains(&config.timeout_seconds) {
            let problem = format!("must be 1 to {TIMEOUT_SECONDS_MAX}");
            return Err(ConfigError::field("timeout_seconds", &problem));
        }
        Ok(Self {
            command: config.command.clone(),
            args: config.args.clone(),
            timeout: Duration::from_secs(config.timeout_seconds),
            links: kit.links.clone(),
        })
    }
}

#[async_trait]
impl Notifier for Exec {
    async fn deliver(&self, parcel: &Parcel<'_>) -> Result<Receipt, DeliveryError> {
        let payload = payload(parcel.notice, self.links.as_ref());
        let input =
            serde_json::to_vec(&payload).map_err(|_| DeliveryError::permanent("the message is no json"))?;
        let facts = facts::of(parcel, &payload.r#type, self.links.as_ref());
        let mut command = process::command(&self.command, &self.args, facts);
        match process::run(&mut command, &input, self.timeout).await {
            Ok(outcome) => meaning(&outcome),
            Err(Trouble::Slow) => Err(DeliveryError::transient(format!(
                "the command took longer than {} s and was ended",
                self.timeout.as_secs()
            ))),
            Err(Trouble::Start(error)) => Err(start(&error)),
        }
    }

    async fn check(&self) -> Result<Receipt, DeliveryError> {
        if !is_file(&self.command) {
            return Err(DeliveryError::broken("the command is no file"));
        }
        access(&self.command, AccessFlags::X_OK)
            .map_err(|_| DeliveryError::broken("the command may not be run: chmod +x"))?;
        Ok(Receipt { answer: "the command is there and can be run".to_owned() })
    }
}

fn is_file(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| found.is_file())
}

fn start(error: &io::Error) -> DeliveryError {
    match error.kind() {
        io::ErrorKind::NotFound => DeliveryError::broken("the command is not there"),
        io::ErrorKind::PermissionDenied => DeliveryError::broken("the command may not be run"),
        _ => DeliveryError::transient(format!("the command cannot be started: {error}")),
    }
}

fn meaning(outcome: &Outcome) -> Result<Receipt, DeliveryError> {
    let said = if outcome.said.is_empty() { String::new() } else { format!(": {}", outcome.said) };
    match outcome.code {
        Some(0) => Ok(Receipt { answer: "exit 0".to_owned() }),
        Some(EX_TEMPFAIL) => Err(DeliveryError::transient(format!("exit {EX_TEMPFAIL}{said}"))),
        Some(code) => Err(DeliveryError::permanent(format!("exit {code}{said}"))),
        None => Err(DeliveryError::transient(format!("the command was ended by a signal{said}"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::http::{Outgoing, PrivateTargets};

    #[test]
    fn what_cannot_be_a_command_is_named() {
        let kit = Kit::new(Outgoing::new(PrivateTargets::Refused).expect("a client"), None);
        let problem = |config: Value| {
            let config: ExecConfig = serde_json::from_value(config).expect("reads");
            Exec::new(&kit, &config).expect_err("refused").to_string()
        };
        let path = "command must be an absolute path such as /usr/local/bin/tell";
        assert_eq!(problem(json!({ "command": "tell" })), path);
        assert_eq!(problem(json!({ "command": "/bin/a\u{0}b" })), path);
        let args = "args must be at most 50 texts of 4096 bytes without nul";
        assert_eq!(problem(json!({ "command": "/bin/sh", "args": ["a\u{0}"] })), args);
        assert_eq!(problem(json!({ "command": "/bin/sh", "args": vec!["x"; 51] })), args);
        let timeout = "timeout_seconds must be 1 to 20";
        assert_eq!(problem(json!({ "command": "/bin/sh", "timeout_seconds": 21 })), timeout);
    }

    #[test]
    fn what_an_exit_means() {
        let means = |code| meaning(&Outcome { code, said: "no disk".to_owned() });
        assert_eq!(means(Some(0)).expect("delivered").answer, "exit 0");
        assert_eq!(means(Some(75)), Err(DeliveryError::transient("exit 75: no disk")));
        assert_eq!(means(Some(1)), Err(DeliveryError::permanent("exit 1: no disk")));
        assert_eq!(means(None), Err(DeliveryError::transient("the command was ended by a signal: no disk")));
    }
}
