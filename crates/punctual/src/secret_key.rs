//! The key of this installation: 256 bits in a file of its own, made at the first start and read ever after. What signs or
//! seals gets a key derived from it under its own label, so that none can be had from another. Never shown.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::config::Config;

/// What signs the addresses by which incidents are acknowledged.
pub(crate) const ACKNOWLEDGE: &str = "acknowledge";
/// What seals the secrets of channels.
pub(crate) const CHANNELS: &str = "channels";
/// Where the key is, in the data directory, unless a setting says otherwise.
const FILE_NAME: &str = "punctual.secret";
/// Letters of the key in its file.
const HEX_CHARS: usize = 64;

/// The key of this installation.
pub(crate) struct SecretKey([u8; 32]);

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey")
    }
}

impl SecretKey {
    /// The key that is given; else that of its file, made where there is none. The directory of the file must be there.
    pub(crate) fn open(config: &Config) -> Result<Self> {
        if let Some(given) = &config.secret_key {
            let key = parse(given).with_context(|| {
                format!("setting secret_key must be {HEX_CHARS} hexadecimal digits: `openssl rand -hex 32` makes some")
            })?;
            return Ok(Self(key));
        }
        let path = config.secret_key_file.clone().unwrap_or_else(|| config.data_dir.join(FILE_NAME));
        if let Some(key) = read(&path)? {
            return Ok(key);
        }
        make(&path).with_context(|| format!("cannot make the secret key {}", path.display()))?;
        read(&path)?.with_context(|| format!("the secret key {} is gone again", path.display()))
    }

    /// The key for one purpose.
    pub(crate) fn derive(&self, label: &str) -> [u8; 32] {
        // A key of any length is one.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).unwrap_or_else(|_| unreachable!());
        mac.update(label.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

fn read(path: &Path) -> Result<Option<SecretKey>> {
    let doing = || format!("cannot read the secret key {}", path.display());
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.with_context(doing)?,
    };
    if file.metadata().with_context(doing)?.permissions().mode() & 0o007 != 0 {
        tracing::warn!(path = %path.display(), "everybody on this machine may read the secret key: chmod 600 it");
    }
    let mut text = String::new();
    file.take(1024).read_to_string(&mut text).with_context(doing)?;
    let Some(key) = parse(text.trim()) else {
        bail!(
            "the secret key {} must hold {HEX_CHARS} hexadecimal digits: restore it, or remove it and have one made (what was sealed or signed with it is lost then)",
            path.display()
        );
    };
    Ok(Some(SecretKey(key)))
}

fn parse(text: &str) -> Option<[u8; 32]> {
    if text.len() != HEX_CHARS || !text.bytes().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    let mut key = [0; 32];
    for (place, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[place * 2..place * 2 + 2], 16).ok()?;
    }
    Some(key)
}

/// Written beside and then linked to its name, which fails where another process was first: there is never half a key,
/// and never a second one.
fn make(path: &Path) -> Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (beside, text) = (beside(path)?, hex(&chance::<32>()?));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    let linked = (|| {
        writeln!(file, "{text}")?;
        file.sync_all()?;
        match std::fs::hard_link(&beside, path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        }
    })();
    let removed = std::fs::remove_file(&beside);
    linked?;
    removed?;
    Ok(File::open(directory)?.sync_all()?)
}

/// A name that no other process uses.
fn beside(path: &Path) -> Result<PathBuf> {
    let mut name = path.file_name().context("it has no name")?.to_owned();
    name.push(format!(".{}.new", hex(&chance::<8>()?)));
    Ok(path.with_file_name(name))
}

fn chance<const BYTES: usize>() -> Result<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no chance to be had: {error}"))?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_in(directory: &Path) -> Result<SecretKey> {
        let path = directory.join(FILE_NAME);
        if read(&path)?.is_none() {
            make(&path)?;
        }
        read(&path)?.context("there")
    }

    #[test]
    fn a_key_is_made_once_for_its_owner_alone_and_read_ever_after() {
        let home = tempfile::tempdir().expect("a directory");
        let first = key_in(home.path()).expect("made");
        make(&home.path().join(FILE_NAME)).expect("nothing is done where there is one");
        assert_eq!(key_in(home.path()).expect("read").0, first.0);
        let mode = std::fs::metadata(home.path().join(FILE_NAME)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(
            std::fs::read_dir(home.path()).expect("a directory").count(),
            1,
            "nothing is left beside it"
        );
        let other = tempfile::tempdir().expect("a directory");
        assert_ne!(key_in(other.path()).expect("made").0, first.0);
    }

    #[test]
    fn each_purpose_has_a_key_of_its_own() {
        let key = SecretKey([7; 32]);
        assert_eq!(key.derive("channels"), SecretKey([7; 32]).derive("channels"));
        assert_ne!(key.derive("channels"), key.derive(ACKNOWLEDGE));
        assert_ne!(key.derive(ACKNOWLEDGE), SecretKey([8; 32]).derive(ACKNOWLEDGE));
        assert_eq!(format!("{key:?}"), "SecretKey");
    }

    #[test]
    fn what_is_no_key_is_refused_and_not_replaced() {
        let home = tempfile::tempdir().expect("a directory");
        for content in [String::new(), "ab".repeat(31), "é".repeat(32), "zz".repeat(32), "ab".repeat(33)] {
            std::fs::write(home.path().join(FILE_NAME), &content).expect("written");
            let refused = key_in(home.path()).expect_err("no key").to_string();
            assert!(refused.contains("64 hexadecimal digits"), "{refused}");
            assert!(content.is_empty() || !refused.contains(&content), "{refused}");
            assert_eq!(std::fs::read_to_string(home.path().join(FILE_NAME)).expect("there"), content);
        }
    }
}
