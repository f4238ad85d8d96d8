//! Opens the door for mails, where people set one.

use std::sync::Arc;

use anyhow::{Context, Result};
use app::roles::Crew;
use mail::{Bounds, Certificates, Settings, Site};
use tokio::net::TcpListener;
use web::WebState;
use web::serve::Tls;

use crate::config::{Config, MailPings};

/// The port for mails, where this process takes any.
pub(super) async fn bind(config: &Config) -> Result<Option<TcpListener>> {
    let wanted = wanted(config).and_then(|mails| mails.listen);
    match wanted {
        Some(address) => Ok(Some(super::bind(address).await.context("setting mail_pings.listen")?)),
        None => Ok(None),
    }
}

/// Takes mails from here on.
pub(super) async fn open(
    config: &Config,
    state: &WebState,
    listener: TcpListener,
    served: Option<Tls>,
    crew: &Crew,
) -> Result<()> {
    let Some(mails) = wanted(config) else { return Ok(()) };
    let own = super::tls(mails.tls.clone(), state.app(), crew).await;
    let tls = own.context("settings mail_pings.tls_cert and mail_pings.tls_key")?.or(served);
    let told = (listener.local_addr()?, &mails.domain);
    crate::cli::say(&format!("punctual takes mails on {} for {}", told.0, told.1));
    let admitting = state.clone();
    let settings = Settings {
        domain: mails.domain.clone(),
        certificates: tls.map(|tls| Arc::new(move || tls.config()) as Certificates),
        admission: Arc::new(move |scheduler| admitting.admits(scheduler)),
    };
    let bounds = Bounds { drain: config.shutdown_timeout.to_std(), ..Bounds::default() };
    let (site, at_work) = (Site { listener, app: state.app().clone(), settings, bounds }, crew.clone());
    crew.spawn(async move { mail::serve(site, at_work.stop_token(), &at_work).await });
    Ok(())
}

fn wanted(config: &Config) -> Option<&MailPings> {
    config.mail_pings.as_ref().filter(|_| config.has_role(crate::config::RoleName::Api))
}
