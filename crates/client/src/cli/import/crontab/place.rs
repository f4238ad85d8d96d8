//! Where crontabs are: with the program `crontab`, which keeps one for each user, or in files.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::chance;
use crate::cli::import::{cannot, host, sources};
use crate::cli::output::Failure;
use crate::import::Format;

const SYSTEM_FILE: &str = "/etc/crontab";
const SYSTEM_FOLDER: &str = "/etc/cron.d";
/// Files that crons pass over: what editors and package managers leave behind.
const PASSED_OVER: [&str; 8] =
    ["~", ".bak", ".swp", ".rpmsave", ".rpmorig", ".rpmnew", ".dpkg-old", ".dpkg-dist"];

/// A crontab as it was found.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) place: Place,
    pub(super) format: Format,
    /// Whose it is, or the name of the file: part of the ids.
    pub(super) owner: String,
    /// What it is, for people.
    pub(super) label: String,
    pub(super) bytes: Vec<u8>,
}

/// Where a crontab is.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// With `crontab`; of the user who runs us if none is named.
    User(Option<String>),
    File(PathBuf),
}

/// The crontabs that were asked for.
pub(super) fn all(user: Option<&str>, files: &[PathBuf], system: bool) -> Result<Vec<Source>, Failure> {
    if !files.is_empty() {
        return files.iter().map(|path| of_file(path, system)).collect();
    }
    if system {
        return system_files()?.iter().map(|path| of_file(path, true)).collect();
    }
    let owner = user.map_or_else(host::user, str::to_owned);
    let place = Place::User(user.map(str::to_owned));
    let label = format!("the crontab of {owner}");
    Ok(vec![Source { bytes: place.read()?, place, format: Format::User, owner, label }])
}

fn of_file(path: &Path, system: bool) -> Result<Source, Failure> {
    // A link is followed, so that it is the file which is written again.
    let path = path.canonicalize().map_err(|why| cannot("read", path, &why))?;
    let is_system = system || path == Path::new(SYSTEM_FILE) || path.starts_with(SYSTEM_FOLDER);
    let owner = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let label = path.display().to_string();
    let place = Place::File(path);
    let format = if is_system { Format::System } else { Format::User };
    Ok(Source { bytes: place.read()?, place, format, owner, label })
}

fn system_files() -> Result<Vec<PathBuf>, Failure> {
    let mut files =
        sources::folder(Path::new(SYSTEM_FOLDER), |path| path.is_file() && !is_passed_over(path))?;
    let first = Path::new(SYSTEM_FILE);
    files.splice(0..0, first.is_file().then(|| first.to_owned()));
    Ok(files)
}

fn is_passed_over(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(['.', '#']) || PASSED_OVER.iter().any(|end| name.ends_with(end))
}

impl Place {
    pub(super) fn read(&self) -> Result<Vec<u8>, Failure> {
        match self {
            Self::File(path) => sources::file(path),
            Self::User(user) => sources::output(&mut program(user.as_deref(), "-l"), "crontab -l"),
        }
    }

    /// Puts these bytes in its place.
    pub(super) fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            Self::File(path) => rewrite(path, bytes).map_err(|why| cannot("write", path, &why)),
            Self::User(user) => sources::feed(&mut program(user.as_deref(), "-"), "crontab -", bytes),
        }
    }

    /// A file name that stands for it.
    pub(super) fn key(&self) -> String {
        let encode = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
        };
        match self {
            Self::User(user) => format!("user-{}", encode(&user.clone().unwrap_or_else(host::user))),
            Self::File(path) => format!("file-{}", encode(&path.to_string_lossy())),
        }
    }
}

fn program(user: Option<&str>, argument: &str) -> Command {
    let mut command = Command::new("crontab");
    command.args(user.map(|user| ["-u", user]).into_iter().flatten()).arg(argument);
    command
}

/// Atomically, with the mode and owner it had. The name in between begins with a dot: cron passes it over.
fn rewrite(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let found = fs::metadata(path)?;
    let beside = path.with_file_name(format!(".punctual-{}", chance::digits()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| fchown(&file, Some(found.uid()), Some(found.gid())))
        .and_then(|()| file.set_permissions(fs::Permissions::from_mode(found.mode() & 0o7777)))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // It may be gone already.
        let _ = fs::remove_file(&beside);
    }
    written
}
