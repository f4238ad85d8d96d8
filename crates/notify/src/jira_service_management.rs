//! Jira Service Management: the integration events API of its Operations, which is Opsgenie's Alert API at another
//! place, for the accounts that moved there.
//!
//! Only where it is and how it is configured stand here; the rest is [`crate::opsgenie`].

use serde::{Deserialize, Serialize};

use crate::channel::{ConfigError, Kit, base};
use crate::opsgenie::{Api, Extras, Opsgenie, Responder};
use crate::secret::Secret;
use crate::target::Target;

/// Where the API is.
pub const API_URL: &str = "https://api.atlassian.com/jsm/ops/integration";

/// How a channel to Jira Service Management is configured.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JiraServiceManagementConfig {
    /// The key of an API integration; no API token of a user.
    pub api_key: Secret,
    /// Another place than [`API_URL`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_url: Option<Target>,
    /// Who is called, where the integration does not say, each by its id; at most 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub responders: Vec<Responder>,
    /// Tags of every alert, at most 10, each at most 50 characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

impl JiraServiceManagementConfig {
    pub(crate) fn secrets(&self) -> Vec<(&'static str, String)> {
        let mut secrets = vec![("api_key", self.api_key.expose().to_owned())];
        secrets.extend(self.api_url.iter().map(|target| ("api_url", target.url().to_string())));
        secrets
    }

    /// Checks the configuration; sends nothing.
    pub(crate) fn notifier(&self, kit: &Kit) -> Result<Opsgenie, ConfigError> {
        if self.responders.iter().any(|responder| responder.id.is_none()) {
            return Err(ConfigError::field("responders", &"must be named by their id"));
        }
        let base = base(self.api_url.as_ref(), API_URL)?;
        let api = Api::new(kit.outgoing.clone(), base, &self.api_key, "jira service management")?;
        Ok(Opsgenie::at(kit, api, Extras::checked(&self.responders, &self.tags)?))
    }
}
