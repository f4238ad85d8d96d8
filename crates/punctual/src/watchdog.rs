//! Who outside is let know that this process is well.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use app::ports::Outsider;
use notify::{HttpOutsider, PrivateTargets, Target};

use crate::config::Config;

/// Whoever the configuration names. An error does not quote the address: it is as good as a password.
pub(crate) fn outsider(config: &Config) -> Result<Option<Arc<dyn Outsider>>> {
    let Some(url) = &config.watchdog_url else { return Ok(None) };
    let target = Target::parse(url).context("setting watchdog_url")?;
    let targets: PrivateTargets = config
        .allow_private_targets
        .parse()
        .map_err(|error| anyhow!("setting allow_private_targets: {error}"))?;
    Ok(Some(Arc::new(HttpOutsider::new(targets, target)?)))
}
