//! TLS to a mail server: the machine's authorities, and those that are configured.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, OnceLock};

use app::ports::DeliveryError;
use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::channel::ConfigError;
use crate::text::one_line;

/// Most bytes of certificates.
const CA_BYTES_MAX: usize = 64 * 1024;

/// What is trusted where nothing is configured. Made once and shared, for it reads all the machine's certificates.
#[derive(Clone, Default)]
pub(crate) struct Usual(Arc<OnceLock<Arc<ClientConfig>>>);

impl fmt::Debug for Usual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the machine's authorities")
    }
}

impl Usual {
    fn config(&self) -> Result<Arc<ClientConfig>, ConfigError> {
        if let Some(config) = self.0.get() {
            return Ok(Arc::clone(config));
        }
        let config = trusting(Vec::new())?;
        Ok(Arc::clone(self.0.get_or_init(|| config)))
    }
}

fn trusting(roots: Vec<CertificateDer<'static>>) -> Result<Arc<ClientConfig>, ConfigError> {
    let unusable = |_| ConfigError::field("tls_ca", &"must be certificates that others can be verified by");
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Verifier::new_with_extra_roots(roots, Arc::clone(&provider)).map_err(unusable)?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .dangerous() // in name only: the machine's own verifier
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// How a server proves its name.
#[derive(Clone)]
pub(super) struct Trust {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Trust {
    /// For a server of that name or address.
    pub(super) fn new(usual: &Usual, host: &str, ca: Option<&str>) -> Result<Self, ConfigError> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| ConfigError::field("host", &"must be a name such as mail.example.org"))?;
        let config = match ca {
            Some(pem) => trusting(authorities(pem)?)?,
            None => usual.config()?,
        };
        Ok(Self { config, name })
    }

    /// Begins TLS on a connection.
    pub(super) async fn begin(&self, stream: TcpStream) -> Result<TlsStream<TcpStream>, DeliveryError> {
        let connector = TlsConnector::from(Arc::clone(&self.config));
        connector.connect(self.name.clone(), stream).await.map_err(|error| {
            let cause = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            let cause = domain::time::shorten(&one_line(&cause), 120);
            DeliveryError::transient(format!("could not connect: {cause}"))
        })
    }
}

fn authorities(pem: &str) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    let problem =
        || ConfigError::field("tls_ca", &"must be certificates in PEM, -----BEGIN CERTIFICATE-----");
    if pem.len() > CA_BYTES_MAX {
        return Err(problem());
    }
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    found.ok().filter(|found| !found.is_empty()).ok_or_else(problem)
}
