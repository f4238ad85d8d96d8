//! What the adapters of Amazon services share: which region and endpoint, whose credentials, how long a call may take.
//! No adapter of a service is here but the one for secrets.
#![warn(missing_docs)]

mod secrets;
mod settings;

pub use aws_config::SdkConfig;
pub use secrets::{NoSecret, SecretName, secret};
pub use settings::{Settings, StaticKeys, load};
