//! TLS whose certificates follow their files: what renews them need not know us.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use app::AppResult;
use app::roles::{Pace, Role};
use arc_swap::ArcSwap;
use async_trait::async_trait;
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// Where certificate and key lie, both as PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsSettings {
    /// The certificate and what signed it, in this order.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Why certificate and key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("reading {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file does not hold what it should.
    #[error("{path} holds no {what} as PEM")]
    NotPem {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
    },
    /// The two do not go together, or are of a kind that is not known.
    #[error("certificate and key cannot be used")]
    Unusable(#[from] rustls::Error),
}

/// Certificates in force. Clones are the same.
#[derive(Clone, Debug)]
pub struct Tls(Arc<Held>);

#[derive(Debug)]
struct Held {
    settings: TlsSettings,
    config: ArcSwap<ServerConfig>,
    seen: Mutex<Stamps>,
}

/// How the two files looked when they were last read.
type Stamps = [Option<(SystemTime, u64)>; 2];

impl Tls {
    /// Reads certificate and key.
    pub async fn load(settings: TlsSettings) -> Result<Self, TlsError> {
        let seen = stamps(&settings).await;
        let config = read(&settings).await?;
        Ok(Self(Arc::new(Held { settings, config: ArcSwap::from_pointee(config), seen: Mutex::new(seen) })))
    }

    /// Reads the files again if they have changed; answers whether new ones are in force. Files that cannot be used
    /// leave the old ones in force, and are said to be so once.
    pub async fn follow(&self) -> Result<bool, TlsError> {
        let found = stamps(&self.0.settings).await;
        if std::mem::replace(&mut *self.0.seen.lock().unwrap_or_else(PoisonError::into_inner), found) == found
        {
            return Ok(false);
        }
        self.0.config.store(Arc::new(read(&self.0.settings).await?));
        Ok(true)
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config())
    }

    /// The certificate that is in force now, for whoever shakes hands beside us.
    pub fn config(&self) -> Arc<ServerConfig> {
        self.0.config.load_full()
    }
}

/// Looks every few seconds whether the files have changed.
#[derive(Debug)]
pub struct CertificateKeeper(pub Tls);

#[async_trait]
impl Role for CertificateKeeper {
    fn name(&self) -> &'static str {
        "certificate keeper"
    }

    fn rhythm(&self) -> Duration {
        Duration::from_secs(5)
    }

    async fn run_once(&self) -> AppResult<Pace> {
        match self.0.follow().await {
            Ok(false) => {}
            Ok(true) => tracing::info!("new certificates are in force"),
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
                tracing::error!(%error, cause, "new certificates cannot be used, the old ones stay in force");
            }
        }
        Ok(Pace::Idle)
    }
}

async fn stamps(settings: &TlsSettings) -> Stamps {
    let stamp = async |path: &Path| {
        let file = tokio::fs::metadata(path).await.ok()?;
        Some((file.modified().ok()?, file.len()))
    };
    [stamp(&settings.certificate).await, stamp(&settings.key).await]
}

async fn read(settings: &TlsSettings) -> Result<ServerConfig, TlsError> {
    let pem = content(&settings.certificate).await?;
    let chain: Result<Vec<CertificateDer<'static>>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty());
    let chain = chain.ok_or_else(|| not_pem(&settings.certificate, "certificate"))?;
    let pem = content(&settings.key).await?;
    let key = PrivateKeyDer::from_pem_slice(&pem).map_err(|_| not_pem(&settings.key, "private key"))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

async fn content(path: &Path) -> Result<Vec<u8>, TlsError> {
    tokio::fs::read(path).await.map_err(|source| TlsError::Read { path: path.to_owned(), source })
}

fn not_pem(path: &Path, what: &'static str) -> TlsError {
    TlsError::NotPem { path: path.to_owned(), what }
}
