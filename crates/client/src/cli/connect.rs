//! Which server, with which key: the flags every subcommand shares.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};

use crate::api::{Api, CallError, Limits};
use crate::key::{BadKey, Key, SecretText};
use crate::server::{BadAddress, Server};

const DEFAULT_SERVER: &str = "http://127.0.0.1:3000";

/// Flags that say where the server is and who asks.
// Texts are taken as the system gives them and judged later: `exec` must run its command whatever is in them.
#[derive(Args, Clone, Debug, Default)]
pub struct ServerArgs {
    /// Address of the server
    #[arg(
        long,
        help = "Address of the server [default: http://127.0.0.1:3000]",
        env = "PUNCTUAL_URL",
        value_name = "URL",
        help_heading = "Server"
    )]
    server: Option<OsString>,
    /// File that holds the API key; goes before the other two
    #[arg(long, value_name = "FILE", help_heading = "Server")]
    key_file: Option<PathBuf>,
    /// API key (others can see it in the list of processes: rather use a file or the variable)
    #[arg(long, env = "PUNCTUAL_API_KEY", hide_env_values = true, value_name = "KEY", help_heading = "Server",
          value_parser = OsStringValueParser::new().map(SecretText::from))]
    key: Option<SecretText>,
    /// Name of the header the key goes in
    #[arg(long, env = "PUNCTUAL_API_KEY_HEADER", value_name = "NAME", help_heading = "Server", hide = true)]
    key_header: Option<OsString>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum BadServer {
    #[error(transparent)]
    Address(#[from] BadAddress),
    #[error(transparent)]
    Key(#[from] BadKey),
    #[error(transparent)]
    Call(#[from] CallError),
}

impl ServerArgs {
    /// The address as it was given, or the one that is used where none was; none where it is no text.
    pub(crate) fn address(&self) -> Option<&str> {
        self.server
            .as_ref()
            .filter(|server| !server.is_empty())
            .map_or(Some(DEFAULT_SERVER), |server| server.to_str())
    }

    /// Whether an address was given by flag or variable.
    pub(crate) fn names_a_server(&self) -> bool {
        self.server.as_ref().is_some_and(|server| !server.is_empty())
    }

    /// The file that holds the key, where one was given.
    pub(crate) fn key_file(&self) -> Option<&Path> {
        self.key_file.as_deref()
    }
}

pub(crate) fn server_of(args: &ServerArgs) -> Result<Server, BadAddress> {
    let given = args.server.as_ref().filter(|server| !server.is_empty());
    Server::parse(&given.map_or(DEFAULT_SERVER.into(), |server| server.to_string_lossy()))
}

pub(crate) fn key_of(args: &ServerArgs) -> Result<Option<Key>, BadKey> {
    let header = args.key_header.as_ref().map(|header| header.to_string_lossy());
    if let Some(path) = &args.key_file {
        return Key::from_file(path, header.as_deref());
    }
    args.key.clone().map_or(Ok(None), |text| Key::from_text(text, header.as_deref()))
}

pub(crate) fn connect(args: &ServerArgs, limits: Limits) -> Result<Api, BadServer> {
    Ok(Api::new(server_of(args)?, key_of(args)?, limits)?)
}

/// One thread is plenty for one call after the other.
pub(crate) fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}
