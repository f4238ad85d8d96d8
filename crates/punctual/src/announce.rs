//! What a start says to people: where it listens, and how to begin.

use std::fs::OpenOptions;
use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use app::{App, Caller};

use crate::cli::say;
use crate::config::{Config, StoreChoice};

/// Where people reach this process's API.
pub(crate) fn base(config: &Config, address: SocketAddr) -> String {
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    format!("{scheme}://{address}")
}

/// On a first start without keys makes the first one, and prints it (to a terminal only; else the file that holds it)
/// with a call to try. Before the server is ready: who sees that it is may go and fetch the key.
pub(crate) async fn tell_first_key(config: &Config, app: &App, base: &str) -> Result<()> {
    let Some(issued) = app.first_key().await? else { return Ok(()) };
    match first_call(config, base, &issued.secret) {
        Ok(told) => say(&told),
        // A key that nobody was told must not keep the next start from making one.
        Err(error) => {
            app.revoke_key(&Caller::local(issued.record.project), &issued.record.id).await?;
            return Err(error);
        }
    }
    Ok(())
}

/// Prints the one line that says where it listens.
pub(crate) fn announce(config: &Config, base: Option<&str>) {
    let data = match &config.store {
        StoreChoice::Sqlite => config.data_dir.display().to_string(),
        StoreChoice::Dynamodb(tables) => format!("the tables {}", tables.names.join(", ")),
    };
    match base {
        Some(base) => say(&format!("punctual listens on {base} (data in {data})")),
        None => say(&format!("punctual works without the role api (data in {data})")),
    }
}

fn first_call(config: &Config, base: &str, secret: &str) -> Result<String> {
    let (told, key) = if std::io::stdout().is_terminal() {
        (format!("The first key, shown once: {secret}"), secret.to_owned())
    } else {
        let file = write_key(&config.data_dir, secret)?;
        (format!("The first key is in {}", file.display()), format!("$(cat '{}')", file.display()))
    };
    let call = format!(
        "curl -H \"{}: {key}\" -H 'content-type: application/json' {base}{}/schedulers/register \\\n  -d '{}'",
        config.api_key_header,
        config.api_prefix.as_str(),
        r#"{"scheduler_id":"nightly","service_name":"billing","job_name":"nightly","schedule":{"cron":"0 2 * * *"}}"#,
    );
    Ok(format!("{told}\nTry:\n{call}"))
}

/// A file that nobody else can read; one that is there already is replaced.
fn write_key(directory: &Path, secret: &str) -> Result<PathBuf> {
    let path = directory.join("first-admin-key");
    let doing = || format!("cannot write the first key to {}", path.display());
    let _ = std::fs::remove_file(&path);
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).with_context(doing)?;
    writeln!(file, "{secret}").with_context(doing)?;
    Ok(path)
}
