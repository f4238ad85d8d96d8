//! Secrets that stand elsewhere: in a file, or in Secrets Manager. They are read when the configuration is, and again
//! while the server runs.

use std::path::PathBuf;

use anyhow::{Context, Result};

const FILE: &str = "file:";
const MANAGER: &str = "aws-secretsmanager:";

/// Whether a value only says where the secret is.
pub(crate) fn is_elsewhere(value: &str) -> bool {
    value.starts_with(FILE) || value.starts_with(MANAGER)
}

/// The secret: what is in the file or in Secrets Manager, where the value says so, or the value itself.
pub(crate) fn reveal(value: &str, region: Option<&str>) -> Result<String> {
    if let Some(name) = value.strip_prefix(MANAGER) {
        return managed(name, region);
    }
    let Some(path) = value.strip_prefix(FILE) else { return Ok(value.to_owned()) };
    let path = PathBuf::from(path);
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// Asked on a thread of its own: the configuration is read with and without a runtime.
#[cfg(feature = "aws")]
fn managed(name: &str, region: Option<&str>) -> Result<String> {
    let named = aws::SecretName::parse(name);
    let named =
        named.with_context(|| format!("'{MANAGER}{name}' must be {MANAGER}NAME or {MANAGER}NAME#field"))?;
    let settings = aws::Settings { region: region.map(str::to_owned), ..aws::Settings::default() };
    let asking = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(runtime.block_on(aws::secret(&settings, &named))?)
    });
    asking.join().unwrap_or_else(|_| anyhow::bail!("asking Secrets Manager broke off"))
}

#[cfg(not(feature = "aws"))]
fn managed(_: &str, _: Option<&str>) -> Result<String> {
    anyhow::bail!("this program was built without the feature aws, and cannot ask Secrets Manager")
}
