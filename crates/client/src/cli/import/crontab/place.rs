//! Where crontabs are: with the program `crontab`, which keeps one for each user, or in files.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::chance;
use crate::cli::import::{cannot, host};
use crate::cli::output::Failure;
use crate::import::Format;

/// Largest crontab, and what `crontab` may say of a failure.
const CRONTAB_BYTES_MAX: u64 = 1024 * 1024;
const COMPLAINT_BYTES_MAX: u64 = 4096;
/// Most files of `/etc/cron.d`.
const FILES_MAX: usize = 500;
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
pub(super) fn sources(user: Option<&str>, files: &[PathBuf], system: bool) -> Result<Vec<Source>, Failure> {
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
    let folder = Path::new(SYSTEM_FOLDER);
    let mut files: Vec<PathBuf> = match fs::read_dir(folder) {
        Ok(entries) => {
            entries.take(FILES_MAX).map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?
        }
        Err(why) if why.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(why) => return Err(cannot("read", folder, &why)),
    };
    files.retain(|path| path.is_file() && !is_passed_over(path));
    files.sort();
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
            Self::File(path) => bounded(File::open(path), path),
            Self::User(user) => listed(user.as_deref()),
        }
    }

    /// Puts these bytes in its place.
    pub(super) fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            Self::File(path) => rewrite(path, bytes).map_err(|why| cannot("write", path, &why)),
            Self::User(user) => install(user.as_deref(), bytes),
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

fn bounded(file: io::Result<File>, path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = file.and_then(|file| file.take(CRONTAB_BYTES_MAX + 1).read_to_end(&mut bytes));
    read.map_err(|why| cannot("read", path, &why))?;
    fits(bytes, &path.display().to_string())
}

fn fits(bytes: Vec<u8>, what: &str) -> Result<Vec<u8>, Failure> {
    if bytes.len() as u64 > CRONTAB_BYTES_MAX {
        return Err(Failure::Unfit(format!("{what} has more than {CRONTAB_BYTES_MAX} bytes")));
    }
    Ok(bytes)
}

fn program(user: Option<&str>, argument: &str) -> Command {
    let mut command = Command::new("crontab");
    command.args(user.map(|user| ["-u", user]).into_iter().flatten()).arg(argument);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn not_run(why: &io::Error) -> Failure {
    Failure::Unfit(format!("cannot run the program crontab: {why}; -f FILE reads a crontab in a file"))
}

fn listed(user: Option<&str>) -> Result<Vec<u8>, Failure> {
    let mut child = program(user, "-l").stdin(Stdio::null()).spawn().map_err(|why| not_run(&why))?;
    let mut bytes = Vec::new();
    if let Some(output) = child.stdout.take() {
        output.take(CRONTAB_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    }
    finished(child, "crontab -l")?;
    fits(bytes, "the crontab")
}

fn install(user: Option<&str>, bytes: &[u8]) -> Result<(), Failure> {
    let mut child = program(user, "-").stdin(Stdio::piped()).spawn().map_err(|why| not_run(&why))?;
    // One that ends without reading says why.
    let given = child.stdin.take().map_or(Ok(()), |mut input| input.write_all(bytes));
    finished(child, "crontab -")?;
    given.map_err(|why| not_run(&why))
}

/// Waits for its end; a failure is told in its own words.
fn finished(mut child: std::process::Child, what: &str) -> Result<(), Failure> {
    let mut complaint = Vec::new();
    if let Some(errors) = child.stderr.take() {
        errors.take(COMPLAINT_BYTES_MAX).read_to_end(&mut complaint)?;
    }
    let status = child.wait()?;
    if status.success() {
        return Ok(());
    }
    let complaint = String::from_utf8_lossy(&complaint).trim().replace('\n', "; ");
    Err(Failure::Unfit(format!("{what} failed: {complaint}")))
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
