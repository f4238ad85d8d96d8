//! TLS by rustls. The certificate is read again when its files change; files that cannot serve leave the old one in
//! force, and say so in the log.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use app::roles::Crew;
use arc_swap::ArcSwap;
use rustls::crypto::aws_lc_rs;
use rustls::server::{ClientHello, ResolvesServerCert, ServerConfig};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Where the certificate is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The chain, PEM, the server's own certificate first.
    pub cert: PathBuf,
    /// The private key, PEM.
    pub key: PathBuf,
}

/// Why a certificate cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or is no PEM of the right kind.
    #[error("{} cannot be read: {cause}", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        cause: rustls_pki_types::pem::Error,
    },
    /// The two do not make a certificate.
    #[error("the certificate cannot serve: {0}")]
    Unfit(#[from] rustls::Error),
}

/// The certificate in force.
pub struct Certificate {
    files: TlsFiles,
    current: Arc<Current>,
    acceptor: TlsAcceptor,
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("files", &self.files).finish_non_exhaustive()
    }
}

impl Certificate {
    /// Reads the files.
    pub fn read(files: TlsFiles) -> Result<Self, TlsError> {
        let current = Arc::new(Current(ArcSwap::from_pointee(certified(&files)?)));
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(current.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { files, current, acceptor: TlsAcceptor::from(Arc::new(config)) })
    }

    pub(super) fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor
    }

    /// Reads the files again, now. The old certificate stays in force where they cannot serve.
    pub fn reload(&self) -> Result<(), TlsError> {
        self.current.0.store(Arc::new(certified(&self.files)?));
        Ok(())
    }

    /// Has the crew read the files again whenever they change.
    pub fn watch(self: &Arc<Self>, crew: &Crew) {
        let (certificate, stop) = (self.clone(), crew.stop_token());
        crew.spawn(async move {
            let mut seen = certificate.changed_at();
            while stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await.is_some() {
                let changed = certificate.changed_at();
                if changed != seen {
                    seen = changed;
                    certificate.reload_and_tell();
                }
            }
        });
    }

    fn reload_and_tell(&self) {
        match self.reload() {
            Ok(()) => tracing::info!("the TLS certificate was read again"),
            Err(error) => {
                tracing::error!(%error, "the TLS certificate has changed and cannot serve: the old one stays")
            }
        }
    }

    fn changed_at(&self) -> [Option<SystemTime>; 2] {
        let modified = |file: &Path| std::fs::metadata(file).and_then(|data| data.modified()).ok();
        [modified(&self.files.cert), modified(&self.files.key)]
    }
}

#[derive(Debug)]
struct Current(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

fn certified(files: &TlsFiles) -> Result<CertifiedKey, TlsError> {
    let unread = |file: &Path| {
        let file = file.to_owned();
        move |cause| TlsError::File { file, cause }
    };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(&files.cert).and_then(Iterator::collect);
    let chain = chain.map_err(unread(&files.cert))?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(unread(&files.key))?;
    Ok(CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider())?)
}
