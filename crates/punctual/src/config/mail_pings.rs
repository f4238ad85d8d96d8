//! Mails as pings: where they are taken, at which domain, and with what certificate.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Result, bail};
use mail::MailDomain;

use super::{Layers, refuse, text, typed};

/// What is set about mails.
#[derive(Clone, Debug)]
pub(crate) struct MailPings {
    /// The domain of the addresses.
    pub(crate) domain: MailDomain,
    /// Where this process takes them, if it does: another may.
    pub(crate) listen: Option<SocketAddr>,
    /// Certificate and key of their own; else the server's are used, where it has any.
    pub(crate) tls: Option<(PathBuf, PathBuf)>,
}

/// Reads the settings; `None` where no domain is set, which is how it is switched off.
pub(super) fn read(layers: &Layers) -> Result<Option<MailPings>> {
    let listen = typed(layers, "mail_pings.listen", "an address such as 0.0.0.0:2525")?;
    let tls = tls(layers)?;
    let Some(given) = text(layers, "mail_pings.domain")? else {
        if listen.is_some() {
            bail!("setting mail_pings.listen needs mail_pings.domain: the domain of the addresses");
        }
        return Ok(None);
    };
    let wanted = "a domain such as ping.example.org";
    let domain =
        MailDomain::parse(&given).ok_or_else(|| refuse(layers, "mail_pings.domain", &given, wanted))?;
    Ok(Some(MailPings { domain, listen, tls }))
}

fn tls(layers: &Layers) -> Result<Option<(PathBuf, PathBuf)>> {
    match (text(layers, "mail_pings.tls_cert")?, text(layers, "mail_pings.tls_key")?) {
        (None, None) => Ok(None),
        (Some(cert), Some(key)) => Ok(Some((cert.into(), key.into()))),
        _ => bail!("settings mail_pings.tls_cert and mail_pings.tls_key go together: set both or neither"),
    }
}
